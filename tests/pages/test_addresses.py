from __future__ import annotations

import pytest

from newsarchive.pages.addresses import absolute, link
from newsarchive.sina.page.boilerplate import RULES

BASE = "https://finance.sina.com.cn/roll/2018-09-28/doc-ihabcdef1234567.shtml"
PICTURE = "https://n.sinaimg.cn/x/1.jpg"


@pytest.mark.parametrize("pasted", [
    "//n.sinaimg.cn/x/1.jpg", " //n.sinaimg.cn/x/1.jpg ", "http:https://n.sinaimg.cn/x/1.jpg", "https:////n.sinaimg.cn/x/1.jpg",
    "https://https://n.sinaimg.cn/x/1.jpg", "http://http//n.sinaimg.cn/x/1.jpg", "http:/n.sinaimg.cn/x/1.jpg",
    "http:n.sinaimg.cn/x/1.jpg", "http:///n.sinaimg.cn/x/1.jpg", "////n.sinaimg.cn/x/1.jpg", "://n.sinaimg.cn/x/1.jpg",
    "https//n.sinaimg.cn/x/1.jpg", "ttp://n.sinaimg.cn/x/1.jpg", "https：//n.sinaimg.cn/x/1.jpg", "n.sinaimg.cn/x/1.jpg",
    "http:\\\\n.sinaimg.cn\\x\\1.jpg",
])  # fmt: skip
def test_address_that_was_pasted_is_read_as_it_was_meant(pasted: str) -> None:
    assert absolute(pasted, BASE, RULES) == PICTURE


@pytest.mark.parametrize("address", [
    "file:///C:/Users/a/1.png", "C:\\Users\\a\\1.png", "\\\\server\\share\\1.png", "http://localhost/1.png", "https://localhost:8080/1",
    "http://127.0.0.1/1.png", "http://10.0.0.8/1.png", "http://192.168.1.2:81/1.png", "http://172.16.0.1/1.png", "http://169.254.1.1/",
    "http://100.64.0.1/", "http://0.0.0.0/", "http://[::1]/1.png", "http://[fe80::1]/", "http://intranet/1.png", "//pc/1.png",
    "http://cms.local/1.png", "http://2130706433/", "http://0x7f.1/", "http:https://localhost/1.png", "blob:https://x.cn/1", "http:", "http://",
    "//x.cn/" + "a" * 8_000,
])  # fmt: skip
def test_address_that_no_reader_can_reach_is_none(address: str) -> None:
    assert absolute(address, BASE, RULES) == ""


@pytest.mark.parametrize(("address", "whole"), [
    ("/a/1.jpg", "https://finance.sina.com.cn/a/1.jpg"),
    ("1.jpg", "https://finance.sina.com.cn/roll/2018-09-28/1.jpg"),
    ("https.jpg", "https://finance.sina.com.cn/roll/2018-09-28/https.jpg"),
    ("http://x.cn//a//1.jpg", "http://x.cn//a//1.jpg"),
    ("https://x.cn/?u=http:https://y.cn", "https://x.cn/?u=http:https://y.cn"),
    ("http://8.8.8.8/1.jpg", "http://8.8.8.8/1.jpg"),
])  # fmt: skip
def test_other_address_stays_as_it_is(address: str, whole: str) -> None:
    assert absolute(address, BASE, RULES) == whole


@pytest.mark.parametrize("address", [
    "http://finance.sina.com.cn/money/forex/hq/USDCNY.shtml",
    "http://finance.sina.com.cn/money/future/quote.html?code=CU0",
    "http://finance.sina.com.cn/money/future/CL/quote.shtml",
    "https://finance.sina.com.cn/futures/quotes/CU0.shtml",
    "https://finance.sina.com.cn/money/bond/quotes/sh019547.html",
    "https://finance.sina.com.cn/fund/quotes/110022/bc.shtml",
    "http://finance.sina.com.cn/realstock/company/sh600000/nc.shtml",
    "http://stock.finance.sina.com.cn/usstock/quotes/MU.html",
    "http://stock.finance.sina.com.cn/hkstock/quotes/00700.html",
    "http://stock.finance.sina.com.cn/fundInfo/view/FundInfo_LSJZ.php?symbol=110022",
    "https://finance.sina.com.cn/stock/globalindex/quotes/INX",
    "http://vip.stock.finance.sina.com.cn/moneyflow/",
    "http://vip.stock.finance.sina.com.cn/q/go.php/vInvestConsult/kind/qgqp/index.phtml",
    "http://money.finance.sina.com.cn/fund/go.php/vAkFundInfo_JJGK/q/110022.phtml",
    "http://biz.finance.sina.com.cn/suggest/lookup_n.php?country=us&q=MU",
    "https://gu.sina.cn/m/?symbol=sh600000",
    "https://stock.finance.sina.com.cn/forex/globalbd/gcny10.html",
    "http://finance.sina.com.cn/money/future/hf.html?symbol=GC",
    "http://money.finance.sina.com.cn/bond/info/sh019547.html",
])  # fmt: skip
def test_address_of_a_live_price_is_no_link(address: str) -> None:
    assert link(address, BASE, RULES) == ""


@pytest.mark.parametrize("address", [
    "https://finance.sina.com.cn/money/forex/2018-09-28/doc-ihabcdef1234567.shtml",
    "https://finance.sina.com.cn/stock/hqyj/2018-09-28/doc-ihabcdef1234567.shtml",
    "https://finance.sina.com.cn/money/future/20150608/191922377573.shtml",
    "https://finance.sina.com.cn/zt_d/subject-1600000000",
    "https://weibo.com/quotes/1",
    "http://x.cn/hq/1.html",
])  # fmt: skip
def test_address_of_a_story_is_a_link(address: str) -> None:
    assert link(address, BASE, RULES) == address
