"""What a correction changed, in lines of text: what is gone ``[-so-]``, what is new ``{+so+}``."""

from __future__ import annotations

from newsarchive.errors import ArchiveDamaged
from newsarchive.reading import difference
from newsarchive.reading.history import Correction
from newsarchive.reading.library import Library


def changes_told(library: Library, one: Correction) -> list[str]:
    """The changed stretches with their signs; a file that cannot be read is told in their place."""
    if one.after is None:
        return []
    try:
        before, after = library.text(one.before), library.text(one.after)
    except ArchiveDamaged as error:
        return [str(error)]
    changed = difference.difference(before.told, after.told)
    told = [changed.title] if changed.title else []
    told += changed.text
    pictures = [path.join(difference.STRUCK) for path in changed.pictures_gone]
    pictures += [path.join(difference.INSERTED) for path in changed.pictures_come]
    times = [difference.plain([changed.time])] if changed.time else []
    return [difference.plain(difference.shortened(edits)) for edits in told] + times + pictures
