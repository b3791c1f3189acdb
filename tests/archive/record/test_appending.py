import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsarchive.archive.format import journal
from newsarchive.archive.format.journal import GENESIS_LINK, Tail
from newsarchive.archive.record import appending
from newsarchive.errors import ArchiveDamaged, ArchiveNotWritable

EMPTY = Tail(0, GENESIS_LINK)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "_day.jsonl"


def write(path, count):
    return appending.append(path, [{"event": "offered", "docid": f"d{n}"} for n in range(count)], journal.tail(path))


def test_appended_lines_form_a_chain(path):
    tail = write(path, 2)
    tail = appending.append(path, [{"event": "kept"}], tail)
    first, second, third = journal.read(path)
    assert [first.linked, second.linked, third.linked] == [True, True, True]
    assert first.data["link"] == GENESIS_LINK
    assert third.data == {"event": "kept", "link": second.link}
    assert (first.start, third.end, third.link) == (0, *tail)


@given(st.integers(0, 400))
@settings(max_examples=60)
def test_a_file_cut_anywhere_is_mended_to_its_whole_lines(tmp_path_factory, size):
    path = tmp_path_factory.mktemp("torn") / "_day.jsonl"
    write(path, 3)
    whole = path.read_bytes()
    path.write_bytes(whole[:size])
    torn = not whole[:size].endswith(b"\n") and bool(whole[:size])
    assert appending.mend(path) is torn
    assert path.read_bytes() == whole[: whole[:size].rfind(b"\n") + 1]
    assert appending.mend(path) is False
    assert all(event.linked for event in journal.read(path))


def test_mending_a_missing_file_makes_none(path):
    assert appending.mend(path) is False
    assert not path.exists()


def test_appending_behind_another_end_is_damage(path):
    tail = write(path, 1)
    path.write_bytes(path.read_bytes() + b"by hand\n")
    with pytest.raises(ArchiveDamaged, match=r"_day\.jsonl has \d+ bytes where we left \d+.*the next run reads"):
        appending.append(path, [{}], tail)
    path.unlink()
    with pytest.raises(ArchiveDamaged, match="has 0 bytes"):
        appending.append(path, [{}], tail)


def test_appending_nothing_writes_nothing(path):
    assert appending.append(path, [], EMPTY) == EMPTY
    assert not path.exists()


def test_appending_where_there_is_no_folder_is_not_writable(tmp_path):
    with pytest.raises(ArchiveNotWritable, match="its folder does not exist"):
        appending.append(tmp_path / "gone" / "_day.jsonl", [{}], EMPTY)
