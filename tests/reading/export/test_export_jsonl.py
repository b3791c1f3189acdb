from __future__ import annotations

import json
from pathlib import Path

from newsarchive.reading.export import jsonl
from newsarchive.reading.export.record import NAMES
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from tests.reading.export import hostile
from tests.reading.shelves import docid_of


def test_a_line_has_all_that_is_known(library: Library, tmp_path: Path) -> None:
    jsonl.export(ExportSource(library), tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [line["docid"] for line in lines] == [docid_of(number) for number in range(1, 6)]
    told = lines[3]
    assert tuple(told) == NAMES
    assert (told["title"], told["text"], told["html"]) == ("第4篇", "正文4。", "<p>正文4。</p>")
    assert (told["published_at"], told["day"]) == ("2026-11-24T04:00:00+08:00", "2026-11-24")
    assert (told["channels"], told["channel_names"]) == (["1686", "2509"], ["国內", "滚动"])
    assert (told["withdrawn_at"], lines[4]["withdrawn_at"]) == (None, "2026-11-24T22:00:00+08:00")
    assert (told["state"], lines[1]["state"]) == (1, 2)


def test_hostile_texts_are_one_line_each_for_whoever_splits(hostile_library: Library, tmp_path: Path) -> None:
    jsonl.export(ExportSource(hostile_library), tmp_path / "out")
    text = (tmp_path / "out").read_text("utf-8")
    assert len(text.splitlines()) == len(hostile.articles())
    assert not {"\x1b", "\x07", "\x9b", "\x00"} & set(text)
    longest = max((json.loads(line) for line in text.splitlines()), key=lambda line: len(line["text"]))
    assert longest["text"] == "字" * hostile.LONG


def test_the_same_archive_gives_the_same_bytes(library: Library, tmp_path: Path) -> None:
    for name in ("a", "b"):
        jsonl.export(ExportSource(Library(library.root)), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
