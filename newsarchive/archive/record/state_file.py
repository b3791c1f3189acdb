"""Small JSON files of ``.newsarchive/``, which anybody may have edited: unreadable content is logged and ignored."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

MAX_BYTES = 64 * 1024
"""Ours have a few hundred."""
MAX_TEXT = 1000
"""Characters of a text that is shown: an address has fewer."""


def read_object(path: Path, level: int = logging.WARNING) -> dict[str, Any] | None:
    """The JSON object in ``path``; None where there is no such file, or (said in the log) something else is in it."""
    if not path.exists():
        return None
    try:
        told = json.loads(_read(path))
    except OSError as error:
        logger.log(level, "%s cannot be read (%s); it is passed over", path, error)
        return None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        logger.log(level, "%s is not as we write it; it is passed over", path)
        return None
    return told


def text_of(value: object) -> str:
    """What is said there, fit to be shown: no half characters, not too long; empty for what is no text."""
    return value[:MAX_TEXT].encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _read(path: Path) -> bytes:
    if not path.is_file():  # a pipe would be waited for
        raise ValueError("no file")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError("too long")
    return data
