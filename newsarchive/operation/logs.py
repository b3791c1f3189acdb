"""The log: one line an event, for people or (``LOG_FORMAT=json``) for machines; Beijing's clock; no secret in any line.

Ours instead of Scrapy's handler (``LOG_INSTALL_ROOT_HANDLER`` is off, or lines would come twice), because only the
finished line, its traceback included, can be cleared of every password.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import datetime
from pathlib import Path
from time import struct_time
from types import TracebackType
from typing import Protocol

from newsarchive.archive.format.journal import stamp
from newsarchive.errors import UsageError
from newsarchive.items import BEIJING
from newsarchive.operation.masks import masked
from newsarchive.sina.listing import urls

JSON = "json"
"""The value of ``LOG_FORMAT`` that asks for one JSON object a line."""

_ADDRESS_RE = re.compile(r"https?://([^\s\"'<>]++)")
_PAGE_END = "html"
_WORD_RE = re.compile(r"[\w-]++")
_DOCID_RE = re.compile(r"[a-z]{7}[0-9]{7}|[a-z0-9-]+-(?:19|20)[0-9]{6}-[0-9]{5,16}")
"""As ``sina.listing.urls.docid_of`` gives it for pages since the end of 2015, and for older ones."""
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {10: "\\n", 13: "\\r", 9: "\t"}
"""What moves a terminal's cursor or breaks a line, as Python writes it: messages quote text from the web."""


class LogSettings(Protocol):
    """What we need of Scrapy's settings."""

    def get(self, name: str) -> object: ...

    def getbool(self, name: str) -> bool: ...


class PlainFormatter(logging.Formatter):
    """Scrapy's ``LOG_FORMAT``, one line a message; a traceback stands below it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The line without its traceback; control characters are escaped, so that it stays one line."""
        return super().formatMessage(record).translate(_CONTROLS)

    def format(self, record: logging.LogRecord) -> str:
        """The whole record, traceback included, without passwords."""
        return masked(super().format(record))

    def converter(self, seconds: float | None) -> struct_time:
        """The clock of the log, whatever the machine's zone."""
        return datetime.fromtimestamp(seconds or 0, BEIJING).timetuple()


class JsonFormatter(logging.Formatter):
    """One object a line: ``at level logger message``, and where there are any ``docid`` and ``traceback``."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON, without passwords."""
        message = record.getMessage()
        told = {
            "at": stamp(datetime.fromtimestamp(record.created, BEIJING)),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(message),
            "docid": getattr(record, "docid", None) or _docid_in(message),
            "traceback": masked(self.formatException(record.exc_info)) if record.exc_info else None,
        }
        return json.dumps({key: value for key, value in told.items() if value is not None})


def _docid_in(message: str) -> str | None:
    """The document that a message names by its identity, or by the address of its page."""
    try:
        for address in _ADDRESS_RE.finditer(message):
            if (end := address[1].rfind(_PAGE_END)) > 0:
                return urls.docid_of(address[0][: end - len(address[1])] + _PAGE_END)
    except ValueError:
        return None
    return next((word for word in _WORD_RE.findall(message) if _DOCID_RE.fullmatch(word)), None)


def install(settings: LogSettings) -> logging.Handler:
    """Log as ``LOG_FORMAT``, ``LOG_LEVEL``, ``LOG_FILE`` and ``LOG_ENABLED`` say, from now on.

    Raises ``UsageError`` for a file that cannot be written.  The level is the handler's: Scrapy lets its own loggers
    pass everything.
    """
    handler = _handler(settings)
    if settings.get("LOG_FORMAT") == JSON:
        handler.setFormatter(JsonFormatter())
    else:
        handler.setFormatter(PlainFormatter(str(settings.get("LOG_FORMAT")), str(settings.get("LOG_DATEFORMAT"))))
    handler.setLevel(str(settings.get("LOG_LEVEL")))
    logging.root.setLevel(logging.NOTSET)
    logging.root.addHandler(handler)
    sys.excepthook = _say_uncaught
    return handler


def _handler(settings: LogSettings) -> logging.Handler:
    file = settings.get("LOG_FILE")
    if not file:
        return logging.StreamHandler() if settings.getbool("LOG_ENABLED") else logging.NullHandler()
    path = Path(str(file))
    try:
        if not settings.getbool("LOG_FILE_APPEND"):
            path.unlink(missing_ok=True)  # then opened for appending: Scrapy closes handlers once, and that reopens
        return logging.FileHandler(path, mode="a", encoding=str(settings.get("LOG_ENCODING")))
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(f"setting LOG_FILE={path}: it cannot be written ({reason}); give another file") from error


def _say_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A defect of ours outside the crawl: its traceback, without secrets."""
    sys.stderr.write(masked("".join(traceback.format_exception(kind, error, trace))))
