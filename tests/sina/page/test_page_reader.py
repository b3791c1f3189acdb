from __future__ import annotations

from datetime import date

import pytest

from newsarchive.errors import NotAnArticle, PageError, PageTooLarge
from newsarchive.items import Offer
from newsarchive.pages.depth import MAX_PAGE_BYTES
from newsarchive.sina.page.page_reader import article_of, charset_of, check_status

OFFER = Offer(
    docid="u-30884f8d89f87a17", url="https://slide.news.sina.com.cn/c/slide_1_2841_156226.html", day=date(2015, 1, 1)
)


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


SLIDES = "<html><body><script>var slide_data = {};</script></body></html>"
SHOW = '"slide": {"title": "题", "createtime": "2015-01-01 10:00"}'


@pytest.mark.parametrize(("data", "reason"), [
    ('{"slide": ' + "[" * 100_000, "layout-mismatch"),
    ('{"slide": ' + '{"a":' * 100_000, "layout-mismatch"),
    (f'{{{SHOW}, "images": 5}}', "layout-mismatch"),
    (f'{{{SHOW}, "images": "x"}}', "layout-mismatch"),
    ('{"slide": 5, "images": [5, {}, {"intro": {"a": []}}]}', "layout-mismatch"),
    ('{"slide": {"title": ["x"], "createtime": 1e999}, "images": [{"src": "/a.jpg"}]}', "layout-mismatch"),
    (f'{{{SHOW.replace("2015", "0001")}, "images": [{{"src": "/a.jpg"}}]}}', "layout-mismatch"),
])  # fmt: skip
def test_data_of_a_player_of_any_shape_costs_its_own_document_alone(data: str, reason: str) -> None:
    with pytest.raises(PageError) as refused:
        article_of(SLIDES.replace("{}", data).encode(), OFFER, OFFER.url)
    assert refused.value.reason == reason


def test_page_of_more_bytes_than_are_parsed_is_not_even_decoded() -> None:
    with pytest.raises(PageTooLarge, match="5242881 bytes at https"):
        article_of(b" " * (MAX_PAGE_BYTES + 1), OFFER, OFFER.url)


def test_page_that_grows_beyond_the_limit_as_text_is_refused() -> None:
    with pytest.raises(PageTooLarge):
        article_of(("一" * (MAX_PAGE_BYTES // 2 - 9)).encode("gb18030"), OFFER, OFFER.url)
