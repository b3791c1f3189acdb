"""The stored pages, ``tests/pages/<layout class>/<docid>/``: the bytes of a page, facts of its fetch, what is expected of it."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from html import unescape
from pathlib import Path
from typing import Any

from newsarchive.items import Offer
from newsarchive.sina.listing import urls
from newsarchive.sina.page.layouts import extract
from newsarchive.sina.page.page_reader import article_of, cleaned

ROOT = Path(__file__).parent / "pages"
LEFT_OUT = (
    "offer",
    "fetched_at",
    "text_sha256",
    "same_as",
    "page",
    "twin",
    "told_sha256",
    "kind",
    "etag",
    "last_modified",
    "warc",
    "warc_further",
)
"""Fields of an ``Article`` that the page does not tell, or that are the page itself."""


@dataclass(frozen=True)
class StoredPage:
    folder: Path

    @property
    def name(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def expected_file(self) -> Path:
        return self.folder / "article.json"

    @property
    def meta(self) -> dict[str, Any]:
        return json.loads((self.folder / "meta.json").read_text("utf-8"))

    @property
    def body(self) -> bytes:
        return gzip.decompress((self.folder / "page.html.gz").read_bytes())

    @classmethod
    def of(cls, html: str, url: str, charset: str) -> StoredPage:
        """Where a page belongs; raises ``UnicodeEncodeError`` if it cannot be written in its charset."""
        html.encode(charset)
        address = urls.canonical(url)
        article = extract(html, _offer(address), address)
        return cls(ROOT / article.layout / urls.docid_of(address))

    def write(self, page: bytes, meta: dict[str, object]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "page.html.gz").write_bytes(page)
        (self.folder / "meta.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", "utf-8")

    def expected_text(self) -> str:
        return self.expected_file.read_text("utf-8")

    def expected(self) -> dict[str, Any]:
        return json.loads(self.expected_text())

    def read(self) -> dict[str, Any]:
        """The clean article that the page becomes, as JSON holds it."""
        meta = self.meta
        content_type = meta["headers"]["Content-Type"].encode()
        article = cleaned(
            article_of(self.body, _offer(meta["url"]), meta["url"], status=meta["status"], content_type=content_type)
        )
        fields = {name: _plain(value) for name, value in asdict(article).items() if name not in LEFT_OUT}
        return {**fields, "body": fields["body"].split("\n")}


def _offer(url: str) -> Offer:
    return Offer(docid=urls.docid_of(url), url=url, day=urls.date_of(url) or date(2020, 1, 1))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def stored_pages() -> list[StoredPage]:
    return [StoredPage(file.parent) for file in sorted(ROOT.glob("*/*/page.html.gz"))]


def text_of(line: str) -> str:
    """The words of one line of a clean body."""
    return unescape(re.sub("<[^>]*>", "", line)).strip()
