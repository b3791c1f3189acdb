"""cli: what a saved page would become, as a process and byte for byte."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli_process import ROOT, newsarchive

pytestmark = pytest.mark.slow  # processes by the dozen

DOCID = "nabcdef1234567"
URL = f"https://finance.sina.com.cn/roll/2026-11-23/doc-i{DOCID}.shtml"
PAGE = f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta property="og:url" content="{URL}" />
<meta name="weibo: article:create_at" content="2026-11-23 09:30:12" /></head><body>
<h1 class="main-title">某市的"纸船": 出口</h1>
<div class="date-source"><span class="date">2026年11月23日 09:30</span><span class="source">某日报</span></div>
<div class="article" id="artibody"><p>　　文{{一}}</p><script>x()</script><p class="article-editor">责任编辑：某乙</p></div>
</body></html>"""
CLEAN = """
---
title: '某市的"纸船": 出口'
categories: 
 - 金融
 - 新浪财经
 - 新浪财经－滚动
headimg: ''
author: 新浪财经
comments: false
date: Mon, 23 Nov 2026 01:30:12 GMT
thumbnail: ''
---

<div>   
<p>文&#123;一&#125;</p>  
</div>
            """  # noqa: W291
NAME = "某市的＂纸船＂： 出口"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    saved = tmp_path / "page.html"
    saved.write_text(PAGE, "utf-8")
    return saved


def lines_of(jobs: object, tmp_path: Path, *arguments: str) -> list[dict[str, str | None]]:
    listed = tmp_path / "jobs.json"
    listed.write_text(json.dumps(jobs), "utf-8")
    done = newsarchive("render", "--jobs", str(listed), *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_page_is_shown_as_its_file_and_its_name_beside_it(page: Path) -> None:
    done = newsarchive("render", str(page))
    assert (done.returncode, done.stdout, done.stderr) == (0, CLEAN, f"{NAME}-{DOCID}.md\n")


def test_title_of_a_listing_is_the_plain_name_and_stays_out_of_the_file(page: Path) -> None:
    done = newsarchive("render", str(page), "--title", "纸船")
    assert (done.stdout, done.stderr) == (CLEAN, "纸船.md\n")


def test_empty_title_of_a_listing_leaves_the_docid(page: Path) -> None:
    assert newsarchive("render", str(page), "--title", "").stderr == f"{DOCID}.md\n"


def test_charset_of_the_page_is_found_out(page: Path) -> None:
    page.write_bytes(PAGE.replace("utf-8", "gb2312").encode("gb18030"))
    assert newsarchive("render", str(page)).stdout == CLEAN


def test_json_tells_all_that_was_read(page: Path) -> None:
    told = json.loads(newsarchive("render", str(page), "--json").stdout)
    assert (told["name"], told["content"], told["reason"]) == (f"{NAME}-{DOCID}.md", CLEAN, None)
    assert (told["layout"], told["media"], told["editor"]) == ("SinaFinance2017Page", "某日报", "某乙")
    assert (told["docid"], told["published_at"]) == (DOCID, "2026-11-23T09:30:12+08:00")


def test_address_given_goes_before_the_one_that_the_page_names(page: Path) -> None:
    page.write_text(PAGE.replace("og:url", "og:other"), "utf-8")
    assert newsarchive("render", str(page), "--url", URL.replace("https", "http")).stderr.endswith(f"-{DOCID}.md\n")
    assert newsarchive("render", str(page)).returncode == 2


@pytest.mark.parametrize("named", [
    '<meta property="og:url" content="https%3A%2F%2Ft.cj.sina.com.cn%2Farticles%2Fview%2F6000000000%2F1800abc%3Fcre%3Dx">',
    '<meta content="http%253a%252f%252ft.cj.sina.com.cn%252farticles%252fview%252f6000000000%252f1800abc" property="og:url">',
    "<meta property='og:url' content=' //t.cj.sina.com.cn/articles/view/6000000000/1800abc '>",
    '<meta property="og:url" content="x"><link rel="canonical" href="https://t.cj.sina.com.cn/articles/view/6000000000/1800abc">',
    '<meta name="mobile-agent" content="format=html5; url=https://t.cj.sina.com.cn/articles/view/6000000000/1800abc">',
])  # fmt: skip
def test_address_is_read_however_the_page_names_it(page: Path, named: str) -> None:
    page.write_text(re.sub('<meta property="og:url"[^>]*>', named, PAGE).replace(DOCID, ""), "utf-8")
    told = json.loads(newsarchive("render", str(page), "--json").stdout)
    assert told["url"] == "https://t.cj.sina.com.cn/articles/view/6000000000/1800abc"


@pytest.mark.parametrize("address", ["javascript:x()", "%ZZ%3A%2F%2F", "http%3A%2F%2F"])
def test_address_that_the_page_names_wrongly_is_blamed_on_the_page(page: Path, address: str) -> None:
    page.write_text(PAGE.replace(URL, address), "utf-8")
    done = newsarchive("render", str(page))
    assert (done.returncode, "og:url" in done.stderr, page.name in done.stderr) == (2, True, True)


@pytest.mark.parametrize(("html", "reason"), [
    (PAGE.replace("文", ""), "empty-body"),
    (PAGE.replace("main-title", "title"), "no-layout"),
    (PAGE.replace("</html>", ""), "truncated"),
    ("<html><head><title>页面没有找到</title></head></html>", "not-found"),
    ("{}", "not-html"),
])  # fmt: skip
def test_page_that_is_no_article_is_one_line_and_exit_3(page: Path, html: str, reason: str) -> None:
    page.write_text(html.replace("{一}", ""), "utf-8")
    done = newsarchive("render", str(page), "--url", URL)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert done.stderr.startswith(f"no article, {reason}: ")


def test_another_document_than_asked_for_is_no_article(page: Path) -> None:
    done = newsarchive("render", str(page), "--url", URL.replace("nabcdef", "zzzzzzz"), "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["name"], told["content"], told["reason"]) == (3, None, None, "other-document")


def test_bytes_in_no_charset_are_no_article(page: Path) -> None:
    page.write_bytes(b"<html>\xff\xff\xff\xff</html>")
    done = newsarchive("render", str(page), "--url", URL)
    assert (done.returncode, done.stderr.split(":")[0]) == (3, "no article, charset")


def test_jobs_are_answered_in_order_a_line_each(tmp_path: Path) -> None:
    job = {"title": "甲", "url": URL, "intime": 1, "html": PAGE}
    made = lines_of([job, {**job, "html": ""}, {"html": PAGE}], tmp_path)
    assert [line["name"] for line in made] == ["甲.md", None, f"{NAME}-{DOCID}.md"]
    assert [line["content"] for line in made] == [CLEAN, None, CLEAN]


def test_lone_surrogates_of_a_job_break_nothing(tmp_path: Path) -> None:
    job = {"title": "甲\ud800", "url": URL, "html": PAGE.replace("文", "文\ud83d")}
    assert [line["name"] for line in lines_of([job], tmp_path)] == ["甲.md"]
    assert len(lines_of([job], tmp_path, "--profile", "rsshub")) == 1


def test_profile_rsshub_is_the_original_programs_file(page: Path) -> None:
    done = newsarchive("render", str(page), "--profile", "rsshub", "--title", "1.5亿: 纸船", "--intime", "1632893867")
    assert (done.returncode, done.stderr) == (0, "15亿_ 纸船.md\n")
    assert "title: '1.5亿_ 纸船'" in done.stdout
    assert "date: Wed, 29 Sep 2021 05:37:47 GMT" in done.stdout
    assert '<p>　　文&#123;一&#125;</p><p class="article-editor">责任编辑：某乙</p>  \n</div>' in done.stdout


def test_text_that_the_original_lost_is_no_file(tmp_path: Path) -> None:
    job = {"title": "甲", "url": URL, "intime": 1, "html": PAGE.replace("文", "]]&gt;")}
    assert lines_of([job], tmp_path, "--profile", "rsshub") == [{"name": None, "content": None}]


def test_every_case_of_the_oracle_is_answered_as_the_original_did(shared: Path, tmp_path: Path) -> None:
    """But for the picture that was drawn by lot, and for a title whose YAML was invalid (design §3)."""
    jobs = json.loads((shared / "oracle" / "jobs.json").read_text("utf-8"))
    golden = [json.loads(line) for line in (shared / "oracle" / "golden.jsonl").read_bytes().splitlines()]
    made = lines_of(jobs, tmp_path, "--profile", "rsshub")
    assert [line["name"] for line in made] == [line["name"] for line in golden]
    wrong = [
        job["title"]
        for job, mine, theirs in zip(jobs, made, golden, strict=True)
        if without_lot(mine["content"]) != without_lot(theirs["content"])
    ]
    assert all("'" in title and '"' in title for title in wrong)


def without_lot(content: str | None) -> list[str]:
    return [line for line in (content or "").split("\n") if "https://picsum.photos/400/300?random=" not in line]


@pytest.mark.parametrize("written", [
    "{",
    "{}",
    "[1]",
    '[{"url": "https://sina.cn/"}]',
    '[{"html": "<html>", "url": "ftp://x"}]',
    '[{"html": "<html>"}]',
    '[{"html": "<html>", "url": "https://sina.cn/", "intime": []}]',
    "[" * 100_000,
])  # fmt: skip
def test_jobs_that_make_no_sense_are_one_plain_line_and_exit_2(tmp_path: Path, written: str) -> None:
    listed = tmp_path / "jobs.json"
    listed.write_text(written, "utf-8")
    done = newsarchive("render", "--jobs", str(listed))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_a_page_that_cannot_be_read_is_exit_2(tmp_path: Path) -> None:
    for arguments in ([], [str(tmp_path)], [str(tmp_path / "none.html")], ["--jobs", str(tmp_path / "none.json")]):
        done = newsarchive("render", *arguments)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_jobs_take_no_page_beside_them(page: Path) -> None:
    assert newsarchive("render", str(page), "--jobs", str(page)).returncode == 2


def test_the_verb_imports_no_scrapy() -> None:
    check = "import sys, newsarchive.cli.render; sys.exit('scrapy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0
