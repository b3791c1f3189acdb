"""Searching while a crawl runs, by the library and by the command: right answers, no error."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from itertools import count
from pathlib import Path
from threading import Event

import pytest

from newsarchive.reading.search import index
from newsarchive.rehearsal.answers import Answer
from tests.cli.cli_process import newsarchive
from tests.conftest import CRAWL_TIMEOUT_S, Crawls, wait_until
from tests.reading.search.scan import fields, found, scan

PAGES_AT_ONCE = 30
"""That the source gives before it waits for the first searches."""
WORDS_BEFORE = 4
"""That are looked for while it waits."""


class Source:
    """Waits in the midst of a crawl, until it may go on."""

    def __init__(self) -> None:
        self.may_go_on = Event()
        self._pages = count(1)

    def __call__(self, host: str, target: str) -> Answer | None:
        if ".shtml" in target and next(self._pages) > PAGES_AT_ONCE:
            self.may_go_on.wait(CRAWL_TIMEOUT_S)
        return None


def asked_of_the_command(root: Path, word: str) -> set[str]:
    done = newsarchive("search", f'"{word}"', "-n", "10000", "--json", "--archive", str(root))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return {hit["docid"] for hit in json.loads(done.stdout)["hits"]}


def asked_of_the_library(root: Path, word: str) -> set[str]:
    index.bring_level(root)
    return found(root, f'"{word}"')


def words_of(root: Path, dice: random.Random) -> str:
    """Two neighbouring characters of some text that is there."""
    texts = [text for told in fields(root).values() for text in told if len(text) > 1 and '"' not in text]
    text = dice.choice(texts)
    at = dice.randrange(len(text) - 1)
    return text[at : at + 2]


@pytest.mark.slow
def test_a_search_during_a_crawl_finds_what_is_there_and_nothing_else(crawls: Callable[..., Crawls]) -> None:
    source, dice = Source(), random.Random(7)
    crawl = crawls(source, articles=160)
    root = crawl.root
    process = crawl.start()
    wait_until(lambda: len(crawl.events("kept")) >= PAGES_AT_ONCE // 2)
    for _ in range(WORDS_BEFORE):
        word = words_of(root, dice)
        before = scan(fields(root), word)
        answers = [ask(root, word) for ask in (asked_of_the_library, asked_of_the_command)]
        after = scan(fields(root), word)
        assert before
        assert all(before <= answer <= after for answer in answers), word
    assert process.poll() is None
    source.may_go_on.set()
    while process.poll() is None:  # at its end the run itself writes the index: an answer may lack what is newest then
        word = words_of(root, dice)
        answers = [ask(root, word) for ask in (asked_of_the_library, asked_of_the_command)]
        assert all(answer <= scan(fields(root), word) for answer in answers), word
    _, said = process.communicate(timeout=CRAWL_TIMEOUT_S)
    assert (process.returncode, "Traceback" in said) == (0, False), said
    assert len(fields(root)) == 160
    for _ in range(WORDS_BEFORE):
        word = words_of(root, dice)
        wanted = scan(fields(root), word)
        assert asked_of_the_library(root, word) == asked_of_the_command(root, word) == wanted, word
