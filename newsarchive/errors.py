"""The errors of the house, grouped by who meets them; the ground floor, imports nothing of ours.

::

    NewsArchiveError
      ListingError          the listing answered nonsense            exit 5
      BlockedError          the site refuses us                      exit 4
      PageError             this response is no article              the document is ``failed`` or ``filtered``
        NotAnArticle  LayoutMismatch  EmptyBody  TruncatedBody  PageTooLarge  PageTooComplex
      ArchiveError          the folder on disk
        ArchiveLocked (6)  ArchiveNotWritable (7)  ArchiveDamaged (8)  CatalogueUnusable (3)
        SearchUnusable (3)
      SearchTooLong         a search is to be asked for less
      WorkersEnded          days that no worker survives             exit 1
      EngineGone            no workers begin, or no scheduler        exit 1
      UsageError            what the user asked for cannot be done   exit 2

A message names the cause, the object and the next step.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class NewsArchiveError(Exception):
    """The root: whatever we raise on purpose.  ``chinese``: the message for the reader's pages, where they have one."""

    exit_code = 1

    def __init__(self, message: str = "", chinese: str = "") -> None:
        super().__init__(message)
        self.chinese = chinese

    def __reduce__(self) -> tuple[object, ...]:
        """From a worker it comes by pickle, whatever its class is made of."""
        return _as_it_was, (type(self), self.args, self.__dict__)


def _as_it_was(
    kind: type[NewsArchiveError], arguments: tuple[object, ...], told: dict[str, object]
) -> NewsArchiveError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(told)
    return error


class ListingError(NewsArchiveError):
    """Raised by ``sina.listing.roll`` when a listing is not what it should be; the spider goes on with the other channels."""

    exit_code = 5


class BlockedError(NewsArchiveError):
    """Raised by the download handler once the site has banned us; the run ends, offers stay pending."""

    exit_code = 4


class PageError(NewsArchiveError):
    """Raised by notices, layouts and cleaning when a response is no article; the spider journals it by ``reason``."""

    reason = "page"
    transient = False
    """Whether asking again within the same run may help."""


class NotAnArticle(PageError):
    """The response is another thing than the article asked for (a notice, another document, no HTML)."""

    reason = "not-an-article"

    def __init__(self, message: str, reason: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason or self.reason


class LayoutMismatch(PageError):
    """A field of a layout matched another number of elements than it declares, or no layout fits."""

    reason = "layout-mismatch"

    def __init__(self, layout: str, field: str, count: int, url: str) -> None:
        super().__init__(f"{layout}.{field} matched {count} elements at {url}")
        self.layout, self.field, self.count, self.url = layout, field, count, url


class EmptyBody(PageError):
    """The page is a shell: nothing of a text is left after cleaning."""

    reason = "empty-body"
    transient = True


class TruncatedBody(PageError):
    """The page ends before its closing markup, or has fewer bytes than it announced."""

    reason = "truncated"
    transient = True


class PageTooLarge(PageError):
    """The page has more bytes than we parse; raised by ``pages.depth`` and ``sina.page.page_reader``."""

    reason = "too-large"


class PageTooComplex(PageError):
    """The page has more tags, or more of them in each other, than we parse; raised by ``pages.depth``."""

    reason = "too-complex"


class ArchiveError(NewsArchiveError):
    """The folder on disk cannot be used as asked."""


class ArchiveLocked(ArchiveError):
    """Another run holds the archive; raised by ``archive.lock`` with process id, host and start time."""

    exit_code = 6


class ArchiveNotWritable(ArchiveError):
    """A write failed (permissions, disk full, not a folder); raised by ``archive.files``; the run ends."""

    exit_code = 7


class ArchiveDamaged(ArchiveError):
    """Files and journal disagree; raised where reading them makes no sense, and where the catalogue is damaged."""

    exit_code = 8


class CatalogueUnusable(ArchiveError):
    """The catalogue is missing, damaged or behind; raised by a look, which leaves it to others to make it anew."""

    exit_code = 3

    def __init__(self, path: Path, why: str) -> None:
        self.why = why
        super().__init__(
            f"the catalogue {path} cannot be used: {why}; the next run puts that right by itself, `newsarchive rebuild` "
            "does it now. The articles and journals are not concerned"
        )


class SearchUnusable(ArchiveError):
    """The search index is damaged; raised by ``reading.search``: nothing but searching depends on it."""

    exit_code = 3

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"the search index {path} cannot be used: {why}; `newsarchive rebuild --search` makes it anew. The articles and "
            "journals are not concerned"
        )


class SearchTooLong(NewsArchiveError):
    """A search took longer than the caller waits; raised by ``reading.search``: it is to be asked for less."""


class WorkersEnded(NewsArchiveError):
    """Days at which one worker after the other ended; raised by ``archive.index.worker`` when all others are done."""

    def __init__(self, what: str, days: Iterable[str]) -> None:
        super().__init__(
            f"the {what} lacks {', '.join(days)}: workers that read it were ended twice, by the system for want of memory or "
            "by a defect; look into the system's log, and try again with --workers 1"
        )


class EngineGone(NewsArchiveError):
    """The workers of an engine did not begin, or their scheduler went; raised by ``jobs``."""


class UsageError(NewsArchiveError):
    """An argument or setting makes no sense; raised before the first request, with what was expected."""

    exit_code = 2


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the known one that is nearest, if any is near.

    Options are compared without their dashes, which all of them have in common.
    """
    names = {name.lstrip("-"): name for name in known}
    nearest = get_close_matches(given.lstrip("-"), names, n=1)
    return f"; did you mean {names[nearest[0]]}?" if nearest else ""


_START_AGAIN = "then start again: nothing half-written remains"
_CAUSES: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full", f"free some space, {_START_AGAIN}"),
    errno.EFBIG: (
        "the file would be larger than allowed",
        f"raise the limit (ulimit -f) or change the disk, {_START_AGAIN}",
    ),
    errno.EACCES: ("no permission", f"give this user the right to write there, {_START_AGAIN}"),
    errno.EPERM: ("the system does not permit it", f"give this user the right to write there, {_START_AGAIN}"),
    errno.EROFS: ("the disk is mounted read-only", f"mount it for writing, {_START_AGAIN}"),
    errno.EIO: ("the disk has an I/O error", "look at the disk's health before anything else; copy the archive away"),
    errno.ENOTDIR: (
        "a file stands where a folder is needed",
        f"move that file away or choose another ARCHIVE_DIR, {_START_AGAIN}",
    ),
    errno.EEXIST: (
        "a file stands where a folder is needed",
        f"move that file away or choose another ARCHIVE_DIR, {_START_AGAIN}",
    ),
    errno.EISDIR: ("a folder stands where a file is needed", f"move that folder away, {_START_AGAIN}"),
    errno.ENOENT: ("its folder does not exist (any more)", f"see whether the disk is mounted, {_START_AGAIN}"),
    errno.ENAMETOOLONG: ("the path is too long", "choose an ARCHIVE_DIR with a shorter path"),
    errno.ELOOP: ("its symbolic links form a circle", "choose an ARCHIVE_DIR without them"),
    errno.EMFILE: ("too many files are open", f"raise the limit (ulimit -n), {_START_AGAIN}"),
}
if hasattr(errno, "EDQUOT"):  # not on Windows
    _CAUSES[errno.EDQUOT] = ("the disk quota is used up", f"free some space or raise the quota, {_START_AGAIN}")


def cause_of(error: OSError) -> tuple[str, str]:
    """Return an error of the operating system as two plain phrases: the cause, and what to do about it."""
    unknown = (error.strerror or str(error), f"see to that, {_START_AGAIN}")
    return _CAUSES.get(error.errno or 0, unknown)
