"""The files of all years, for whoever writes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from newsarchive.reading.search.level import Level
from newsarchive.reading.search.row import Key, SearchRow
from newsarchive.reading.search.shard import Held, Shard

PATTERN = "[0-9][0-9][0-9][0-9].sqlite"


def path_of(folder: Path, year: int) -> Path:
    """The file of a year."""
    return folder / f"{year:04}.sqlite"


def years_in(folder: Path) -> list[int]:
    """Those that have a file, the newest first."""
    return sorted((int(path.stem) for path in folder.glob(PATTERN)), reverse=True)


def take_away(path: Path) -> None:
    """Remove a database, and what a writer who was killed left beside it."""
    path.unlink(missing_ok=True)
    _journal(path).unlink(missing_ok=True)


def put_in_place(made: Path, path: Path) -> None:
    """Put a database where another one is, for whoever looks at any moment; what was left beside that is not for this one."""
    _journal(path).unlink(missing_ok=True)
    made.replace(path)


def _journal(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")


class Shards:
    """The files of all years that are noted, held open; a further one from its first row on."""

    def __init__(self, folder: Path, level: Level) -> None:
        self._folder, self._level = folder, level
        self._open: dict[int, Shard] = {}
        for year in level.years():
            self.begin(year)

    def close(self) -> None:
        for shard in self._open.values():
            shard.close()

    def begin(self, year: int) -> Shard:
        """The file of a year; made, then noted, where there is none."""
        if year not in self._open:
            self._open[year] = Shard.write(path_of(self._folder, year))
            self._level.note_year(year)
        return self._open[year]

    def finish(self) -> None:
        """Bring files that were made anew into their last form."""
        for shard in self._open.values():
            shard.finish()

    def held(self, docid: str) -> list[Held]:
        """The states of a document that are in the index."""
        return [held for shard in self._open.values() for held in shard.held(docid)]

    def docids_of(self, day: date) -> set[str]:
        """The documents of a day's journal that are in the index."""
        return {docid for shard in self._open.values() for docid in shard.docids_of(day)}

    def apply(
        self, rows: Iterable[SearchRow], changed: Iterable[tuple[Held, Key]], out: Iterable[tuple[Held, bool]]
    ) -> None:
        """Write these changes, one transaction a year; ``out``: each with whether its very words must go."""
        added: dict[int, list[SearchRow]] = defaultdict(list)
        for row in rows:
            added[row.key.year].append(row)
        standing: dict[int, list[tuple[Held, Key]]] = defaultdict(list)
        for held, key in changed:
            standing[held.year].append((held, key))
        leaving: dict[int, list[tuple[Held, bool]]] = defaultdict(list)
        for held, purge in out:
            leaving[held.year].append((held, purge))
        for year in sorted(added.keys() | standing.keys() | leaving.keys(), reverse=True):
            self._apply(self.begin(year), added[year], standing[year], leaving[year])

    def _apply(
        self, shard: Shard, rows: list[SearchRow], changed: list[tuple[Held, Key]], out: list[tuple[Held, bool]]
    ) -> None:
        with shard.transaction():
            for held, key in changed:
                shard.restate(held.id, key)
            for held, purge in out:
                shard.take_out(held.id, purge=purge)
            shard.add(rows)
            shard.end_batch()
