from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from newsarchive.reading.export.xhtml import valid, xhtml_of


@pytest.mark.parametrize(
    ("html", "xhtml"),
    [
        ("<p>一<br>二 &amp; <b>三</b></p>", "<p>一<br/>二 &amp; <b>三</b></p>\n"),
        ("<figure><img src='https://x.cn/a.jpg' alt='图'><figcaption>说</figcaption></figure>",
         '<div><a href="https://x.cn/a.jpg">〔图：图〕</a><p class="caption">说</p>\n</div>\n'),
        ("<li>离群</li><td>格</td>", "离群格"),
        ("<ul><li>一<p>二</p></li>文</ul>", "<ul><li>一<p>二</p>\n</li>\n</ul>\n"),
        ("<b><p>块</p></b>", "<b>块 </b>"),
        ("<dl><dt>词</dt><dd>义</dd></dl>", "<div><p>词</p>\n<div>义</div>\n</div>\n"),
        ("<table><tr><td colspan=2 rowspan=0>甲</td></tr><caption>表</caption></table>",
         '<table><caption>表</caption>\n<tr><td colspan="2">甲</td>\n</tr>\n</table>\n'),
        ("<table></table>", ""),
        ("<a href='https://x.cn/a'><img src='https://x.cn/b'>文</a>", '<a href="https://x.cn/a">〔图〕文</a>'),
    ],
)  # fmt: skip
def test_html_becomes_valid_xhtml(html: str, xhtml: str) -> None:
    assert xhtml_of(html) == xhtml
    ET.fromstring(f"<div>{xhtml_of(html)}</div>")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://x.cn/a b[c]|d#e#f", "https://x.cn/a%20b%5Bc%5D%7Cd#e%23f"),
        ("https://x.cn/字?%zz=100%25", "https://x.cn/%E5%AD%97?%25zz=100%25"),
        ("https://a b/", ""),
        ("https://[::1/", ""),
        ("https:///x", ""),
        ("javascript:alert(666)", ""),
        ("ftp://x.cn/", ""),
    ],
)
def test_an_address_is_valid_or_none(url: str, told: str) -> None:
    assert valid(url) == told
