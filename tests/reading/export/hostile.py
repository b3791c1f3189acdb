"""Forty articles that mean harm to whoever shows them: markup, scripts, template signs, marks of direction, escapes, size."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from newsarchive.items import Article
from tests.reading import shelves

RUNS = "alert(666)"
"""What would run; it may stand in a text, never where a browser takes it for script."""
LONG = 1_000_000
TITLES = (
    "央行：降准 0.5%",
    "it's 'quoted'",
    '他说："涨" "跌"',
    "{{ site.title }} {{{ x }}}",
    "{% raw %} {% include x %} {# 注 #}",
    "{{< youtube x >}} {{% y %}}",
    "# 不是标题 #tag",
    "? 问 ! 叹 & 和 &amp; &lt;b&gt;",
    "100% 真的 %%注%%",
    "🚀 火箭 𠮷野家 👨‍👩‍👧",
    "- 列表 * 星 + 加",
    "1. 数字",
    "--- 分隔 ---",
    "[方括号](javascript:alert(666)) ![[嵌入]] [[链接]]",
    f"<script>{RUNS}</script>",
    f'"><img src=x onerror={RUNS}>',
    "反斜\\杠 \\n \\u0041",
    "a|b|c ^block $x$ ==亮== ~~删~~ `码`",
    "\u202e反向\u202c \u2066隔离 \u200f右",
    "\x1b[31m红\x1b[0m \x9b2J \x07铃",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "null",
    "2026-11-23",
    "true",
    "\u2028行\u2029段\x85落\ufeff",
    "*ST信通 _下划_ __双__",
    "../../etc/passwd",
    "长" * 300,
    "CON",
)
BODIES = (
    f"<p>前</p><script>{RUNS}</script><p>后</p>",
    f'<p onclick="{RUNS}">点</p><img src=x onerror="{RUNS}"><svg onload="{RUNS}"></svg>',
    f'<a href="javascript:{RUNS}">链</a><a href="data:text/html,x">据</a><iframe src="//evil"></iframe>',
    "<p>{{ config }} {% for %} {{< x >}} {{% y %}} {# z #}</p><pre>```\n{{ x }}\n```\n~~~</pre>",
    "<p>\x1b[31m红\x1b[0m\x9b2J\u202e反\u202c\x00\ufffe\ud800</p>",
    f"<p>{'字' * LONG}</p>",
    "<blockquote>" * 240 + "<p>深</p>" + "</blockquote>" * 240,
    "<table><tr><td colspan=99999 rowspan=9999>宽|竖</td></tr><tr><td>a<td>b\nc<ul><li>d</ul></tr></table>",
    "</div></body></html><p>脱出</p><style>*{display:none}</style><p>---\ntitle: x\n---</p>",
    "<p>&amp;lt;script&amp;gt; &lt;script&gt;x&lt;/script&gt; ]]&gt; <!-- 注 --> &#27;</p>" + "<p>&amp;</p>" * 200,
)


@cache
def articles() -> tuple[Article, ...]:
    """Numbers 1 to 40: each title with a plain body, then each body."""
    titled = [_article(number, title=title) for number, title in enumerate(TITLES, 1)]
    return (*titled, *(_article(number, body=body) for number, body in enumerate(BODIES, len(TITLES) + 1)))


def archived(root: Path, profile: str = "clean") -> Path:
    """An archive of them all, of one day."""
    with shelves.running(root, profile) as archive:
        shelves.archived(archive, *articles())
    return root


def _article(number: int, title: str | None = None, **more: Any) -> Article:
    article = shelves.article(number, **({"title": title} if title else {}), **more)
    return replace(article, keywords=("{{ x }}", "../..", "降准", "#标 签", "?"), media="<b>社</b>{{ m }}")
