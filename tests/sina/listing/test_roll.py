from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsarchive.errors import ListingError
from newsarchive.items import BEIJING
from newsarchive.sina.listing.channels import channel
from newsarchive.sina.listing.roll import MAX_ANSWER_BYTES, Listing, check_day, day_url, parse, poll_url
from newsarchive.sina.listing.urls import is_sina

CHANNEL = channel("2516")
SEEN_AT = datetime(2026, 11, 24, 9, 0, tzinfo=BEIJING)
PUBLISHED_AT = datetime(2026, 11, 23, 18, 30, tzinfo=BEIJING)
URL = "https://finance.sina.com.cn/roll/2026-11-23/doc-inaaaaaa0000001.shtml"
REAL = Path(__file__).parents[4] / "shared/pages/json/kyssion__k-spider-dotnet__roll_lid2516_page1_first3.json"


def row(**changes: Any) -> dict[str, Any]:
    """A row as the feed gives it, all scalars text; None takes a key away."""
    ctime = int(PUBLISHED_AT.timestamp())
    fields: dict[str, Any] = {
        "url": URL,
        "title": "央行宣布降准",
        "ctime": str(ctime),
        "mtime": str(ctime + 5),
        "intime": str(ctime + 60),
        "lids": "2509,2516,2509, 3318",
        "img": [],
        "images": [{"u": "http://n.sinaimg.cn/finance/a.png", "w": "550", "h": "315", "t": ""}],
        "ext": "1",
    }
    return {key: value for key, value in (fields | changes).items() if value is not None}


def answer(*rows: object, **changes: Any) -> bytes:
    """An envelope around rows; None takes a key away."""
    result = {"status": {"code": 0, "msg": "succ"}, "total": 100350, "lid": 2516, "rtime": 0, "data": list(rows)}
    return json.dumps({"result": {k: v for k, v in (result | changes).items() if v is not None}}).encode()


def listing(*rows: object, **changes: Any) -> Listing:
    return parse(answer(*rows, **changes), CHANNEL, SEEN_AT)


def test_poll_address_names_channel_and_page() -> None:
    url = urlsplit(poll_url(CHANNEL, 3))
    assert (url.scheme, url.netloc, url.path) == ("https", "feed.mix.sina.com.cn", "/api/roll/get")
    assert parse_qs(url.query, keep_blank_values=True) == {
        "pageid": ["153"],
        "lid": ["2516"],
        "k": [""],
        "num": ["50"],
        "page": ["3"],
    }


def test_day_address_has_the_bounds_that_the_calendar_sends() -> None:
    url = day_url(channel("2509"), date(2020, 6, 13), 2)
    assert url == (
        "https://feed.mix.sina.com.cn/api/roll/get?pageid=153&lid=2509&etime=1591977600&stime=1592064000"
        "&ctime=1592064000&date=2020-06-13&k=&num=50&page=2"
    )


def test_row_becomes_an_offer() -> None:
    [offer] = listing(row()).offers
    assert (offer.docid, offer.url, offer.title) == ("naaaaaa0000001", URL, "央行宣布降准")
    assert (offer.channels, offer.lids) == (("2516",), ("2509", "2516", "3318"))
    assert offer.image == "https://n.sinaimg.cn/finance/a.png"
    assert offer.day == date(2026, 11, 23)
    assert offer.published_at == PUBLISHED_AT
    assert offer.modified_at == PUBLISHED_AT + timedelta(seconds=5)
    assert offer.listed_at == PUBLISHED_AT + timedelta(seconds=60)
    assert offer.seen_at == SEEN_AT


def test_offers_keep_order_and_repetitions_of_the_listing() -> None:
    second = row(url=URL.replace("1.shtml", "2.shtml"), ctime=str(int(PUBLISHED_AT.timestamp()) + 1))
    result = listing(row(), second, row())
    assert [offer.docid[-1] for offer in result.offers] == ["1", "2", "1"]
    assert result.newest_at == PUBLISHED_AT + timedelta(seconds=1)
    assert result.total == 100350


def test_empty_list_is_the_end_of_a_listing() -> None:
    assert listing() == Listing(total=100350, offers=(), newest_at=None)


def test_what_a_row_may_lack_is_empty() -> None:
    bare = row(mtime=None, intime="", lids=None, img=None, images=None, ext=None)
    [offer] = listing(bare).offers
    assert (offer.lids, offer.image, offer.modified_at, offer.listed_at) == ((), "", None, None)


def test_numbers_may_be_numbers_or_text() -> None:
    [offer] = listing(row(ctime=int(PUBLISHED_AT.timestamp()), lids=2509), total="7", lid="2516").offers
    assert (offer.published_at, offer.lids) == (PUBLISHED_AT, ("2509",))


@pytest.mark.parametrize("ctime", [
    0, -1, "-99999999999999", 1, 10**30, "9" * 40, -(10**30), float("nan"), float("inf"), float("-inf"), 253402300800,
])  # fmt: skip
def test_time_that_cannot_be_is_none_and_the_day_comes_from_the_address(ctime: object) -> None:
    [offer] = listing(row(ctime=ctime, intime=ctime, mtime=ctime)).offers
    assert (offer.published_at, offer.listed_at, offer.modified_at, offer.day) == (None, None, None, date(2026, 11, 23))


@pytest.mark.parametrize(
    ("img", "images", "expected"),
    [
        ({"u": "//n.sinaimg.cn/b.png", "w": 1, "h": 1}, [], "https://n.sinaimg.cn/b.png"),
        ({"u": "http://n.sinaimg.cn/b.png"}, [{"u": "http://k.sinaimg.cn/a.png"}], "https://k.sinaimg.cn/a.png"),
        ([], [{"u": "https://evil.example/a.png"}, {"u": "https://n.sinaimg.cn/b.png"}], "https://n.sinaimg.cn/b.png"),
        ([], [{"u": "https://evilsinaimg.cn/a.png"}, {"u": "https://n.sinaimg.cn@evil.example/a"}], ""),
        ([], [{"u": 'https://n.sinaimg.cn/a.png" onload="x'}, {"u": 7}, {}, None, "x"], ""),
        ("", {}, ""),
    ],
)
def test_image_is_the_first_picture_of_sinas(img: object, images: object, expected: str) -> None:
    assert listing(row(img=img, images=images)).offers[0].image == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("  降准\u3000\u3000降息\n\t落地\xa0", "降准 降息 落地"),
        ("&quot;双十一&quot;&nbsp;&amp;amp;", '"双十一" &amp;'),
        ("股价大涨 <img", "股价大涨 <img"),
        ("P&G 与 AT&T，S&P500 &copy2026", "P&G 与 AT&T，S&P500 &copy2026"),
        ("半个\ud83d字", "半个\ufffd字"),
        ("🚀 A: B | 'C' {{d}}", "🚀 A: B | 'C' {{d}}"),
        ("", ""),
    ],
)
def test_title_is_decoded_once_and_otherwise_left(title: str, expected: str) -> None:
    assert listing(row(title=title)).offers[0].title == expected


def test_address_is_upgraded_and_the_mobile_one_has_the_same_identity() -> None:
    mobile = "http://finance.sina.cn/roll/2026-11-23/detail-inaaaaaa0000001.d.html?vt=4"
    pc, phone = listing(row(url=URL.replace("https", "http")), row(url=mobile)).offers
    assert (pc.url, phone.url) == (URL, mobile.replace("http", "https").removesuffix("?vt=4"))
    assert pc.docid == phone.docid


@pytest.mark.parametrize(
    "url", ["https://ads.example/2026-11-23/doc-inaaaaaa0000001.shtml", "javascript:;", "广告", URL + "a" * 3000]
)
def test_row_that_is_no_article_of_sinas_stays_an_offer_to_be_filtered(url: str) -> None:
    offer, real = listing(row(url=url), row()).offers
    assert offer.docid.startswith("u-")
    assert not is_sina(offer.url)
    assert len(offer.url) < 3000
    assert real.docid == "naaaaaa0000001"


@pytest.mark.parametrize("ctime", ["0", "-1", 0, str(10**18), int(SEEN_AT.timestamp()) + 2 * 86400, 10**30])
def test_time_that_cannot_be_falls_back_to_the_day_of_the_address(ctime: object) -> None:
    result = listing(row(ctime=ctime))
    assert (result.offers[0].published_at, result.newest_at) == (None, None)
    assert result.offers[0].day == date(2026, 11, 23)


@pytest.mark.parametrize("folder", ["", "2096-11-23/"])
def test_day_without_time_and_date_is_that_of_the_first_sight(folder: str) -> None:
    url = f"https://finance.sina.com.cn/roll/{folder}doc-inaaaaaa0000001.shtml"
    late = datetime.fromisoformat("2026-11-23T16:30:00+00:00")
    [offer] = parse(answer(row(url=url, ctime="0")), CHANNEL, late).offers
    assert offer.day == date(2026, 11, 24)


def test_day_is_the_one_of_ctime_in_beijing_not_of_the_address() -> None:
    midnight = datetime(2026, 11, 24, tzinfo=BEIJING)
    [offer] = listing(row(ctime=str(int(midnight.timestamp())))).offers
    assert offer.day == date(2026, 11, 24)


def test_clock_of_the_server_saves_times_when_ours_is_behind() -> None:
    years_ago = SEEN_AT - timedelta(days=900)
    body = answer(row(), rtime=int(SEEN_AT.timestamp()))
    assert parse(body, CHANNEL, years_ago).newest_at == PUBLISHED_AT


@pytest.mark.parametrize(
    "wrapped", ["jQuery112_1({});", "try{{cb({});}}catch(e){{}};", "/**/cb({})", "\ufeff{}\n", " a.b( {} ) ;\n"]
)
def test_jsonp_and_byte_order_marks_are_unwrapped(wrapped: str) -> None:
    body = wrapped.format(answer(row()).decode()).encode()
    assert len(parse(body, CHANNEL, SEEN_AT).offers) == 1


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"", "empty answer"),
        (b"<!DOCTYPE html><html>", "HTML instead of JSON"),
        (answer(row())[:-30], "JSON cut"),
        (b"cb(" + answer(row()), "ends in"),
        (answer(row()) + b"{}", "ends in"),
        (answer(row()).replace(b"100350", b"9" * 5000), "JSON cut or broken"),
        ("股".encode("gb18030"), "no UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b" " * (MAX_ANSWER_BYTES + 1), "bytes"),
        (b"null", "the answer is missing"),
        (b"{}", "the answer without result"),
        (b'{"result":[]}', "result of the answer is a list"),
        (answer(status=None), "the result without status"),
        (answer(status={}), "status.code is missing"),
        (answer(status={"code": 11, "msg": "no such lid"}, data=None, total=None), "error code 11: 'no such lid'"),
        (answer(status={"code": "11"}), "error code 11"),
        (answer(lid=2517), "lid 2517"),
        (answer(total=None), "total is missing"),
        (answer(total=True), "total is a truth value"),
        (answer(data={}), "data of the result is an object"),
        (answer(data=None), "the result without data"),
        (answer(row(), None), "row 2 is missing"),
        (answer(row(), row(), row(url=None)), "row 3 without url"),
        (answer(row(url=" ")), "row 1 without url"),
        (answer(row(url=["x"])), "url of row 1 is a list"),
        (answer(row(title=None)), "row 1 without title"),
        (answer(row(title=7)), "title of row 1 is 7"),
        (answer(row(ctime=None)), "ctime of row 1 is missing"),
        (answer(row(ctime="")), "ctime of row 1 is ''"),
        (answer(row(ctime="2026-11-23")), "ctime of row 1 is '2026-11-23'"),
        (answer(row(ctime=1.5)), "ctime of row 1 is 1.5"),
        (answer(row(mtime="soon")), "mtime of row 1 is 'soon'"),
    ],
)
def test_malformed_answer_is_refused_with_its_cause(body: bytes, cause: str) -> None:
    with pytest.raises(ListingError) as caught:
        parse(body, CHANNEL, SEEN_AT)
    assert cause in str(caught.value)
    assert len(str(caught.value)) < 250


def test_answer_that_does_not_echo_the_channel_is_taken() -> None:
    assert len(listing(row(), lid=None).offers) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(sorted(row())), JSON), st.dictionaries(st.sampled_from(["rtime", "total"]), JSON)
)
def test_any_row_is_an_offer_or_a_listing_error(fields: dict[str, object], envelope: dict[str, object]) -> None:
    try:
        [offer] = listing(row() | fields, **envelope).offers
    except ListingError:
        return
    json.dumps([offer.url, offer.title, offer.image], ensure_ascii=False).encode()


@given(st.binary(max_size=40), st.integers(0, 600))
def test_any_damage_to_an_answer_is_a_listing_or_a_listing_error(noise: bytes, at: int) -> None:
    body = answer(row())
    try:
        result = parse(body[:at] + noise + body[at + len(noise) :], CHANNEL, SEEN_AT)
    except ListingError:
        return
    assert isinstance(result, Listing)


def test_rows_of_the_day_and_its_closing_midnight_pass() -> None:
    closing = int(datetime(2026, 11, 24, tzinfo=BEIJING).timestamp())
    opening = closing - 86400
    shown = listing(row(ctime=closing), row(), row(ctime=opening), row(ctime=0), total=960)
    check_day(shown, date(2026, 11, 23), undated_total=100350)
    check_day(shown, date(2026, 11, 23), undated_total=None)


@pytest.mark.parametrize("seconds", [-86400 - 1, 1])
def test_rows_of_another_day_show_that_the_query_is_ignored(seconds: int) -> None:
    closing = int(datetime(2026, 11, 24, tzinfo=BEIJING).timestamp())
    shown = listing(row(), row(ctime=closing + seconds))
    with pytest.raises(ListingError, match="2026-11-23 is ignored"):
        check_day(shown, date(2026, 11, 23), undated_total=None)


def test_undated_total_shows_that_the_query_is_ignored() -> None:
    shown = listing(row())
    with pytest.raises(ListingError, match="100350"):
        check_day(shown, date(2026, 11, 23), undated_total=100350)


def test_undated_total_is_no_alarm_where_there_is_nothing_or_nothing_more() -> None:
    check_day(listing(total=0), date(2026, 11, 23), undated_total=0)
    check_day(listing(row(), row(), total=2), date(2026, 11, 23), undated_total=2)


@pytest.mark.skipif(not REAL.exists(), reason="needs the shared answer of the real feed beside the checkout")
def test_real_answer_is_read_whole() -> None:
    raw = json.loads(REAL.read_bytes())["result"]
    result = parse(REAL.read_bytes(), CHANNEL, datetime(2026, 9, 29, 1, tzinfo=BEIJING))
    assert [f"comos:{offer.docid}" for offer in result.offers] == [entry["docid"] for entry in raw["data"]]
    assert [offer.title for offer in result.offers] == [entry["title"] for entry in raw["data"]]
    assert all(",".join(offer.lids) == entry["lids"] for offer, entry in zip(result.offers, raw["data"], strict=True))
    assert all(offer.image.startswith("https://n.sinaimg.cn/") for offer in result.offers)
    assert result.newest_at == datetime.fromtimestamp(raw["start"], BEIJING)
    assert result.total == 100350
