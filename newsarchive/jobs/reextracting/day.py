"""One day read again from its stored pages: pure, so that days are read side by side; a day in memory, no more."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from newsarchive.archive.format import events, journal, paths
from newsarchive.archive.format.events import Said
from newsarchive.archive.format.frontmatter import further_keys
from newsarchive.archive.format.journal import moment
from newsarchive.archive.format.raw_answer import RawAnswer, read_raw
from newsarchive.archive.format.raw_place import of_here, parse, places_in, text_or_none
from newsarchive.archive.format.states import History, Line, State, histories
from newsarchive.archive.index import document as documents
from newsarchive.archive.index.day_rows import read_day
from newsarchive.archive.index.document import Document
from newsarchive.archive.record.numbering import id_of
from newsarchive.archive.record.reextraction import NewText, ReadAgain
from newsarchive.errors import ArchiveDamaged, PageError
from newsarchive.items import BEIJING, Article
from newsarchive.jobs.reextracting.change import StateChange, fields_changed, with_markup, with_texts
from newsarchive.pages.changes import told
from newsarchive.reading.stored_file import StoredFile, read_file
from newsarchive.sina.page.article_file import file_of
from newsarchive.sina.page.stored_page import article_in_answers, with_digests, with_validators

logger = logging.getLogger(__name__)

UNCHANGED, CHANGED, UNSTORED, STILL_FAILED = "unchanged", "changed", "unstored", "still_failed"
NOT_AN_ARTICLE, SHRUNK, DAMAGED = "not-an-article", "shrunk", "damaged"
ALTERED_FILE, DEFECT, LEFT = "altered", "defect", "left"
"""Kinds of ``LeftDocument``."""
SHRUNK_BELOW = 0.5
"""Of the characters of a text: rules that leave less have lost the article, more likely than its boilerplate."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is the same for all days."""

    root: Path
    profile: str
    extra_keys: tuple[str, ...] = ()
    """Of the front matter, for documents that had no file yet; a file that is there keeps its own."""
    hidden: tuple[str, ...] = ()
    """Docids and addresses of redacted documents: no line may name them again."""
    layout: str | None = None
    """Only states that this layout read, and failed documents that it reads now."""
    failed_only: bool = False
    accepts_losses: bool = False
    """Also texts of which less than ``SHRUNK_BELOW`` is left are written."""


@dataclass(frozen=True, slots=True)
class LeftDocument:
    """A document that stays as it is, and why."""

    kind: str
    docid: str
    day: date
    message: str


@dataclass(frozen=True, slots=True)
class RecoveredArticle:
    """The article of a document that had failed."""

    article: Article
    data: bytes = field(repr=False)


@dataclass(slots=True)
class DayAgain:
    """What the stored pages of a day give now."""

    day: date
    counts: Counter[str] = field(default_factory=Counter)
    """States by ``UNCHANGED``, ``CHANGED``, ``UNSTORED``, and failed documents by ``STILL_FAILED``."""
    pages: int = 0
    """That were read."""
    changes: list[StateChange] = field(default_factory=list)
    documents: list[ReadAgain] = field(default_factory=list)
    found: list[RecoveredArticle] = field(default_factory=list)
    troubles: list[LeftDocument] = field(default_factory=list)


class _NotStored(Exception):
    """The place is none, or another document's: a line of another archive names places there."""


def read_day_again(task: Task, day: date) -> DayAgain:
    """Read the stored pages of a day's documents.  Raises ``ArchiveDamaged`` where its journal cannot be read."""
    return _Day(task, day).read()


class _Day:
    """A day while it is read."""

    def __init__(self, task: Task, day: date) -> None:
        self._task, self._told = task, DayAgain(day)
        self._said = Said("", datetime.now(BEIJING))  # of lines that are compared, never written

    def read(self) -> DayAgain:
        task, day = self._task, self._told.day
        lines = of_here(journal.read_objects(paths.journal_path(task.root, day)))
        held, answers = histories(lines, day), _answers_by_docid(lines)
        rows = map(documents.of_row, read_day(task.root, day, task.profile).documents)
        for document in rows:
            with ExitStack() as judged:
                judged.push(lambda _kind, error, _trace: self._is_set_aside(document.docid, error))  # noqa: B023
                if document.state == "kept" and not task.failed_only and document.docid in held:
                    self._read_kept(document, held[document.docid])
                elif document.state == "failed":
                    self._read_failed(document, answers.get(document.docid, ()))
        return self._told

    def _is_set_aside(self, docid: str, error: BaseException | None) -> bool:
        """A defect concerns the document whose page met it, and the next one is read."""
        if not isinstance(error, Exception) or isinstance(error, MemoryError):
            return False
        logger.error("%s met a defect", docid, exc_info=error)
        self._trouble(DEFECT, docid, f"{type(error).__name__}: {error}")
        return True

    def _trouble(self, kind: str, docid: str, message: str) -> None:
        self._told.troubles.append(LeftDocument(kind, docid, self._told.day, message[: events.MAX_DETAIL]))

    # --- kept ------------------------------------------------------------------------------------------------------

    def _read_kept(self, document: Document, held: History) -> None:
        """Each page that gave a state, the last state that it gave being what is compared."""
        newest = {text_or_none(state.line.get("warc")): state for state in held.states}
        texts = [text for state in newest.values() if (text := self._new_text(document, state))]
        if texts:
            self._told.documents.append(ReadAgain(document.docid, tuple(texts)))

    def _new_text(self, document: Document, state: State) -> NewText | None:
        line = state.line
        if self._task.layout not in (None, line.get("layout")):
            return None
        try:
            article = self._article(document, line)
            return self._compared(state, article, self._file(article, line, state))
        except _NotStored:
            self._told.counts[UNSTORED] += 1
        except PageError as error:
            self._trouble(NOT_AN_ARTICLE, document.docid, f"state {state.number}, {error.reason}: {error}")
        except ArchiveDamaged as error:
            self._trouble(DAMAGED, document.docid, str(error))
        return None

    def _article(self, document: Document, line: Line) -> Article:
        """By the rules of now, with what the line tells of its fetch."""
        places = places_in(line)
        if not places:
            raise _NotStored
        first, *further = [self._answer(document.docid, place) for place in places]
        self._told.pages += 1 + len(further)
        article = article_in_answers(first, further, document.offer(), moment(line.get("fetched_at")))
        carried = {name: str(line.get(name) or "") for name in ("etag", "last_modified", "twin")}
        same_as = line.get("same_as") if isinstance(line.get("same_as"), str) else None
        return replace(self._without_hidden(article), same_as=same_as, **carried)  # type: ignore[arg-type]

    def _without_hidden(self, article: Article) -> Article:
        if not self._task.hidden:
            return article
        asides = (aside for aside in article.asides if not any(name in aside for name in self._task.hidden))
        return replace(article, asides=tuple(asides))

    def _answer(self, docid: str, place: object) -> RawAnswer:
        if parse(place) is None:
            raise _NotStored
        answer = read_raw(self._task.root, str(place))
        if answer.docid != docid:
            raise _NotStored
        return answer

    def _file(self, article: Article, line: Line, state: State) -> bytes:
        """With the further keys that the file has: a setting of today changes none that was written before."""
        data = file_of(article, self._task.profile, self._task.extra_keys)
        if sha256(data).hexdigest() == line["sha256"] or not data:
            return data
        keys = further_keys(read_file(self._task.root, state.file))
        return data if set(keys) == set(self._task.extra_keys) else file_of(article, self._task.profile, keys)

    def _compared(self, state: State, article: Article, data: bytes) -> NewText | None:
        line = state.line
        if not data:
            self._trouble(
                NOT_AN_ARTICLE, article.offer.docid, f"state {state.number}: the original program lost such a page"
            )
            return None
        digest = sha256(data).hexdigest()
        fields = fields_changed(line, self._line(article))
        if digest == line["sha256"] and not fields:
            self._told.counts[UNCHANGED] += 1
            return None
        stored = StoredFile(read_file(self._task.root, state.file), state.sha256)
        if not stored.is_whole:
            self._trouble(
                ALTERED_FILE, article.offer.docid, f"{state.file} is not what its line tells: see newsarchive verify"
            )
            return None
        change = self._change(state, article, stored, data, fields)
        self._told.counts[CHANGED] += 1
        self._told.changes.append(change)
        if self._is_shrunk(state, change, stored):
            return None
        whole = with_digests(article)
        whole = replace(
            whole,
            told_sha256=whole.told_sha256 if line.get("told_sha256") else "",
            text_sha256=whole.text_sha256 if line.get("text_sha256") else None,
        )
        return NewText(id_of(line), replace(whole, body="", page=""), data)

    def _is_shrunk(self, state: State, change: StateChange, stored: StoredFile) -> bool:
        """Whether hardly a text would be left: a rule that went wrong makes no empty shells of articles."""
        before = len(told("", None, stored.body).text)
        after = before - change.lost + change.gained
        if self._task.accepts_losses or after >= before * SHRUNK_BELOW:
            return False
        message = (
            f"state {state.number} would keep {after} of {before} characters; --accept-losses writes it all the same"
        )
        self._trouble(SHRUNK, change.docid, message)
        return True

    def _line(self, article: Article) -> Mapping[str, Any]:
        """The fields of the line that the article would have."""
        return events.kept(self._said, article, file="", sha256="", size=0, profile=self._task.profile)

    def _change(
        self, state: State, article: Article, stored: StoredFile, data: bytes, fields: Sequence[Any]
    ) -> StateChange:
        line, after = state.line, StoredFile(data, "")
        change = StateChange(
            docid=article.offer.docid,
            day=self._told.day,
            title=article.title,
            layout=str(line.get("layout") or ""),
            state=state.number,
            fields=tuple(fields),
        )
        texts = [told("", None, one.body) for one in (stored, after)]
        return with_markup(with_texts(change, *texts), stored.data, data)

    # --- failed ----------------------------------------------------------------------------------------------------

    def _read_failed(self, document: Document, places: Sequence[str]) -> None:
        """The newest stored answer that is an article now."""
        for place in places:
            try:
                found = self._found(document, place)
            except (PageError, _NotStored):
                continue
            except ArchiveDamaged as error:
                self._trouble(DAMAGED, document.docid, str(error))
                continue
            if found:
                self._told.found.append(found)
                return
        self._told.counts[STILL_FAILED] += 1

    def _found(self, document: Document, place: str) -> RecoveredArticle | None:
        answer = self._answer(document.docid, place)
        self._told.pages += 1
        article = article_in_answers(answer, (), document.offer(), answer.fetched_at.astimezone(BEIJING))
        article = with_digests(with_validators(self._without_hidden(article), answer))
        data = file_of(article, self._task.profile, self._task.extra_keys)
        if not data or self._task.layout not in (None, article.layout):
            return None
        return RecoveredArticle(replace(article, body="", page=""), data)


def _answers_by_docid(lines: Sequence[Line]) -> dict[str, list[str]]:
    """The places of the answers that failures name, newest first."""
    found: dict[str, dict[str, None]] = {}
    for line in reversed(lines):
        if line.get("event") == "failed" and line.get("warc"):
            found.setdefault(str(line.get("docid")), {})[str(line["warc"])] = None
    return {docid: list(places) for docid, places in found.items()}
