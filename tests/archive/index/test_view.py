"""A look at a catalogue that cannot be used: told in a line, and never rebuilt where that would take long."""

import os
import random
import time
from contextlib import suppress

import pytest

from newsarchive.archive.format.paths import journal_path
from newsarchive.archive.index import view
from newsarchive.archive.index.view import glance, look
from newsarchive.errors import CatalogueUnusable
from tests.archive.making import DAY, catalogue_path, docid_of, fill, offer

pytestmark = pytest.mark.slow  # archives of a size that no look may rebuild

PAGE_BYTES = 4096


def kept(root):
    return look(root, lambda catalogue: sum(row.kept for row in catalogue.coverage.rows()))


@pytest.fixture
def root(tmp_path):
    fill(tmp_path, *(offer(number) for number in range(300)))
    return tmp_path


@pytest.fixture
def large(root, monkeypatch):
    """An archive of which neither journals nor catalogue are read for one look."""
    monkeypatch.setattr(view, "QUICK_BYTES", 1000)
    monkeypatch.setattr(view, "COPY_BYTES", 1000)
    return root


def spoil(path, seed):
    """Rubbish in some pages, behind SQLite's back: size and time as they were."""
    found, dice = path.stat(), random.Random(seed)
    with path.open("r+b") as file:
        for _ in range(5):
            file.seek(dice.randrange(1, found.st_size // PAGE_BYTES) * PAGE_BYTES)
            file.write(dice.randbytes(PAGE_BYTES))
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_catalogue_of_a_small_archive_is_made_good_from_the_journals(root, seed):
    spoil(catalogue_path(root), seed)
    assert kept(root) == 300


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_catalogue_of_a_large_one_is_told_or_does_not_matter(large, seed):
    spoil(catalogue_path(large), seed)
    with suppress(CatalogueUnusable):
        assert kept(large) == 300


@pytest.mark.parametrize("rubbish", [None, b"", b"no catalogue" * 1000])
def test_a_catalogue_that_is_none_is_told_for_a_large_archive(large, rubbish):
    catalogue_path(large).unlink() if rubbish is None else catalogue_path(large).write_bytes(rubbish)
    with pytest.raises(CatalogueUnusable, match="next run"):
        kept(large)


def test_one_that_another_hand_changed_is_not_believed(large):
    time.sleep(0.01)
    catalogue_path(large).touch()
    with pytest.raises(CatalogueUnusable, match="changed by something else"):
        kept(large)


def test_a_large_archive_with_a_sound_catalogue_is_looked_into(large):
    assert kept(large) == 300


def test_a_glance_sees_the_catalogue_as_it_stands_also_if_it_is_behind(large):
    with journal_path(large, DAY).open("ab") as file:
        file.write(b'{"event":"asked"}\n')
    assert glance(large, lambda catalogue: catalogue.document(docid_of(7)).docid) == docid_of(7)
    with pytest.raises(CatalogueUnusable):
        kept(large)


def test_a_glance_at_no_catalogue_is_told(large):
    catalogue_path(large).write_bytes(b"no catalogue" * 1000)
    with pytest.raises(CatalogueUnusable):
        glance(large, lambda catalogue: catalogue.document(docid_of(7)))
