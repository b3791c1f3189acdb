"""Which processes a command has left, by its session."""

from __future__ import annotations

import os
from pathlib import Path


def alive_in(session: int) -> list[str]:
    """The processes of a session that are no zombies: each one's name; none where the system does not tell."""
    return [name for name, state, of in _processes() if of == session and state != "Z"]


def _processes() -> list[tuple[str, str, int]]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            head, _, rest = (folder / "stat").read_text().rpartition(")")
            found.append((head.partition("(")[2], rest.split()[0], os.getsid(int(folder.name))))
        except OSError:  # it has ended meanwhile
            continue
    return found
