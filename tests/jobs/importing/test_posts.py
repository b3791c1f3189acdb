"""Posts of the original program, of Hexo and of Hugo, whole and damaged, as articles of an archive."""

import hashlib
from datetime import date

import frontmatter
import pytest

from newsarchive.archive.format.frontmatter import SeedHandler
from newsarchive.archive.format.profiles import CLEAN, RSSHUB
from newsarchive.archive.format.strictness import fault_of
from newsarchive.jobs.importing.posts import found
from newsarchive.jobs.importing.source import NotTaken

BODY = "<p>一段话 &#123;花括号&#125;</p>\n\n<!-- 尾 -->\n"
DATE = "Wed, 29 Sep 2021 05:37:47 GMT"
MTIME = 1_632_000_000
"""2021-09-19 05:20 in Beijing."""


def seeds(
    title="'平常的标题'",
    *,
    date=DATE,
    categories=" - 金融\n - 新浪财经\n - 新浪财经－国內",
    author_gap="",
    headimg=True,
):
    """A file as the original program wrote it; ``title`` with its quotes."""
    image = "headimg: 'https://n.sinaimg.cn/a.jpg'\n" if headimg else ""
    return (
        f"\n---\ntitle: {title}\ncategories: \n{categories}\n{image}{author_gap}author: 新浪财经\ncomments: false\n"
        f"date: {date}\nthumbnail: 'https://n.sinaimg.cn/a.jpg'\n---\n\n<div>   \n{BODY}  \n</div>\n            "
    ).encode()


def read(data, profile=CLEAN):
    return found(data, MTIME, profile)


@pytest.mark.parametrize("title", ["'平常的标题'", "'\"绿色股票\"试水'", '"What\'s new"', "' '", "'180%。'"])
def test_a_sound_file_of_the_original_is_archived_byte_for_byte(title):
    data = seeds(title)
    assert (read(data).data, read(data).mended) == (data, [])
    assert read(data, RSSHUB).data == data


def test_the_seed_itself_comes_in_as_it_is(shared):
    data = (shared / "seed/seed.md").read_bytes()
    assert read(data).data == data
    assert read(data).day == date(2021, 9, 29)


FOUR = "    - 金融\n    - 新浪财经\n    - 新浪财经－国內"
DAMAGED = {
    "both quotes": (seeds('"他说"好"，\'不\'坏"'), "他说\"好\"，'不'坏"),
    "wrong indents": (seeds(categories=" - 金融\n   - 新浪财经\n - 新浪财经－国內"), "平常的标题"),
    "byte order mark": (b"\xef\xbb\xbf" + seeds(), "平常的标题"),
    "CRLF": (seeds().replace(b"\n", b"\r\n"), "平常的标题"),
    "two blank lines": (b"\n" + seeds(), "平常的标题"),
    "colon in a bare title": (seeds("降准: 0.5 个百分点"), "降准: 0.5 个百分点"),
    "line break in the title": (seeds("'上半\n下半'"), "上半 下半"),
    "A: piles of quotes": (
        seeds("''''堆起来的''''", categories="    - 金融\n    - 新浪财经", headimg=False),
        "堆起来的",
    ),
    "B: blank line": (seeds(categories=FOUR, author_gap="\n", headimg=False), "平常的标题"),
    "C: other category": (seeds(categories=" - 金融\n - 新浪财经\n - 新浪财经— 资讯"), "平常的标题"),
    "indented keys": (seeds().replace(b"\ncomments", b"\n  comments"), "平常的标题"),
    "closing dashes indented": (seeds().replace(b"\n---\n\n<div>", b"\n  ---\n\n<div>"), "平常的标题"),
    "no end": (seeds()[:-30], "平常的标题"),
    "old clock": (seeds(date="2021-09-29 05:37:47"), "平常的标题"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_comes_in_mended_and_says_so(name):
    data, title = DAMAGED[name]
    post = read(data)
    header, text = frontmatter.parse(post.data.decode(), handler=SeedHandler())
    assert (post.title, header["title"]) == (title, title)
    assert fault_of(post.data) is None
    assert "一段话 &#123;花括号&#125;" in text
    assert (post.day, post.published_at.hour) == (date(2021, 9, 29), 13)
    assert post.mended


def test_d_a_file_without_a_picture_is_sound():
    data = seeds().replace(b"'https://n.sinaimg.cn/a.jpg'", b"''")
    assert read(data).data == data


def test_without_a_date_it_lies_under_the_day_of_the_file_and_says_so():
    post = read(seeds(date="Invalid Date"))
    assert (post.day, post.published_at) == (date(2021, 9, 19), None)
    assert "2021-09-19" in post.mended[0]
    assert found(seeds(date="Invalid Date"), MTIME + 10**7, CLEAN).docid == post.docid


# --- Hexo and Hugo ---------------------------------------------------------------------------------------------------

HEXO = "---\ntitle: 你好\ndate: 2021-09-29 23:30:00\ntags: [甲, 乙]\nog-kind: x\n---\n\n正文 **粗** {{ x }}\n\n- 项\n"


def test_a_hexo_post_comes_in_with_its_text_and_its_keys():
    post = read(HEXO.encode())
    header, text = frontmatter.parse(post.data.decode(), handler=SeedHandler())
    assert (post.day, header["date"], header["tags"]) == (
        date(2021, 9, 29),
        "Wed, 29 Sep 2021 15:30:00 GMT",
        ["甲", "乙"],
    )
    assert "\n\n正文 **粗** &#123;&#123; x &#125;&#125;\n\n- 项\n" in text
    assert post.mended == ["keys left out: og-kind"]


@pytest.mark.parametrize(
    "when", ["2021-09-29T16:30:00Z", "2021-09-29T12:30:00-04:00", "2021-09-30 00:30:00 +0800", "2021/09/30 00:30:00"]
)
def test_the_day_is_that_of_beijing(when):
    assert read(f"---\ntitle: t\ndate: {when}\n---\nx".encode()).day == date(2021, 9, 30)


def test_toml_is_read():
    post = read(b'+++\ntitle = "T"\ndate = 2021-09-29T16:30:00Z\ntags = ["a"]\n[params]\nx = 1\n+++\nText\n')
    assert (post.title, post.day) == ("T", date(2021, 9, 30))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no post", "no front matter"),
        (b"---\ntitle: x\n---\n", "no date"),
        (b"---\ndate: 2021-01-01\n---\n", "header"),
        (b"---\ntitle: x\ndate: yesterday\n---\n", "date"),
        (b"---\ntitle: x\ndate: 9999-12-31T23:59:59-11:00\n---\n", "date"),
        (b"---\ntitle: x\ndate: 2021-02-30\n---\n", "date"),
        (b"---\ntitle: \xff\xfe\n---\n", "UTF-8"),
        (b"---\ntitle: x\n", "no end"),
        (b"---\n" + b"[" * 60_000 + b"\n---\n", "header"),
        (b"---\n" + b"a: b\n" * 50_000 + b"---\n", "no end"),
        (b"+++\ntitle = \n+++\n", "TOML"),
        (b"+++\nx = " + b"[" * 30_000 + b"\n+++\n", "TOML"),
        (
            b"---\na: &a [x]\n"
            + b"".join(b"%c: &%c [*%c, *%c]\n" % (98 + n, 98 + n, 97 + n, 97 + n) for n in range(20))
            + b"date: 2021-01-01\n---\n",
            "alias",
        ),
    ],
)
def test_what_is_no_post_is_told_with_its_reason(data, reason):
    with pytest.raises(NotTaken, match=reason):
        read(data)


# --- identity --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "docid: nitmeav9622448",
        "source_url: https://finance.sina.com.cn/roll/2026-09-29/doc-initmeav9622448.shtml",
        "link: http://finance.sina.cn/2026-09-29/detail-initmeav9622448.d.html?from=wap",
    ],
)
def test_the_docid_that_a_post_tells_is_its_identity(line):
    assert read(f"---\ntitle: t\ndate: 2026-09-29\n{line}\n---\nx".encode()).docid == "nitmeav9622448"


@pytest.mark.parametrize(
    "line", ["link: https://example.com/", "link: https://finance.sina.com.cn/", "docid: 5", "docid: ../x"]
)
def test_else_it_is_that_of_title_and_date(line):
    digest = hashlib.sha256(b"t\n2026-09-29T00:00:00+08:00").hexdigest()[:16]
    assert read(f"---\ntitle: t\ndate: 2026-09-29\n{line}\n---\nx".encode()).docid == f"u-{digest}"
