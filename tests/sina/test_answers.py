from __future__ import annotations

import pytest

from newsarchive.errors import NotAnArticle
from newsarchive.sina.answers import charset_of, check_status


@pytest.mark.parametrize("status", [204, 301, 404, 410, 456, 503])
def test_status_other_than_200_is_no_article(status: int) -> None:
    with pytest.raises(NotAnArticle, match=f"{status} at https://sina.cn/") as refused:
        check_status(status, "https://sina.cn/")
    assert refused.value.reason == f"http-{status}"


def test_status_200_passes() -> None:
    check_status(200, "https://sina.cn/")


@pytest.mark.parametrize(
    ("header", "charset"),
    [
        (None, None),
        (b"", None),
        (b"text/html", None),
        (b"text/html; charset=gb2312", "gb2312"),
        (b'text/html;CHARSET = "UTF-8"', "UTF-8"),
        (b"text/html; charset='gbk'; x=y", "gbk"),
        (b"text/html; charset=", None),
        (b"text/html; charset=\xff\xfe", None),
    ],
)
def test_charset_of_a_header(header: bytes | None, charset: str | None) -> None:
    assert charset_of(header) == charset
