"""page, chrome, noise: the pages of the pretended Sina."""

from __future__ import annotations

import re

import pytest
from right_archive import NOW
from selectolax.lexbor import LexborHTMLParser

from newsarchive.rehearsal.blocks import squash
from newsarchive.rehearsal.invention import invent
from newsarchive.rehearsal.page import page_of, shell_of
from newsarchive.rehearsal.truth import Metas, Story

WORLD = invent(articles=300, days=3, seed=7, now=NOW)


def pages_of(layout: str) -> list[tuple[Story, LexborHTMLParser]]:
    return [(d, LexborHTMLParser(page_of(d).decode())) for d in WORLD if d.layout == layout][:20]


@pytest.mark.parametrize(
    ("layout", "node", "editor"),
    [
        ("finance2026", "#artibody", "p.article-editor"),
        ("finance2018", "#artibody", "p.article-editor"),
        ("news", "#article", "p.show_author"),
    ],
)
def test_each_template_has_one_body_and_one_title(layout: str, node: str, editor: str):
    for document, root in pages_of(layout):
        assert len(root.css(f"div.article{node}")) == 1
        assert len(root.css(f"{node} {editor}")) == 1
        assert [squash(title.text()) for title in root.css("h1.main-title")] == [document.title]
        assert root.css_first(".date-source .date").text() == f"{document.published_at:%Y年%m月%d日 %H:%M}"


def test_a_page_is_as_large_as_a_real_one():
    sizes = [len(page_of(document)) for document in WORLD[:50]]
    assert min(sizes) > 85_000
    assert max(sizes) < 105_000


def test_the_body_holds_every_piece_of_the_truth():
    for document in WORLD[:60]:
        shown = "".join(LexborHTMLParser(page_of(document).decode()).css_first("div.article").text().split())
        texts = ["".join(p.text.split()) for p in document.pieces if p.kind not in ("figure", "a")]
        assert [text for text in texts if text not in shown] == []


def test_the_page_says_its_docid_three_times():
    document, root = pages_of("finance2026")[0]
    said = root.html or ""
    for meta in (
        f'publishid" content="{document.docid}',
        f"cj:comos-{document.docid}",
        f"dataid:comos:{document.docid}",
    ):
        assert meta in said


@pytest.mark.parametrize(
    ("metas", "created", "published"), [(Metas.AGREE, 1, 1), (Metas.MOVED, 1, 0), (Metas.NONE, 0, 0)]
)
def test_metas_agree_with_the_shown_minute_as_the_document_says(metas: Metas, created: int, published: int):
    document = next(d for d in WORLD if d.metas is metas)
    text = page_of(document).decode()
    assert (f'create_at" content="{document.published_at:%Y-%m-%d %H:%M:%S}"' in text) == created
    assert (f'article:published_time" content="{document.published_at:%Y-%m-%dT%H:%M:%S}' in text) == published


def test_every_noise_of_the_table_occurs_in_a_run():
    text = "".join(page_of(document).decode() for document in WORLD)
    for noise in ("专题：", "免责声明：", "特别声明：", "相关新闻：", "article_adlist", "left_hzh_ad", "appendQr_wrap", "quote_MU",
                  "app-kaihu-qr", "news_keyword_pub", "videoDatas0", "StartFragment", "<iframe", "cms-style", "@@title@@"):  # fmt: skip
        assert noise in text, noise


def test_a_shell_has_the_header_and_no_text():
    document = WORLD[0]
    body = LexborHTMLParser(shell_of(document).decode()).css_first("div.article").text()
    assert document.pieces[0].text not in squash(body)
    assert re.search("特别声明", body)
