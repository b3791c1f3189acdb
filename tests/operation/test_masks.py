from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsarchive.operation.logs import JsonFormatter
from newsarchive.operation.masks import masked


@pytest.mark.parametrize("text", [
    "http://me:s3cret@proxy.example.org:3128 is dead",
    "('http', b'http://me:s3cret@h')",
    "socks5://me:s3cr:e@t@[::1]:1080/",
    "me:s3cret@proxy.example.org:3128",
    "http_proxy=me:x@s3cret@proxy.example.org:3128,",
    "mailto://s3cret@example.org",
    "https:/me:s3cret@example.org/dav is no folder",
    "'https://me:s3cr\'et@example.org/'",
    "file:///x and https:/s3cret@h",
    "{'Proxy-Authorization': [b'Basic s3cretbWU6czNjcmV0']}",
])  # fmt: skip
def test_what_proves_who_we_are_is_masked(text: str) -> None:
    assert "***" in masked(text)
    assert not {"s3cret", "e@t"} & set(masked(text).replace("@", " ").split())
    assert "s3c" not in masked(text)


@pytest.mark.parametrize("text", [
    "https://finance.sina.com.cn/a/@b?c=d@e",
    "Write to me@example.org or ask at 10:30@home",
    "Basic understanding of 新浪财经",
])  # fmt: skip
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


@given(st.text(st.characters(exclude_characters="/?#\"'<>@ ", exclude_categories=["Z", "C"]), min_size=1))
def test_no_password_of_an_address_passes(password: str) -> None:
    assert masked(f"x http://me:{password}@host:1/ y") == "x http://***@host:1/ y"


@pytest.mark.parametrize(
    "repeated",
    ["a+", "a:", "http://", "http:/", "a@", "a:b@", "authorization ", "a-", "19990101-", "http://a", "a.b:c"],
)
def test_a_hostile_text_costs_no_more_than_its_length(repeated: str) -> None:
    """With a pattern that is quadratic in any of these, 200,000 characters would not come to an end here."""
    text = (repeated * 200_000)[:200_000]
    assert len(masked(text)) <= len(text) * 2
    assert JsonFormatter().format(logging.LogRecord("x", logging.INFO, "", 1, text, (), None))
