"""What channels are called, for the verbs that read."""

from __future__ import annotations

from newsarchive.errors import UsageError
from newsarchive.sina.listing.channels import CHANNELS, channel

NAMES = {one.lid: one.name for one in CHANNELS}
"""Lid → name."""


def lid_of(text: str) -> str:
    """The lid of a channel that is given by its lid or name; any number may be one.  Raises ``UsageError``."""
    return text if text.isdecimal() and text.isascii() else channel(text).lid


def lid_or_none(text: str | None) -> str | None:
    """``lid_of``, where one was given."""
    try:
        return lid_of(text) if text is not None else None
    except UsageError as error:
        raise UsageError(f"--channel: {error}") from None
