"""archive: the bytes of an article, in the dialect of the seed; ``docs/format.md`` tells it to the byte.

``render`` writes an article, ``SeedHandler`` reads and writes any file of the dialect with python-frontmatter, and a
reader that knows nothing of it (``frontmatter.load(path)``) takes it for ordinary YAML front matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote

import yaml
from frontmatter import Post
from frontmatter.default_handlers import YAMLHandler

KEYS = ("title", "categories", "headimg", "author", "comments", "date", "thumbnail")
"""Of every file, in this order; further ones come behind."""
AUTHOR = "新浪财经"
_OPENING, _CLOSING = "<div>   \n", "  \n</div>"
"""Around the body, blanks included."""
_END = "\n" + 12 * " "
"""Behind the wrapper; no newline at the end of a file."""
_NO_YAML_RE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""What YAML forbids even in quotes (YAML 1.1 §5.1, as PyYAML and js-yaml check it)."""
_YAML_BREAK_RE = re.compile("[\t\n\r\x85\u2028\u2029]+")
_PLAIN_RE = re.compile(
    r"[\u3400-\u9fff][\w－（）]*|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT|Invalid Date"
)
"""What the dialect writes without quotes, and what no YAML reader takes for anything but text."""
_UNSAFE_IN_ADDRESS_RE = re.compile(r"[\s'\"<>{}]")
_KEY_RE = re.compile("[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What stands above the text of one article."""

    title: str
    channel: str
    """Third category, behind ``新浪财经－``."""
    image: str
    """Address of the picture; empty for none."""
    published_at: datetime
    """Aware."""
    extra: Mapping[str, str | list[str]] = field(default_factory=dict)
    """Further keys (``[a-z][a-z0-9_]*``), behind ``thumbnail``."""


class SeedHandler(YAMLHandler):
    """The dialect for python-frontmatter, in both directions and exact to the byte, as long as the text is not touched.

    ``frontmatter.dumps(frontmatter.loads(text, handler=SeedHandler()))`` is ``text``; the content has its wrapper.
    """

    def export(self, metadata: dict[str, object], **_: object) -> str:
        """Return the header without its dashes."""
        ordered = [*(key for key in KEYS if key in metadata), *(key for key in metadata if key not in KEYS)]
        return "".join(_lines(key, metadata[key]) for key in ordered)

    def format(self, post: Post, **_: object) -> str:
        """Return the whole file."""
        return f"\n---\n{self.export(post.metadata)}---\n\n{post.content}{_END}"


def render(header: Header, body: str) -> bytes:
    """Return the file of one article; ``body`` is inner HTML, its braces not yet escaped.

    Raises ``ValueError`` for an extra key that is none.
    """
    image = address(header.image)
    metadata: dict[str, object] = {
        "title": one_line(header.title),
        "categories": ["金融", AUTHOR, f"{AUTHOR}－{one_line(header.channel)}"],
        "headimg": image,
        "author": AUTHOR,
        "comments": False,
        "date": format_datetime(header.published_at.astimezone(UTC), usegmt=True),
        "thumbnail": image,
    }
    post = Post(_OPENING + body_text(body) + _CLOSING)
    post.metadata = metadata | _checked(header.extra)
    return SeedHandler().format(post).encode()


def body_of(text: str) -> str:
    """Return the body of a file without its wrapper, braces escaped as they stand there.

    Raises ``ValueError`` for a text that is not of this dialect.
    """
    _, found, rest = text.partition(f"\n---\n\n{_OPENING}")
    if not found or not rest.endswith(_CLOSING + _END):
        raise ValueError(f"not an article of ours: it begins with {text[:40]!r} and ends with {text[-40:]!r}")
    return rest.removesuffix(_CLOSING + _END)


def further_keys(data: bytes) -> tuple[str, ...]:
    """Return the keys of a file behind ``KEYS``, in their order; none of a file of another form."""
    _, _, rest = data.decode("utf-8", "replace").partition("---\n")
    header, has_end, _ = rest.partition("\n---\n")
    found = (line.partition(": ")[0] for line in (header.split("\n") if has_end else ()))
    return tuple(key for key in found if key not in KEYS and _KEY_RE.fullmatch(key))


def one_line(text: str) -> str:
    """Return a text with each run of white space as one blank, and without what YAML forbids."""
    return " ".join(_NO_YAML_RE.sub("", " ".join(text.split())).split())


def address(url: str) -> str:
    """Return an address with what would end a quotation or start a template percent-encoded."""
    return _UNSAFE_IN_ADDRESS_RE.sub(lambda char: quote(char[0]), _NO_YAML_RE.sub("", url.strip()))


def body_text(body: str) -> str:
    """Return a body as it is written: LF alone, and no braces, which site generators (Hexo, Jekyll) would evaluate."""
    lines = body.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "ignore").decode()
    return lines.replace("{", "&#123;").replace("}", "&#125;")


def _checked(extra: Mapping[str, str | list[str]]) -> dict[str, object]:
    for key in extra:
        if key in KEYS or not _KEY_RE.fullmatch(key):
            raise ValueError(f"{key!r} cannot be a further key: it is one of the seven, or not of a-z, 0-9 and _ alone")
    return dict(extra)


def _lines(key: str, value: object) -> str:
    """Write one key: ``categories`` as a block, everything else on its line."""
    if key == "categories" and isinstance(value, list):
        return "categories: \n" + "".join(f" - {_plain(str(item))}\n" for item in value)
    if key in ("author", "date") and isinstance(value, str):
        return f"{key}: {_plain(value)}\n"
    return f"{key}: {_value(value)}\n"


def _value(value: object) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True).removesuffix("...\n").strip()


def _plain(text: str) -> str:
    return text if _PLAIN_RE.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    """Quote for one line of YAML: in single quotes only the quote itself is special."""
    one = _YAML_BREAK_RE.sub(" ", _NO_YAML_RE.sub("", text))
    return "'" + one.replace("'", "''") + "'"
