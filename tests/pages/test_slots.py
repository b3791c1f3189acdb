from __future__ import annotations

import gc
import re
from time import process_time

import pytest

from newsarchive.pages.slots import without_slots
from newsarchive.sina.page.boilerplate import RULES

TEXT = "<p>　　某市统计部门发布的数字说明，十月全市纸船出口比去年同月多出百分之三。</p>"
MORE = "<p>　　负责人表示，明年的主要工作是把老旧作坊换新，并且在新区再建两座。</p>"
AD = "<div><p>名师今晚八点开讲</p></div>"


def left(body: str) -> str:
    return without_slots(body, RULES)[0]


@pytest.mark.parametrize(("opening", "closing"), [
    ("<!-- 引文 start -->", "<!-- 引文 end -->"),
    ("<!--轮播 start-->", "<!--直播推荐 end-->"),
    ("<!-- 新浪财经直播&微信公众号 推广轮播 start -->", "<!-- 新浪财经直播 推广轮播 end-->"),
    ("<!--美股大赛2018 start-->", "<!--美股大赛2018 end-->"),
    ("<!--港股大赛 start-->", "<!--wapdump end-->"),
    ("<!-- 正文广告开始 -->", "<!-- 正文广告结束 -->"),
    ("<!-- 开户推荐begin-->", "<!--开户推荐end -->"),
    ("<!-- 总声明-->", "<!-- 总声明-->"),
    ("<!-- 看盘神器 start -->", "<!--看盘神器 end-->"),
    ("<!-- 引文 start --><p>望川学堂开课，名师带你看懂盘面，扫码即可报名。</p>", "<!-- 引文 end -->"),
    ("<!-- 轮播 start --><!-- 样式x start -->", "<!-- 轮播 end -->"),
    ("<!--video-list-->", "<!--/video-list-->"),
    ("<!--NEWSZW_HZH_BEGIN-->", "<!--NEWSZW_HZH_END-->"),
    ("<!--ADS:begin=PDPS000000004397:{7D0C} -->", "<!--ADS:end-->"),
    ("<!--article_adlist[<p><!--keyword-->", "</p>]article_adlist-->"),
    ("<!-- article_adlist[<p><!--keyword-->", "</p>]article_adlist -->"),
])  # fmt: skip
def test_slot_goes_with_its_marks(opening: str, closing: str) -> None:
    body = f"{TEXT}{opening}{AD}{closing}{MORE}"
    assert without_slots(body, RULES) == (TEXT + MORE, [f"{opening}{AD}{closing}"])


@pytest.mark.parametrize("lost", [
    "<!-- 引文 start -->", "<!--轮播 start-->", "<!-- 行情图 -->", "<!-- 总声明-->", "<!--NEWSZW_HZH_BEGIN-->", "<!-- 大赛 begin -->",
    '<!--article_adlist[<p cms-style="font-M">-->', "<!--article_adlist[<p>推广</p>", "<!--video-list-->",
])  # fmt: skip
@pytest.mark.parametrize(
    "later",
    [
        "<!-- 引文 start --><p>推广</p><!-- 引文 end -->",
        "<!--轮播 start--><p>推广</p><!--直播推荐 end-->",
        "<!-- 行情图 --><p>推广</p><!-- 行情图 -->",
        "<!--article_adlist[<p>推广</p>]article_adlist-->",
        "<!-- 引文 end -->",
        "]article_adlist-->",
    ],
)
def test_lost_end_costs_no_text(lost: str, later: str) -> None:
    if lost.endswith("</p>") and later.startswith("]"):
        pytest.skip("the two are the ends of one comment, which hides what is in it from every reader")
    rest = left(f"{TEXT}{lost}{AD}{MORE}{TEXT}{later}{MORE}")
    shown = re.sub(r"<!--.*?-->", "", rest, flags=re.S)
    assert (shown.count(TEXT), shown.count(MORE)) == (2, 2)
    assert "article_adlist" not in shown


@pytest.mark.parametrize(
    "between",
    [
        TEXT,
        MORE,
        f"{AD}{TEXT}",
        "<p>公司没有回应此事，股价也没有变化。</p>" * 3,
        '<div class="img_wrapper"><img src="/1.jpg"></div>',
    ],
)
@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<!-- 行情图 -->", "<!-- 行情图 -->"),
        ("<!-- 引文 start -->", "<!-- 引文 end -->"),
        ("<!--轮播 start-->", "<!--x推荐 end-->"),
    ],
)
def test_what_holds_text_or_a_picture_is_no_slot(opening: str, closing: str, between: str) -> None:
    body = f"{opening}{between}{closing}"
    assert left(body) == body


@pytest.mark.parametrize("data", ["<table><tr><td>1</td></tr></table>", "<ul><li>1</li></ul>", "<h3>一</h3>"])
def test_slot_of_an_unknown_name_holds_no_data(data: str) -> None:
    body = f"<!-- 某栏 start -->{data}<!-- 某栏 end -->"
    assert left(body) == body


def test_link_without_its_end_hides_no_text_from_the_check() -> None:
    body = f"<!-- 引文 start --><p><a href=/1>推广</p>{TEXT}<!-- 引文 end -->"
    assert left(body) == body


def test_disclaimer_in_its_slot_is_no_text() -> None:
    assert left(f"<!-- 总声明--><p>免责声明：{'本网所载内容与本网立场无关。' * 9}</p><!-- 总声明-->{TEXT}") == TEXT


def test_slot_within_a_slot_goes_with_it() -> None:
    body = (
        "<!--NEWSZW_HZH_BEGIN--><table><!--ADS:begin=1--><script>x</script><!--ADS:end--></table><!--NEWSZW_HZH_END-->"
    )
    assert left(f"{TEXT}{body}{MORE}") == TEXT + MORE


@pytest.mark.parametrize("comment", [
    "<!-- 原始正文start -->", "<!-- 正文 end -->", "<!--keyword-->", "<!-- google_ad_section_start -->", "<!-- 内容模块：单图 begin -->",
    "<!-- news_keyword_pub,stock,sh600000 -->", "<!-- 编辑姓名及工作代码 -->", "<!-- 某栏目 -->",
])  # fmt: skip
def test_other_comments_are_no_marks(comment: str) -> None:
    body = f"{comment}{AD}{comment.replace('start', 'end').replace('begin', 'end')}"
    assert left(body) == body


@pytest.mark.parametrize("unit", [
    "<!--", "<!-- 引文 start -->", "<!--article_adlist[", "]article_adlist-->", "<!-- 广告 -->", "<!-- 引文 start --><a>", "<",
    "<!-- 引文 start --><p>字字字</p><!-- 引文 end -->", "<!-- 广告x start --><!-- 推广x start -->",
])  # fmt: skip
def test_time_grows_with_the_length_alone(unit: str) -> None:
    short, long = (_seconds(unit * times) for times in (2_000, 16_000))
    assert long < 40 * max(short, 0.002)


def _seconds(body: str) -> float:
    """The least of three, without the collector: it looks through all that the tests before this one have left."""
    gc.disable()
    try:
        return min(_once(body) for _ in range(3))
    finally:
        gc.enable()


def _once(body: str) -> float:
    begun = process_time()
    left(body)
    return process_time() - begun
