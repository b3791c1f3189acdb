from __future__ import annotations

import gzip
import json
import re
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsarchive.sina.listing.urls import (
    MAX_DOCID_CHARS,
    MAX_URL_CHARS,
    canonical,
    date_of,
    docid_of,
    is_sina,
    may_be_article,
)

PC = "https://finance.sina.com.cn/stock/usstock/c/2026-09-29/doc-initmeav9622448.shtml"
OLD = "https://finance.sina.com.cn/stock/y/20120607/140812253310.shtml"
WEEK = Path(__file__).parents[4] / "shared" / "feed" / "week-2024-03-04.json.gz"


@pytest.mark.parametrize(
    "url",
    [
        PC,
        PC + ".md",
        PC + "?cre=tianyi&r=9#top",
        PC.replace("https:", ""),
        PC.replace("https://finance.sina.com.cn", "HTTP://Finance.Sina.COM.cn:80"),
        f"  {PC}\n",
        "https://cj.sina.cn/article/norm_detail?url=" + quote(PC, safe=""),
        f"https://cj.sina.com.cn/article/norm_detail?froms=ggmp&url={PC}&from=redirect",
    ],
)
def test_canonical_is_one_address_for_every_form_of_it(url: str) -> None:
    assert canonical(url) == PC


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://finance.sina.com.cn", "https://finance.sina.com.cn/"),
        ("http://bar.sina.com.cn/bar.php?name=%B3%c2&from=1", "https://bar.sina.com.cn/bar.php?name=%B3%c2"),
        ("https://tags.finance.sina.com.cn/账 号", "https://tags.finance.sina.com.cn/%E8%B4%A6%20%E5%8F%B7"),
        ("https://cj.sina.com.cn/articles/view/1/6f?vt=4", "https://cj.sina.com.cn/articles/view/1/6f"),
        ("http://vip.stock.finance.sina.com.cn:8080/q?a=1", "https://vip.stock.finance.sina.com.cn:8080/q?a=1"),
        ("https://guba.sina.com.cn/?s=thread&tid=24&utm_source=x", "https://guba.sina.com.cn/?s=thread&tid=24"),
        ("https://finance.sina.com.cn./a", "https://finance.sina.com.cn/a"),
        (OLD.replace(".shtml", "_2.shtml"), OLD),
    ],
)
def test_canonical_keeps_what_names_the_document(url: str, expected: str) -> None:
    assert canonical(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "doc-initmeav9622448.shtml",
        "/stock/2026-09-29/doc-initmeav9622448.shtml",
        "javascript:;",
        "ftp://finance.sina.com.cn/a",
        "https://",
        "https:///a",
        "https://[::1",
        "https://finance.sina.com.cn:port/",
        "https://finance.sina.com.cn@evil.example/",
        "https://evil.example\\.sina.com.cn/",
        "https://evil.example%2f.sina.com.cn/",
        "https://cj.sina.cn/article/norm_detail?url=%B9%C9",
        "https://finance.sina.com.cn/\ud800",
        "https://finance.sina.com.cn/" + "a" * MAX_URL_CHARS,
    ],
)
def test_canonical_refuses_what_is_no_web_address(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the promise is the type; the library words some of them
        canonical(url)


@given(
    st.sampled_from(["http://", "https://", "//", " https://x.", ""]),
    st.sampled_from(["finance.sina.com.cn", "cj.sina.cn/article/norm_detail?url=http://", "a.example:443", ""]),
    st.text(),
)
@example("https://", "Ｆinance。sina．com．cn", "/a?b=%B9&c=股#d")
@example("http://", "a.example:443", "//../b;c?utm_source&&=")
def test_canonical_is_idempotent(scheme: str, host: str, rest: str) -> None:
    try:
        once = canonical(scheme + host + rest)
    except ValueError:
        return
    assert canonical(once) == once
    assert once.isascii()
    assert re.fullmatch(r"https://[^\s#]+", once)


@pytest.mark.parametrize(
    ("url", "docid"),
    [
        (PC, "nitmeav9622448"),
        (PC + ".md", "nitmeav9622448"),
        ("https://finance.sina.cn/usstock/mggd/2026-09-29/detail-initmeav9622448.d.html?vt=4", "nitmeav9622448"),
        ("https://cj.sina.cn/article/norm_detail?url=" + quote(PC + ".md"), "nitmeav9622448"),
        ("https://finance.sina.com.cn/7x24/2024-03-04/doc-inamayix1227922.shtml", "namayix1227922"),
        ("http://finance.sina.com.cn/china/2015-12-01/detail-ifxmcnkr7730000.shtml", "fxmcnkr7730000"),
        ("http://finance.sina.com.cn/zl/stock/2019-09-09/zl-iicezzrq4617153.shtml", "icezzrq4617153"),
        ("http://fashion.sina.com.cn/d/ta/2018-02-16/0153/doc-ifyreyvz9230192.shtml", "fyreyvz9230192"),
        ("https://finance.sina.com.cn/2023-10-20/doc-imzrtcah1234567.shtml", "mzrtcah1234567"),
        (OLD, "finance-20120607-140812253310"),
        (OLD.replace(".shtml", "_3.shtml"), "finance-20120607-140812253310"),
        ("http://ent.sina.com.cn/v/m/2008-08-14/18072136872.shtml", "ent-20080814-18072136872"),
        ("http://chanye.finance.sina.com.cn/sm/2005-03-21/244339.shtml", "chanye-finance-20050321-244339"),
        ("http://finance.sina.com.cn/p/2005-03-21/1121145233.html", "finance-20050321-1121145233"),
        ("http://video.sina.com.cn/p/finance/c/20120607/140861771234.html", "video-20120607-140861771234"),
    ],
)
def test_docid_is_read_from_every_shape_of_address(url: str, docid: str) -> None:
    assert docid_of(url) == docid


@pytest.mark.parametrize(
    "url",
    [
        "https://cj.sina.com.cn/articles/view/1733360754/6750fc7202001e6u0",
        "https://k.sina.com.cn/article_5044281310_12ca99fde02000z7nb.html",
        "http://blog.sina.com.cn/s/blog_4c49f8fa0102z9ie.html",
        "http://finance.sina.com.cn/stock/20121399/140812253310.shtml",
        "http://finance.sina.com.cn/stock/20120607/12.shtml",
        "http://finance.sina.com.cn/x.php?u=/doc-initmeav9622448.shtml",
        "http://" + "a" * 60 + ".sina.com.cn/20120607/140812253310.shtml",
        "http://under_score.sina.com.cn/20120607/140812253310.shtml",
        "https://evil.example/2026-09-29/doc-initmeav9622448.shtml",
        "https://evil.example/20120607/140812253310.shtml",
    ],
)
def test_docid_is_a_digest_where_the_address_has_none(url: str) -> None:
    assert re.fullmatch(r"u-[0-9a-f]{16}", docid_of(url))
    assert docid_of(url + "#x") == docid_of(url.replace("http:", "https:"))


@given(st.from_regex(r"https://[a-z_.-]{0,40}\.sina\.com\.cn/[0-9]{8}/[0-9]{1,20}(_[0-9])?\.shtml", fullmatch=True))
def test_docid_always_fits_a_file_name(url: str) -> None:
    try:
        docid = docid_of(url)
    except ValueError:
        return
    assert re.fullmatch(r"[a-z0-9-]+", docid)
    assert len(docid) <= MAX_DOCID_CHARS


@pytest.mark.parametrize(
    ("url", "day"),
    [
        (PC, date(2026, 9, 29)),
        (OLD, date(2012, 6, 7)),
        ("http://chanye.finance.sina.com.cn/sm/2005-03-21/244339.shtml", date(2005, 3, 21)),
        ("https://cj.sina.cn/article/norm_detail?url=" + quote(PC), date(2026, 9, 29)),
        ("http://finance.sina.com.cn/20121399/1.shtml", None),
        ("http://finance.sina.com.cn/2023-02-30/1.shtml", None),
        ("http://finance.sina.com.cn/2023-0230/1.shtml", None),
        ("http://finance.sina.com.cn/u/12830871/1.shtml", None),
        ("http://finance.sina.com.cn/a.php?d=/2012-06-07/", None),
        ("javascript:;", None),
    ],
)
def test_date_is_that_of_the_folder_or_none(url: str, day: date | None) -> None:
    assert date_of(url) == day


@pytest.mark.parametrize("host", ["finance.sina.com.cn", "finance.sina.cn", "sina.com.cn", "A.B.SINA.CN:443"])
def test_hosts_below_sina_are_sina(host: str) -> None:
    assert is_sina(f"http://{host}/a")


@pytest.mark.parametrize(
    "url",
    [
        "https://evilsina.com.cn/",
        "https://sina.com.cn.evil.example/",
        "https://finance.sina.com.cn@evil.example/",
        "https://evil.example\\.sina.com.cn/",
        "https://evil.example/finance.sina.com.cn",
        "https://127.0.0.1/",
        "https://finance.sina.com.cn:8443/",
        "http://finance.sina.com.cn:22/",
        "https://n.sinaimg.cn/a.png",
        "https://cj.sina.cn/article/norm_detail?url=https%3A%2F%2Fevil.example%2F",
        "",
    ],
)
def test_other_hosts_and_tricks_are_not_sina(url: str) -> None:
    assert not is_sina(url)


@pytest.mark.parametrize("path", [
    "/roll/2026-11-23/doc-inaaaaaa0000001.shtml", "/20120607/140812253310.shtml", "/chanye/2005-03-21/244339.shtml",
    "/2018-05-09/detail-ihencxxa1234567.d.html", "/c/slide_1_2841_156226.html", "/articles/view/100000/18bcfa1",
    "/article_6000000000_1667abc0001900abcd.html", "/s/blog_abcdef.html", "/y/20050321/abc.shtml", "/show.php?id=1234567",
    "/roll/2026-11-23/doc-inaaaaaa0000001.shtml?cid=1#top",
])  # fmt: skip
def test_addresses_of_articles_of_all_years_may_be_articles(path: str) -> None:
    assert may_be_article(f"https://finance.sina.com.cn{path}")


@pytest.mark.parametrize("path", [
    "", "/", "/#top", "/china", "/china/", "/stock/usstock/", "/roll/index.d.html?cid=56589&page=1", "/index.shtml",
    "/realstock/company/sh600519/nc.shtml", "/api/roll/get?pageid=153&lid=2509&num=50&page=1", "/7x24/", "/robots.txt",
])  # fmt: skip
def test_home_channel_and_listing_pages_are_no_articles(path: str) -> None:
    assert not may_be_article(f"https://finance.sina.com.cn{path}")


@pytest.mark.skipif(not WEEK.exists(), reason="needs the shared week of real addresses beside the checkout")
def test_a_real_week_of_addresses_keeps_every_document_apart() -> None:
    urls = [url for url, _ in json.loads(gzip.decompress(WEEK.read_bytes()))["rows"]]
    docids = {docid_of(url) for url in urls}
    assert len(docids) == len(urls)
    assert all(re.fullmatch(r"[a-z]{7}\d{7}", docid) for docid in docids)
    assert all(canonical(url) == url and is_sina(url) for url in urls)
    assert all(str(date_of(url)) in url for url in urls)
