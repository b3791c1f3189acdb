from __future__ import annotations

import errno
import inspect
import os
import pickle
from pathlib import Path

import pytest

from newsarchive import errors
from newsarchive.errors import (
    CatalogueUnusable,
    LayoutMismatch,
    NewsArchiveError,
    NotAnArticle,
    PageError,
    SearchUnusable,
    UsageError,
    WorkersEnded,
    cause_of,
)

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, NewsArchiveError)]
EXIT_CODES = {
    "NewsArchiveError": 1,
    "UsageError": 2,
    "CatalogueUnusable": 3,
    "SearchUnusable": 3,
    "BlockedError": 4,
    "ListingError": 5,
    "ArchiveLocked": 6,
    "ArchiveNotWritable": 7,
    "ArchiveDamaged": 8,
}


def test_exit_codes_are_those_of_the_design() -> None:
    assert {kind.__name__: kind.exit_code for kind in ALL if "exit_code" in vars(kind)} == EXIT_CODES


@pytest.mark.parametrize("kind", ALL)
def test_tree_of_the_module_names_each_error(kind: type[NewsArchiveError]) -> None:
    assert kind.__name__ in (errors.__doc__ or "")
    assert kind.__doc__


def test_each_way_to_be_no_article_has_a_reason_of_its_own() -> None:
    reasons = [kind.reason for kind in ALL if issubclass(kind, PageError)]
    assert len(set(reasons)) == len(reasons)


def test_reason_of_what_is_no_article_can_be_told_closer() -> None:
    assert NotAnArticle("a notice").reason == "not-an-article"
    assert NotAnArticle("a notice", "login").reason == "login"
    assert NotAnArticle.reason == "not-an-article"


def test_mismatch_tells_layout_field_count_and_address() -> None:
    error = LayoutMismatch("SinaFinance2017Page", "title", 2, "https://sina.cn/")
    assert str(error) == "SinaFinance2017Page.title matched 2 elements at https://sina.cn/"
    assert (error.layout, error.field, error.count, error.url) == (
        "SinaFinance2017Page",
        "title",
        2,
        "https://sina.cn/",
    )


@pytest.mark.parametrize(
    "error",
    [
        UsageError("a", "甲"),
        LayoutMismatch("A", "title", 2, "https://sina.cn/"),
        NotAnArticle("a notice", "login"),
        CatalogueUnusable(Path("a"), "it is gone"),
        SearchUnusable(Path("a"), "it is gone"),
        WorkersEnded("export", ["2026-11-23"]),
    ],
)
def test_an_error_of_a_worker_comes_as_it_was(error: NewsArchiveError) -> None:
    error.add_note("while the export read 2026-11-23")
    come = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (type(come), str(come), vars(come)) == (type(error), str(error), vars(error))


def test_an_error_without_a_plain_word_keeps_the_systems_own():
    cause, _ = cause_of(OSError(errno.EXDEV, os.strerror(errno.EXDEV)))
    assert cause == os.strerror(errno.EXDEV)
