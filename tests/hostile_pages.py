"""Pages that are built to take a reader's time: small ones for its patterns, large ones at the limits for all that follows."""

from __future__ import annotations

MIB = 2**20
TAGS = 59_000
_HEAD = (
    '<html><head><meta charset="utf-8"><title>题</title></head><body><h1 class="main-title">题</h1>'
    '<div class="date-source"><span class="date">2026年11月23日 09:30</span></div><div id="artibody"><p>正文。</p>'
)


def page(body: str, old: str = "", new: str = "") -> str:
    """An article of the template of 2017 with this in its text, and one change in its head."""
    return f"{_HEAD.replace(old, new, 1) if old else _HEAD}{body}</div></body></html>"


SMALL = {
    "title that never ends": page("x", "<title>", "<title" * 1_400),
    "title of blanks": page("x", "<title>", "<title>" + " " * 8_000),
    "blanks in front": " " * 8_000 + page("x"),
    "blanks behind a date": page("x", " 09:30", " " * 8_000),
    "dates without a time": page("x", "09:30", "2026年11月23日 " * 400),
    "metas that never end": page("x", "<title>", "<meta name=publishid " * 400),
    "comments of slots": page("<!-- 视频播放器 start -->" * 300),
    "editors": page('<p class="show_author">责任编辑：某' + " ）" * 4_000 + "x</p>"),
    "labels": page("<p>" + "【" * 4_000 + "相关</p>"),
    "microblogs": page("微博" + "<a " * 2_700),
    "keywords of stocks": page("<!-- news_keyword_pub,stock," * 300),
}
"""Of 8 kB or so: what stopped the crawler for minutes."""

LARGE = {
    "text": page("字" * (5 * MIB // 3 - 500)),
    "blanks": page(" " * (5 * MIB - 1_000)),
    "lines": page("<pre>" + "x\n" * (2 * MIB) + "</pre>"),
    "paragraphs": page("<p>字。</p>" * TAGS),
    "emphasis": page("<p>" + "<code>x</code>" * TAGS),
    "links": page("<p>" + '<a href="/x">x</a>,' * TAGS),
    "pictures": page("".join(f'<img data-src="/blank.gif" real_src="/{n}.jpg">' for n in range(TAGS))),
    "captions": page("<center>" + "<img src=/a.jpg><p>x</p>" * (TAGS // 2) + "</center>"),
    "rows": page("<table>" + "<tr><td>x" * (TAGS // 2 - 9) + "</table>"),
    "items": page("<ul>" + "<li>x" * TAGS + "</ul>"),
    "depth": page(("<blockquote>" * 240 + "x" + "</blockquote>" * 240) * 240),
    "depth above paragraphs": page("<blockquote>" * 240 + "<p>x</p>" * 58_000 + "</blockquote>" * 240),
    "comments": page("<!---->" * 700_000),
    "attributes": page("<p a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9 j=1>x" * TAGS),
    "entities": page("&CounterClockwiseContourIntegral;" * 150_000),
    "ampersands": page("&amp;" * 1_000_000),
    "options": page("<select>" + "<option>x" * TAGS),
    "some options": page("<select>" + "<option>x" * 4_000),
    "some ampersands": page("&amp;" * 59_000),
    "signs of tags": page("<" * (4 * MIB)),
}
"""At the limits of ``pages.depth``."""

REFUSED = {
    "too many bytes": (page("x" * (5 * MIB)), "too-large"),
    "too many tags": (page("<p>x" * 60_001), "too-complex"),
    "too deep": (page("<div>" * 300), "too-complex"),
    "emphasis left open": (page("".join(f"<p><b id={n}>x" for n in range(20_000))), "too-complex"),
    "attributes without end": (page("<p " + " ".join(f"a{n}" for n in range(60_000)) + ">x"), "too-complex"),
    "a date that cannot be": (page("x", "2026年11月23日", "0001年01月01日"), "layout-mismatch"),
    "nested data": (
        "<html><body><script>slide_data = {" + '"a":[' * 50_000 + "</script></body></html>",
        "layout-mismatch",
    ),
}
"""Page and reason of the failure."""
