from pathlib import Path

import pytest

from newsarchive.archive.record import folder_readme
from tests.archive.making import opened, tree

PROJECT = Path(__file__).parents[3]


def test_each_archive_says_how_it_is_read(tmp_path):
    with opened(tmp_path):
        pass
    assert tree(tmp_path) == {"README.md": folder_readme.text()}


def test_it_is_the_text_of_the_project(tmp_path):
    assert (PROJECT / "archive" / "README.md").read_bytes() == folder_readme.text()


@pytest.mark.parametrize(
    "lay", [lambda path: path.write_text("mine"), Path.mkdir, lambda path: path.symlink_to("nowhere")]
)
def test_what_a_person_has_there_stays(tmp_path, lay):
    lay(tmp_path / "README.md")
    before = tree(tmp_path)
    with opened(tmp_path):
        pass
    assert tree(tmp_path) == before
