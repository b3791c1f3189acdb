"""archive: what an audit finds: one thing that is not as its journal says, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

MISSING, ALTERED, STRAY, TORN = "missing", "altered", "stray", "torn"
MISNAMED, DUPLICATE, UNLINKED, SHORTENED = "misnamed", "duplicate", "unlinked", "shortened"
KINDS = (MISSING, ALTERED, STRAY, TORN, MISNAMED, DUPLICATE, UNLINKED, SHORTENED)

TAKE_BACK = "newsarchive repair --from COPY takes it back"
PUT_BACK = "put the journal back from a copy, or accept it with newsarchive rebuild --accept-damage"
MOVE_AWAY = "move it elsewhere if it is yours"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing, named once.  Equal findings of two looks are the same fault, unchanged."""

    kind: str
    """One of ``KINDS``."""
    path: str
    """Below the archive, with ``/``: where the thing lies, or should lie."""
    docid: str | None
    detail: str
    """What is wrong with it, and what to do."""
    sha256: str | None = None
    """Of a stray: what it holds; else what should lie there.  None where that says nothing."""

    def with_detail(self, more: str) -> Finding:
        return replace(self, detail=f"{self.detail}; {more}")
