"""What belongs to no text on Sina's pages (clean): the table that ``pages.clean`` works by.

Each line is one piece with the years in which it was seen, first and last: in the pages and texts that sina-surface.md
§4 names, or in crawlers' notes of those years. A new piece is a line here and a test; an old one stays, for backfills.
"""

from __future__ import annotations

import re

from newsarchive.pages.rules import Rules

SLOTS = {
    # disclaimers, other stories
    "总声明": "2017-2026", "声明": "2012-2026", "相关专题top": "2020-2026", "相关": "2008-2026", "专题": "2008-2026",
    "延伸阅读": "2017-2026", "推荐": "2008-2026", "热门": "2017-2026", "热点": "2008-2022", "排行": "2008-2022",
    "猜你": "2014-2026", "关键词": "2017-2026", "关键字": "2014-2026", "贴吧": "2008-2012", "股吧": "2012-2022",
    # players and live prices
    "视频播放器": "2017-2026", "播放器": "2012-2026", "秒拍": "2017-2026", "video-list": "2017-2022", "行情": "2014-2026",
    "直播": "2016-2026",
    # promotion
    "引文": "2016-2018", "轮播": "2016-2022", "大赛": "2016-2018", "推广": "2016-2026", "广告": "2004-2026",
    r"\bads?\b": "2007-2013", "newszw_hzh": "2004-2008", "画中画": "2004-2022", "通栏": "2014-2022", "竞价": "2008-2026",
    "竟价": "2007-2010", "浮层": "2017-2026", "弹窗": "2017-2026", "开户": "2017-2026", "下载": "2008-2026",
    "客户端": "2012-2026", r"\bapp\b": "2014-2026", "福利": "2016-2026", "课堂": "2016-2022", "学堂": "2016-2022",
    "课程": "2016-2022", "理财师": "2014-2022", "投票": "2014-2026", "报名": "2014-2026", "众测": "2017-2022",
    "赞助": "2014-2022",
    # tools of the page
    "正文下iframe": "2017-2026", "iframe": "2008-2026", "二维码": "2014-2026", "公众号": "2016-2026", "微信": "2012-2026",
    "分享": "2011-2026", "评论": "2008-2026", "打赏": "2016-2022", "wapdump": "2007-2018",
}  # fmt: skip
"""Words in the names of the template's slots for what is no text: everything between the two comments of such a name.

Names change by the campaign (``港股大赛 start``, ``新浪财经直播&微信公众号 推广轮播 start``) and differ between the two comments
(``轮播 start`` to ``直播推荐 end``), so that the word counts.
"""

_CONTENT_SLOTS = "正文|原始|内容|图|表|文章|标题|摘要|导语|作者|来源|时间|日期|编辑|视频|音频|段落|引用|附件|注释"
_ADVERTISING = (
    r"扫码|扫一扫|二维码|公众号|报名|开户|下载|\bAPP\b|听课|名师|免费|福利|课程|学堂|领取|礼包|微信|直播间|抢购|参赛|大赛"
    r"|在线答疑|炒股就看"
)

HIDDEN_SLOT = (re.compile(r"<!--\s{0,9}article_adlist\s?\["), re.compile(r"\]\s?article_adlist\s{0,9}-->"))
"""Advertisements in a comment, 2018-2022; one of 2022 lost the second mark."""

MARKERS = {
    r"<a\b[^<>]{0,300}>\s*[\[(【（]\s*微博\s*[\])】）]\s*</a>": "2013-2017",
    r"[\[(（]\s*<(a|span)\b[^<>]{0,300}>\s*(?:微博|blog|博客)\s*</\1>\s*[\])）]": "2009-2015",
    r"(?<=>)\s*[\[(]\s*微博\s*[\])]": "2009-2015",
}
"""Words behind a name, for those who want its owner's microblog: no text. One without any link stands behind a tag."""

DROPPED = {
    # editors
    ".article-editor": "2014-2026", ".show_author": "2014-2026", ".article-notice": "2020-2026",
    # QR codes, accounts to open, the app
    '[class^="appendQr"]': "2023-2026", '[class*=" appendQr"]': "2023-2026", '[class*="kaihu"]': "2019-2026",
    '[id*="kaihu"]': "2019-2026", ".finance_app_sina": "2017-2022", ".finance_app_zqtg": "2015-2018", ".xb_new_finance_app": "2015-2018",
    "#finance_lcsds_ds_cls": "2015-2018",
    'p[class^="finance_web"]': "2017-2022",
    ".tech-quotation": "2017-2022", ".new_style_article": "2017-2022",
    # advertisements
    "#left_hzh_ad": "2014-2022", ".sinaads": "2014-2026", "ins[data-ad-pdps]": "2014-2026", ".ad": "2014-2026",
    "[sax-type]": "2019-2026", '[data-sudaclick="suda_1028_guba"]': "2015-2018",
    '[class^="ad-"]': "2014-2026", '[class^="ad_"]': "2014-2026", '[id^="ad_"]': "2014-2026",
    'img[black-list="y"]': "2018-2022", ".adNone": "2008-2013", '[class^="Ad_"]': "2008-2013",
    # live prices and charts
    '[id^="quote_"]': "2014-2026", ".hqimg_related": "2017-2026", ".ct_hqimg": "2014-2022", '[class*="hqimg"]': "2014-2026",
    # other stories
    ".wap_special": "2016-2026", '[class^="otherContent"]': "2008-2017", '[class*=" otherContent"]': "2008-2017",
    '[class^="corrTxt"]': "2008-2015", "#interrelatedBlog": "2011-2014", ".seo_data_list": "2017-2026",
    ".guess-view-list": "2012-2014", ".art_keywords": "2011-2014", ".blkKeyword": "2008-2013",
    # players
    "#Video_Cont": "2018-2022", ".Video_Cont": "2018-2022", ".goods-card": "2018-2022",
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

_MENU = "自选股|数据中心|行情中心|资金流向|千股千评|个股诊断|最新评级|模拟交易|客户端|新股申购|龙虎榜|大宗交易|融资融券|股市直播|图文直播间"
"""What the finance pages of 2014 to 2026 link in a line of their own."""

_WANTED = (
    "进入|投票|查看|阅读|下载|报名|观看|收看|收听|参与|参加|了解|领取|关注|购买|抢购|咨询|预约|开户|订阅|播放|试听|打开|获取"
    "|测试|提问|申请|登录|注册|评论|讨论|围观|直达|跳转|加入|申购|体验|试用|抽奖|看"
)
"""What a label asks its reader to do."""

_NOT = "不得|禁止|严禁|请勿|谢绝"
_COPYING = "转载|复制|摘编|转发|抄袭|翻版|翻印"
_CLAIM = "转载|摘编|版权归|版权所有|独家稿件|未经[^。]{0,10}(?:授权|许可)"
"""What notes on copyright forbid and claim."""
_FRONT = r"[（(【\[*※©]{0,2}\s?"
_REST = r"[^。]{0,60}[。！!]?[)）】\]]?"

_MOMENT = r"(?:\d{4}[-/.年])?\d{1,2}[-/.月]\d{1,2}日?(?:\s?\d{1,2}:\d{2}(?::\d{2})?)?"
_PLACE = r"[\u4e00-\u9fff]{2,8}(?:[ ·][\u4e00-\u9fff]{2,8})?"

_NAME = r"\s*[:：|丨/]\s*[^\s:：|丨/（）()【】。，！？!?…]{2,8}"
"""Of an editor, behind the word for it."""

COPYRIGHT = {
    rf"(?:本文|本稿|此文|此稿|以上)[^。，,]{{0,30}}(?:独家|原创|版权)[^。]{{0,32}}(?:{_CLAIM}).{{0,60}}$": "2012-2026",
    rf"(?:新浪\S{{0,6}}?)?(?:独家|原创)(?:稿件|文章|作品|[，,])[^。]{{0,30}}(?:{_CLAIM}).{{0,60}}$": "2012-2026",
    rf"未经[^。]{{0,30}}(?:授权|许可|同意|允许)[^。]{{0,10}}(?:{_NOT})[^。]{{0,12}}(?:{_COPYING}).{{0,40}}$": "2012-2026",
    rf"(?:如需)?转载(?:本文)?[时，,]?(?:请|须|需|务必|必须)(?:在[^。]{{0,12}})?(?:注明|标明|联系|保留|申请){_REST}$": "2012-2026",
    rf"[^。，,：:]{{1,12}}版权所有[^。]{{0,32}}(?:必究|{_COPYING}){_REST}$": "2008-2026",
    rf"版权(?:所有|归)[^。]{{0,32}}(?:侵权|所有|必究|{_COPYING}){_REST}$": "2008-2026",
}
"""Notes on copyright, behind a bracket or a star, matched as ``PARAGRAPHS`` are."""

PARAGRAPHS = {
    r"[（(【\[]?\s*责任编辑\s*[:：/].{0,80}$": "2008-2026",
    r"[（(【\[]?\s*责编\s*[:：/].{0,30}$": "2008-2026",
    r"[（(【\[]\s*(?:本文)?编辑\s*[:：][^（()）]{1,30}[)）\]】]$": "2011-2017",
    rf"编辑{_NAME}(?:\s+(?:责任编辑|责编|校对|审核|审校|监制|主编|[初一二三终]审){_NAME}){{0,6}}\s*$": "2015-2026",
    r"(?:免责声明|新浪(?:财经|网|新闻)?(?:免责)?声明)\s*[:：]|【免责声明】": "2012-2026",
    rf"(?:版权)?声明\s*[:：】](?=[^。]{{0,40}}(?:{_CLAIM})).{{0,160}}$": "2012-2026",
    rf"(?:{_MOMENT}\s?)?发布于\s?[:：]\s?{_PLACE}(?:\s(?:IP\s?)?(?:归?属地)\s?[:：]?\s?{_PLACE})?\s*$": "2022-2026",
    rf"(?:{_MOMENT}\s?)?发布于\s?{_PLACE}\s*$": "2022-2026",
    rf"(?:(?:作者|网友|用户|账号|发布者)\s?)?(?:IP\s?(?:归?属地|地址|所在地|位置)?|(?:归)?属地)\s?[:：]\s?{_PLACE}\s*$": "2022-2026",
    rf"(?:(?:作者|网友|用户|账号|发布者)\s?)?IP\s?归?属地\s?{_PLACE}\s*$": "2022-2026",
    r"(?:您?的?|您使用的|当前|该|此|很抱歉，您的)浏览器(?:版本)?(?:暂)?(?:不支持|版本过低|过低)[^。]{0,40}[。！]?$": "2012-2026",
    r"视频加载中.{0,20}$": "2017-2026",
    r"自动播放(?:\s*(?:开关|play))?$": "2015-2022",
    rf"[>＞》»\s【\[（(]{{0,8}}(?:点击|点此|戳此|戳这里)(?:此处|这里)?(?:进行)?(?:{_WANTED})[^。，]{{0,6}}$": "2014-2026",
    r"特别声明\s*[:：](?=.{0,60}(?:本文|文章|作者|新浪|观点|内容|转载|平台))": "2012-2026",
    r".{0,20}海量资讯、精准解读，尽在新浪财经.{0,20}$": "2023-2026",
    r"炒股就看\s*金麒麟.{0,60}$": "2019-2026",
    r"【线索征集令": "2017-2021",
    r"24小时滚动播报最新的财经资讯.{0,60}$": "2018-2026",
    r"新浪财经(?:Level2：A股极速看盘|App：直播上线).{0,40}$": "2017-2021",
    rf"热点栏目\s{{0,3}}(?:(?:{_MENU})[^。]{{0,80}})?$": "2014-2026",
    rf"(?:(?:{_MENU})[\s|｜·>]{{0,3}}){{3,12}}$": "2014-2026",
    r"【?(?:登录|打开|下载|安装)新浪财经(?:APP|App|客户端).{0,50}$": "2017-2026",
    r"进入\s*【?新浪财经股吧】?.{0,10}$": "2012-2022",
    r"[>＞》»【\[\s]{0,16}(?:消费)?曝光台[·・\s|—-]{0,3}(?:我要)?(?:投诉|爆料|曝光|举报)[^。]{0,20}$": "2012-2018",
    r"[>＞》»【\[\s]{0,16}我要(?:投诉|爆料|曝光|举报|维权)[^。]{0,20}$": "2012-2026",
    r"消费者[^。]{0,20}通过[^。]{0,20}黑猫投诉[^。]{0,32}(?:投诉|tousu)[^。]{0,40}。?$": "2018-2026",
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

_LABELS = "此前报道|相关(?:新闻|报道|阅读|链接|文章|视频|专题)|新闻链接|延伸阅读|推荐阅读|热门推荐|热点栏目"

_RELATED = (
    rf"[【\[>＞]*+\s*+(?:{_LABELS}|更多(?:新闻|报道)|往期回顾|(?:点击)?(?:进入|查看)专题|专题)\s*+[】\]]?\s*+[:：]"
    rf"|[【\[>＞]*+\s*+(?:{_LABELS})\s*+[】\]]?"
)

_NOTED = (
    r"[（(【\[]?\s*(?:责任编辑|责编|编辑|本文编辑)\s*[:：/]|(?:免责|特别|新浪\S{0,4}?)声明"
    rf"|[【\[>＞]*\s*(?:{_LABELS}|点击(?:进入|查看)专题|专题)"
    r"|[（(【\[*※©]{0,2}\s?(?:版权|声明|本文|本稿|此文|此稿|以上|未经|如需转载|转载|独家|原创|[^。]{1,20}(?:版权所有|独家))"
    rf"|(?:{_MOMENT}\s?)?(?:发布于|IP|归?属地|作者|网友|用户|账号|发布者)"
    r"|[>＞》»【\[\s]{0,16}[^。]{0,20}(?:投诉|曝光|爆料|举报|维权)"
)

_POINT = (
    rf"请?(?:点击|点此|点这里|点|戳此|戳这里|戳|长按)(?:此处|这里|链接|图片|下方|下图|按钮|标题|蓝字)?\s?(?:{_WANTED})[^。，！？：:]{{0,10}}"
    r"|请?(?:点击|戳)(?:此处|这里|此|我|图|链接|原文|全文|详情|大图)"
)
_CLICK = (
    rf"(?:{_POINT}|(?:我要|立即|马上|立刻|快来)(?:去)?(?:{_WANTED})[^。，！？：:]{{0,8}}"
    r"|(?:查看|了解|阅读|更多)(?:更多)?(?:详情|全文|(?:PDF)?原文|详细)"
    r"|(?:进入|参与|前往|猛戳|速戳)(?:投票|报名|活动|专题|页面|直播间?|讨论|调查|评选|这里)"
    r"|(?:投票|报名|活动|直播|购买|下载|开户|申购)(?:入口|链接|地址|通道|页面)|详情(?:请)?(?:点击|戳)[^。，！？：:]{0,8})"
)

PICTURES = {
    r"/finance/cece9e13/\d{8}/": "2020-2026",  # the folder of the template's own QR pictures
    r"wx_poster_|/poster_finance": "2021-2026",
    r"(?:beacon|sax|saxn|saxs|adbox|ad4|d[0-9])\.sina\.com\.cn/": "2007-2026",
    r"/(?:blank|spacer|pixel|space|dot|1x1|c)\.(?:gif|png)": "1999-2026",  # c.gif: the spacer of image2 and i0.sinaimg.cn
    r"/default/2fb77759/20151125/320X320\.png": "2015-2026",  # what stands in a lazy picture of the mobile pages
    r"/deco/\d{4}/\d{4}/": "2007-2014",  # icons of the pages' decoration
    r"[/_-]icons?(?:[_-]?[a-z0-9]{1,12})?\.(?:png|jpe?g|gif|webp)|/usstocks\d{4}\.png": "2016-2018",  # of the promotion within the text
    # live charts; those that Sina stored have another name: …/image_sinajs_cn_newchart_png_….png
    r"//image\d?\.sinajs\.cn/|\.(?:cn|com)/newchart/": "2008-2026",
    r"/style/images/common/transparent\.(?:gif|png)": "2013-2015",
    r"/default/360/": "2022-2026",  # of the accounts on mobile pages
}
"""Addresses of pictures that are no content (QR codes, posters, beacons, spacers)."""
_POSTER_RE = re.compile(r"/(?:wx_)?poster_[a-z]+\d*\.(?:png|jpe?g|gif|webp)(?:\?|$)", re.I)

_QUOTED = {
    "forex": "^",
    "futures": "*",
    "fund": "^",
    "bond": "^",
    "fx": "^",
    "option": "^",
    "index": "^",
}
"""What the template links to its prices, by the id of the element around the link: ``overseas_futures_hf_CL``."""
_FINANCE = r"//(?:[\w-]{1,20}\.){0,3}finance\.sina\.(?:com\.)?cn/"
QUOTES = {
    r"//stock\.finance\.sina\.com\.cn/(?:us|hk)stock/quotes/": "2012-2026",
    # all of its prices stand in a folder of one of these names: money/forex/hq/USDCNY.shtml, futures/quotes/CU0.shtml
    rf"{_FINANCE}(?:[\w-]{{1,30}}/){{0,5}}(?:hq|quotes?|realstock|realhq|hangqing)(?:[/?]|\.(?:s?html|php)|$)": "2008-2026",
    rf"{_FINANCE}(?:[\w-]{{1,30}}/){{0,5}}(?:nc|globalindex|hf)\.(?:s?html|php)": "2008-2026",
    rf"{_FINANCE}(?:realstock|fundInfo|bond/(?:sh|sz|info)|suggest/lookup|forex/globalbd|option/|futures/)": "2008-2026",
    r"//(?:quotes|hq|biz\.finance|vip\.stock\.finance|gu|guba)\.sina\.(?:com\.)?c[no]\b": "2008-2026",
    r"//(?:money|vip\.stock)\.finance\.sina\.com\.cn/(?:corp|quotes|fund/go\.php|forex|bond/quotes|quotes_service)": "2008-2026",
    r"//hq\.sinajs\.cn/|//image\d?\.sinajs\.cn/": "2008-2026",
}
"""Addresses of live prices (shares, funds, bonds, forex, futures, indices): the link goes, its text stays."""

PROMOTED = {
    r"//(?:sax|saxn|saxs|sax[a-z0-9]|adbox|ad\d?|ads|adclick|clk|d\d)\.(?:[a-z]{1,12}\.)?sina\.(?:com\.)?cn/": "2007-2026",
    r"//sina\.allyes\.com/|//[\w.-]{0,40}\bdoubleclick\.net/": "2004-2012",
    r"//tousu\.sina\.(?:com\.)?cn/?(?:[?#]|$)|//stock\.finance\.sina\.com\.cn/tousu/": "2012-2026",
    rf"{_FINANCE}(?:stock/level2/|mobile/comfinanceweb)|//i\.finance\.sina\.com\.cn/chaogu": "2012-2022",
    r"//m\.sina\.com\.cn/m/finance\.html|//(?:client|app|kaihu|licaishi)\.(?:finance\.)?sina\.(?:com\.)?cn/": "2012-2026",
}
"""Addresses of advertisements and of services: the link goes, its text stays, and a line of such links alone goes as a whole."""

RULES = Rules(
    slot=re.compile("|".join(SLOTS), re.I),
    hidden_slot=HIDDEN_SLOT,
    content_slot=re.compile(_CONTENT_SLOTS),
    advertising=re.compile(_ADVERTISING, re.I),
    framed_picture="img_wrapper",
    markers=re.compile("|".join(MARKERS)),
    marker_words=("微博", "blog", "博客"),
    drop=tuple(DROPPED),
    album_source="big-src",
    paragraphs=re.compile("|".join((*PARAGRAPHS, rf"{_FRONT}(?:{'|'.join(COPYRIGHT)})"))),
    endings=re.compile("|".join(ENDINGS)),
    ending_words=("编辑", "责编"),
    related=re.compile(_RELATED),
    noted=re.compile(_NOTED),
    pictures=re.compile("|".join(PICTURES), re.I),
    quotes=", ".join(f'span[id{sign}="{kind}_"] > a' for kind, sign in _QUOTED.items()),
    unlinked=re.compile("|".join(QUOTES)),
    promoted=re.compile("|".join(PROMOTED)),
    icons=re.compile(r"\.(?:png|gif)(?:[?#]|$)", re.I),
    asking=re.compile(_CLICK),
    labels=re.compile(rf"[【\[]\s?{_CLICK}\s?[>＞»]{{0,3}}[】\]]|[（(](?:{_POINT})\s?[>＞»]{{0,3}}[）)]"),
    caption=frozenset({"img_descr", "img_descr_s", "art_img_tit"}),
    secure=re.compile(r"(?:^|\.)(?:sinaimg\.cn|sina\.com\.cn|sina\.cn|sinajs\.cn)$"),
)


def is_poster(url: str) -> bool:
    """Whether this is one of the fixed pictures that the listing shows for a story without one.

    >>> is_poster("http://n.sinaimg.cn/finance/c30320b4/20210712/wx_poster_finance1.png")
    True
    """
    return bool(_POSTER_RE.search(url))
