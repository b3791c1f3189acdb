from __future__ import annotations

import pytest

from newsarchive.errors import EmptyBody, NotAnArticle, PageError, TruncatedBody
from newsarchive.sina.page.impostors import check_page, is_ban

DOCID = "abcdefg1234567"
BAN = "<html><head><title>拒绝访问</title></head><body>你的 IP 存在异常访问，已被新浪安全部门封禁。</body></html>"
ARTICLE = (
    '<!DOCTYPE html><html><head><meta name="publishid" content="{0}" />'
    '<meta property="og:url" content="https://finance.sina.com.cn/x/2026-01-02/doc-i{0}.shtml" />'
    '<meta name="sudameta" content="dataid:comos:{0}" /><title>某事</title></head>'
    '<body><h1 class="main-title">某事</h1><div id="artibody"><p>文</p></div></body></html>'
)


def reason_of(status: int, html: str, docid: str = DOCID) -> str:
    with pytest.raises(PageError) as caught:
        check_page(status, html, docid)
    return caught.value.reason


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
@pytest.mark.parametrize("status", [200, 403, 456])
def test_ban_page_is_one_under_any_status(status: int, charset: str) -> None:
    assert is_ban(status, BAN.encode(charset))


def test_status_456_is_a_ban_whatever_it_says() -> None:
    assert is_ban(456, b"")


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_article_about_refused_access_is_no_ban(charset: str) -> None:
    html = ARTICLE.format(DOCID).replace("某事", "拒绝访问") + "异常访问 封禁"
    assert not is_ban(200, html.encode(charset))
    assert not is_ban(200, (BAN + " " * 20_000).encode(charset))
    assert not is_ban(404, b"")


def test_article_asked_for_passes() -> None:
    check_page(200, ARTICLE.format(DOCID), DOCID)


@pytest.mark.parametrize(("html", "reason"), [
    ("<html><head><title>页面没有找到</title></head><body>x</body></html>", "not-found"),
    ("<html><head><title>新浪</title></head><body>页面没有找到 5秒钟之后将会带您进入新浪首页!</body></html>", "not-found"),
    ("<html><head><title>新浪通行证</title></head><body>x</body></html>", "login"),
    ("<html><head><title>请输入验证码</title></head><body>x</body></html>", "captcha"),
    (BAN, "ban"),
    ('{"result": {"status": {"code": 11}}}', "not-html"),
])  # fmt: skip
def test_notice_under_200_is_named(html: str, reason: str) -> None:
    assert reason_of(200, html) == reason


def test_other_status_is_no_article() -> None:
    assert reason_of(503, ARTICLE.format(DOCID)) == "http-503"


@pytest.mark.parametrize("part", ['publishid" content="', "/doc-i", "dataid:comos:"])
def test_any_identity_that_differs_is_another_document(part: str) -> None:
    assert reason_of(200, ARTICLE.format(DOCID).replace(part + DOCID, part + "zzzzzzz7654321")) == "other-document"


def test_comment_id_counts_only_where_nothing_else_does() -> None:
    meta = '<meta name="comment" content="cj:comos-zzzzzzz7654321" />'
    check_page(200, ARTICLE.format(DOCID).replace("<title>", meta + "<title>"), DOCID)
    assert reason_of(200, f"<html><head>{meta}</head><body>x</body></html>") == "other-document"


@pytest.mark.parametrize("docid", ["u-0123456789abcdef", "finance-20120607-140812253310"])
def test_identities_of_another_kind_are_not_compared(docid: str) -> None:
    check_page(200, ARTICLE.format(DOCID), docid)


def test_old_document_is_compared_by_its_number() -> None:
    html = ARTICLE.format(DOCID).replace(f'publishid" content="{DOCID}', 'publishid" content="31,1,{0}')
    check_page(200, html.replace("{0}", "12253310"), "finance-20120607-140812253310")
    assert reason_of(200, html.replace("{0}", "12253311"), "finance-20120607-140812253310") == "other-document"


@pytest.mark.parametrize("cut", [60, 200, 340])
def test_page_without_its_end_is_torn(cut: int) -> None:
    with pytest.raises(TruncatedBody):
        check_page(200, ARTICLE.format(DOCID)[:cut], DOCID)


def test_text_without_its_closing_comment_is_torn() -> None:
    with pytest.raises(TruncatedBody):
        check_page(200, ARTICLE.format(DOCID).replace("<p>", "<!-- 原始正文begin --><p>"), DOCID)


@pytest.mark.parametrize("html", ["", " \n", "<html><head></head><body> </body></html>"])
def test_shell_is_an_empty_body(html: str) -> None:
    with pytest.raises(EmptyBody):
        check_page(200, html, DOCID)


def test_not_an_article_is_what_notices_raise() -> None:
    with pytest.raises(NotAnArticle):
        check_page(404, "<html></html>", DOCID)


@pytest.mark.parametrize("title", ["12306验证码升级", "登录新三板企业达5000家", "某行网站访问异常"])
def test_article_in_an_older_layout_may_have_any_title(title: str) -> None:
    html = f'<html><head><title>{title}</title></head><body><div id="artibody"><p>文</p></div></body></html>'
    check_page(200, html, "finance-20120607-140812253310")


def test_old_document_is_compared_by_the_comment_of_its_publication() -> None:
    html = "<!--[111,3,244339] published at 2005-03-21 11:21:30 --><html><head></head><body><p>文</p></body></html>"
    check_page(200, html, "chanye-20050321-244339")
    assert reason_of(200, html, "chanye-20050321-244777") == "other-document"
