import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsarchive.archive.format import events
from newsarchive.archive.format.events import Said
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.days import Reading
from tests.archive.making import (
    DAY,
    NEXT_DAY,
    NOON,
    TITLE,
    Clock,
    article,
    catalogue_path,
    data_of,
    docid_of,
    offer,
    opened,
    tables,
)

SAID = Said("run", NOON)


@pytest.fixture
def catalogue(tmp_path):
    with closing(Catalogue(tmp_path / "catalogue.sqlite", create=True)) as catalogue:
        yield catalogue


# --- live and rebuilt --------------------------------------------------------------------------------------------------

NUMBERS = st.integers(0, 4)
TITLES = st.sampled_from([TITLE, TITLE.upper(), "", "ETF", "etf", f"ETF-{docid_of(1)}"])
CHANNELS = st.sampled_from([(), ("1686",), ("2509",), ("1686", "2509")])
REASONS = st.sampled_from(["http-404", "http-503", "not-found"])
STEPS = st.one_of(
    st.tuples(st.just("offer"), NUMBERS, TITLES, CHANNELS, st.sampled_from([DAY, NEXT_DAY])),
    st.tuples(st.just("keep"), NUMBERS),
    st.tuples(st.just("fail"), NUMBERS, REASONS),
    st.tuples(st.just("filter"), NUMBERS),
    st.tuples(st.just("wait"), st.integers(1, 100)),
    st.tuples(st.just("sweep"), NUMBERS, st.sampled_from([DAY, NEXT_DAY]), st.booleans()),
)


def take(archive, step):
    """One thing that a run does; a document that was never offered has no outcome."""
    verb, number, *rest = step
    if verb == "wait":
        archive.clock.pass_by(hours=number)
    elif verb == "offer":
        title, channels, day = rest
        archive.offer([offer(number, title=title, channels=channels, day=day, published_at=NOON)]).result()
    elif verb == "sweep":
        day, asked = rest
        archive.swept(Reading(day=day, channel="1686", rows=number), asked=asked).result()
    elif archive._catalogue.document(docid_of(number)) is None:
        return
    elif verb == "keep":
        archive.keep(article(offer(number), text_sha256=f"{number % 2}"), data_of(docid_of(number))).result()
    elif verb == "fail":
        archive.failed(docid_of(number), *rest).result()
    else:
        archive.filtered(docid_of(number), "same-text", of=docid_of(0)).result()


OFFERED_AND_KEPT = [("offer", 1, TITLE, ("1686",), DAY), ("keep", 1)]
A_DAY_LATER = ("wait", 24)
GONE = [("fail", 1, "http-404"), A_DAY_LATER, ("fail", 1, "http-404"), A_DAY_LATER]


def lasting(root):
    """The tables without what a visit that failed or said nothing new leaves: it has no line, on purpose."""
    found = tables(root)
    with closing(sqlite3.connect(catalogue_path(root))) as db:
        found["visits"] = db.execute(f"SELECT {OF_LINES} FROM visits ORDER BY docid").fetchall()  # noqa: S608
    return found


OF_LINES = "docid, published, states, absent, gone, etag, last_modified, checked_on"


@pytest.mark.slow
@given(st.lists(STEPS, max_size=25))
@example([*OFFERED_AND_KEPT, ("fail", 1, "http-503")])
@example([*OFFERED_AND_KEPT, *GONE, ("fail", 1, "http-404")])
@settings(max_examples=60)
def test_a_catalogue_rebuilt_from_the_journals_says_what_the_live_one_said(steps):
    with tempfile.TemporaryDirectory() as folder:
        root, clock = Path(folder), Clock()
        with opened(root, clock) as archive:
            for step in steps:
                take(archive, step)
        live = lasting(root)
        catalogue_path(root).unlink()
        with opened(root, clock):
            pass
        assert lasting(root) == live


# --- what is said of documents -----------------------------------------------------------------------------------------


def test_due_is_in_the_order_of_the_offers(catalogue):
    for number in (3, 1, 2):
        catalogue.apply(DAY, events.offered(SAID, offer(number)))
    assert list(catalogue.coverage.due(NOON)) == [docid_of(3), docid_of(1), docid_of(2)]


def test_due_and_counts_do_not_read_the_documents_that_are_done(catalogue):
    plans = []
    catalogue._db.set_trace_callback(plans.append)
    list(catalogue.coverage.due(NOON))
    catalogue.counts()
    catalogue._db.set_trace_callback(None)
    steps = [row[3] for plan in plans for row in catalogue._db.execute(f"EXPLAIN QUERY PLAN {plan}")]
    assert not [step for step in steps if step.startswith("SCAN")]


def test_the_kept_document_with_the_same_text_is_found(catalogue):
    catalogue.apply(DAY, events.offered(SAID, offer(1)))
    assert catalogue.same_text("digest") is None
    told = article(offer(1), text_sha256="digest")
    catalogue.apply(DAY, events.kept(SAID, told, file="2026/11/23/x.md", sha256="0", size=1, profile="clean"))
    assert catalogue.same_text("digest") == docid_of(1)


def test_a_revision_is_the_newest_state_of_a_kept_document(catalogue):
    catalogue.apply(DAY, events.offered(SAID, offer(1)))
    kept = events.kept(SAID, article(offer(1)), file=f"2026/11/23/{TITLE}.md", sha256="1", size=1, profile="clean")
    catalogue.apply(DAY, kept)
    catalogue.apply(DAY, {**kept, "event": "revised", "sha256": "2", "revision": 2, "kind": "text"})
    document = catalogue.document(docid_of(1))
    assert (document.state, document.sha256, document.stem) == ("kept", "2", TITLE)


def test_a_transaction_that_fails_changes_nothing(catalogue):
    with suppress(KeyError), catalogue.transaction():
        catalogue.apply(DAY, events.offered(SAID, offer(1)))
        {}["a job that fails"]
    assert catalogue.document(docid_of(1)) is None


def test_a_reader_sees_what_is_committed_and_holds_nobody_up(tmp_path):
    with opened(tmp_path) as archive, closing(archive.reader()) as reader:
        archive.offer([offer(1), offer(2)]).result()
        rows = reader.coverage.due(NOON)
        assert next(rows) == docid_of(1)
        archive.offer([offer(3)]).result()
        assert list(rows) == [docid_of(2)]  # as it was when the reading began
        assert reader.document(docid_of(3)) is not None


# --- lines of another hand ---------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
KEYS = (
    "channel",
    "total",
    "by",
    "url",
    "title",
    "channels",
    "lids",
    "modified_at",
    "file",
    "sha256",
    "profile",
    "reason",
    "attempts",
    "status",
)
FOREIGN = st.fixed_dictionaries(
    {
        "event": st.sampled_from(
            ["offered", "kept", "revised", "filtered", "failed", "gone", "checked", "asked", "sealed"]
        )
        | JSON,
        "docid": st.just(docid_of(1)) | st.none() | JSON,
    },
    optional=dict.fromkeys((*KEYS, "channel", "total", "by", "at", "published_at", "text_sha256", "next_try_at"), JSON),
)


@given(FOREIGN)
@settings(max_examples=300)
def test_no_line_of_another_hand_stops_a_start(event):
    with closing(Catalogue(Path(":memory:"), create=True)) as catalogue:
        catalogue.apply(DAY, events.offered(SAID, offer(1)))
        catalogue.apply(DAY, event)
        document = catalogue.document(docid_of(1))
        assert document.offer().title == TITLE


@pytest.mark.parametrize(
    "change", [{"docid": "../../etc"}, {"docid": None}, {"title": ["x"]}, {"title": "\ud800"}, {"channels": "1686"}]
)
def test_an_unsound_offer_is_passed_over(catalogue, change):
    catalogue.apply(DAY, {**events.offered(SAID, offer(1)), **change})
    assert catalogue.document(docid_of(1)) is None


@pytest.mark.parametrize("attempts", ["many", -1, 2**70, 1.5])
def test_an_unsound_failure_is_passed_over(catalogue, attempts):
    catalogue.apply(DAY, events.offered(SAID, offer(1)))
    catalogue.apply(DAY, {**events.failed(SAID, docid_of(1), "x", attempts=1, next_try_at=NOON), "attempts": attempts})
    assert catalogue.document(docid_of(1)).state == "pending"


def test_an_event_of_a_later_version_changes_nothing(catalogue):
    catalogue.apply(DAY, events.offered(SAID, offer(1)))
    before = catalogue.document(docid_of(1))
    catalogue.apply(DAY, {"event": "checked", "docid": docid_of(1), "sha256": None})
    catalogue.apply(DAY, {"event": "sealed", "docid": None, "channel": "1686", "total": 3})
    assert catalogue.document(docid_of(1)) == before
