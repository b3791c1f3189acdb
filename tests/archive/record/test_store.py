from dataclasses import replace
from datetime import timedelta

import pytest

from newsarchive.archive.record.losses import RETRY_AFTER
from newsarchive.errors import ArchiveLocked, ArchiveNotWritable, UsageError
from newsarchive.items import BEIJING
from tests.archive.making import (
    NEXT_DAY,
    NOON,
    TITLE,
    Clock,
    article,
    data_of,
    docid_of,
    given,
    keep,
    names,
    offer,
    opened,
    run_script,
    said,
    spoken,
    tree,
)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def archive(tmp_path, clock):
    with opened(tmp_path, clock) as archive:
        yield archive


def wanted(archive, of):
    return archive.offer([of]).result()[0].is_wanted


# --- one article -------------------------------------------------------------------------------------------------------


def test_an_article_is_a_file_and_two_lines(archive, tmp_path):
    of = offer(1)
    archive.offer([of]).result()
    assert keep(archive, of) == "kept"
    path = f"2026/11/23/{TITLE}.md"
    assert tree(tmp_path)[path] == data_of(of.docid)
    assert spoken(tmp_path) == ["offered", "kept"]
    assert said(tmp_path)[1]["file"] == path


def test_an_offer_is_on_disk_when_it_is_acknowledged(archive, tmp_path):
    archive.offer([offer(1), offer(2)]).result()
    assert [event["docid"] for event in said(tmp_path)] == [docid_of(1), docid_of(2)]


def test_a_kept_document_without_a_change_is_left(archive, tmp_path):
    of = offer(1)
    archive.offer([of]).result()
    keep(archive, of)
    assert keep(archive, of) == "unchanged"
    assert archive.keep(article(of), b"other bytes, and no kind of change").result() == "unchanged"
    assert spoken(tmp_path) == ["offered", "kept"]
    assert tree(tmp_path)[f"2026/11/23/{TITLE}.md"] == data_of(of.docid)


def test_the_counts_are_what_is_on_disk(archive):
    archive.offer([offer(1), offer(2), offer(1)]).result()
    keep(archive, offer(1))
    archive.failed(docid_of(2), "http-503").result()
    assert archive.counts == {"offered": 2, "kept": 1, "failed": 1}


# --- offers ------------------------------------------------------------------------------------------------------------


def test_a_second_row_for_a_known_document_says_nothing(archive, tmp_path):
    archive.offer([offer(1)]).result()
    archive.offer([offer(1), offer(1)]).result()
    assert spoken(tmp_path) == ["offered"]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "央行：降准"},
        {"url": "https://finance.sina.cn/2026-11-23/detail-iabcdefg0000001.d.html"},
        {"channels": ("2509",)},
        {"modified_at": NOON},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_row_that_changed_is_written_down_once(archive, tmp_path, change):
    archive.offer([offer(1)]).result()
    archive.offer([offer(1, **change)]).result()
    archive.offer([offer(1, **change)]).result()
    assert spoken(tmp_path) == ["offered", "offered"]


def test_two_channels_that_disagree_for_ever_say_it_once_each(archive, tmp_path):
    one, other = offer(1), offer(1, channels=("2509",), title="另一个标题")
    for of in (one, other, one, other):
        archive.offer([of]).result()
    assert spoken(tmp_path) == ["offered", "offered"]


def test_a_document_stays_in_the_day_of_its_first_offer(archive, tmp_path):
    archive.offer([offer(1)]).result()
    archive.offer([offer(1, day=NEXT_DAY, title="改了")]).result()
    assert keep(archive, offer(1)) == "kept"
    assert names(tmp_path) == [f"{TITLE}.md"]
    assert names(tmp_path, NEXT_DAY) == []


def test_a_known_document_is_no_longer_wanted_in_a_later_run(tmp_path):
    with opened(tmp_path) as archive:
        archive.offer([offer(1), offer(2), offer(3)]).result()
        keep(archive, offer(1))
        archive.filtered(docid_of(2), "video-only").result()
    with opened(tmp_path) as archive:
        sightings = archive.offer([offer(n, channels=("2509",)) for n in (1, 2, 3)]).result()
    assert [sighting.is_wanted for sighting in sightings] == [False, False, True]


# --- names -------------------------------------------------------------------------------------------------------------


def test_of_equal_titles_the_first_offered_has_the_plain_name_whichever_is_fetched_first(archive, tmp_path):
    archive.offer([offer(1), offer(2), offer(3)]).result()
    for number in (3, 1, 2):
        keep(archive, offer(number))
    assert names(tmp_path) == sorted([f"{TITLE}.md", f"{TITLE}-{docid_of(2)}.md", f"{TITLE}-{docid_of(3)}.md"])


def test_the_plain_name_stays_reserved_for_a_document_that_is_never_fetched(archive, tmp_path):
    archive.offer([offer(1), offer(2)]).result()
    archive.filtered(docid_of(1), "video-only").result()
    keep(archive, offer(2))
    assert names(tmp_path) == [f"{TITLE}-{docid_of(2)}.md"]


def test_names_that_differ_in_case_alone_are_equal(archive, tmp_path):
    archive.offer([offer(1, title="ETF 规模"), offer(2, title="etf 规模")]).result()
    keep(archive, offer(2))
    assert names(tmp_path) == [f"etf 规模-{docid_of(2)}.md"]


def test_equal_titles_on_two_days_are_two_plain_names(archive, tmp_path):
    for of in (offer(1), offer(2, day=NEXT_DAY)):
        archive.offer([of]).result()
        keep(archive, of)
    assert names(tmp_path) == names(tmp_path, NEXT_DAY) == [f"{TITLE}.md"]


def test_a_later_title_changes_no_name(archive, tmp_path):
    archive.offer([offer(1)]).result()
    archive.offer([offer(1, title="改了")]).result()
    keep(archive, offer(1), title="页面又改了")
    assert names(tmp_path) == [f"{TITLE}.md"]


def test_an_empty_title_gives_the_docid_alone(archive, tmp_path):
    archive.offer([offer(1, title=""), offer(2, title="\u200b . ")]).result()
    keep(archive, offer(1))
    keep(archive, offer(2))
    assert names(tmp_path) == [f"{docid_of(1)}.md", f"{docid_of(2)}.md"]


def test_an_address_given_by_hand_is_named_by_its_page_and_its_docid(archive, tmp_path):
    archive.offer([given(1)]).result()
    keep(archive, given(1))
    assert names(tmp_path) == [f"页面的标题-{docid_of(1)}.md"]


def test_a_listing_row_after_an_address_given_by_hand_changes_nothing_of_the_name(archive, tmp_path):
    archive.offer([given(1)]).result()
    archive.offer([offer(1)]).result()
    keep(archive, given(1))
    assert names(tmp_path) == [f"页面的标题-{docid_of(1)}.md"]


def test_an_address_given_by_hand_leaves_the_title_of_a_listed_document(archive, tmp_path):
    archive.offer([offer(1)]).result()
    archive.offer([given(1)]).result()
    keep(archive, offer(1))
    assert names(tmp_path) == [f"{TITLE}.md"]
    assert spoken(tmp_path) == ["offered", "kept"]


def test_a_title_that_is_the_name_of_another_document_takes_no_file_away(archive, tmp_path):
    rows = [offer(1), offer(3, title=f"{TITLE}-{docid_of(2)}"), offer(2)]
    archive.offer(rows).result()
    for of in rows:
        keep(archive, of)
    assert names(tmp_path) == sorted([f"{TITLE}.md", f"{TITLE}-{docid_of(2)}.md", f"{TITLE}-{docid_of(2)}-2.md"])


def test_a_long_title_made_to_be_the_cut_name_of_another_ends_in_a_name(archive, tmp_path):
    long = "长" * 100
    cut = f"{'长' * 54}…-{docid_of(2)}"
    archive.offer([offer(1, title=long), offer(3, title=cut), offer(2, title=long)]).result()
    keep(archive, offer(2))
    (name,) = names(tmp_path)
    assert name.endswith(f"…-{docid_of(2)}-2.md")


# --- polls -------------------------------------------------------------------------------------------------------------


def known(archive, channel, *numbers):
    return [sighting.known for sighting in archive.offer([offer(n) for n in numbers], poll=channel).result()]


def test_rows_are_known_after_a_poll_that_ended(archive):
    archive.begin_poll("1686").result()
    assert known(archive, "1686", 1, 2, 1) == [False, False, False]
    archive.end_poll("1686").result()
    assert known(archive, "1686", 1, 2, 3) == [True, True, False]


def test_an_interrupted_poll_makes_nothing_known(archive):
    archive.begin_poll("1686").result()
    known(archive, "1686", 1)
    archive.begin_poll("1686").result()
    known(archive, "1686", 2)
    archive.end_poll("1686").result()
    assert known(archive, "1686", 1, 2) == [False, True]


def test_a_row_is_known_by_channel(archive):
    known(archive, "1686", 1)
    archive.end_poll("1686").result()
    assert known(archive, "2509", 1) == [False]
    assert known(archive, None, 1) == [False]


def test_known_rows_outlast_the_run(tmp_path):
    with opened(tmp_path) as archive:
        known(archive, "1686", 1)
        archive.end_poll("1686").result()
        known(archive, "1686", 2)
    with opened(tmp_path) as archive:
        archive.begin_poll("1686").result()
        assert known(archive, "1686", 1, 2) == [True, False]


# --- losses ------------------------------------------------------------------------------------------------------------


def test_a_failure_is_tried_again_by_its_schedule_and_given_up(archive, clock, tmp_path):
    archive.offer([offer(1)]).result()
    for wait in RETRY_AFTER:
        archive.failed(docid_of(1), "http-503").result()
        assert not wanted(archive, offer(1))
        clock.now += wait
        assert wanted(archive, offer(1))
    archive.failed(docid_of(1), "http-503").result()
    clock.pass_by(days=1000)
    assert not wanted(archive, offer(1))
    last = said(tmp_path)[-1]
    assert (last["event"], last["attempts"], last["next_try_at"]) == ("failed", len(RETRY_AFTER) + 1, None)


def test_a_page_that_is_not_there_twice_an_hour_apart_is_gone(archive, clock, tmp_path):
    archive.offer([offer(1)]).result()
    archive.failed(docid_of(1), "http-404").result()
    clock.pass_by(hours=1)
    assert wanted(archive, offer(1))
    archive.failed(docid_of(1), "not-found").result()
    assert spoken(tmp_path) == ["offered", "failed", "gone"]
    assert said(tmp_path)[-1]["status"] == 404
    assert not wanted(archive, offer(1))


def test_what_is_gone_from_its_address_is_wanted_again_at_another(archive, clock, tmp_path):
    archive.offer([offer(1)]).result()
    for _ in range(2):
        archive.failed(docid_of(1), "http-404").result()
        clock.pass_by(hours=1)
    moved = replace(offer(1), url=offer(1).url.replace("/doc-i", "/china/doc-i"))
    assert [wanted(archive, offer(1)), wanted(archive, moved), wanted(archive, moved)] == [False, True, True]
    archive.failed(docid_of(1), "http-404").result()
    assert spoken(tmp_path) == ["offered", "failed", "gone", "offered", "failed"]
    archive.close()
    assert archive.left() == {"pending": 0, "failed": 1}


def test_a_page_that_is_not_there_twice_within_the_hour_is_not_gone_yet(archive, clock, tmp_path):
    archive.offer([offer(1)]).result()
    archive.failed(docid_of(1), "http-410").result()
    clock.pass_by(minutes=59)
    archive.failed(docid_of(1), "http-410").result()
    assert spoken(tmp_path) == ["offered", "failed", "failed"]


def test_another_failure_in_between_starts_the_hour_anew(archive, clock, tmp_path):
    archive.offer([offer(1)]).result()
    for reason in ("http-404", "http-503", "http-404"):
        archive.failed(docid_of(1), reason).result()
        clock.pass_by(days=1)
    assert spoken(tmp_path) == ["offered", "failed", "failed", "failed"]


def test_a_document_that_failed_and_came_is_kept_with_no_trace_in_its_state(archive, tmp_path):
    archive.offer([offer(1)]).result()
    archive.failed(docid_of(1), "http-503").result()
    assert keep(archive, offer(1)) == "kept"
    archive.close()
    assert archive.left() == {"pending": 0, "failed": 0}


def test_what_is_kept_stays_kept_whatever_becomes_of_its_page(archive, clock, tmp_path):
    archive.offer([offer(1)]).result()
    keep(archive, offer(1))
    for reason in ("http-404", "http-404", "http-503"):
        archive.failed(docid_of(1), reason).result()
        clock.pass_by(hours=2)
    archive.filtered(docid_of(1), "same-text", of=docid_of(2)).result()
    assert spoken(tmp_path) == ["offered", "kept", "failed", "gone"]
    assert archive.find(docid_of(1)).result().state == "kept"


def test_what_is_left_counts_pending_and_due_again_but_not_given_up(archive, clock):
    archive.offer([offer(n) for n in range(4)]).result()
    archive.failed(docid_of(1), "http-503").result()
    archive.filtered(docid_of(2), "video-only").result()
    for _ in range(len(RETRY_AFTER) + 1):
        archive.failed(docid_of(3), "http-503").result()
    archive.close()
    assert archive.left() == {"pending": 1, "failed": 1}


# --- the archive as a whole --------------------------------------------------------------------------------------------


def test_another_profile_is_a_wrong_usage_once_something_is_kept(tmp_path):
    with opened(tmp_path, profile="rsshub") as archive:
        archive.offer([offer(1)]).result()
        keep(archive, offer(1))
    with pytest.raises(UsageError, match="begun with profile rsshub"), opened(tmp_path, profile="clean"):
        pass
    with opened(tmp_path, profile="rsshub"):
        pass


def test_a_second_run_is_refused_and_told_the_owner(archive, tmp_path):
    with pytest.raises(ArchiveLocked, match=r"process \d+ on .*, since 20"), opened(tmp_path):
        pass


def test_a_file_where_the_archive_should_be_is_not_writable(tmp_path):
    (tmp_path / "archive").write_text("")
    with pytest.raises(ArchiveNotWritable), opened(tmp_path / "archive"):
        pass


def test_a_file_where_the_state_should_be_is_not_writable(tmp_path):
    (tmp_path / ".newsarchive").write_text("")
    with pytest.raises(ArchiveNotWritable, match="newsarchive"), opened(tmp_path):
        pass


def test_closing_twice_is_closing_once(tmp_path):
    with opened(tmp_path) as archive:
        archive.offer([offer(1)]).result()
        archive.close()
    with opened(tmp_path):
        pass


def test_closing_writes_what_waits(tmp_path):
    with opened(tmp_path) as archive:
        futures = [archive.offer([offer(n)]) for n in range(200)]
    assert all(future.done() for future in futures)
    assert spoken(tmp_path) == ["offered"] * 200


def test_the_machines_zone_changes_nothing(tmp_path, clock):
    clock.now = NOON.astimezone(None).astimezone(BEIJING) + timedelta(microseconds=5)
    with opened(tmp_path, clock) as archive:
        archive.offer([offer(1)]).result()
        archive.failed(docid_of(1), "http-503").result()
    assert said(tmp_path)[-1]["next_try_at"] == "2026-11-23T12:10:00+08:00"


OFFER_MANY = """
import resource, sys
from pathlib import Path
from tests.archive.making import offer, opened
with opened(Path(sys.argv[1])) as archive:
    for page in range(int(sys.argv[2]) // 50):
        archive.offer([offer(page * 50 + n) for n in range(50)], poll="2509").result()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
FLAT_MIB = 16
"""SQLite's page cache of 8 MiB, twice: it is all that may grow with the number of offers."""


@pytest.mark.slow
def test_twenty_thousand_offers_leave_memory_flat(tmp_path):
    peaks = [int(run_script(OFFER_MANY, tmp_path / str(count), count).stdout) for count in (1_000, 20_000)]
    assert peaks[1] - peaks[0] < FLAT_MIB


def test_a_persons_file_in_the_way_of_an_article_stays(archive, tmp_path):
    of = offer(1)
    archive.offer([of]).result()
    mine = tmp_path / f"2026/11/23/{TITLE}.md"
    mine.write_text("mine", "utf-8")
    assert keep(archive, of) == "kept"
    assert tree(tmp_path)[f"2026/11/23/{TITLE}-{of.docid}.md"] == data_of(of.docid)
    assert mine.read_text("utf-8") == "mine"


# --- rows in turn, runs after one another ----------------------------------------------------------------------------


def test_two_rows_of_one_document_in_one_channel_add_no_lines_from_the_second_poll_on(archive, clock, tmp_path):
    rows = [offer(1), offer(1, url="https://finance.sina.com.cn/other/doc-iabcdefg0000001.shtml", title="另一个标题")]
    for _ in range(4):
        archive.offer(rows, poll="1686").result()
        archive.end_poll("1686").result()
        clock.pass_by(hours=1)
    assert spoken(tmp_path) == ["offered", "offered"]


def test_a_document_that_fails_at_two_addresses_in_turn_is_given_up(archive, clock, tmp_path):
    rows = [offer(1), offer(1, url="https://finance.sina.com.cn/other/doc-iabcdefg0000001.shtml")]
    asked = 0
    for _ in range(60):
        wanted = [sighting.is_wanted for sighting in archive.offer(rows).result()]
        if any(wanted):
            asked += 1
            archive.failed(docid_of(1), "http-503").result()
        clock.pass_by(days=1)
    assert asked == len(RETRY_AFTER) + 1


def test_what_an_earlier_run_left_counts_as_offered_to_the_run_that_settles_it(archive, clock, tmp_path):
    archive.offer([offer(1), offer(2)]).result()
    archive.close()
    clock.pass_by(hours=1)
    with opened(tmp_path, clock) as later:
        later.offer([offer(3)]).result()
        keep(later, offer(1))
        later.failed(docid_of(2), "http-503").result()
        later.close()
        assert later.counts == {"offered": 3, "kept": 1, "failed": 1}
