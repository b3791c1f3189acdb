"""The form that a site fills in for ``pages.clean``: what goes, what is a picture, whose addresses are secure."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # compared and remembered as the one object that it is
class Rules:
    """What belongs to no text, for one site. Selectors are lexbor's CSS."""

    slot: re.Pattern[str]
    """Names of the template's slots for what is no text, in comments (``<!-- name start -->``); searched, in the comment of
    a name alone (``<!-- name -->``) matched as a whole."""
    content_slot: re.Pattern[str]
    """Names of slots for what is text; searched. Of other names only a pair of the same name is a slot."""
    advertising: re.Pattern[str]
    """Words by which a short sentence in a slot is known as no text; searched."""
    hidden_slot: tuple[re.Pattern[str], re.Pattern[str]]
    """The opening and the closing mark of slots that are one comment with their content; of at most 40 characters each."""
    framed_picture: str
    """The class that frames the pictures of articles: no slot holds one."""
    markers: re.Pattern[str]
    """Words that the template puts behind names in the raw body; they go, the text around them closes up."""
    marker_words: tuple[str, ...]
    """One of them stands in each such marker: a page without any, as most are, is not searched."""
    drop: tuple[str, ...]
    """Elements that go with all that is in them."""
    album_source: str
    """The attribute with the address of a picture of an album, which stands as hidden data for a player."""
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
    quotes: str
    """Selector of links to live prices, whatever their address: the link goes, its text stays."""
    unlinked: re.Pattern[str]
    """Addresses whose link goes and whose text stays (stock quotes); searched."""
    promoted: re.Pattern[str]
    """Addresses of advertisements and services: the link goes, and a paragraph of such links alone as a whole; searched."""
    icons: re.Pattern[str]
    """Addresses of pictures small enough to stand in a line, where the page tells no size; searched."""
    asking: re.Pattern[str]
    """Words of a link that only ask for a click, without brackets and arrows; matched as a whole."""
    labels: re.Pattern[str]
    """The same in brackets of a kind (``【[（(``), linked or not; substituted."""
    caption: frozenset[str]
    """Classes of the elements that hold the caption of the picture before them."""
    secure: re.Pattern[str]
    """Hosts that serve https, so that http becomes https."""
