"""The form that a site fills in for ``pages.clean``: what goes, what is a picture, whose addresses are secure."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What belongs to no text, for one site. Selectors are lexbor's CSS."""

    cut: re.Pattern[str]
    """Stretches of the raw body that go, from one comment of the template to its twin."""
    markers: re.Pattern[str]
    """Words that the template puts behind names in the raw body; they go, the text around them closes up."""
    marker_words: tuple[str, ...]
    """One of them stands in each such marker: a page without any, as most are, is not searched."""
    drop: tuple[str, ...]
    """Elements that go with all that is in them."""
    paragraphs: re.Pattern[str]
    """Paragraphs that go as a whole; matched from their first character."""
    endings: re.Pattern[str]
    """What goes from the end of a text: an editor in brackets; substituted."""
    ending_words: tuple[str, ...]
    """One of them stands in each such ending: a text without any, as most are, is not searched."""
    related: re.Pattern[str]
    """Labels before links to other stories: such a paragraph goes if all the rest of it is linked, and after a label
    alone the linked paragraphs that follow."""
    noted: re.Pattern[str]
    """What leaves the body and is told all the same (editors, disclaimers, labels of other stories); matched."""
    pictures: re.Pattern[str]
    """Addresses of pictures that are no content (QR codes, posters, beacons); searched."""
    unlinked: re.Pattern[str]
    """Addresses whose link goes and whose text stays (stock quotes); searched."""
    caption: frozenset[str]
    """Classes of the elements that hold the caption of the picture before them."""
    secure: re.Pattern[str]
    """Hosts that serve https, so that http becomes https."""
