"""One thing that is told to people, in the language of the commands and in that of the reader's pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Bilingual(NamedTuple):
    """Both stand where the thing is known, so that nobody has to guess one from the other."""

    english: str
    chinese: str = ""
    """Empty where the pages tell it in English, too."""


NOTHING = Bilingual("")


def together(sentences: Iterable[Bilingual]) -> Bilingual:
    """One after the other; Chinese has no blanks between sentences."""
    told = list(sentences)
    return Bilingual(" ".join(one.english for one in told), "".join(one.chinese for one in told))
