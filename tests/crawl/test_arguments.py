from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsarchive.crawl.arguments import NAMES, Arguments, parse
from newsarchive.errors import UsageError

TODAY = date(2026, 11, 24)
URL = "https://finance.sina.com.cn/roll/2026-11-23/doc-inaaaaaa0000001.shtml"


def parsed(**arguments: str) -> Arguments:
    return parse(arguments, ["1686", "2509"], TODAY)


def lids(arguments: Arguments) -> list[str]:
    return [channel.lid for channel in arguments.channels]


def test_no_argument_is_a_poll_of_the_channels_of_the_settings() -> None:
    task = parsed()
    assert lids(task) == ["1686", "2509"]
    assert (task.days, task.urls, task.limit) == (None, None, None)


# --- channels --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2516", ["2516"]),
        ("1686, 2516 ,", ["1686", "2516"]),
        ("国内滚动", ["1686"]),
        ("2509,2516,1686", ["1686", "2516", "2509"]),
        ("1686,国内滚动,1686", ["1686"]),
    ],
)
def test_channels_are_read_by_lid_or_name_into_declared_order(text: str, expected: list[str]) -> None:
    assert lids(parsed(channels=text)) == expected


@pytest.mark.parametrize("text", ["", " , ", "9999", "1686,国外", "国内"])
def test_channels_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected"):
        parsed(channels=text)


def test_settings_without_channels_are_refused() -> None:
    with pytest.raises(UsageError, match="channels: expected at least one"):
        parse({}, [], TODAY)


# --- days ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2026-11-01", "2026-11-07", (date(2026, 11, 1), date(2026, 11, 7))),
        ("2026-11-01", None, (date(2026, 11, 1), TODAY)),
        ("2026-11-24", None, (TODAY, TODAY)),
        ("2026-11-20", "2026-11-20", (date(2026, 11, 20), date(2026, 11, 20))),
        ("2026-11-20", "9999-12-31", (date(2026, 11, 20), TODAY)),
    ],
)
def test_range_ends_today_at_the_latest(since: str, until: str | None, expected: tuple[date, date]) -> None:
    assert parsed(since=since, **({"until": until} if until else {})).days == expected


@pytest.mark.parametrize(
    "arguments",
    [
        {"since": "2026-11-07", "until": "2026-11-01"},
        {"since": "2026-11-25"},
        {"since": "2026-11-25", "until": "2026-11-26"},
        {"until": "2026-11-01"},
        {"since": ""},
        {"since": "20261101"},
        {"since": "2026-W44-7"},
        {"since": "2026-11-01T00:00"},
        {"since": "2026-02-30"},
        {"since": "yesterday"},
        {"since": "2026-11-01", "until": "1.11.2026"},
    ],
)
def test_range_that_makes_no_sense_is_refused(arguments: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="expected a "):
        parsed(**arguments)


# --- limit -----------------------------------------------------------------------------------------------------------


def test_limit_is_a_number_beside_any_task() -> None:
    assert parsed(limit="20").limit == 20
    assert parsed(limit="1", since="2026-11-01").limit == 1
    assert parsed(limit="1", url=URL).limit == 1


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "", "all", "9" * 5000])
def test_limit_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected a whole number, 1 or more"):
        parsed(limit=text)


# --- addresses -------------------------------------------------------------------------------------------------------


def test_address_is_taken_in_its_canonical_form() -> None:
    assert parsed(url=f"http://finance.sina.com.cn{URL.partition('.cn')[2]}?from=wap#top").urls == (URL,)


def test_addresses_of_a_file_come_each_once_behind_the_one_given(tmp_path: Path) -> None:
    file = tmp_path / "addresses.txt"
    other = "https://tech.sina.cn/2026-11-23/detail-inaaaaaa0000002.d.html"
    file.write_bytes(f"\ufeff# mine\r\n\r\n  {other}\r\n{URL}\r\n{other}?vt=4".encode())
    assert parsed(url=URL, urls=str(file)).urls == (URL, other)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "finance.sina.com.cn/a.shtml",
        "ftp://finance.sina.com.cn/a.shtml",
        "https://example.org/a.shtml",
        "https://notsina.com.cn/a.shtml",
        "https://sina.com.cn.example.org/",
        "https://someone@sina.com.cn/",
        "https://[::1/",
    ],
)
def test_address_of_another_site_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match=r"^url: .* expected an address"):
        parsed(url=url)


@pytest.mark.parametrize("url", ["https://finance.sina.com.cn/", "https://finance.sina.com.cn/china/"])
def test_address_of_no_article_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match=r"^url: .* expected the address of an article"):
        parsed(url=url)


def test_address_of_a_file_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "addresses.txt"
    file.write_text(f"{URL}\n# none of Sina's:\nhttps://example.org/\n")
    with pytest.raises(UsageError, match=r"addresses\.txt, line 3: 'https://example\.org/'"):
        parsed(urls=str(file))


@pytest.mark.parametrize("content", [b"", b"# nothing\n\n", "\ufeffhttps://sina.cn/".encode("utf-16")])
def test_file_without_addresses_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "addresses.txt"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="expected"):
        parsed(urls=str(file))


@pytest.mark.parametrize("file", ["", ".", "no/such/file", "~nobody-of-this-name/file"])
def test_file_that_cannot_be_read_is_refused(file: str) -> None:
    with pytest.raises(UsageError, match=r"argument urls=.*: expected a text file in UTF-8"):
        parsed(urls=file)


# --- together --------------------------------------------------------------------------------------------------------


def test_argument_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="argument sinse: there is none of this name; expected since, until, channels"):
        parsed(sinse="2026-11-01")
    with pytest.raises(UsageError, match=r"; did you mean since\?$"):
        parsed(sinse="2026-11-01")


@pytest.mark.parametrize("other", [{"since": "2026-11-01"}, {"until": "2026-11-01"}, {"channels": "1686"}])
@pytest.mark.parametrize("by_hand", [{"url": URL}, {"urls": "file"}])
def test_addresses_and_a_listing_are_not_asked_together(by_hand: dict[str, str], other: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="expected one of them"):
        parsed(**by_hand, **other)


@given(st.dictionaries(st.sampled_from(NAMES), st.text(st.characters(exclude_characters="\0"))))
@example({"urls": "\ud800"})
def test_whatever_is_given_is_read_or_refused(arguments: dict[str, str]) -> None:
    try:
        task = parsed(**arguments)
    except UsageError as error:
        assert str(error)  # noqa: PT017 - either is fine
    else:
        assert task.channels
