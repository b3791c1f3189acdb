"""What Sina puts into a text and the archive must drop (sina-surface §4); chosen for each page by its docid."""

from __future__ import annotations

import random

from newsarchive.rehearsal.prose import ProseWriter
from newsarchive.rehearsal.truth import Story

QR_CODE = """<!-- 文末二维码 start -->
            <style>
            .appendQr_wrap{border:1px solid #E6E6E6;padding:8px;}
            .appendQr_normal{float:left;}
            .appendQr_normal img{width:100px;}
            </style>
            <div class="clearfix appendQr_wrap">
                <div class="appendQr_normal"><img src="//n.sinaimg.cn/finance/cece9e13/20240627/655959900.png" /></div>
                <div class="appendQr_normal_txt">海量资讯、精准解读，尽在新浪财经APP</div>
            </div>
            <!-- 文末二维码 end -->"""

DISCLAIMERS = (
    "<p>　　免责声明：本文由合作方提供，内容仅供参考，不构成投资建议。投资有风险，入市需谨慎。</p>",
    "<p><strong>新浪声明：</strong>此消息系转载自合作媒体，登载此文出于传递更多信息之目的，并不意味着赞同其观点。</p>",
    "<p>　　特别声明：以上内容仅代表作者本人的观点，不代表平台立场。</p>",
)

BEFORE_THE_TEXT = """<!-- 期货推广begin -->

			<!-- 期货推广end -->
			<!-- 秒拍begin -->

			<!-- 秒拍end -->
			<!-- 视频播放器start -->

			<!-- 视频播放器end -->
			<!-- 行情图begin -->

			<!-- 行情图end -->"""

VIDEO_SLOT = """<!--video-list-->
			<div class="video-2017" id="videoList0"></div>
			<script>
				SINA_TEXT_PAGE_INFO['videoDatas0'] = [{ video_id: 310000000, title: '视频-标题' }];
			</script>
			<!--/video-list-->"""

_BETWEEN = (
    "<p>　　</p>",
    "<p>&nbsp;</p>",
    "<p><!--StartFragment --></p>",
    '<!--article_adlist[<p><img src="//n.sinaimg.cn/ad/black.jpg"/></p>]article_adlist-->',
    '<div id="left_hzh_ad"><!-- <script async src="//d5.sina.com.cn/litong/sinaads.js"></script> --></div>',
    '<ins class="sinaads" data-ad-pdps="PDPS000000065807"></ins><script>(sinaads = sinaads || []).push({});</script>',
    '<div class="hqimg_related"><span>热点栏目</span> <a href="https://finance.sina.com.cn/zixuan/">自选股</a></div>',
    '<div class="tech-quotation"><p>新浪众测推广</p></div>',
    '<div class="new_style_article"><p>炒股就看<a href="https://finance.sina.com.cn/research/">金麒麟分析师研报</a></p></div>',
    (
        "<style>.app-kaihu-qr{display:none}</style>"
        '<div class="app-kaihu-qr"><span>专业版手机开户</span><img src="//n.sinaimg.cn/finance/kaihu.png"></div>'
    ),
    '<p class="finance_web_tip">打开新浪财经APP查看更多</p>',
    '<div class="otherContent_01"><p>分享到微博</p></div>',
    '<div class="article-notice">本文为付费内容</div>',
    '<div class="page-view">阅读 1.2万</div>',
    '<iframe src="https://sax.sina.com.cn/frame.html" width="300" height="250"></iframe>',
)


class Noise:
    """The noise of one page; call each method once, in page order, so that the same docid gives the same noise."""

    def __init__(self, document: Story) -> None:
        self._random = random.Random(f"noise/{document.docid}")
        self._document = document

    def topic_line(self) -> str:
        """A link to a topic page above the text, on four pages of ten; else empty."""
        if self._random.random() < 0.6:
            return ""
        address = f"https://finance.sina.com.cn/zt_d/subject-{self._random.randrange(10**10)}"
        return f'<p><a href="{address}" target="_blank">专题：{self._other_title()}</a></p>'

    def between(self) -> str:
        """Mark-up between two blocks, in one gap of four; else empty."""
        return self._random.choice(_BETWEEN) if self._random.random() < 0.25 else ""

    def related_line(self) -> str:
        """A link to another article below the text, on one page of four; else empty."""
        if self._random.random() < 0.75:
            return ""
        word = self._random.choice(("相关新闻", "此前报道", "相关阅读"))
        number = self._random.randrange(10**7)
        address = f"https://finance.sina.com.cn/roll/2026-01-01/doc-inaaaaa{number:07d}.shtml"
        return f'<p>　　{word}：<a href="{address}" target="_blank">{self._other_title()}</a></p>'

    def disclaimer(self) -> str:
        """A disclaimer below the text, on three pages of ten; else empty."""
        return self._random.choice(DISCLAIMERS) if self._random.random() < 0.3 else ""

    def _other_title(self) -> str:
        return ProseWriter(f"other/{self._random.random()}", self._document.published_at.date()).title()
