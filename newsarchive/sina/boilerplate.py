"""What belongs to no text on Sina's pages (clean): the table that ``pages.clean`` works by.

Each line is one piece with the years in which it was seen, first and last: in the pages and texts that sina-surface.md
§4 names, or in crawlers' notes of those years. A new piece is a line here and a test; an old one stays, for backfills.
"""

from __future__ import annotations

import re

from newsarchive.pages.rules import Rules

SLOTS = {
    "总声明": "2017-2026",
    "相关专题top": "2020-2026",
    "视频播放器": "2017-2026",
    "秒拍": "2017-2026",
    "行情图": "2017-2026",
    "期货推广": "2020-2026",
    "正文下iframe": "2017-2026",
    "关键词": "2017-2026",
    "文末二维码": "2023-2026",
    "video-list": "2017-2022",
}
"""Slots of the template for what is no text: everything between the two comments of such a name."""

_LONGEST_SLOT = 6_000  # characters; a slot whose closing comment got lost must not swallow the text

STRETCHES = {
    # 画中画, the picture-in-picture advertisement
    rf"<!--\s*NEWSZW_HZH_BEGIN\s*-->.{{0,{_LONGEST_SLOT}}}?<!--\s*NEWSZW_HZH_END\s*-->": "2004-2008",
    r"<!--\s*wapdump begin\s*-->.{0,2000}?<!--\s*wapdump end\s*-->": "2007-2012",  # (blog), (听歌) behind a name
    rf"<!--\s*ADS:begin=.{{0,{_LONGEST_SLOT}}}?<!--\s*ADS:end\s*-->": "2007-2013",
    r"<!--\s*article_adlist\[.{0,6000}?\]article_adlist\s*-->": "2018-2022",
}
"""Other stretches from one comment to its twin."""

MARKERS = {
    r"<a\b[^>]{0,300}>\s*[\[(【（]\s*微博\s*[\])】）]\s*</a>": "2013-2017",
    r"[\[(（]\s*<(a|span)\b[^>]{0,300}>\s*(?:微博|blog|博客)\s*</\1>\s*[\])）]": "2009-2015",
    r"(?<=>)\s*[\[(]\s*微博\s*[\])]": "2009-2015",
}
"""Words behind a name, for those who want its owner's microblog: no text. One without any link stands behind a tag."""

DROPPED = {
    # editors
    ".article-editor": "2014-2026", ".show_author": "2014-2026", ".article-notice": "2020-2026",
    # QR codes, accounts to open, the app
    '[class^="appendQr"]': "2023-2026", '[class*=" appendQr"]': "2023-2026", '[class*="kaihu"]': "2019-2026",
    '[id*="kaihu"]': "2019-2026", ".finance_app_sina": "2017-2022", 'p[class^="finance_web"]': "2017-2022",
    ".tech-quotation": "2017-2022", ".new_style_article": "2017-2022",
    # advertisements
    "#left_hzh_ad": "2014-2022", ".sinaads": "2014-2026", "ins[data-ad-pdps]": "2014-2026", ".ad": "2014-2026",
    '[class^="ad-"]': "2014-2026", '[class^="ad_"]': "2014-2026", '[id^="ad_"]': "2014-2026",
    'img[black-list="y"]': "2018-2022", ".adNone": "2008-2013", '[class^="Ad_"]': "2008-2013",
    # live prices and charts
    '[id^="quote_"]': "2014-2026", ".hqimg_related": "2017-2026", ".ct_hqimg": "2014-2022", '[class*="hqimg"]': "2014-2026",
    # other stories
    ".wap_special": "2016-2026", '[class^="otherContent"]': "2008-2017", '[class*=" otherContent"]': "2008-2017",
    '[class^="corrTxt"]': "2008-2015", "#interrelatedBlog": "2011-2014", ".seo_data_list": "2017-2026",
    ".guess-view-list": "2012-2014", ".art_keywords": "2011-2014", ".blkKeyword": "2008-2013",
    # players
    ".video-2017": "2017-2022", '[id^="videoList"]': "2017-2022", ".ArticalVideoList": "2014-2019",
    "#video_play_list": "2012-2014", '[class^="video-list"]': "2017-2022", '[class^="artical-player"]': "2014-2017",
    ".art_video_box": "2015-2026", ".art_video": "2015-2026",
    # tools of the page, where the body holds them
    "#sinashareto": "2011-2014", ".blkComment": "2008-2014", "#script_lodaer": "2011-2014", "[name=moodcounter]": "2008-2010",
    ".page-tools": "2017-2026", ".page-view": "2017-2026", ".blk-comment": "2017-2026", "#bottom_sina_comment": "2017-2026",
    "#article-bottom": "2017-2026", ".article-bottom": "2017-2026", ".keywords": "2017-2026", "#keywords": "2017-2022",
    ".article-keywords": "2014-2017", ".second-title": "2017-2026", ".date-source": "2017-2026", ".top-bar-wrap": "2017-2026",
    ".img-toolbar": "2017-2026", ".art_tit_h1": "2015-2026", ".art_time": "2015-2026", ".weibo_info": "2017-2026",
    ".look_sub": "2017-2026", ".j_article_wbreco": "2017-2026",
}  # fmt: skip
"""Selectors of elements that go with all that is in them."""

_NAME = r"\s*[:：|丨/]\s*[^\s:：|丨/（）()【】。，！？!?…]{2,8}"
"""Of an editor, behind the word for it."""

PARAGRAPHS = {
    r"[（(【\[]?\s*责任编辑\s*[:：/].{0,80}$": "2008-2026",
    r"[（(【\[]?\s*责编\s*[:：/].{0,30}$": "2008-2026",
    r"[（(【\[]\s*(?:本文)?编辑\s*[:：][^（()）]{1,30}[)）\]】]$": "2011-2017",
    rf"编辑{_NAME}(?:\s+(?:责任编辑|责编|校对|审核|审校|监制|主编|[初一二三终]审){_NAME}){{0,6}}\s*$": "2015-2026",
    r"(?:免责声明|新浪(?:财经|网|新闻)?(?:免责)?声明)\s*[:：]|【免责声明】": "2012-2026",
    r"特别声明\s*[:：](?=.{0,60}(?:本文|文章|作者|新浪|观点|内容|转载|平台))": "2012-2026",
    r".{0,20}海量资讯、精准解读，尽在新浪财经.{0,20}$": "2023-2026",
    r"炒股就看\s*金麒麟.{0,60}$": "2019-2026",
    r"【线索征集令": "2017-2021",
    r"24小时滚动播报最新的财经资讯.{0,60}$": "2018-2026",
    r"新浪财经(?:Level2：A股极速看盘|App：直播上线).{0,40}$": "2017-2021",
    r"热点栏目\s*自选股.{0,80}$": "2019-2026",
    r"【?(?:登录|打开|下载|安装)新浪财经(?:APP|App|客户端).{0,50}$": "2017-2026",
    r"进入\s*【?新浪财经股吧】?.{0,10}$": "2012-2022",
    r"股市瞬息万变，投资难以决策？.{0,60}$": "2021-2023",
    r"新浪合作大平台.{0,40}$": "2020-2026",
    r"更多.{0,10}(?:请|欢迎).{0,4}(?:扫描|关注).{0,20}新浪.{0,40}$": "2014-2026",
    r"文章关键词\s*[:：].{0,80}$": "2011-2017",
    r"(?:展开|阅读|查看)全文$": "2015-2026",
    r"查看更多董秘问答.{0,10}$": "2021-2026",
    r"新浪(?:财经|科技|新闻)?(?:意见反馈留言板|公众号)$": "2017-2026",
    r"(?:股市回暖，抄底炒股先开户|股市跌了别害怕|反弹行情下的专属投资礼包|炒股开户享福利).{0,60}$": "2017-2024",
    r"扫(?:描|一扫)?[上下左右]?[方侧边]?二维码(?=.{0,20}(?:关注|领|下载|查看|进|加|打开|了解|开户|订阅|获取)|$).{0,30}$": "2014-2026",
    r"下一条快讯将在.{0,30}$": "2020-2026",
    r"点击(?:进入|查看)专题\s*[:：]?$": "2016-2026",
    r"点击此处查看.{0,20}图片\s*$": "2007-2011",
    r"看明星八卦、查影讯电视节目，上手机新浪网": "2009-2011",
    r"(?:欢迎发表评论|我要评论|已有_COUNT_位网友发表评论|发表评论|转发此文至微博)[\s\u3000]*(?:我要评论)?$": "2008-2015",
    r"分享到\s*[:：]?$": "2011-2017",
    r"[【\[]\s*(?:发表评论|评论|论坛|收藏此页|多种方式看新闻|关闭(?:窗口)?|打印)\s*[】\]]\s*(?:[【\[]|$)": "1999-2008",
    r"(?=.{0,80}[上下]一页)[\s\d\[\]【】()（）.…|<>《》«»第页上下一首末尾全文阅读]{3,80}$": "2009-2015",
    r"THE_END$": "2017-2026",
    r"@@\w+@@": "2017-2026",
    r"不支持Flash$": "2007-2013",
}
"""Paragraphs that go as a whole, matched from their first character; an end is stated, or a story that begins so would go."""

ENDINGS = {
    r"[（(【]\s*责任编辑\s*[:：/][^（）()【】]{0,30}[)）】]\s*$": "2008-2026",
    r"[（(]\s*编辑\s*[:：]\s*[A-Z]{1,3}\d{2,5}\s*[)）]\s*$": "2011-2017",
    rf"[（(]\s*(?:编辑|责编){_NAME}\s*[)）]\s*$": "2011-2026",
    rf"(?<=[。！？”])\s*责任编辑{_NAME}\s*$": "2014-2026",
}
"""What goes from the end of a text: an editor in brackets, by name or by number."""

_LABELS = "此前报道|相关(?:新闻|报道|阅读|链接|文章|视频|专题)|新闻链接|延伸阅读|推荐阅读|热门推荐"

_RELATED = (
    rf"[【\[>＞]*\s*(?:{_LABELS}|更多(?:新闻|报道)|往期回顾|(?:点击)?(?:进入|查看)专题|专题)\s*[】\]]?\s*[:：]"
    rf"|[【\[>＞]*\s*(?:{_LABELS})\s*[】\]]?"
)

_NOTED = (
    r"[（(【\[]?\s*(?:责任编辑|责编|编辑|本文编辑)\s*[:：/]|(?:免责|特别|新浪\S{0,4}?)声明"
    rf"|[【\[>＞]*\s*(?:{_LABELS}|点击(?:进入|查看)专题|专题)"
)

PICTURES = {
    r"/finance/cece9e13/\d{8}/": "2020-2026",  # the folder of the template's own QR pictures
    r"wx_poster_|/poster_finance": "2021-2026",
    r"(?:beacon|sax|saxn|saxs|adbox|ad4|d[0-9])\.sina\.com\.cn/": "2007-2026",
    r"/(?:blank|spacer|pixel|space|dot|1x1|c)\.(?:gif|png)": "1999-2026",  # c.gif: the spacer of image2 and i0.sinaimg.cn
    r"/default/2fb77759/20151125/320X320\.png": "2015-2026",  # what stands in a lazy picture of the mobile pages
    r"/deco/\d{4}/\d{4}/": "2007-2013",  # icons of the pages' decoration
}
"""Addresses of pictures that are no content (QR codes, posters, beacons, spacers)."""
_POSTER_RE = re.compile(r"/(?:wx_)?poster_[a-z]+\d*\.(?:png|jpe?g|gif|webp)(?:\?|$)", re.I)

QUOTES = {
    r"//stock\.finance\.sina\.com\.cn/(?:us|hk)stock/quotes/": "2012-2026",
    r"//(?:stock\.)?finance\.sina\.com\.cn/(?:realstock|(?:stock/(?:us|hk)stock|fund|futures|forex|option)/quotes)": "2008-2026",
    r"//(?:quotes|hq|biz\.finance|vip\.stock\.finance|gu|guba)\.sina\.(?:com\.)?c[no]\b": "2008-2026",
    r"//(?:money|vip\.stock)\.finance\.sina\.com\.cn/(?:corp|quotes|fund/go\.php|forex|bond/quotes|quotes_service)": "2008-2026",
}
"""Addresses of live prices: the link goes, its text stays."""

_SLOT = rf"<!--\s*(?P<slot>{'|'.join(SLOTS)})\s*(?:start|begin)?\s*-->.{{0,{_LONGEST_SLOT}}}?<!--\s*/?(?P=slot)\s*(?:end)?\s*-->"

RULES = Rules(
    cut=re.compile("|".join((_SLOT, *STRETCHES)), re.S),
    markers=re.compile("|".join(MARKERS)),
    marker_words=("微博", "blog", "博客"),
    drop=tuple(DROPPED),
    paragraphs=re.compile("|".join(PARAGRAPHS)),
    endings=re.compile("|".join(ENDINGS)),
    ending_words=("编辑", "责编"),
    related=re.compile(_RELATED),
    noted=re.compile(_NOTED),
    pictures=re.compile("|".join(PICTURES), re.I),
    unlinked=re.compile("|".join(QUOTES)),
    caption=frozenset({"img_descr", "img_descr_s", "art_img_tit"}),
    secure=re.compile(r"(?:^|\.)(?:sinaimg\.cn|sina\.com\.cn|sina\.cn|sinajs\.cn)$"),
)


def is_poster(url: str) -> bool:
    """Whether this is one of the fixed pictures that the listing shows for a story without one.

    >>> is_poster("http://n.sinaimg.cn/finance/c30320b4/20210712/wx_poster_finance1.png")
    True
    """
    return bool(_POSTER_RE.search(url))
