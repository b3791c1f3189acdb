"""Stored pages read again: nothing without a change of rules, what was predicted with one, told apart from the source's own."""

from __future__ import annotations

import hashlib
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from newsarchive.archive.format import journal, paths, raw_record
from newsarchive.archive.format.raw_record import Exchange
from newsarchive.archive.format.states import state_at
from newsarchive.archive.record.lock import ArchiveLock
from newsarchive.archive.record.redaction import redact
from newsarchive.errors import ArchiveLocked
from newsarchive.jobs.reextracting.day import ALTERED_FILE, DAMAGED, NOT_AN_ARTICLE, SHRUNK
from newsarchive.jobs.reextracting.outcome import ReextractionOutcome
from newsarchive.jobs.reextracting.run import Tell, hidden_names
from newsarchive.jobs.verify import FULL, verify
from newsarchive.pages.layout import Css
from newsarchive.pages.text import one_line
from newsarchive.reading.evidence.gathering import gather
from newsarchive.reading.history import corrections
from newsarchive.reading.library import Library
from newsarchive.reading.new_hits import LookedThrough, new_hits
from newsarchive.reading.raw_members import lines_with_answers
from newsarchive.reading.search.query import parse
from newsarchive.sina.page import boilerplate
from newsarchive.sina.page.layouts import SinaFinance2017Page
from tests.archive.making import tables, tree
from tests.jobs.importing.machines import take_in
from tests.jobs.reextracting.shelf import (
    DAY,
    NEXT_DAY,
    NOTICE,
    PROSE,
    Shelf,
    docid_of,
    offer,
    page,
    with_notice_dropped,
)
from tests.reading.web.readers import reading


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "archive")


@pytest.fixture
def drop_notice(monkeypatch: pytest.MonkeyPatch) -> Any:
    return lambda: monkeypatch.setattr(boilerplate, "RULES", with_notice_dropped())


@pytest.fixture
def lose_keywords(monkeypatch: pytest.MonkeyPatch) -> Any:
    nowhere = Css("a", within=".nowhere", to=one_line, many=True)
    return lambda: monkeypatch.setitem(SinaFinance2017Page.fields, "keywords", nowhere)


def is_sound(shelf: Shelf) -> bool:
    return verify(shelf.root, FULL, {}, lambda *_: None).findings == []


def named(outcome: ReextractionOutcome) -> dict[str, tuple[str, ...]]:
    return {one.docid: one.what for one in outcome.named}


def test_same_rules_change_no_byte(shelf: Shelf) -> None:
    shelf.keep(1, 2, keywords=["纸船"])
    shelf.keep(3, day=NEXT_DAY)
    shelf.revise(1, page(1, "更正：卖出三万只。", keywords=["纸船"]))
    before = tree(shelf.root)
    outcome = shelf.reextract()
    assert outcome.counts["unchanged"] == outcome.pages == 4
    assert not outcome.named
    assert tree(shelf.root) == before


def test_one_line_of_boilerplate_changes_the_articles_that_have_it(shelf: Shelf, drop_notice: Any) -> None:
    shelf.keep(1, 3)
    shelf.keep_pages({2: page(2, NOTICE), 4: page(4, "正文之前。", NOTICE)})
    drop_notice()
    shown = shelf.reextract(is_dry=True)
    assert named(shown) == {docid_of(2): ("text",), docid_of(4): ("text",)}
    assert shown.layouts["SinaFinance2017Page"].lost == 2 * len(NOTICE)
    assert NOTICE in shelf.text(2)
    written = shelf.reextract()
    assert named(written) == named(shown)
    assert written.counts["reextracted"] == 2
    assert [NOTICE in shelf.text(number) for number in (1, 2, 3, 4)] == [False] * 4
    assert NOTICE in shelf.text(2, state=0)
    assert is_sound(shelf)
    assert shelf.reextract().counts["changed"] == 0


def test_one_selector_of_a_layout_changes_the_fields_that_it_reads(shelf: Shelf, lose_keywords: Any) -> None:
    shelf.keep(1, keywords=["纸船", "出口"])
    shelf.keep(2)
    before = shelf.text(1)
    lose_keywords()
    outcome = shelf.reextract()
    assert named(outcome) == {docid_of(1): ("keywords",)}
    assert outcome.layouts["SinaFinance2017Page"].fields["keywords"] == {"lost": 1}
    first, second = shelf.history(1).states
    assert (first.line["keywords"], second.line["keywords"]) == (["纸船", "出口"], [])
    assert shelf.text(1) == shelf.text(1, state=0) == before
    assert is_sound(shelf)


def test_further_state_keeps_what_its_fetch_told(shelf: Shelf, drop_notice: Any) -> None:
    shelf.keep_pages({1: page(1, NOTICE)})
    drop_notice()
    shelf.reextract()
    first, second = (state.line for state in shelf.history(1).states)
    same = ("fetched_at", "warc", "etag", "published_at", "layout", "page_id", "file")
    assert {key: first[key] for key in same} == {key: second[key] for key in same}
    assert (second["event"], second["kind"], second["revision"]) == ("revised", "reextracted", 2)
    assert first["told_sha256"] != second["told_sha256"]
    assert first["text_sha256"] != second["text_sha256"]


def test_each_page_of_a_document_is_read_again_behind_its_own_state(shelf: Shelf, drop_notice: Any) -> None:
    shelf.keep_pages({1: page(1, NOTICE, "卖出两万只。")})
    shelf.revise(1, page(1, NOTICE, "卖出三万只。"))
    drop_notice()
    assert shelf.reextract().counts["reextracted"] == 2
    states = shelf.history(1).states
    assert [state.line.get("kind") for state in states] == [None, "reextracted", "figure", "reextracted"]
    assert [NOTICE in shelf.text(1, number) for number in range(4)] == [True, False, True, False]
    assert ["两万只。" in shelf.text(1, number) for number in range(4)] == [True, True, False, False]
    assert states[-1].file.endswith("号通告.md")
    assert is_sound(shelf)
    assert shelf.reextract().counts["changed"] == 0


def test_as_of_tells_what_the_page_said_then_by_the_rules_of_now(shelf: Shelf, drop_notice: Any) -> None:
    shelf.keep_pages({1: page(1, NOTICE, "卖出两万只。")})
    then = shelf.clock.now
    shelf.revise(1, page(1, NOTICE, "卖出三万只。"))
    drop_notice()
    shelf.reextract()
    state = state_at(shelf.history(1).states, then)
    assert state
    assert state.number == 2
    assert state.reextracted_at
    article = Library(shelf.root).article(docid_of(1), at=then)
    assert article
    assert NOTICE not in article.text
    assert "两万只。" in article.text
    assert article.entry.reextracted_at == state.reextracted_at


def test_re_extraction_is_no_correction_unless_asked_for(shelf: Shelf, drop_notice: Any) -> None:
    shelf.keep_pages({1: page(1, NOTICE, "卖出两万只。")})
    shelf.revise(1, page(1, NOTICE, "卖出三万只。"))
    drop_notice()
    shelf.reextract()
    (own,) = corrections(shelf.root)
    assert (own.kind, own.before.number, own.after.number if own.after else 0) == ("figure", 1, 3)
    again = list(corrections(shelf.root, kinds=frozenset(["reextracted"])))
    assert [(one.before.number, one.after.number if one.after else 0) for one in again] == [(1, 2), (3, 4)]


def test_re_extraction_is_no_news_and_no_change_of_the_source(shelf: Shelf, drop_notice: Any) -> None:
    shelf.keep_pages({1: page(1, NOTICE)})
    library = Library(shelf.root)
    mark = library.mark()
    drop_notice()
    shelf.reextract()
    assert library.changes_since(mark).changes == ()
    (count,) = library.counts()
    assert (count.kept, count.revised) == (1, 0)
    (entry,) = library.entries()
    assert (entry.states, entry.own_states) == (2, 1)


def test_watch_is_not_told_of_it(shelf: Shelf, drop_notice: Any) -> None:
    shelf.keep_pages({1: page(1, NOTICE)})
    queries, mark = {"纸船": parse("纸船工坊")}, LookedThrough(shelf.clock(), None)
    tails = {news.day: news.tail for news in new_hits(shelf.root, queries, mark)}
    drop_notice()
    shelf.reextract()
    shelf.keep(2)
    (news,) = new_hits(shelf.root, queries, LookedThrough(shelf.clock(), tails))
    assert news.docids == {"纸船": (docid_of(2),)}


def test_reader_says_above_the_text_that_the_source_changed_nothing(shelf: Shelf, drop_notice: Any) -> None:
    shelf.keep_pages({1: page(1, NOTICE)})
    drop_notice()
    shelf.reextract()
    with reading(shelf.root) as reader:
        assert "来源没有改动" in reader.ask(f"/article/{docid_of(1)}").text
        history = reader.ask(f"/article/{docid_of(1)}/history").text
        assert "按新规则重新提取" in history
        assert "用新规则重读了上面这个时候存下的网页" in history
        assert docid_of(1) not in reader.ask("/corrections?until=2026-11-24").text
        assert docid_of(1) in reader.ask("/corrections?until=2026-11-24&kind=reextracted").text
        told = reader.ask(f"/api/articles/{docid_of(1)}/states").json
        assert [bool(one["reextracted_at"]) for one in told] == [False, True]


def test_withdrawn_document_stays_withdrawn(shelf: Shelf, drop_notice: Any) -> None:
    shelf.keep_pages({1: page(1, NOTICE)})
    with shelf.opened() as archive:
        archive.failed(docid_of(1), "http-404").result()
    shelf.clock.now += timedelta(hours=2)
    with shelf.opened() as archive:
        archive.failed(docid_of(1), "http-404").result()
    drop_notice()
    assert shelf.reextract().counts["reextracted"] == 1
    (entry,) = Library(shelf.root).entries()
    assert entry.is_withdrawn
    assert shelf.history(1).gone


def test_rebuilt_catalogue_says_the_same(shelf: Shelf, drop_notice: Any) -> None:
    shelf.keep_pages({1: page(1, NOTICE, "卖出两万只。"), 2: page(2)})
    shelf.revise(1, page(1, NOTICE, "卖出三万只。"))
    drop_notice()
    shelf.reextract()
    live = tables(shelf.root)
    (shelf.root / ".newsarchive/catalogue.sqlite").unlink()
    with shelf.opened():
        pass
    rebuilt = tables(shelf.root)
    assert (rebuilt["documents"], rebuilt["visits"]) == (live["documents"], live["visits"])


# --- failed documents ------------------------------------------------------------------------------------------------


def test_failed_document_whose_stored_answer_fits_a_layout_now_is_kept(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.fail(1, page(1, layout="newbody"))
    shelf.fail(2, b"<html><head><title>x</title></head><body>out of order</body></html>")
    assert shelf.reextract().counts["found"] == 0
    monkeypatch.setattr(SinaFinance2017Page, "marker", ("h1.main-title", "#newbody"))
    monkeypatch.setitem(SinaFinance2017Page.fields, "body", Css("#newbody"))
    outcome = shelf.reextract(failed_only=True)
    assert [one.docid for one in outcome.found] == [docid_of(1)]
    assert (outcome.counts["kept"], outcome.counts["still_failed"]) == (1, 1)
    (state,) = shelf.history(1).states
    assert (state.line["event"], state.line["etag"]) == ("kept", '"e1"')
    assert PROSE in shelf.text(1)
    assert is_sound(shelf)


def test_failed_document_with_the_text_of_a_kept_one_is_filtered(shelf: Shelf) -> None:
    shelf.keep(1)
    twin = page(1).replace(docid_of(1).encode(), docid_of(2).encode())
    shelf.fail(2, twin)
    outcome = shelf.reextract()
    assert (outcome.counts["kept"], outcome.counts["same-text"]) == (0, 1)
    (line,) = [line for line in shelf.lines() if line["event"] == "filtered"]
    assert (line["docid"], line["of"]) == (docid_of(2), docid_of(1))


def test_failed_only_leaves_kept_ones(shelf: Shelf, drop_notice: Any) -> None:
    shelf.keep_pages({1: page(1, NOTICE)})
    drop_notice()
    assert shelf.reextract(failed_only=True).pages == 0


# --- what stays as it is ---------------------------------------------------------------------------------------------


def test_page_that_is_no_article_any_more_is_told_and_stays(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.keep(1)
    before = tree(shelf.root)
    monkeypatch.setitem(SinaFinance2017Page.fields, "title", Css("h2.nowhere"))
    outcome = shelf.reextract()
    assert [(one.kind, one.docid) for one in outcome.troubles] == [(NOT_AN_ARTICLE, docid_of(1))]
    assert tree(shelf.root) == before


def test_file_that_somebody_altered_stays(shelf: Shelf, drop_notice: Any) -> None:
    shelf.keep_pages({1: page(1, NOTICE), 2: page(2, NOTICE)})
    altered = shelf.root / shelf.history(1).states[-1].file
    altered.write_text("mine", "utf-8")
    drop_notice()
    outcome = shelf.reextract()
    assert [one.kind for one in outcome.troubles] == [ALTERED_FILE]
    assert altered.read_text("utf-8") == "mine"
    assert outcome.counts["reextracted"] == 1


def test_damaged_record_is_named_and_the_others_are_read(shelf: Shelf) -> None:
    shelf.keep(1, 2)
    _, offset, length = str(shelf.history(1).states[0].line["warc"]).split(":")
    file = next((shelf.root / "_raw").rglob("*.gz"))
    data = bytearray(file.read_bytes())
    data[int(offset) + int(length) // 2] ^= 1
    file.write_bytes(data)
    outcome = shelf.reextract()
    assert [(one.kind, one.docid) for one in outcome.troubles] == [(DAMAGED, docid_of(1))]
    assert outcome.counts["unchanged"] == 1


def test_place_that_is_another_documents_counts_as_none(shelf: Shelf) -> None:
    """As a line that came from another archive may name it."""
    shelf.keep(1, 2)
    places = {number: str(shelf.history(number).states[0].line["warc"]) for number in (1, 2)}
    shelf.root.joinpath("2026/11/23/_day.jsonl").write_bytes(
        shelf.root.joinpath("2026/11/23/_day.jsonl").read_bytes().replace(places[1].encode(), places[2].encode())
    )
    outcome = shelf.reextract(is_dry=True)
    assert (outcome.counts["unstored"], outcome.counts["unchanged"]) == (1, 1)


def test_archive_without_raw_store_has_nothing_to_read(shelf: Shelf) -> None:
    shelf.keep(1)
    shutil.rmtree(shelf.root / "_raw")
    assert [one.kind for one in shelf.reextract().troubles] == [DAMAGED]


def test_related_link_to_a_redacted_document_does_not_come_back(shelf: Shelf) -> None:
    aside = (
        '相关新闻</p><p><a href="https://finance.sina.com.cn/roll/2026-11-23/doc-inaaaaaa0000009.shtml">纸船沉没</a>'
    )
    shelf.keep_pages({1: page(1, aside)})
    line = shelf.history(1).states[0].line
    assert shelf.reextract(is_dry=True).counts["unchanged"] == 1
    assert line["asides"]
    outcome = shelf.reextract(is_dry=True, hidden=("naaaaaa0000009",))
    assert named(outcome) == {docid_of(1): ("asides",)}


def test_names_of_redacted_documents_are_found_in_the_journals(shelf: Shelf) -> None:
    shelf.keep(1, 2)
    assert hidden_names(shelf.root) == ()
    redact(shelf.root, "clean", docid_of(1), "on request", keep_title=False, clock=shelf.clock)
    assert hidden_names(shelf.root) == (docid_of(1), offer(1, DAY).url.partition(":")[2])
    outcome = shelf.reextract()
    assert (outcome.pages, outcome.counts["unchanged"]) == (1, 1)


# --- which -----------------------------------------------------------------------------------------------------------


def test_layout_and_days_choose(shelf: Shelf, drop_notice: Any) -> None:
    shelf.keep_pages({1: page(1, NOTICE)})
    shelf.keep_pages({2: page(2, NOTICE)}, NEXT_DAY)
    drop_notice()
    assert shelf.reextract(is_dry=True, layout="SinaWeb2014Page").counts["changed"] == 0
    assert named(shelf.reextract(is_dry=True, layout="SinaFinance2017Page", until=DAY)) == {docid_of(1): ("text",)}
    assert named(shelf.reextract(is_dry=True, since=NEXT_DAY)) == {docid_of(2): ("text",)}


# --- beside others ---------------------------------------------------------------------------------------------------


def test_run_that_holds_the_archive_is_waited_for_and_then_told(shelf: Shelf, drop_notice: Any) -> None:
    shelf.keep_pages({1: page(1, NOTICE)})
    drop_notice()
    heard: list[str] = []
    with ArchiveLock(shelf.root / ".newsarchive"), pytest.raises(ArchiveLocked):
        shelf.reextract(lock_patience_s=0.01, tell=Tell(waits=heard.append))
    assert len(heard) == 1
    assert "held by another run" in heard[0]


def test_document_that_changed_since_it_was_read_is_left(shelf: Shelf, drop_notice: Any) -> None:
    shelf.keep_pages({1: page(1, NOTICE), 2: page(2, NOTICE)})
    drop_notice()

    def finish_first(done: int, *_: int) -> None:
        if not done:
            shelf.reextract(until=DAY)

    shelf.keep_pages({3: page(3)}, NEXT_DAY)
    shelf.reextract(tell=Tell(days=finish_first))
    assert len(shelf.history(1).states) == 2
    assert is_sound(shelf)


# --- rules that went wrong, records that lie -------------------------------------------------------------------------


def test_rule_that_loses_the_text_makes_no_empty_shells_and_the_dry_run_shows_it(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.keep(1, 2)
    before = shelf.text(1)
    monkeypatch.setitem(SinaFinance2017Page.fields, "body", Css("h1.main-title"))
    shown = shelf.reextract(is_dry=True)
    assert shown.trouble_counts == {SHRUNK: 2}
    assert named(shown) == {docid_of(1): ("text",), docid_of(2): ("text",)}
    assert shelf.reextract().counts["reextracted"] == 0
    assert (shelf.text(1), len(shelf.history(1).states)) == (before, 1)
    assert shelf.reextract(accepts_losses=True).counts["reextracted"] == 2
    assert PROSE not in shelf.text(1)


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "file:///etc/passwd", "http://169.254.169.254/x.html"])
def test_record_with_an_address_that_is_none_of_sina_is_no_article(shelf: Shelf, url: str) -> None:
    shelf.keep(1, 2)
    shelf.fail(3, page(3))
    place = _lying(shelf, url)
    _name(shelf, 1, place)
    _name(shelf, 3, place)
    outcome = shelf.reextract()
    assert (outcome.counts["unchanged"], outcome.trouble_counts) == (1, {NOT_AN_ARTICLE: 1})
    assert outcome.found == []


@pytest.mark.parametrize("place", [["x"], {"x": 1}, 5, True])
def test_place_that_is_no_text_is_no_stored_page(shelf: Shelf, place: Any) -> None:
    shelf.keep(1, 2)
    _name(shelf, 1, place)
    outcome = shelf.reextract()
    assert (outcome.counts["unstored"], outcome.counts["unchanged"]) == (1, 1)
    assert outcome.trouble_counts == {}


def _lying(shelf: Shelf, url: str) -> str:
    exchange = Exchange(
        url=url,
        request_head=b"GET / HTTP/1.1\r\n\r\n",
        response_head=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
        body=page(1, "别的话。"),
        fetched_at=shelf.clock(),
        docid=docid_of(1),
    )
    data = raw_record.response(exchange, raw_record.new_id(), "<urn:x>", exchange.payload_digest())
    (shelf.root / "_raw/2026/11/23-9.warc.gz").write_bytes(data)
    return f"_raw/2026/11/23-9.warc.gz:0:{len(data)}"


def _name(shelf: Shelf, number: int, place: Any) -> None:
    """Let the lines of a document name this place, as another program might have written them."""
    path, link = paths.journal_path(shelf.root, DAY), journal.GENESIS_LINK
    lines = []
    for line in shelf.lines():
        is_its = line.get("docid") == docid_of(number) and line["event"] in ("kept", "failed")
        lines.append(journal.encode({**line, "warc": place} if is_its else line, link))
        link = hashlib.sha256(lines[-1][:-1]).hexdigest()
    path.write_bytes(b"".join(lines))


@pytest.mark.parametrize("has_own", [False, True])
def test_pages_of_imported_days_are_read_again_wherever_they_lie_now(
    shelf: Shelf, tmp_path: Path, drop_notice: Any, *, has_own: bool
) -> None:
    shelf.keep_pages({1: page(1, NOTICE), 2: page(2)})
    shelf.fail(3, page(3, "尚未成文。"))
    ours = Shelf(tmp_path / "ours")
    if has_own:  # a file of the name that the lines tell, with other records in it
        ours.keep_pages({7: page(7), 8: page(8)}, NEXT_DAY)
    take_in(ours.root, shelf.root)
    drop_notice()
    outcome = ours.reextract()
    assert outcome.trouble_counts == {}
    assert (outcome.counts["reextracted"], outcome.counts["unstored"]) == (1, 0)
    assert ours.reextract().counts["changed"] == 0
    assert len(ours.history(1).states) == 2
    assert is_sound(ours)
    proof = gather(ours.root, docid_of(1), DAY)
    assert proof
    assert proof.lacking == []


@pytest.mark.parametrize("has_own", [False, True])
def test_pages_that_did_not_come_along_are_no_damage(shelf: Shelf, tmp_path: Path, *, has_own: bool) -> None:
    shelf.keep(1, 2)
    shelf.fail(3, page(3, "尚未成文。"))
    shutil.rmtree(shelf.root / "_raw")
    ours = Shelf(tmp_path / "ours")
    take_in(ours.root, shelf.root)
    if has_own:  # a file of the name that the lines tell, with other records in it
        ours.keep(7, 8, 9)
    outcome = ours.reextract()
    assert outcome.trouble_counts == {}
    assert (outcome.counts["unchanged"], outcome.counts["unstored"]) == (3 * has_own, 2)
    proof = gather(ours.root, docid_of(1), DAY)
    assert proof
    assert (proof.lacking, proof.members) == (["1"], [])
    assert set(lines_with_answers(ours.root, DAY)) == ({docid_of(number) for number in (7, 8, 9)} if has_own else set())
