from datetime import UTC, datetime

import pytest

from newsarchive.archive.format import rsshub, strictness
from newsarchive.archive.format.frontmatter import Header, render

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
EXTRA = {"docid": "a", "keywords": ["甲", "b'c"], "symbols": []}


def article(title):
    return render(
        Header(title=title, channel="国內", image="https://x/y.jpg", published_at=NOON, extra=EXTRA), "<p>文</p>"
    )


@pytest.mark.parametrize("title", ["", "降准", "it's: # - {a}", "a\u3000b", "\u2028", "\ufeff", "\U0001f600", "\x85"])
def test_what_we_write_is_sound(title):
    assert strictness.fault_of(article(title)) is None
    assert strictness.fault_of(rsshub.render(title or "x", "<p>x</p>", 1632893867, 3).content.encode()) is None


def test_what_we_write_needs_no_parser(monkeypatch):
    monkeypatch.setattr(strictness, "_fault_of_yaml", lambda _header: "parsed")
    assert strictness.fault_of(article("it's 降准")) is None
    assert strictness.fault_of(rsshub.render("it's 降准", "<p>x</p>", 1632893867, 3).content.encode()) is None


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "does not begin with a header"),
        (b"\n---\ntitle: a\n", "does not begin with a header"),
        (b"\n---\ntitle: 'a\n---\n", "not YAML"),
        (b"\n---\ntitle: 2020-99-99\n---\n", "not YAML"),
        (b"\n---\ntitle: a: b\n---\n", "not YAML"),
        (b"\n---\ntitle: 7\n---\n", "no title"),
        (b"\n---\n- a\n---\n", "no title"),
        (b"\n---\n\xff\n---\n", "not UTF-8"),
        (b"\n---\n" + b"x" * 70_000 + b"\n---\n", "longer than"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_few_words(data, fault):
    assert fault in strictness.fault_of(data)


def test_any_yaml_with_a_title_is_sound():
    assert strictness.fault_of(b"\n---\ntitle: Another\ntags: [a, b]\n---\nText") is None
