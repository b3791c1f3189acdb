"""What belongs to no text on Sina's pages (clean): the table that ``pages.clean`` works by.

Sources: sina-surface.md §4, "Extraction pitfalls and boilerplate inside the body", and the pages it names. A new piece of
boilerplate is a line here and a test.
"""

from __future__ import annotations

import re

from newsarchive.pages.rules import Rules

_COMMENTED_SLOTS = (
    "总声明",
    "相关专题top",
    "视频播放器",
    "秒拍",
    "行情图",
    "期货推广",
    "正文下iframe",
    "关键词",
    "video-list",
)
"""Slots of the template for what is no text: everything between the two comments of such a name."""
_LONGEST_SLOT = 6_000  # characters; a slot whose closing comment got lost must not swallow the text

_DROPPED = (
    # editors
    ".article-editor", ".show_author", ".article-notice",
    # QR codes, accounts to open, the app
    '[class^="appendQr"]', '[class*=" appendQr"]', '[class*="kaihu"]', '[id*="kaihu"]', ".finance_app_sina",
    'p[class^="finance_web"]', ".tech-quotation", ".new_style_article",
    # advertisements
    "#left_hzh_ad", ".sinaads", "ins[data-ad-pdps]", ".ad", '[class^="ad-"]', '[class^="ad_"]', '[id^="ad_"]', 'img[black-list="y"]',
    # live prices and charts
    '[id^="quote_"]', ".hqimg_related", ".ct_hqimg", '[class*="hqimg"]',
    # other stories
    ".wap_special", 'div[class^="otherContent"]', '[class^="corrTxt"]', "#interrelatedBlog", ".seo_data_list",
    # players
    ".video-2017", '[id^="videoList"]', ".ArticalVideoList", "#video_play_list", '[class^="video-list"]',
    # tools of the page, where the body holds them
    "#sinashareto", ".page-tools", ".page-view", ".blk-comment", "#bottom_sina_comment", "#article-bottom", ".article-bottom",
    ".keywords", "#keywords", ".second-title", ".date-source", ".top-bar-wrap", ".img-toolbar",
)  # fmt: skip

_PARAGRAPHS = (
    r"[（(【\[]?\s*责任编辑\s*[:：/].{0,40}$",
    r"[（(【\[]?\s*责编\s*[:：/].{0,30}$",
    r"(?:免责声明|特别声明|新浪(?:财经|网|新闻)?(?:免责)?声明)\s*[:：]",
    r".{0,20}海量资讯、精准解读，尽在新浪财经",
    r"炒股就看\s*金麒麟",
    r"【线索征集令",
    r"24小时滚动播报最新的财经资讯",
    r"新浪财经(?:Level2：A股极速看盘|App：直播上线)",
    r"热点栏目\s*自选股",
    r"(?:登录|打开|下载|安装)新浪财经(?:APP|App|客户端)",
    r"进入\s*【新浪财经股吧】",
    r"查看更多董秘问答",
    r"新浪(?:财经|科技|新闻)?(?:意见反馈留言板|公众号)$",
    r"(?:股市回暖，抄底炒股先开户|股市跌了别害怕|反弹行情下的专属投资礼包|炒股开户享福利)",
    r"扫(?:描|一扫)?[上下左右]?[方侧边]?二维码.{0,30}$",
    r"下一条快讯将在",
    r"点击(?:进入|查看)专题\s*[:：]?$",
    r"分享到\s*[:：]?$",
    r"THE_END$",
    r"@@\w+@@$",
)

_ENDINGS = r"[（(【]\s*责任编辑\s*[:：/][^（）()【】]{0,30}[)）】]\s*$"

_RELATED = (
    r"[【\[]?\s*(?:此前报道|相关(?:新闻|报道|阅读|链接|文章|视频|专题)|新闻链接|延伸阅读|推荐阅读|热门推荐|更多(?:新闻|报道)|往期回顾|(?:点击)?进入专题|专题)\s*[】\]]?\s*[:：]"
    r"|[【\[]?\s*(?:此前报道|相关(?:新闻|报道|阅读|链接|文章|视频|专题)|新闻链接|延伸阅读|推荐阅读|热门推荐)\s*[】\]]?"
)

_PICTURES = (
    r"/finance/cece9e13/\d{8}/",  # the folder of the template's own QR pictures, 2020 to today
    r"wx_poster_|/poster_finance",
    r"(?:beacon|sax|saxn|saxs|adbox|ad4|d[0-9])\.sina\.com\.cn/",
    r"/(?:blank|spacer|pixel|space|dot|1x1)\.(?:gif|png)",
)
_POSTER_RE = re.compile(r"/(?:wx_)?poster_[a-z]+\d*\.(?:png|jpe?g|gif|webp)(?:\?|$)", re.I)

_QUOTES = (
    r"//stock\.finance\.sina\.com\.cn/(?:us|hk)stock/quotes/",
    r"//(?:stock\.)?finance\.sina\.com\.cn/(?:realstock|stock/(?:us|hk)stock/quotes|fund/quotes|futures/quotes|forex/quotes|option/quotes)",
    r"//(?:quotes|hq|biz\.finance|vip\.stock\.finance|gu|guba)\.sina\.(?:com\.)?c[no]\b",
    r"//(?:money|vip\.stock)\.finance\.sina\.com\.cn/(?:corp|quotes|fund/go\.php|forex|bond/quotes|quotes_service)",
)

RULES = Rules(
    cut=re.compile(
        rf"<!--\s*({'|'.join(_COMMENTED_SLOTS)})\s*(?:start|begin)?\s*-->.{{0,{_LONGEST_SLOT}}}?<!--\s*/?\1\s*(?:end)?\s*-->",
        re.S,
    ),
    drop=_DROPPED,
    paragraphs=re.compile("|".join(_PARAGRAPHS)),
    endings=re.compile(_ENDINGS),
    related=re.compile(_RELATED),
    pictures=re.compile("|".join(_PICTURES), re.I),
    unlinked=re.compile("|".join(_QUOTES)),
    caption=frozenset({"img_descr"}),
    secure=re.compile(r"(?:^|\.)(?:sinaimg\.cn|sina\.com\.cn|sina\.cn|sinajs\.cn)$"),
)


def is_poster(url: str) -> bool:
    """Whether this is one of the fixed pictures that the listing shows for a story without one.

    >>> is_poster("http://n.sinaimg.cn/finance/c30320b4/20210712/wx_poster_finance1.png")
    True
    """
    return bool(_POSTER_RE.search(url))
