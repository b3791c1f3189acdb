"""A real page to a fixture: ``python -m tests.save_page FILE --url URL`` keeps its structure and puts invented text in.

The markup, the addresses, the times and the template's own words stay; every other word becomes another one, the same
word always the same, so that title and heading still agree. Scripts and styles are emptied. The bytes are in the page's own
charset, as its server would send them. ``--as-is`` is for a page that was invented altogether.

``python -m tests.save_page --expected-only`` computes what is expected of all stored pages anew, shows each difference,
and writes it.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import json
import re
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from newsarchive.pages.charset import decode
from newsarchive.sina.listing import urls
from tests.stored import ROOT, StoredPage, stored_pages

_PIECE_RE = re.compile(r"<!--.*?-->|<(script|style)\b[^>]*>.*?</\1\s*>|<[^>]*>|[^<]+|<", re.S | re.I)
_EMPTIED_RE = re.compile(r"(<(?:script|style)\b[^>]*>).*(</)", re.S | re.I)
_DATA = ("slide_data", "videoDatas", "video_id")
"""What is asked of a script; such a one keeps its data, with invented words."""
_CHINESE_RE = re.compile(r"[\u4e00-\u9fff]+")
_LATIN_RE = re.compile(r"(?<![&A-Za-z])[A-Za-z]{4,}(?![A-Za-z;])")
_MOMENT_RE = re.compile(r"\d{4}[年./-]\d{1,2}[月./-]\d{1,2}日?\s*(?:\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?")
_SHORT_COMMENT = 60
"""Characters; the comments of a template are shorter, those that hold text are longer."""
_TEMPLATE_WORDS = tuple(
    "责任编辑 编辑 来源 作者 专题 相关专题 相关新闻 此前报道 点击进入专题 文章关键词 关键词 微博 免责声明 特别声明"
    " 新浪声明 海量资讯 精准解读 尽在新浪财经 分享到 欢迎发表评论 我要评论 发表评论 关闭窗口"
    " 上一页 下一页 原标题 新浪财经 新浪网 新浪新闻 财经头条 小时财经新闻 时 年 月 日".split()
)
_VOCABULARY = (
    "某市纸船工坊今年出口风筝木马灯笼陶罐竹篮棉线铜铃瓷碗草帽石磨布鞋蜡烛铁锅琴弦墨水"
    "茶叶桃李杏梅松柏江河湖海山川田野晨昏春夏秋冬东西南北远近高低"
)
_ESCAPES = {
    re.compile(r"(?:%[0-9A-F]{2}){2,}", re.I): "%E7%BA%B8",
    re.compile(r"(?:\\u[0-9a-f]{4})+", re.I): r"\\u7eb8",
}
"""Words in other spellings: in addresses, in data."""


def invented(text: str) -> str:
    """``text`` with other words: each run of Chinese as long as it was, the template's own words and moments as they are."""
    kept = [match.span() for match in _MOMENT_RE.finditer(text)]
    return _LATIN_RE.sub("abcd", _CHINESE_RE.sub(lambda run: run[0] if _is_within(run, kept) else _other(run[0]), text))


def _is_within(run: re.Match[str], spans: list[tuple[int, int]]) -> bool:
    return any(start <= run.start() < end for start, end in spans)


def _other(run: str) -> str:
    if run in _TEMPLATE_WORDS:
        return run
    label = next((word for word in _TEMPLATE_WORDS if len(word) > 2 and run.startswith(word)), "")
    rest = run[len(label) :]
    picks = sha256(rest.encode()).digest() * (len(rest) // 32 + 1)
    return label + "".join(_VOCABULARY[pick % len(_VOCABULARY)] for pick, _ in zip(picks, rest, strict=False))


def with_invented_text(html: str) -> str:
    """The page with its markup and without its words."""
    made = "".join(map(_piece, (found[0] for found in _PIECE_RE.finditer(html))))
    for pattern, other in _ESCAPES.items():
        made = pattern.sub(other, made)
    return made


def _piece(piece: str) -> str:
    if piece.startswith("<!--"):
        return piece if len(piece) <= _SHORT_COMMENT else _CHINESE_RE.sub(lambda run: _other(run[0]), piece)
    if _EMPTIED_RE.match(piece) and not any(word in piece for word in _DATA):
        return _EMPTIED_RE.sub(r"\1\2", piece)
    if piece.startswith("<"):
        return _CHINESE_RE.sub(lambda run: _other(run[0]), piece)
    return invented(piece)


def save(file: Path, url: str, *, as_is: bool) -> Path:
    """Store ``file`` as a page of the layout that reads it; returns its folder."""
    body = file.read_bytes()
    html = decode(body, None)
    charset = "utf-8" if _is_utf8(body) else "gb18030"
    made = html if as_is else with_invented_text(html)
    page = StoredPage.of(made, url, charset)
    page.write(gzip.compress(made.encode(charset), mtime=0), meta(url, charset))
    return page.folder


def meta(url: str, charset: str) -> dict[str, object]:
    """What is known of the fetch; old pages come without a charset in their header."""
    content_type = "text/html" + ("; charset=utf-8" if charset == "utf-8" else "")
    fetched_at = datetime(2026, 11, 23, tzinfo=UTC).isoformat()
    return {
        "url": urls.canonical(url),
        "status": 200,
        "headers": {"Content-Type": content_type},
        "fetched_at": fetched_at,
    }


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def expect(page: StoredPage, out: list[str]) -> None:
    """Write what the layouts read from ``page`` now, and tell the difference to what was expected."""
    before = page.expected_text() if page.expected_file.exists() else ""
    after = json.dumps(page.read(), ensure_ascii=False, indent=1) + "\n"
    out += difflib.unified_diff(
        before.splitlines(), after.splitlines(), str(page.expected_file.relative_to(ROOT)), "now", lineterm=""
    )
    page.expected_file.write_text(after, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, nargs="?", help="a saved page, as its server sent it")
    parser.add_argument("--url", help="its address")
    parser.add_argument("--as-is", action="store_true", help="the page is invented already")
    parser.add_argument(
        "--expected-only", action="store_true", help="compute what is expected of all stored pages anew"
    )
    given = parser.parse_args()
    told: list[str] = []
    if given.expected_only:
        for page in stored_pages():
            expect(page, told)
    elif given.file and given.url:
        page = StoredPage(save(given.file, given.url, as_is=given.as_is))
        expect(page, told)
    else:
        parser.error("a file and its --url, or --expected-only")
    sys.stdout.write("\n".join(told) + "\n")


if __name__ == "__main__":
    main()
