from __future__ import annotations

from newsarchive.sina.page.stocks import stocks


def test_symbols_of_each_market_are_taken_once() -> None:
    body = '<i id="hkstock_hk00700"></i><i id="usstock_MU"></i><i id="quote_MU"></i><!-- news_keyword_pub,usstock,MU&amp;A.B& -->'
    assert stocks(body) == {"hk00700": "hk", "MU": "us", "A.B": "us"}


def test_comment_without_stocks_names_none() -> None:
    assert stocks("<!-- news_keyword_pub,stock, --><!-- news_keyword_pub,fund,f1 -->") == {}


def test_quotes_that_the_page_loads_come_last() -> None:
    lists = ["//hq.sinajs.cn/list=sh600000,gb_mu,rt_hk00700,s_sh000001,fx_susdcny", ""]
    assert stocks('<i id="stock_sz000001"></i>', lists) == {
        "sz000001": "cn",
        "sh600000": "cn",
        "MU": "us",
        "hk00700": "hk",
    }


def test_words_of_the_text_name_no_stock() -> None:
    assert stocks("<p>MU sh600000</p>") == {}
