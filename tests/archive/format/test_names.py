import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsarchive.archive.format.names import MAX_BYTES, MAX_CHARACTERS, file_stem, fold, with_docid

DEVICES = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    "CONIN$",
    "CONOUT$",
    *(f"{d}{n}" for d in ("COM", "LPT") for n in "123456789¹²³"),
}
DOCID = "nitmeav9622448"
AWKWARD = st.sampled_from('<>:"/\\|?*._ …\u3000\u00a0\u200b\u202e\ufeff\u0301\ufe0f\x00\x85\u2028\ud800\uffff')
TITLES = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=()), max_size=20),
        st.text(AWKWARD, max_size=5),
        st.sampled_from(["con", "COM¹", "aux.", "nul .x", "央行" * 30, "👨‍👩‍👧" * 9]),
    ),
    max_size=5,
).map("".join)


def is_legal(stem: str) -> bool:
    device = stem.partition(".")[0].rstrip(" ").upper() in DEVICES
    return not (device or re.search(r'[<>:"/\\|?*\x00-\x1f\x7f]', stem) or stem[:1] in "._" or stem[-1:] in " .")


def is_short(stem: str) -> bool:
    return len(stem) <= MAX_CHARACTERS and len(stem.encode()) <= MAX_BYTES


@given(TITLES)
@example("con")
@example(". .")
@example("e" + "\u0301" * 300)
@settings(max_examples=400)
def test_a_stem_is_legal_short_and_its_own_stem(title):
    stem = file_stem(title)
    assert stem == "" or is_legal(stem)
    assert is_short(stem)
    assert unicodedata.is_normalized("NFC", stem)
    assert file_stem(stem) == stem


@given(TITLES, st.sampled_from([DOCID, "finance-20120607-140812253310", "u-0123456789abcdef"]))
@settings(max_examples=200)
def test_a_stem_with_docid_keeps_the_docid_and_the_limits(title, docid):
    stem = with_docid(file_stem(title), docid)
    assert stem.endswith(docid)
    assert is_legal(stem)
    assert is_short(stem)


@given(TITLES)
def test_what_is_legal_in_a_file_system_can_be_created_there(tmp_path_factory, title):
    path = tmp_path_factory.getbasetemp() / f"{file_stem(title) or 'empty'}.md"
    path.write_bytes(b"x")
    path.unlink()


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("央行宣布降准0.5个百分点", "央行宣布降准0.5个百分点"),
        ('快讯：A<B>C:"D"/E\\F|G?H*', "快讯：A＜B＞C：＂D＂／E＼F｜G？H＊"),
        ("../../etc/passwd", "．.／..／etc／passwd"),
        ("_draft", "＿draft"),
        ("  两\n\t行　标题  ", "两 行 标题"),
        ("a \u200b b", "a b"),
        ("年报.. .", "年报"),
        ("cafe\u0301", "caf\u00e9"),
        ("exe\u202efdp.md", "exefdp.md"),
        ("零\u200b宽\ufe0f", "零宽"),
        ("\ud800半\uffff", "半"),
        ("con", "con_"),
        ("con.txt", "con_.txt"),
        ("Aux .x", "Aux_ .x"),
        ("COM¹", "COM¹_"),
        ("conin$", "conin$_"),
        ("COM0 控股", "COM0 控股"),
        ("console", "console"),
        ("...", ""),
        ("\u200b \x00", ""),
    ],
)
def test_a_title_becomes_this_stem(title, stem):
    assert file_stem(title) == stem


def test_a_long_title_is_cut_at_eighty_characters_with_an_ellipsis():
    assert file_stem("a" * 81) == "a" * 79 + "…"


def test_a_long_chinese_title_is_cut_at_180_bytes():
    assert file_stem("央" * 80) == "央" * 59 + "…"


def test_a_title_of_exactly_the_limit_is_not_cut():
    assert file_stem("央" * 60) == "央" * 60


def test_a_cut_does_not_part_a_character_from_its_marks():
    assert file_stem("a" * 78 + "x\u0331\u0331\u0331") == "a" * 78 + "…"


def test_no_blank_or_dot_stands_before_the_ellipsis():
    assert file_stem("a" * 77 + " ." + "b" * 9) == "a" * 77 + "…"


def test_a_docid_takes_the_place_of_the_end():
    assert with_docid("央" * 60, DOCID) == "央" * 54 + f"…-{DOCID}"


def test_an_empty_stem_gives_the_docid_alone():
    assert with_docid("", DOCID) == DOCID


@pytest.mark.parametrize(("one", "other"), [("ETF", "etf"), ("Ａ股", "ａ股"), ("caf\u00e9", "CAFE\u0301"), ("ß", "SS")])
def test_names_that_differ_in_case_or_composition_fold_to_one(one, other):
    assert fold(one) == fold(other)


@given(TITLES)
def test_folding_is_stable_and_at_least_as_coarse_as_case_folding(title):
    stem = file_stem(title)
    assert fold(fold(stem)) == fold(stem)
    assert fold(stem.casefold()) == fold(stem)
