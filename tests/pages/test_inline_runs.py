"""The fast path for plain text and emphasis gives the same blocks as the general one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from newsarchive.pages.inline_runs import CLOSE, OPEN, TEXT, Piece, Token, finished, plain, trimmed

_SHOWN = st.text(st.sampled_from("文a &<>\u3000\u200b\u2003"), max_size=5)


def tokens(pieces: list[Piece]) -> list[Token]:
    made: list[Token] = []
    for name, text in pieces:
        made += [(OPEN, f"<{name}>"), (TEXT, text), (CLOSE, f"</{name}>")] if name else [(TEXT, text)]
    return made


@given(st.lists(st.tuples(st.sampled_from(["", "strong", "em"]), _SHOWN), max_size=5))
def test_plain_pieces_become_what_their_tokens_become(pieces: list[Piece]) -> None:
    assert plain(pieces) == finished(trimmed(tokens(pieces)))


def test_blanks_between_pieces_are_shown_once_and_those_at_the_ends_never() -> None:
    block = plain([("", "\u3000a "), ("strong", " <b> "), ("", " "), ("em", "\u3000")])
    assert (block.html, block.text) == ("a <strong>&lt;b&gt;</strong>", "a <b>")
