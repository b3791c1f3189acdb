import re
from datetime import UTC, datetime
from pathlib import Path

import frontmatter
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsarchive.archive.format.frontmatter import Header, SeedHandler, address, body_of, render
from newsarchive.items import BEIJING

SEED = Path(__file__).parents[3] / "shared" / "seed" / "seed.md"
PUBLISHED_AT = datetime(2026, 11, 23, 9, 30, tzinfo=BEIJING)
PICTURE = "https://n.sinaimg.cn/finance/1.png"
ANY_CHARACTER = st.characters(exclude_categories=())
AWKWARD = st.sampled_from(
    [*"'\":#{}&*!|>%@`-，：？　\n\r\t\x00\x07\x85\u2028\u2029\ufeff\ud800\ufffe😀", "\n---\n", "''", "&#123;"]
)
TITLES = st.lists(st.one_of(st.text(ANY_CHARACTER, max_size=8), AWKWARD), max_size=8).map("".join)
BODIES = st.lists(
    st.one_of(st.text(max_size=20), st.sampled_from(["<p>段</p>\n", "\n---\n", "  \n</div>", "{{ x }}"])), max_size=6
)


def header(**fields):
    return Header(**{"title": "央行降准", "channel": "国內", "image": PICTURE, "published_at": PUBLISHED_AT, **fields})


def squashed(title):
    legal = yaml.reader.Reader.NON_PRINTABLE.sub("", " ".join(title.split()))
    return " ".join(legal.split())


def test_an_article_is_these_bytes():
    assert render(header(), "<p>一</p>\n<p>二</p>").decode() == (
        "\n---\ntitle: '央行降准'\ncategories: \n - 金融\n - 新浪财经\n - 新浪财经－国內\n"
        f"headimg: '{PICTURE}'\nauthor: 新浪财经\ncomments: false\ndate: Mon, 23 Nov 2026 01:30:00 GMT\nthumbnail: '{PICTURE}'\n"
        "---\n\n<div>   \n<p>一</p>\n<p>二</p>  \n</div>\n            "
    )


@pytest.mark.skipif(
    not SEED.exists(), reason="the seed document lies in the folder shared beside the checkout, which is not here"
)
def test_the_seed_is_read_and_written_to_the_byte():
    text = SEED.read_bytes().decode()
    post = frontmatter.loads(text, handler=SeedHandler())
    assert frontmatter.dumps(post, handler=SeedHandler()) == text


@pytest.mark.skipif(
    not SEED.exists(), reason="the seed document lies in the folder shared beside the checkout, which is not here"
)
def test_the_seeds_own_values_render_to_the_seed():
    text = SEED.read_bytes().decode()
    seed = frontmatter.loads(text, handler=SeedHandler())
    own = Header(
        title=str(seed["title"]),
        channel="国內",
        image=str(seed["headimg"]),
        published_at=datetime.strptime(str(seed["date"]), "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC),
    )
    body = body_of(text).replace("&#123;", "{").replace("&#125;", "}")
    assert render(own, body).decode() == text


@given(TITLES)
@example('it\'s: "a" {b} # c\n---\nd')
@example("\u2028")
@settings(max_examples=300)
def test_any_title_is_read_back_by_both_readers(title):
    text = render(header(title=title), "<p>x</p>").decode()
    assert text.index("\n---\n\n") == [found.start() for found in re.finditer("\n---\n", text)][1]
    assert frontmatter.loads(text)["title"] == squashed(title)
    assert frontmatter.loads(text, handler=SeedHandler())["title"] == squashed(title)


@given(TITLES, BODIES.map("".join), st.lists(TITLES, max_size=3))
@settings(max_examples=200)
def test_any_article_is_dumped_again_to_the_byte(title, body, words):
    text = render(header(title=title, extra={"media": title, "keywords": words}), body).decode()
    post = frontmatter.loads(text, handler=SeedHandler())
    assert frontmatter.dumps(post, handler=SeedHandler()) == text
    assert frontmatter.dumps(post) == text


@given(BODIES.map("".join))
def test_a_body_comes_back_with_braces_escaped_and_lf_alone(body):
    text = render(header(), body).decode()
    assert body_of(text) == body.replace("\r\n", "\n").replace("\r", "\n").replace("{", "&#123;").replace("}", "&#125;")


def test_a_plain_reader_loads_the_file(tmp_path):
    path = tmp_path / "a.md"
    path.write_bytes(
        render(header(title="it's", extra={"docid": "0012", "keywords": ["降准, 央行", "it's"]}), "<p>x</p>")
    )
    post = frontmatter.load(path)
    assert post.metadata == {
        "title": "it's",
        "categories": ["金融", "新浪财经", "新浪财经－国內"],
        "headimg": PICTURE,
        "author": "新浪财经",
        "comments": False,
        "date": "Mon, 23 Nov 2026 01:30:00 GMT",
        "thumbnail": PICTURE,
        "docid": "0012",
        "keywords": ["降准, 央行", "it's"],
    }
    assert post.content == "<div>   \n<p>x</p>  \n</div>"


def test_further_keys_stand_behind_the_seven_one_a_line():
    lines = render(header(extra={"docid": "x", "keywords": ["a\nb", "c"], "symbols": []}), "").decode().split("\n")
    assert lines[12:16] == ["docid: 'x'", "keywords: ['a b', 'c']", "symbols: []", "---"]


@pytest.mark.parametrize("key", ["title", "Docid", "a b", "", "a:", "1a"])
def test_a_key_that_is_none_is_refused(key):
    with pytest.raises(ValueError, match="cannot be a further key"):
        render(header(extra={key: "x"}), "")


def test_the_keys_of_a_post_are_put_in_the_seeds_order():
    post = frontmatter.Post("x", date="Mon, 23 Nov 2026 01:30:00 GMT", rating=5, title="t")
    assert frontmatter.dumps(post, handler=SeedHandler()).startswith(
        "\n---\ntitle: 't'\ndate: Mon, 23 Nov 2026 01:30:00 GMT\nrating: 5\n---\n\nx"
    )


@pytest.mark.parametrize("channel", ["a: b", "true", "x #y", "- z", "it's", "a\nb"])
def test_a_channel_of_any_shape_is_read_back(channel):
    text = render(header(channel=channel), "").decode()
    assert frontmatter.loads(text)["categories"] == ["金融", "新浪财经", f"新浪财经－{squashed(channel)}"]


@pytest.mark.parametrize(
    "image", ["", "https://x.sina.cn/a'b.png", "https://x.sina.cn/{a} b\n.png", "https://x.sina.cn/图.png"]
)
def test_any_picture_is_one_safe_address_twice(image):
    metadata = frontmatter.loads(render(header(image=image), "").decode()).metadata
    assert metadata["headimg"] == metadata["thumbnail"] == address(image)
    assert not re.search(r"[\s'{}]", address(image))


@pytest.mark.parametrize("text", ["", "---\ntitle: x\n---\n\n<div>   \nx  \n</div>", "\n---\ntitle: x\n---\n\nx\n"])
def test_a_text_of_another_shape_has_no_body_of_ours(text):
    with pytest.raises(ValueError, match="not an article of ours"):
        body_of(text)
