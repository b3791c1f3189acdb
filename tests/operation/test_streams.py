from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsarchive.operation.streams import escaped

SAY = "from newsarchive.operation import streams; streams.let_everything_pass(); print(ascii_or_not)"
ENCODINGS = ["cp1252", "ascii", "gbk", "utf-8", "utf-16", "latin-1:strict", "utf-8:surrogateescape", "cp437:ignore"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", ["央行宣布降准", "\U0001f4c8 R&D €", "\udcff\ud800 \x85"])
def test_whatever_the_encoding_of_a_stream_nothing_that_is_said_ends_the_program(encoding: str, text: str) -> None:
    program = f"ascii_or_not = {text!a}; {SAY}; import sys; sys.stderr.write(ascii_or_not)"
    environ = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    ran = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, check=False)
    assert (ran.returncode, b"Traceback" in ran.stderr, len(ran.stdout) > 5) == (0, False, True)


@given(st.text(st.characters(codec=None), min_size=1))
def test_what_is_escaped_is_what_json_reads(text: str) -> None:
    wanted = text.encode("utf-16-be", "surrogatepass").decode(
        "utf-16-be", "surrogatepass"
    )  # two halves are one character
    put, end = escaped(UnicodeEncodeError("x", text, 0, len(text), "no"))
    assert (json.loads(f'"{put}"'), end, put.isascii()) == (wanted, len(text), True)
