from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from newsarchive.items import BEIJING, Article, Offer
from newsarchive.pages.layout import Page
from newsarchive.sina.page.layouts import further_pages, join

URL = "https://finance.sina.com.cn/stock/20100302/08007481234.shtml"
FIRST = Article(
    offer=Offer(docid="finance-20100302-08007481234", url=URL, day=datetime(2010, 3, 2, tzinfo=BEIJING).date()),
    url=URL,
    title="某市",
    published_at=datetime(2010, 3, 2, 8, tzinfo=BEIJING),
    body="<p>一</p>",
    symbols=("sh600000",),
    markets=("cn",),
    next_pages=(URL.replace(".shtml", "_2.shtml"),),
)


@pytest.mark.parametrize(("html", "numbers"), [
    ("<a href=08007481234_2.shtml>2</a>", ()),
    ("<a href=/stock/20100302/08007481234_2.shtml>2</a>", (2,)),
    (f"<a href={URL[:-6]}_2.shtml>2</a><a href={URL[:-6]}_4.shtml>4</a><a href={URL[:-6]}_2.shtml>下一页</a>", (2, 3, 4)),
    ("<a href=/stock/20100302/08007481235_2.shtml>another</a>", ()),
    ("<a href=/stock/20100302/08007481234_99.shtml>x</a>", tuple(range(2, 51))),
])  # fmt: skip
def test_further_pages_are_named_in_order(html: str, numbers: tuple[int, ...]) -> None:
    assert further_pages(Page(html, URL)) == tuple(f"{URL[:-6]}_{number}.shtml" for number in numbers)


def test_second_page_names_the_same_pages() -> None:
    link = "<a href=/stock/20100302/08007481234_3.shtml>3</a>"
    assert further_pages(Page(link, f"{URL[:-6]}_2.shtml")) == (f"{URL[:-6]}_2.shtml", f"{URL[:-6]}_3.shtml")


def test_pages_of_today_have_no_further_ones() -> None:
    url = "https://finance.sina.com.cn/x/2026-01-02/doc-inabcdef1234567.shtml"
    assert further_pages(Page("<a href=/x/2026-01-02/doc-inabcdef1234567_2.shtml>2</a>", url)) == ()


def test_bodies_are_joined_in_order_and_names_once() -> None:
    second = replace(
        FIRST, body="<p>二</p>", editor="某乙", symbols=("sh600000", "MU"), markets=("cn", "us"), next_pages=()
    )
    third = replace(FIRST, body="<p>三</p>", editor="某丙", next_pages=())
    joined = join(FIRST, [second, third])
    assert joined.body == "<p>一</p>\n<p>二</p>\n<p>三</p>"
    assert (joined.editor, joined.symbols, joined.markets) == ("某乙", ("sh600000", "MU"), ("cn", "us"))
    assert (joined.title, joined.url, joined.next_pages) == ("某市", URL, ())
