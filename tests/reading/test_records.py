"""What scripts read of an entry."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from newsarchive.reading.library import Library
from newsarchive.reading.records import csv_of, json_of, record_of
from tests.reading import shelves
from tests.reading.shelves import docid_of


def records(root: Path) -> list[dict[str, object]]:
    return list(map(record_of, Library(root).entries()))


def test_a_record_has_the_moments_of_beijing_and_the_path_below_the_archive(tmp_path: Path) -> None:
    first, *_, last = records(shelves.two_days(tmp_path))
    assert (first["docid"], first["path"]) == (docid_of(1), "2026/11/23/第1篇.md")
    assert first["published_at"] == "2026-11-23T01:00:00+08:00"
    assert first["withdrawn_at"] is None
    assert str(last["withdrawn_at"]).endswith("+08:00")


def test_json_is_one_object_a_record_a_line(tmp_path: Path) -> None:
    found = records(shelves.two_days(tmp_path))
    lines = list(json_of("articles", found))
    assert json.loads("\n".join(lines)) == {"articles": found}
    assert len(lines) == len(found) + 2
    assert json.loads("\n".join(json_of("articles", []))) == {"articles": []}


def test_csv_reads_back(tmp_path: Path) -> None:
    with shelves.running(tmp_path) as run:
        shelves.archived(run, shelves.article(1, title='逗号, "引号"'))
    text = "\n".join(csv_of(records(tmp_path), ("docid", "title", "channels", "withdrawn_at")))
    assert list(csv.DictReader(io.StringIO(text))) == [
        {"docid": docid_of(1), "title": '逗号, "引号"', "channels": "1686", "withdrawn_at": ""}
    ]
