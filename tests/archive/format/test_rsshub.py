"""Name and bytes as RSSHUB-PAGE wrote them: invented cases, and what the oracle beside the checkout answers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import frontmatter
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsarchive.archive.format.rsshub import MAX_NAME_BYTES, Rendered, date_of, placeholder_of, render, with_docid
from newsarchive.items import BEIJING
from newsarchive.pages.cheerio import description

SHARED = Path(__file__).parents[3] / "shared"
ORACLE = Path(os.environ.get("RSSHUB_ORACLE", SHARED / "oracle"))
"""The oracle with its packages, if it was installed elsewhere (``npm install`` writes beside it)."""
SEED = SHARED / "seed" / "seed.md"
SEED_URL = "https://finance.sina.com.cn/china/2021-09-29/doc-iktzqtyt0000001.shtml"
HAS_NODE = shutil.which("node") is not None and (ORACLE / "node_modules" / "cheerio").is_dir()
INTIME = 1_632_893_867  # 2021-09-29 05:37:47 GMT
PLACEHOLDER = 1234
STAND_IN = f"https://picsum.photos/400/300?random={PLACEHOLDER}"
AWKWARD = st.sampled_from(
    [
        *"'\"\n\r\x85\u2028#.:{}&<>[]|\\😀\ufeff\x80\ud800\uffff",
        "\n---\n",
        "\n... ",
        "&amp;",
        "&#10;",
        "]]>",
        "<img src=' alt>",
    ]
)
TEXTS = st.lists(st.one_of(st.text(max_size=5), AWKWARD), max_size=10).map("".join)


def rendered(title: str = "纸船", text: str = "<p>一</p>") -> Rendered:
    file = render(title, text, INTIME, PLACEHOLDER)
    assert file is not None
    return file


def header(file: Rendered) -> dict[str, object]:
    return dict(frontmatter.loads(file.content).metadata)


def body(file: Rendered) -> str:
    return file.content.partition("<div>   \n")[2].removesuffix("  \n</div>\n            ")


def answers(jobs: list[dict[str, object]], lines: str) -> list[tuple[str, str | None, str | None]]:
    """Of each job where ours is not the oracle's: title, our content, its content."""
    differing = []
    for job, line in zip(jobs, lines.rstrip("\n").split("\n"), strict=True):
        page, url = str(job["html"] or ""), str(job["url"])
        ours = render(str(job["title"]), description(page, url), job["intime"], PLACEHOLDER)  # type: ignore[arg-type]
        theirs = json.loads(line)
        expected = None if theirs["lost"] else Rendered(theirs["name"], theirs["content"])
        if ours != expected:
            differing.append((str(job["title"]), ours and ours.content, expected and expected.content))
    return differing


def test_a_file_is_these_bytes() -> None:
    assert rendered("纸船：出口{1}", '<img src="https://n.cn/1.png"><p>{一}</p>\n\n') == Rendered(
        "纸船：出口{1}.md",
        "\n---\ntitle: '纸船：出口&#123;1&#125;'\ncategories: \n - 金融\n - 新浪财经\n - 新浪财经－国內\n"
        "headimg: 'https://n.cn/1.png'\nauthor: 新浪财经\ncomments: false\ndate: Wed, 29 Sep 2021 05:37:47 GMT\n"
        "thumbnail: 'https://n.cn/1.png'\n---\n\n"
        '<div>   \n<img src="https://n.cn/1.png"><p>&#123;一&#125;</p>\n\n  \n</div>\n            ',
    )


@pytest.mark.parametrize(
    ("title", "line", "name"),
    [
        ("“甲”:乙|[丙]?", "'_甲__乙__丙__'", "_甲__乙__丙__.md"),
        ("涨3.8% #话题#", "'涨3.8% #话题#'", "涨38% 话题.md"),
        ("it's", '"it\'s"', "it's.md"),
        ('说"好"', "'说\"好\"'", '说"好".md'),
        ("\u3000 甲&amp;乙 \xa0", "'甲&乙'", "甲&乙.md"),
        ("甲\n乙\t丙", "'甲\n乙丙'", "甲乙丙.md"),
        ("", "' '", " .md"),
        ("长" * 80, f"'{'长' * 75}...'", f"{'长' * 75}.md"),
        ("长" * 74 + "😀", f"'{'长' * 74}\ufffd...'", f"{'长' * 74}\ufffd.md"),
    ],
)
def test_a_title_is_cleaned(title: str, line: str, name: str) -> None:
    file = rendered(title)
    assert file.name == name
    assert file.content.startswith(f"\n---\ntitle: {line}\ncategories:")


@pytest.mark.parametrize(
    ("intime", "date"),
    [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (-0.5, "Wed, 31 Dec 1969 23:59:59 GMT"),
        ("1632893867", "Wed, 29 Sep 2021 05:37:47 GMT"),
        (datetime(2021, 9, 29, 13, 37, 47, tzinfo=BEIJING), "Wed, 29 Sep 2021 05:37:47 GMT"),
        (1_632_893_867_123, "Mon, 07 May 53714 13:45:23 GMT"),
        (8.65e12, "Invalid Date"),
        ("昨天", "Invalid Date"),
        (None, "Invalid Date"),
    ],
)
def test_a_moment_is_written_as_javascript_did(intime: datetime | float | str | None, date: str) -> None:
    assert date_of(intime) == date


def test_references_are_decoded_once_everywhere() -> None:
    text = '<p title="&quot;">&lt;b&gt;&amp;lt;</p><!-- &nbsp;&copy=&#128; -->'
    assert body(rendered(text=text)) == '<p title="""><b>&lt;</p><!-- \xa0©=€ -->'


@pytest.mark.parametrize("digits", ["0", "xD800", "x110000", "9" * 5000])
def test_a_reference_to_no_character_is_a_replacement_character(digits: str) -> None:
    assert body(rendered(text=f"<p>&#{digits};</p>")) == "<p>\ufffd</p>"


def test_tabs_and_controls_go_and_blank_lines_stay() -> None:
    assert body(rendered(text="<p>\t一\x07\x7f</p>\n\n\t\n")) == "<p>一</p>\n\n\n"


def test_a_picture_is_not_looked_for_in_comments_scripts_and_styles() -> None:
    hidden = "".join(
        f"{a}<img src=/no.jpg>{b}" for a, b in [("<!--", "-->"), ("<style>", "</style>"), ("<!-- >", "-->")]
    )
    assert header(rendered(text=f"{hidden}<IMG src = /yes.jpg>"))["headimg"] == "/yes.jpg"


def test_a_first_picture_without_https_sends_all_through_the_proxy() -> None:
    file = rendered(text='<img src="http://n.cn/1.jpg"><iframe src="http://v.cn/">')
    assert header(file)["headimg"] == "https://cors.zfour.workers.dev/?http://n.cn/1.jpg"
    assert body(file).count('src="https://cors.zfour.workers.dev/?http://') == 2


def test_a_first_picture_with_https_leaves_later_ones_alone() -> None:
    text = '<img src="https://n.cn/1.jpg"><img src="http://n.cn/2.jpg">'
    assert body(rendered(text=text)) == text


def test_without_a_text_the_body_is_the_title() -> None:
    file = rendered("甲“乙”", "")
    assert body(file) == "甲“乙”"
    assert header(file)["headimg"] == STAND_IN


@pytest.mark.parametrize("text", ["<p>a[b[0]]&gt;1</p>", "<p>] ]\u3000></p>", "&lt;img alt=&gt;"])
def test_what_killed_the_original_is_not_written(text: str) -> None:
    assert render("纸船", text, INTIME, PLACEHOLDER) is None


def test_a_title_that_ends_the_feed_section_is_not_written() -> None:
    assert render("甲]]>乙", "<p>一</p>", INTIME, PLACEHOLDER) is None


def test_a_title_with_both_quotes_is_valid_yaml() -> None:
    file = rendered('it\'s "甲"')
    assert "\ntitle: 'it''s \"甲\"'\n" in file.content
    assert file.name == 'it\'s "甲".md'


@settings(max_examples=200)
@given(TEXTS, TEXTS)
@example("a'\n---\n\"b", "<img src='http://a b/\n---\nx\"'>")
@example("甲\n---", "")
def test_a_header_is_always_valid(title: str, text: str) -> None:
    file = render(title, text, INTIME, PLACEHOLDER)
    if file is not None:
        assert list(header(file)) == "title categories headimg author comments date thumbnail".split()
        assert yaml.safe_load(file.content.split("\n---\n")[1])["author"] == "新浪财经"
        assert file.content.encode()
        assert "/" not in file.name


def test_a_placeholder_depends_on_the_document_alone() -> None:
    numbers = [placeholder_of(f"ktzqtyt{n:07d}") for n in range(200)]
    assert numbers == [placeholder_of(f"ktzqtyt{n:07d}") for n in range(200)]
    assert 0 <= min(numbers) < max(numbers) <= 10_000


def test_a_further_document_of_a_name_carries_its_docid() -> None:
    assert with_docid("纸船.md", "ktzqtyt0000001") == "纸船-ktzqtyt0000001.md"


def test_a_name_with_a_docid_is_cut_to_what_file_systems_take() -> None:
    name = with_docid("长" * 84 + ".md", "finance-20120607-140812253310")
    assert len(name.encode()) <= MAX_NAME_BYTES
    assert name.endswith("长-finance-20120607-140812253310.md")


@pytest.mark.skipif(
    not SEED.exists(), reason="the seed lies in the folder shared beside the checkout, which is not here"
)
def test_a_page_built_around_the_seeds_body_gives_the_seed() -> None:
    seed = SEED.read_bytes().decode()
    text = body(Rendered("", seed)).replace("&#123;", "{").replace("&#125;", "}")
    page = f'<html><body><div id="artibody">\n\t<!-- 一 -->{text}<script>x</script></div></body></html>'
    title = str(frontmatter.loads(seed)["title"])
    assert render(title, description(page, SEED_URL), INTIME, PLACEHOLDER) == Rendered(f"{title}.md", seed)


@pytest.mark.skipif(
    not (SHARED / "oracle").exists(),
    reason="the oracle lies in the folder shared beside the checkout, which is not here",
)
def test_the_oracles_cases_are_answered_to_the_byte() -> None:
    jobs = json.loads((SHARED / "oracle" / "jobs.json").read_text("utf-8"))
    differing = answers(jobs, (SHARED / "oracle" / "golden.jsonl").read_text("utf-8"))
    assert [title for title, _, _ in differing] == ['it\'s "ok"'], differing


@pytest.mark.skipif(not HAS_NODE, reason="node, or the oracle's packages (npm install; RSSHUB_ORACLE), are not here")
@pytest.mark.parametrize("kind", [[], ["long"]])
def test_random_bodies_are_answered_to_the_byte(kind: list[str], tmp_path: Path) -> None:
    fuzz = [sys.executable, str(ORACLE / "fuzz.py"), "newsarchive", "150", *kind]
    jobs = tmp_path / "jobs.json"
    jobs.write_bytes(subprocess.run(fuzz, capture_output=True, check=True, env=os.environ | {"PYTHONUTF8": "1"}).stdout)
    oracle = ["node", str(ORACLE / "oracle.js"), "--random", str(PLACEHOLDER), "--jobs", str(jobs)]
    lines = subprocess.run(oracle, capture_output=True, check=True).stdout.decode()
    assert answers(json.loads(jobs.read_bytes()), lines) == []
