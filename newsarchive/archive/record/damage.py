"""``rebuild --accept-damage``: a person accepts that journals are damaged, and each says so from then on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from newsarchive.archive.index.damage import Damage
from newsarchive.archive.record.store import Archive


def accept(root: Path, profile: str, clock: Callable[[], datetime] | None = None) -> list[Damage]:
    """Append a ``damaged`` line for each damage that is not accepted yet; return these.

    To be called before a rebuild: which lines were lost, only the catalogue knows.  Raises the errors of ``Archive.open``.
    """
    with closing(Archive.open(root, profile, clock)) as archive:
        return archive.accept_damage().result()
