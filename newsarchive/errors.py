"""The errors of the house, grouped by who meets them; the ground floor, imports nothing of ours.

::

    NewsArchiveError
      ListingError          the listing answered nonsense            exit 5
      BlockedError          the site refuses us                      exit 4
      PageError             this response is no article              the document is ``failed`` or ``filtered``
        NotAnArticle  LayoutMismatch  EmptyBody  TruncatedBody
      ArchiveError          the folder on disk
        ArchiveLocked (6)  ArchiveNotWritable (7)  ArchiveDamaged (8)
      UsageError            what the user asked for cannot be done   exit 2

A message names the cause, the object and the next step.
"""

from __future__ import annotations


class NewsArchiveError(Exception):
    """The root: whatever we raise on purpose."""

    exit_code = 1


class ListingError(NewsArchiveError):
    """Raised by ``sina.roll`` when a listing is not what it should be; the spider goes on with the other channels."""

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


class ArchiveError(NewsArchiveError):
    """The folder on disk cannot be used as asked."""


class ArchiveLocked(ArchiveError):
    """Another run holds the archive; raised by ``archive.lock`` with process id, host and start time."""

    exit_code = 6


class ArchiveNotWritable(ArchiveError):
    """A write failed (permissions, disk full, not a folder); raised by ``archive.files``; the run ends."""

    exit_code = 7


class ArchiveDamaged(ArchiveError):
    """Files and journal disagree; raised where reading them makes no sense; ``newsarchive verify`` names what."""

    exit_code = 8


class UsageError(NewsArchiveError):
    """An argument or setting makes no sense; raised before the first request, with what was expected."""

    exit_code = 2
