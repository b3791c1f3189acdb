from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.settings import Settings, default_settings

from newsarchive import settings
from newsarchive.errors import UsageError
from newsarchive.settings.values import (
    MOST,
    OUR_STAGES,
    OURS,
    SCRAPYS,
    archive_dir,
    check,
    from_environment,
    value,
)


def project(**changes: object) -> Settings:
    """The project's settings with some changed."""
    ours = Settings()
    ours.setmodule(settings)
    ours.setdict(changes, "cmdline")
    return ours


GOOD: list[tuple[str, object, object]] = [
    ("SINA_CHANNELS", "1686, 国内 ,,2509", ["1686", "国内", "2509"]),
    ("SINA_CHANNELS", ["1686"], ["1686"]),
    ("DISCOVER_OVERLAP_ROWS", "1", 1),
    ("DISCOVER_STALE_HOURS", "0", 0.0),
    ("DISCOVER_GAPS_ONLY", "1", True),
    ("FETCH_CONTACT", "", ""),
    ("FETCH_CONTACT", "someone@example.org 某人", "someone@example.org 某人"),
    ("SINA_USE_TWINS", "0", False),
    ("SINA_USE_TWINS", True, True),
    ("SINA_BAN_MINUTES", "0.05", 0.05),
    ("REVISIT_HOURS", "", []),
    ("REVISIT_HOURS", "1,6.5", [1.0, 6.5]),
    ("RAW_STORE", "none", "none"),
    ("DEDUPE_SAME_TEXT", "mark", "mark"),
    ("ARCHIVE_PROFILE", "rsshub", "rsshub"),
    ("ARCHIVE_EXTRA_KEYS", "docid,sha256", ["docid", "sha256"]),
    ("ARCHIVE_IMAGES", "true", True),
    ("RUN_REPORT_JSON", "1", True),
    ("PROGRESS_SECONDS", "0", 0.0),
    ("ALERT_URLS", ["json://a", "mailto://b?to=c,d"], "json://a mailto://b?to=c,d"),
    ("ALERT_COVERAGE_SHARE", "0.5", 0.5),
    ("ALERT_DISK_FREE_MB", "0", 0.0),
]

BAD: list[tuple[str, object]] = [
    ("SINA_CHANNELS", 1686),
    ("DISCOVER_OVERLAP_ROWS", "0"),
    ("DISCOVER_OVERLAP_ROWS", "1.5"),
    ("DISCOVER_OVERLAP_ROWS", True),
    ("DISCOVER_STALE_HOURS", "-1"),
    ("DISCOVER_GAPS_ONLY", "yes"),
    ("DISCOVER_STALE_HOURS", "nan"),
    ("FETCH_CONTACT", "a\r\nCookie: b"),
    ("FETCH_CONTACT", None),
    ("FETCH_CRAWLS_AT_ONCE", "0"),
    ("FETCH_ENDS_WITH_INPUT", "perhaps"),
    ("SINA_USE_TWINS", "maybe"),
    ("SINA_USE_TWINS", "2"),
    ("SINA_BAN_MINUTES", "inf"),
    ("SINA_BAN_MINUTES", "1e300"),
    ("SINA_BAN_MINUTES", "an hour"),
    ("REVISIT_HOURS", "1;6"),
    ("REVISIT_HOURS", 7),
    ("REVISIT_MAX_PER_RUN", "-1"),
    ("RAW_STORE", "WARC"),
    ("RAW_MAX_MB", "0"),
    ("DEDUPE_SAME_TEXT", "1"),
    ("ARCHIVE_DIR", " "),
    ("ARCHIVE_DIR", "a\0b"),
    ("ARCHIVE_DIR", None),
    ("ARCHIVE_DIR", "~nobody-of-this-name/archive"),
    ("ARCHIVE_PROFILE", "markdown"),
    ("ARCHIVE_EXTRA_KEYS", "docid,title"),
    ("ARCHIVE_IMAGES", "yes"),
    ("IMAGE_MAX_MB", "0"),
    ("CLOCK_OFFSET_SECONDS", "tomorrow"),
    ("RUN_REPORT_JSON", ""),
    ("PROGRESS_SECONDS", "often"),
    ("ALERT_URLS", "json://a\njson://b"),
    ("ALERT_COVERAGE_SHARE", "98"),
    ("ALERT_DISK_FREE_MB", "-1"),
    ("LOG_FORMAT", "JSON"),
    ("LOG_FORMAT", "%(nothing)s"),
    ("ROBOTSTXT_OBEY", "no"),  # Scrapy would stop with a traceback
    ("DOWNLOAD_DELAY", "half a second"),
    ("DOWNLOAD_TIMEOUT", "0"),
    ("CONCURRENT_REQUESTS", "many"),
    ("LOG_LEVEL", "info"),
    ("RETRY_TIMES", "-1"),
]


def test_settings_of_the_project_are_sound() -> None:
    check(project())


@pytest.mark.parametrize(("name", "given", "expected"), GOOD)
def test_sound_value_is_read_with_its_type(name: str, given: object, expected: object) -> None:
    changed = project(**{name: given})
    check(changed)
    assert value(changed, name) == expected
    assert type(value(changed, name)) is type(expected)


@pytest.mark.parametrize(("name", "given"), BAD)
def test_unsound_value_is_refused_in_one_line_that_says_what_was_expected(name: str, given: object) -> None:
    with pytest.raises(UsageError, match=rf"^setting {name}=.*: expected ") as refused:
        check(project(**{name: given}))
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("name", ["ARCHIV_DIR", "ARCHIVEDIR", "REVIST_HOURS", "SINA_CHANEL"])
def test_slip_of_the_pen_in_a_name_is_told(name: str) -> None:
    with pytest.raises(UsageError, match=f"setting {name}: there is none of this name.*did you mean"):
        check(project(**{name: "x"}))


def test_no_setting_of_scrapy_is_taken_for_a_slip() -> None:
    check(project(LOG_FORMATTER="scrapy.logformatter.LogFormatter", FEED_TEMPDIR=None))


@pytest.mark.parametrize("given", ["https://me:s3cret@h/a", "https:/me:s3cret@h", "s3://bucket"])
def test_address_in_place_of_the_folder_is_refused(given: str) -> None:
    with pytest.raises(UsageError, match="the path of a folder, not an address"):
        check(project(ARCHIVE_DIR=given))


def test_a_secret_that_is_refused_is_not_quoted() -> None:
    with pytest.raises(UsageError, match=r"^setting ALERT_URLS=\(not shown\): expected one line of text$"):
        check(project(ALERT_URLS="json://s3cret\n"))


def test_log_format_comes_from_the_environment_too() -> None:
    assert from_environment({"NEWSARCHIVE_LOG_FORMAT": "json"}) == {"LOG_FORMAT": "json"}


def test_each_of_our_settings_has_a_value_that_is_refused() -> None:
    assert set(OURS) <= {name for name, _ in BAD}


def test_slip_of_the_pen_in_a_name_of_ours_is_refused() -> None:
    with pytest.raises(
        UsageError,
        match=r"^setting SINA_CHANELS: there is none of this name; ours are .*; did you mean SINA_CHANNELS\?$",
    ):
        check(project(SINA_CHANELS="1686"))


def test_settings_of_others_are_none_of_our_business() -> None:
    check(project(SOME_ADDON_URL="x", **{"": None}))


def test_names_of_ours_begin_as_no_name_of_scrapys() -> None:
    assert all(name.startswith(OUR_STAGES) for name in OURS)
    assert [name for name in dir(default_settings) if name.startswith(OUR_STAGES)] == []


def test_checked_names_of_scrapys_are_settings_of_scrapys() -> None:
    assert [name for name in SCRAPYS if Settings().get(name) is None] == []


@given(st.sampled_from(sorted(SCRAPYS)), st.text() | st.integers().map(str) | st.floats().map(str))
def test_what_passes_the_check_is_understood_by_scrapy(name: str, given: str) -> None:
    """Its own getters raise with a traceback, or read another value."""
    read, theirs = SCRAPYS[name], Settings({name: given})
    getters = {bool: theirs.getbool, int: theirs.getint, float: theirs.getfloat, str: theirs.get}
    try:
        found = read(given)
    except ValueError:
        return
    assert getters[type(found)](name) == found


@given(st.sampled_from(sorted(OURS)), st.text() | st.integers() | st.floats() | st.none() | st.lists(st.integers()))
def test_whatever_is_given_is_read_or_refused(name: str, given: Any) -> None:
    changed = project(**{name: given})
    with suppress(UsageError):
        check(changed)
        value(changed, name)


def test_longest_time_can_still_be_added_to_a_clock() -> None:
    assert datetime(2126, 1, 1) + timedelta(hours=MOST) < datetime.max  # noqa: DTZ001, DTZ901 - any zone


# --- the environment and the folder ----------------------------------------------------------------------------------


def test_environment_gives_each_of_ours_under_the_prefix_and_the_folder_under_its_short_name() -> None:
    environ = {f"NEWSARCHIVE_{name}": name.lower() for name in OURS} | {"NEWSARCHIVE_DIR": "/somewhere"}
    expected = {name: name.lower() for name in OURS} | {"ARCHIVE_DIR": "/somewhere"}
    assert from_environment(environ) == expected


def test_environment_gives_nothing_else() -> None:
    assert from_environment({"SINA_CHANNELS": "1", "LOG_LEVEL": "DEBUG", "NEWSARCHIVE_SINA": "x"}) == {}


def test_environment_gives_those_of_scrapys_that_we_know() -> None:
    assert from_environment({"NEWSARCHIVE_DOWNLOAD_DELAY": "1"}) == {"DOWNLOAD_DELAY": "1"}


def test_empty_variable_is_a_value() -> None:
    assert from_environment({"NEWSARCHIVE_REVISIT_HOURS": ""}) == {"REVISIT_HOURS": ""}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("archive", "/project/archive"),
        ("../elsewhere", "/project/../elsewhere"),
        ("/data/news", "/data/news"),
        ("~/news", str(Path.home() / "news")),
        (Path("archive"), "/project/archive"),
    ],
)
def test_archive_lies_relative_to_the_project(given: object, expected: str) -> None:
    assert archive_dir(project(ARCHIVE_DIR=given), Path("/project")) == Path(expected)


def test_settings_may_be_any_mapping() -> None:
    check(dict(project()))
