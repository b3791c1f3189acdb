from __future__ import annotations

from pathlib import Path

import pytest

from newsarchive.errors import UsageError
from newsarchive.reading import watches
from newsarchive.reading.watches import MOST_WATCHES, Watch

GOOD = """\
# mine
[[watch]]
name = "降准"
query = "降准 OR 降息 -国债"

[[watch]]
name = "茅台"
query = "symbol:600519 channel:滚动"
tell = ["tgram://TOKEN/CHAT", "mailtos://me:pw@example.org"]
digest = 8

[[watch]]
name = "页面"
query = "北交所"
tell = []
"""
SECRET = "s3cret"  # noqa: S105 - what must be seen nowhere


def read(root: Path, text: str | bytes) -> list[Watch]:
    (root / "watches.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return watches.read(root, {"2519": "滚动"})


def complaint(root: Path, text: str | bytes) -> str:
    with pytest.raises(UsageError) as raised:
        read(root, text)
    assert SECRET not in str(raised.value)
    return str(raised.value)


def test_no_file_is_no_watch(tmp_path: Path) -> None:
    assert watches.read(tmp_path) == []
    assert read(tmp_path, "") == []


def test_watches_are_read_in_their_order(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert [(one.name, one.tell, one.digest) for one in found] == [
        ("降准", None, None),
        ("茅台", "tgram://TOKEN/CHAT mailtos://me:pw@example.org", 8),
        ("页面", "", None),
    ]
    assert found[1].query.channels == (("2519",),)


def test_files_of_windows_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()) == read(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('[[watch]]\nname = "a\nquery = "b"\n', 2, "not TOML"),
        ('[[watch]]\nname = "a"\nquery =', 3, "not TOML"),
        ('[[watch]]\nname = "a"\n\n[[watch]]\nname = "b"\nquery = "x"\n', 1, "no query"),
        (GOOD.replace("北交所", "北交所 OR"), 14, "OR stands between two words"),
        (GOOD.replace("滚动", "滚蛋"), 8, "no channel"),
        (GOOD.replace("digest = 8", "digest = 24"), 10, "an hour"),
        (GOOD.replace("digest = 8", "digest = true"), 10, "an hour"),
        (GOOD.replace("digest = 8", "digset = 8"), 10, "did you mean digest?"),
        (GOOD.replace('name = "茅台"', 'name = "降准"'), 7, "another watch"),
        (GOOD.replace('name = "茅台"', 'name = "茅\\n台"'), 7, "in one line"),
        (GOOD.replace("tell = []", f'tell = [7, "x://{SECRET}"]'), 15, "expected addresses"),
        (GOOD.replace("tell = []", f'tell = "x://{SECRET}\\nb"'), 15, "expected addresses"),
        ('query = "x"\n' + GOOD, 1, "[[watch]]"),
        ('\n[watch]\nname = "x"\n', 2, "[[watch]]"),
        (b"[[watch]]\n# \xff\n", 2, "UTF-8"),
        ('watch = [{name = "a"}]', 1, "no query"),
        ("[[watch]]\nname='a'\nquery='b'\n" * (MOST_WATCHES + 1), 3 * MOST_WATCHES + 1, "at most"),
        ("a = " + "[" * 100_000, 1, ""),
    ],
)
def test_a_wrong_file_is_told_with_its_line(tmp_path: Path, text: str | bytes, line: int, why: str) -> None:
    told = complaint(tmp_path, text)
    assert told.startswith(f"{tmp_path / 'watches.toml'}, line {line}: ")
    assert why in told


def test_a_file_without_end_is_not_read(tmp_path: Path) -> None:
    assert "more than" in complaint(tmp_path, "#" * (watches.MOST_BYTES + 1))


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "watches.toml").mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        watches.read(tmp_path)
