"""What lists tell of a kept article: one ``Entry``, made of its day's journal alone; pure, no article is opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from newsarchive.archive.format.journal import moment
from newsarchive.archive.format.states import History, Line, State, histories
from newsarchive.items import BEIJING
from newsarchive.pages.text import printable
from newsarchive.reading.history import withdrawn_at

UNTOLD = (b'"event":"checked"', b'"event":"failed"', b'"event":"filtered"', b'"event":"image')
"""Lines that say nothing of an entry: a third of a journal, passed over before they are parsed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One state of a kept article, or the tombstone of a redacted one; texts have no control characters.

    Moments are in ``BEIJING``; those that nobody told are None.
    """

    docid: str
    day: date
    """Of the folder and journal that it is filed under."""
    title: str
    """As the page has it, else as listed, else the docid; once redacted as listed if it was to stay, else empty."""
    url: str
    """As it was offered first; empty where nobody told one."""
    file: str
    """Below the archive, with ``/``; empty once redacted."""
    channels: tuple[str, ...]
    """Lids of the channels that showed it, first to last; none for an address given by hand, or an import."""
    lids: tuple[str, ...]
    """Lids of all channels that its rows name, polled or not."""
    media: str
    author: str
    editor: str
    keywords: tuple[str, ...]
    symbols: tuple[str, ...]
    """As Sina writes them: ``sh600519``, ``hk00700``, ``MU``."""
    published_at: datetime | None
    modified_at: datetime | None
    listed_at: datetime | None
    """When its row entered the listing."""
    seen_at: datetime | None
    """When this archive saw its row first."""
    fetched_at: datetime | None
    """Of this state."""
    state: int
    """Number of this state, from 1; 0 once redacted."""
    states: int
    """How many there are."""
    own_states: int = 1
    """Of these, the texts that the source itself gave; the others were read again from a stored page by other rules."""
    reextracted_at: datetime | None = None
    """When this state was read again from its page, which is that of ``fetched_at``; None for one of the source's own."""
    sha256: str
    size: int | None
    """Bytes of the file; None where the line does not tell."""
    text_sha256: str = ""
    """Of title and text whatever the markup; empty for a short text, and where nobody told it."""
    same_as: str = ""
    """Docid of the same text that was kept before, where such are marked; else empty."""
    withdrawn_at: datetime | None = None
    """Since when the source has no longer had it; None while it has."""
    redacted_at: datetime | None = None
    """When it was taken out of this archive on purpose; None else."""

    @property
    def at(self) -> datetime:
        """Where it stands in time: published, else listed, seen, fetched, else the begin of its day."""
        told = self.published_at or self.listed_at or self.seen_at or self.fetched_at
        return told or datetime.combine(self.day, time.min, BEIJING)

    @property
    def order(self) -> tuple[datetime, str]:
        """Lists of a day are sorted by it, whatever order pages arrived in."""
        return self.at, self.docid

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def is_redacted(self) -> bool:
        return self.redacted_at is not None


@dataclass(frozen=True, slots=True)
class Offered:
    """What the rows of one document say, all together."""

    first: Line | None
    channels: tuple[str, ...] = ()
    lids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which entries are asked for; all that is given must hold."""

    since: date = date.min
    until: date = date.max
    """Days, both included: an article belongs to the day that it is filed under."""
    channel: str | None = None
    """A lid: of a channel that showed it, or that its row names."""
    media: str | None = None
    symbol: str | None = None

    def takes(self, entry: Entry) -> bool:
        """Whether it is one of these; its day is not looked at."""
        return (
            (self.channel is None or self.channel in entry.channels or self.channel in entry.lids)
            and (self.media is None or self.media == entry.media)
            and (self.symbol is None or self.symbol in entry.symbols)
        )

    @property
    def words(self) -> list[str]:
        """What must stand in a journal that tells of any of them."""
        return [word for word in (self.channel, self.media, self.symbol) if word is not None]


ALL = Selection()


def entries_of(lines: Iterable[Line], day: date) -> dict[str, Entry]:
    """The entries that these lines of a day's journal come to, by docid: kept documents and redacted ones."""
    rows: dict[str, list[Line]] = {}
    found = histories(_noting(lines, rows), day)
    made = ((docid, entry_of(history, offered(history, rows.get(docid, ())))) for docid, history in found.items())
    return {docid: entry for docid, entry in made if entry}


def states_of(lines: Iterable[Line], day: date) -> dict[str, list[Entry]]:
    """The states of each document that these lines tell of, oldest first; none of one that was redacted, or never kept."""
    rows: dict[str, list[Line]] = {}
    found = histories(_noting(lines, rows), day)
    return {
        docid: [
            entry
            for state in history.states
            if (entry := entry_of(history, offered(history, rows.get(docid, ())), state))
        ]
        for docid, history in found.items()
    }


def _noting(lines: Iterable[Line], rows: dict[str, list[Line]]) -> Iterator[Line]:
    for line in lines:
        if line.get("event") == "offered":
            rows.setdefault(str(line.get("docid")), []).append(line)
        yield line


def offered(history: History, rows: Iterable[Line]) -> Offered:
    """``rows`` are the document's ``offered`` lines."""
    channels: dict[str, None] = {}
    lids: dict[str, None] = {}
    for row in rows:
        channels |= dict.fromkeys(_texts(row.get("channels")))
        lids |= dict.fromkeys(_texts(row.get("lids")))
    return Offered(history.offered, tuple(channels), tuple(lids))


def entry_of(history: History, rows: Offered, state: State | None = None, at: datetime | None = None) -> Entry | None:
    """The entry of a state, the newest unless told; None for a document that was never kept.

    ``at``: withdrawals after that moment (aware) are not known yet.
    """
    if history.redacted is not None:
        return _tombstone(history, rows, history.redacted)
    states = history.states
    if not states:
        return None
    state = state or states[-1]
    line, row = state.line, rows.first or {}
    return Entry(
        docid=history.docid,
        day=history.day,
        title=_text(line.get("title")) or _text(row.get("title")) or history.docid,
        url=_text(row.get("url")) or _text(line.get("source_url")),
        file=state.file,
        channels=rows.channels,
        lids=rows.lids,
        media=_text(line.get("media")),
        author=_text(line.get("author")),
        editor=_text(line.get("editor")),
        keywords=_texts(line.get("keywords")),
        symbols=_texts(line.get("symbols")),
        published_at=moment(line.get("published_at")) or moment(row.get("published_at")),
        modified_at=moment(line.get("modified_at")) or moment(row.get("modified_at")),
        listed_at=moment(row.get("listed_at")),
        seen_at=moment(row.get("at")),
        fetched_at=moment(line.get("fetched_at")),
        state=state.number,
        states=len(states),
        own_states=history.own_states,
        reextracted_at=state.reextracted_at,
        sha256=state.sha256,
        size=state.size,
        text_sha256=_text(line.get("text_sha256")),
        same_as=_text(line.get("same_as")),
        withdrawn_at=withdrawn_at(history, at),
    )


def _tombstone(history: History, rows: Offered, line: Line) -> Entry:
    """Of its words only those that the redaction itself has left in the row that offered it."""
    row: Line = rows.first if rows.first and rows.first.get("redacted") is True else {}
    return Entry(
        docid=history.docid,
        day=history.day,
        title=_text(row.get("title")),
        url=_text(row.get("url")),
        file="",
        channels=rows.channels,
        lids=rows.lids,
        media="",
        author="",
        editor="",
        keywords=(),
        symbols=(),
        published_at=moment(row.get("published_at")),
        modified_at=None,
        listed_at=moment(row.get("listed_at")),
        seen_at=moment(row.get("at")),
        fetched_at=None,
        state=0,
        states=0,
        sha256="",
        size=None,
        redacted_at=moment(line.get("at")) or datetime.combine(history.day, time.min, BEIJING),
    )


def _text(value: object) -> str:
    """A text of another hand's line, too: what is none is empty."""
    return printable(value) if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(printable(text) for text in value if isinstance(text, str)) if isinstance(value, list) else ()
