"""The measure of real pages can fail: on an invented page with a right gold text, and with a wrong one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sina.page.impostors import ARTICLE, DOCID, URL, page

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "quality.py"
GOLD: dict[str, Any] = {
    "url": URL,
    "docid": DOCID,
    "title": "某市的纸船出口",
    "published_at": "2026-11-23T09:30+08:00",
    "source": "某日报",
    "paragraphs": [
        f"第{n}段：某市的纸船出口在这个月里有了新的增长，公司和他们的客户都说这是一个好的开始。" for n in range(1, 40)
    ],
    "images": [],
    "must_not": ["责任编辑"],
}


def scored(folder: Path, gold: dict[str, Any], html: str = ARTICLE) -> subprocess.CompletedProcess[str]:
    (folder / "gold").mkdir()
    (folder / "gold" / "one.json").write_text(json.dumps(gold), "utf-8")
    (folder / "one.html").write_text(html, "utf-8")
    return run(folder)


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), "--pages", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_page_that_is_read_exactly_reaches_every_goal(tmp_path: Path) -> None:
    done = scored(tmp_path, GOLD)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "every goal reached")


@pytest.mark.parametrize(("wrong", "goal"), [
    ({"title": "纸船"}, "titles"),
    ({"published_at": "2026-11-23T09:31+08:00"}, "minutes"),
    ({"source": "某晚报"}, "sources"),
    ({"images": ["https://n.sinaimg.cn/1.jpg"]}, "pictures"),
    ({"paragraphs": GOLD["paragraphs"][:37]}, "body F1, worst at least 0.98"),
    ({"must_not": ["好的开始"], "paragraphs": ["x"]}, "no leak"),
    ({"url": "https://finance.sina.com.cn/roll/"}, "every document read, every other page refused"),
])  # fmt: skip
def test_each_goal_can_be_missed(tmp_path: Path, wrong: dict[str, Any], goal: str) -> None:
    done = scored(tmp_path, {**GOLD, **wrong})
    assert (done.returncode, goal in done.stdout.splitlines()[-1]) == (1, True)


def test_page_without_gold_is_measured_by_what_may_never_be_in_a_body(tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text(ARTICLE.replace("第9段：", "第9段：12人参与</p><p>"), "utf-8")
    done = run(tmp_path)
    assert (done.returncode, "one: leak: 2人参与" in done.stdout) == (1, True)


def test_list_that_is_refused_is_right(tmp_path: Path) -> None:
    (tmp_path / "list.html").write_bytes(page("新浪财经", "<ul><li>x</li></ul>"))
    assert run(tmp_path).returncode == 0


def test_folder_without_pages_is_one_plain_line(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert (done.returncode, done.stderr.count("\n"), "--pages" in done.stderr) == (1, 1, True)
