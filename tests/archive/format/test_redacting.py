import json

import pytest

from newsarchive.archive.format.chain import Chain, former_links, is_explained
from newsarchive.archive.format.journal import GENESIS_LINK, encode, link_of
from newsarchive.archive.format.redacting import (
    HiddenWords,
    names_of,
    rewritten,
    text_of,
    without_mentions,
    without_words,
)

TITLE = "玄武岩集团会计师承认虚增营收"
NOTHING = HiddenWords.of(())


def chained(*events):
    lines, link = [], GENESIS_LINK
    for event in events:
        lines.append(encode(event, link)[:-1])
        link = link_of(lines[-1])
    return lines


def line(docid, event="offered", **keys):
    return {"at": "2026-11-23T12:00:00+08:00", "run": "r", "event": event, "docid": docid, **keys}


def cleaned_of(docid):
    return lambda said: without_words(said, NOTHING, keep_title=False) if said.get("docid") == docid else None


def taken_out(lines, docid):
    """The lines of a journal from which a document was taken out."""
    new = rewritten(lines, cleaned_of(docid))
    told = line(docid, "redacted", former_link=new.former_link, replaced=new.replaced)
    return [*new.lines, encode(told, link_of(new.lines[-1]))[:-1]]


# --- words ---------------------------------------------------------------------------------------------------------------


def test_words_are_runs_of_eight_with_a_sign_beyond_ascii():
    words = HiddenWords.of([f"{TITLE} and plain english words"])
    assert words.touches(f"mit 「{TITLE[:8]}」")
    assert not words.touches(TITLE[:7])
    assert not words.touches("plain english words")


def test_words_are_seen_through_the_escapes_of_an_address():
    assert HiddenWords.of([TITLE]).touches(
        "https://finance.sina.com.cn/s?t=%E7%8E%84%E6%AD%A6%E5%B2%A9%E9%9B%86%E5%9B%A2%E4%BC%9A%E8%AE%A1%E5%B8%88"
    )


def test_the_share_of_a_text_that_stands_in_another():
    words = HiddenWords.of([TITLE])
    assert (words.share_in(f"…{TITLE}…"), words.share_in("别的"), NOTHING.share_in(TITLE)) == (1, 0, 0)
    assert 0 < words.share_in(TITLE[:10]) < 1


def test_the_text_of_a_file_is_without_header_and_tags():
    data = "\n---\ntitle: '标题'\n---\n\n<div><p>一&lt;二</p>\n<p>三</p></div>".encode()
    assert text_of(data).split() == ["一<二", "三"]
    assert text_of(b"no header") == "no header"


# --- one line ------------------------------------------------------------------------------------------------------------


def test_a_line_keeps_what_holds_no_words_and_loses_any_other_key():
    said = line("a", url="https://x/", title=TITLE, sha256="0", lids=["1686"], key_of_next_year=TITLE)
    cleaned = without_words(said, NOTHING, keep_title=False)
    assert (cleaned["url"], cleaned["sha256"], cleaned["lids"]) == ("https://x/", "0", ["1686"])
    assert (cleaned["title"], cleaned["key_of_next_year"], cleaned["redacted"]) == (None, None, True)
    assert without_words(cleaned, NOTHING, keep_title=False) is None


def test_an_address_or_a_reason_that_quotes_is_empty():
    said = line("a", url=f"https://x/{TITLE}", reason=TITLE, channels=[TITLE])
    cleaned = without_words(said, HiddenWords.of([TITLE]), keep_title=True)
    assert (cleaned["url"], cleaned["reason"], cleaned["channels"]) == ("", "", None)


def test_related_links_go_by_docid_title_and_address():
    names = names_of("imxabcd1234567", [TITLE, "短标题"], ["https://finance.sina.com.cn/1.shtml"])
    asides = [f"{TITLE}（图）", "http://finance.sina.com.cn/1.shtml", "doc-imxabcd1234567", "短标题", "别的"]
    assert without_mentions(line("b", asides=asides), names)["asides"] == ["短标题", "别的"]
    assert without_mentions(line("b", asides=["别的"]), names) is None


# --- all lines -----------------------------------------------------------------------------------------------------------


def test_the_chain_is_whole_and_the_former_links_can_be_computed():
    lines = chained(*(line(docid, title=docid) for docid in "abcab"))
    after = taken_out(lines, "b")
    chain = Chain(after, b"")
    assert chain.breaks(chain.links()) == []
    assert former_links(after[:-1], json.loads(after[-1])) == Chain(lines, b"").links()
    assert [number for number, _ in json.loads(after[-1])["replaced"]] == [2, 5]


@pytest.mark.parametrize("order", ["bac", "abc", "cba"])
def test_heads_of_any_time_are_explained_after_several_redactions(order):
    lines = chained(*(line(docid, title=docid) for docid in "abcab"))
    told = list(Chain(lines, b"").links())
    for docid in order:
        lines = taken_out(lines, docid)
        told += Chain(lines, b"").links()
    now = Chain(lines, b"").links()
    assert [link for link in told if link not in now and not is_explained(lines, link)] == []
    assert not is_explained(lines, "f" * 64)


def test_a_line_that_nobody_can_read_goes_and_is_proven_by_its_digest():
    lines = chained(line("a", title="a"), line("b", title="b"))
    lines.insert(1, f'{{"docid":"b","title":"{TITLE}'.encode())
    new = rewritten(lines, cleaned_of("a"))
    assert TITLE.encode() not in b"".join(new.lines)
    assert [2, link_of(lines[1])] in new.replaced
    chain = Chain(new.lines, b"")
    assert chain.breaks(chain.links()) == []


def test_what_a_second_key_of_the_same_name_hides_goes():
    hidden = chained(line("a", title=""))[0].replace(b'"title":""', f'"title":"{TITLE}","title":""'.encode())
    assert TITLE.encode() not in rewritten([hidden], cleaned_of("a")).lines[0]
