"""A day read as a whole comes to the same as its events one by one."""

import json
import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from newsarchive.archive.format import events, journal, paths
from newsarchive.archive.format.events import Said
from newsarchive.archive.format.journal import link_of
from newsarchive.archive.format.profiles import RSSHUB
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.damage import UNLINKED, Damage
from newsarchive.archive.index.day_rows import read_day
from newsarchive.archive.record import appending
from tests.archive.index.test_catalogue import FOREIGN
from tests.archive.index.test_coverage import EVENTS
from tests.archive.making import DAY, NEXT_DAY, NOON, TITLE, article, docid_of, offer

SAID = Said("run", NOON)
TABLES = ("documents", "names", "channels", "days", "hours", "journals", "meta")


def write(root, said, day=DAY):
    path = paths.journal_path(root, day)
    path.parent.mkdir(parents=True, exist_ok=True)
    appending.append(path, said, journal.tail(path))


def scribble(root, said):
    """As another hand may write: also numbers that are none, and without links."""
    path = paths.journal_path(root, DAY)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(event)}\n" for event in said), "utf-8")


def dump(catalogue):
    return {name: sorted(map(repr, catalogue._db.execute(f"SELECT * FROM {name}"))) for name in TABLES}  # noqa: S608


def kept(number, stem):
    file = f"2026/11/23/{stem}.md"
    return events.kept(SAID, article(offer(number)), file=file, sha256="0", size=1, profile="clean")


@given(st.lists(EVENTS | FOREIGN, max_size=12))
@settings(max_examples=200)
def test_a_day_as_a_whole_says_what_its_events_say_one_by_one(said):
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Catalogue.private()) as one,
        closing(Catalogue.private()) as other,
    ):
        root = Path(folder)
        scribble(root, said)
        lines = list(journal.read(paths.journal_path(root, DAY)))
        for line in lines:
            one.apply(DAY, line.data)
        rows = read_day(root, DAY, "clean")
        assert other.add_day(rows)
        one.tails.set(DAY, rows.tail)
        assert dump(other) == dump(one)


def test_a_document_of_another_day_is_left_to_the_slow_way(tmp_path):
    write(tmp_path, [events.offered(SAID, offer(1))])
    write(tmp_path, [events.gone(SAID, docid_of(1), 404)], NEXT_DAY)
    with closing(Catalogue.private()) as catalogue:
        assert catalogue.add_day(read_day(tmp_path, DAY, "clean"))
        assert not catalogue.add_day(read_day(tmp_path, DAY, "clean"))
        assert not catalogue.add_day(read_day(tmp_path, NEXT_DAY, "clean"))
        assert catalogue.document(docid_of(1)).state == "pending"


def test_a_kept_article_has_its_name_before_a_waiting_one_may_claim_it(tmp_path):
    write(tmp_path, [events.offered(SAID, offer(2)), kept(1, TITLE)])  # whose own offer cannot be read any more
    with closing(Catalogue.private()) as catalogue:
        catalogue.add_day(read_day(tmp_path, DAY, "clean"))
        assert catalogue.document(docid_of(2)).stem == f"{TITLE}-{docid_of(2)}"


def test_in_the_one_folder_of_rsshub_a_kept_article_of_a_later_day_has_its_name_first(tmp_path):
    write(tmp_path, [events.offered(SAID, offer(1))])
    write(tmp_path, [events.offered(SAID, offer(2)), kept(2, TITLE)], NEXT_DAY)
    with closing(Catalogue.private(RSSHUB)) as catalogue:
        for day in (DAY, NEXT_DAY):
            catalogue.add_day(read_day(tmp_path, day, "rsshub"))
        catalogue.name_all()
        assert catalogue.document(docid_of(2)).stem == TITLE
        assert catalogue.document(docid_of(1)).stem not in (None, TITLE)


def test_lines_that_are_not_linked_are_told(tmp_path):
    write(tmp_path, [events.offered(SAID, offer(1)), events.offered(SAID, offer(2))])
    path = paths.journal_path(tmp_path, DAY)
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first.replace(b"1686", b"1687") + second)
    assert read_day(tmp_path, DAY, "clean").unlinked == [
        Damage(DAY, 2, UNLINKED, link_of(first.replace(b"1686", b"1687")), link_of(first))
    ]
