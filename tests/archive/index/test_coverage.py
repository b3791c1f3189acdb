"""What became of what was offered: the sum holds whatever the journals say, and looking leaves no trace."""

import tempfile
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsarchive.archive.format import events, journal, paths
from newsarchive.archive.format.events import Said
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.coverage import NO_CHANNEL, Coverage, CoverageRow, Gap, Waiting
from newsarchive.archive.index.view import look
from newsarchive.archive.record import appending
from tests.archive.making import (
    DAY,
    NEXT_DAY,
    NOON,
    TITLE,
    Clock,
    article,
    begin_script,
    catalogue_path,
    docid_of,
    fill,
    keep,
    offer,
    opened,
)
from tests.archive.making import given as by_hand

SAID = Said("run", NOON)
NO_STATES = dict.fromkeys(("kept", "filtered", "failed", "gone", "pending"), 0)


def rows(root, **asked):
    return look(root, lambda catalogue: list(catalogue.coverage.rows(**asked)))


def gaps(root):
    return look(root, lambda catalogue: list(catalogue.coverage.gaps()))


def write(root, day, *said):
    path = paths.journal_path(root, day)
    path.parent.mkdir(parents=True, exist_ok=True)
    appending.append(path, said, journal.tail(path))


def offered(number, channels, title):
    return events.offered(SAID, offer(number, channels=tuple(channels), title=title))


def kept(number, **more):
    said = events.kept(SAID, article(offer(number)), file=f"x/{number}.md", sha256="0", size=1, profile="clean")
    return {**said, **more}


def row(day=DAY, channel="1686", sealed_by=None, **states):
    return CoverageRow(day, channel, sum(states.values()), **NO_STATES | states, sealed_by=sealed_by)


# --- the sum, by all that a journal can say ----------------------------------------------------------------------------

NUMBERS = st.integers(0, 3)
DAYS = st.sampled_from([DAY, NEXT_DAY, DAY - timedelta(days=400)])
CHANNELS = st.lists(st.sampled_from(["1686", "2509", "2516"]), max_size=3, unique=True)
EVENTS = st.one_of(
    st.builds(offered, NUMBERS, CHANNELS, st.sampled_from("ab")),
    st.builds(kept, NUMBERS),
    st.builds(lambda n: kept(n, event="revised", revision=2, kind="text"), NUMBERS),
    st.builds(lambda n: events.filtered(SAID, docid_of(n), "same-text"), NUMBERS),
    st.builds(
        lambda n, attempts, due: events.failed(SAID, docid_of(n), "http-503", attempts=attempts, next_try_at=due),
        NUMBERS, st.integers(1, 7), st.sampled_from([None, NOON]),
    ),
    st.builds(lambda n: events.gone(SAID, docid_of(n), 404), NUMBERS),
    st.builds(
        lambda of, by: events.sealed(SAID, of, 3, by),
        st.sampled_from(["1686", "2509", "9999"]), st.sampled_from(["day-query", "pages"]),
    ),
    st.builds(lambda n: {"event": "checked", "docid": docid_of(n)}, NUMBERS),
    st.builds(lambda n: {"event": "gone", "docid": [n]}, NUMBERS),
)  # fmt: skip


def recount(said):
    """The same count by another hand: a table of documents, and one of who showed them."""
    day_of, shown, state, sealed = {}, set(), {}, {}
    for day, event in sorted(said, key=lambda entry: entry[0]):
        name, docid = event["event"], str(event["docid"])
        if name == "offered":
            day_of.setdefault(docid, day)
            state.setdefault(docid, "pending")
            shown |= {(docid, channel) for channel in event["channels"] or [None]}
        elif name == "sealed":
            sealed[day, event["channel"]] = event["by"]
        elif name in ("kept", "revised"):  # also where its offer comes later, or on another day, or was lost
            day_of.setdefault(docid, day)
            state[docid] = "kept"
        elif name in NO_STATES and state.get(docid, "kept") != "kept":
            state[docid] = name
    places = {(day_of[docid], channel) for docid, channel in shown}
    counted = {
        place: [state[docid] for docid, of in shown if (day_of[docid], of) == place] for place in places | set(sealed)
    }
    return {
        CoverageRow(
            *place, len(states), **{name: states.count(name) for name in NO_STATES}, sealed_by=sealed.get(place)
        )
        for place, states in counted.items()
    }


@given(st.lists(st.tuples(DAYS, EVENTS), max_size=30))
@settings(max_examples=150)
def test_the_sum_holds_whatever_the_journals_say(said):
    with tempfile.TemporaryDirectory() as folder:
        for day, event in said:
            write(Path(folder), day, event)
        found = rows(Path(folder))
    assert all(row.offered == row.kept + row.filtered + row.failed + row.gone + row.pending for row in found)
    assert len(found) == len(set(found))
    assert set(found) == recount(said)


@given(
    st.lists(st.tuples(DAYS, EVENTS), max_size=20),
    st.sampled_from([None, DAY, NEXT_DAY]),
    st.sampled_from([None, "1686", NO_CHANNEL]),
)
@settings(max_examples=60)
def test_a_part_that_is_asked_for_is_that_part_of_the_whole(said, since, channel):
    with closing(Catalogue.private()) as catalogue:
        for day, event in said:
            catalogue.apply(day, event)
        whole = list(catalogue.coverage.rows())
        part = list(catalogue.coverage.rows(since=since or date.min, channel=channel))
    assert part == [row for row in whole if row.day >= (since or date.min) and channel in (None, row.channel or "")]


@given(st.lists(st.tuples(DAYS, EVENTS), max_size=20))
@settings(max_examples=60)
def test_the_gaps_are_the_failed_and_pending_of_the_rows(said):
    with closing(Catalogue.private()) as catalogue:
        for day, event in said:
            catalogue.apply(day, event)
        missing, waiting = list(catalogue.coverage.gaps()), catalogue.coverage.waiting()
        complete = all(row.is_complete for row in catalogue.coverage.rows())
        assert sorted(catalogue.coverage.missing()) == sorted(gap.docid for gap in missing)
    assert complete == (missing == [])
    assert waiting.pending + waiting.failed + waiting.given_up == len(missing)


def test_an_article_once_kept_counts_as_kept_when_it_is_gone(tmp_path):
    write(tmp_path, DAY, events.offered(SAID, offer(1)), kept(1), events.gone(SAID, docid_of(1), 404))
    assert rows(tmp_path) == [row(kept=1)]


def test_a_document_counts_in_each_channel_that_showed_it(tmp_path):
    write(tmp_path, DAY, *(events.offered(SAID, offer(1, channels=(channel,))) for channel in ("2509", "1686")))
    assert rows(tmp_path) == [row(pending=1), row(channel="2509", pending=1)]


def test_an_address_given_by_hand_has_the_row_without_a_channel(tmp_path):
    write(tmp_path, DAY, events.offered(SAID, by_hand(1)), kept(1), events.offered(SAID, offer(1)))
    assert rows(tmp_path) == [row(kept=1), row(channel=None, kept=1)]


def test_a_sealed_day_that_showed_nothing_has_a_row(tmp_path):
    write(tmp_path, DAY, events.sealed(SAID, "1686", 0, "day-query"))
    assert rows(tmp_path) == [row(sealed_by="day-query")]


def test_a_gap_says_what_is_known_of_it(tmp_path):
    write(tmp_path, DAY, events.offered(SAID, offer(1)), events.offered(SAID, offer(2)))
    write(tmp_path, DAY, events.failed(SAID, docid_of(1), "http-503", attempts=2, next_try_at=NOON))
    due = "2026-11-23T12:00:00+08:00"
    assert gaps(tmp_path) == [
        Gap(docid_of(1), offer(1).url, TITLE, DAY, "failed", "http-503", 2, due),
        Gap(docid_of(2), offer(2).url, TITLE, DAY, "pending", "not-tried", 0, None),
    ]
    assert look(tmp_path, lambda catalogue: catalogue.coverage.waiting()) == Waiting(1, 1, 0, NOON)


def test_the_newest_row_of_a_channel_is_not_of_the_future(tmp_path):
    later = {"day": DAY + timedelta(days=9), "published_at": NOON + timedelta(days=9)}
    write(tmp_path, DAY, events.offered(SAID, offer(1, published_at=NOON)))
    write(tmp_path, later["day"], events.offered(SAID, offer(2, **later)))
    assert look(tmp_path, lambda catalogue: catalogue.coverage.newest("1686", DAY)) == NOON
    assert look(tmp_path, lambda catalogue: catalogue.coverage.newest("2509", DAY)) is None


# --- looking -----------------------------------------------------------------------------------------------------------


def on_disk(root):
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in root.rglob("*")}


@pytest.fixture
def root(tmp_path):
    fill(tmp_path, offer(1), offer(2))
    return tmp_path


def tampered(root, how):
    path, log = catalogue_path(root), paths.journal_path(root, DAY)
    if how == "missing":
        path.unlink()
    elif how == "damaged":
        path.write_bytes(b"no catalogue" * 1000)
    elif how == "behind":
        write(root, DAY, events.offered(SAID, offer(3)))
    elif how == "torn":
        log.write_bytes(log.read_bytes() + b'{"event":"offe')
    elif how == "ahead":
        log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    elif how == "a day lost":
        log.unlink()


EXPECTED = {
    "sound": [row(kept=2)],
    "missing": [row(kept=2)],
    "damaged": [row(kept=2)],
    "behind": [row(kept=2, pending=1)],
    "torn": [row(kept=2)],
    "ahead": [row(kept=1, pending=1)],
    "a day lost": [],
}


@pytest.mark.parametrize("how", EXPECTED)
def test_a_look_says_what_the_journals_say_and_writes_nothing(root, how):
    tampered(root, how)
    before = on_disk(root)
    assert rows(root) == EXPECTED[how]
    assert on_disk(root) == before


def test_a_look_into_an_empty_folder_finds_nothing(tmp_path):
    assert (rows(tmp_path), gaps(tmp_path), on_disk(tmp_path)) == ([], [], {})


def test_a_look_beside_a_running_crawl_sees_what_is_acknowledged_and_holds_nobody_up(root):
    with opened(root) as archive:
        archive.offer([offer(3)]).result()
        before = on_disk(root)
        assert rows(root) == [row(kept=2, pending=1)]
        assert on_disk(root) == before
        look(root, lambda _: keep(archive, offer(3)))
        assert rows(root) == [row(kept=3)]


KILLED = """
import os, sys
from pathlib import Path
from tests.archive.making import *
archive = Archive.open(Path(sys.argv[1]), "clean", Clock())
archive.offer([offer(3)]).result()
os.kill(os.getpid(), 9)
"""


def test_a_look_after_a_kill_sees_what_was_acknowledged_and_writes_nothing(root):
    with begin_script(KILLED, root) as process:
        assert process.wait() == -9
    before = on_disk(root)
    assert rows(root) == [row(kept=2, pending=1)]
    assert on_disk(root) == before


def test_a_look_that_a_start_disturbs_is_taken_again(root):
    seen = []

    def read(catalogue):
        if not seen:
            fill(root, offer(3))  # a whole run, which ends by writing into the very file
        seen.append(list(catalogue.coverage.rows()))
        return seen[-1]

    assert look(root, read) == [row(kept=3)]
    assert len(seen) > 1


def test_missing_ones_are_found_without_reading_what_is_done():
    plans = []
    with closing(Catalogue.private()) as catalogue:
        catalogue._db.set_trace_callback(plans.append)
        questions: Coverage = catalogue.coverage
        assert [*questions.gaps(), *questions.missing()] == []
        assert questions.waiting() == Waiting(0, 0, 0, None)
        catalogue._db.set_trace_callback(None)
        steps = [row[3] for plan in plans for row in catalogue._db.execute(f"EXPLAIN QUERY PLAN {plan}")]
    assert not [step for step in steps if step.startswith("SCAN")]


def test_an_archive_that_may_only_be_read_can_be_looked_into(root):
    catalogue_path(root).chmod(0o400)
    catalogue_path(root).parent.chmod(0o500)
    found = rows(root)
    catalogue_path(root).parent.chmod(0o700)
    assert found == [row(kept=2)]


def test_a_failure_that_is_due_and_one_that_is_given_up_are_both_missing(root):
    clock = Clock()
    with opened(root, clock) as archive:
        archive.offer([offer(3), offer(4)]).result()
        for _ in range(7):
            archive.failed(docid_of(3), "http-503").result()
            clock.pass_by(days=8)
        archive.failed(docid_of(4), "http-503").result()
    assert [(gap.docid, gap.attempts, gap.next_try_at is None) for gap in gaps(root)] == [
        (docid_of(3), 7, True),
        (docid_of(4), 1, False),
    ]
