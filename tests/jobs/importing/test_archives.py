"""Archives crawled apart become one, as if one machine had done it all."""

import hashlib
import json
import shutil

import pytest

from newsarchive.archive.format import paths
from newsarchive.errors import UsageError
from newsarchive.jobs.importing import run
from tests.archive.making import DAY, NEXT_DAY, catalogue_path, docid_of, opened, said, tables, tree
from tests.jobs.importing.machines import (
    Act,
    essence,
    fetched,
    files_of,
    live,
    lost,
    offered,
    say,
    sights_of,
    silent,
    states_of,
    take_in,
    text_of,
)
from tests.jobs.verifying import edit_lines, journal_of, verdict


@pytest.fixture
def ours(tmp_path):
    return tmp_path / "ours"


@pytest.fixture
def theirs(tmp_path):
    return tmp_path / "theirs"


@pytest.fixture
def one(tmp_path):
    return tmp_path / "one"


OURS = [
    offered(0, 1),
    fetched(1, 1, "甲"),
    offered(0, 2),
    fetched(2, 2, "乙"),
    offered(2, 3),
    lost(3, "failed", 3),
    offered(5, 4),
    lost(6, "filtered", 4),
    fetched(60, 2, "乙二"),
]
THEIRS = [
    offered(10, 2, channel="2509"),
    fetched(30, 2, "乙半"),
    offered(11, 5, channel="2509"),
    fetched(12, 5, "戊"),
    fetched(70, 5, "戊二"),
    fetched(80, 5, "戊"),
    offered(13, 3, channel="2509"),
    fetched(14, 3, "丙"),
    offered(15, 6, channel="2509"),
    offered(16, 7, channel="2509", day=NEXT_DAY),
    fetched(17, 7, "庚", day=NEXT_DAY),
]


def test_two_machines_become_one_that_did_it_all(ours, theirs, one):
    live(ours, *OURS)
    live(theirs, *THEIRS)
    live(one, *OURS, *THEIRS)
    take_in(ours, theirs)
    assert essence(ours) == essence(one)


def test_the_other_way_round_it_is_the_same(ours, theirs, one):
    live(ours, *THEIRS)
    live(theirs, *OURS)
    live(one, *OURS, *THEIRS)
    take_in(ours, theirs)
    assert essence(ours) == essence(one)


def test_importing_twice_changes_nothing_and_theirs_is_never_changed(ours, theirs):
    live(ours, *OURS)
    live(theirs, *THEIRS)
    before = tree(theirs)
    take_in(ours, theirs)
    once = tree(ours)
    again = take_in(ours, theirs)
    assert (tree(ours), tree(theirs)) == (once, before)
    assert again.counts["lines"] == 0


def test_back_and_forth_both_say_the_same(ours, theirs):
    live(ours, *OURS)
    live(theirs, *THEIRS)
    take_in(ours, theirs)
    take_in(theirs, ours)
    assert essence(ours) == essence(theirs)
    once = tree(ours)
    take_in(ours, theirs)
    assert tree(ours) == once


def test_a_rebuild_says_the_same_of_what_came_in(ours, theirs):
    live(ours, *OURS)
    live(theirs, *THEIRS)
    take_in(ours, theirs)
    before = tables(ours)
    catalogue_path(ours).unlink()
    with opened(ours):
        pass
    assert tables(ours) == before


def test_a_day_that_only_they_have_is_taken_whole(ours, theirs):
    live(ours, *OURS)
    live(theirs, *(Act(act.minute, act.what, act.number + 10, act.text, day=NEXT_DAY) for act in THEIRS))
    told = take_in(ours, theirs)
    assert journal_of(ours, NEXT_DAY).read_bytes() == journal_of(theirs, NEXT_DAY).read_bytes()
    assert told.counts["days"] == 1
    assert verdict(ours).findings == []


def test_what_comes_in_names_the_last_link_there(ours, theirs):
    live(ours, offered(0, 1), fetched(1, 1, "甲"))
    live(theirs, offered(0, 2), fetched(1, 2, "乙"))
    last = journal_of(theirs).read_bytes().splitlines()[-1]
    take_in(ours, theirs)
    imported = said(ours)[-1]
    assert imported["event"] == "imported"
    assert (imported["source"], imported["source_link"]) == ("theirs", hashlib.sha256(last).hexdigest())


def test_the_newcomer_gets_its_docid_where_its_name_is_taken(ours, theirs):
    live(ours, offered(0, 1, title="同名"), fetched(1, 1, "甲"))
    live(theirs, offered(0, 2, title="同名"), fetched(1, 2, "乙"))
    take_in(ours, theirs)
    assert f"2026/11/23/同名-{docid_of(2)}.md" in files_of(ours)
    assert verdict(ours).findings == []


def test_the_same_text_fetched_by_both_is_one_state(ours, theirs):
    live(ours, offered(0, 1), fetched(5, 1, "甲"))
    live(theirs, offered(0, 1), fetched(9, 1, "甲"), fetched(20, 1, "乙"))
    take_in(ours, theirs)
    assert len(states_of(ours)[docid_of(1)]) == 2


def test_states_come_before_between_and_behind_ours(ours, theirs, one):
    mine = [offered(0, 1), fetched(20, 1, "二"), fetched(40, 1, "四")]
    their = [offered(1, 1), fetched(10, 1, "一"), fetched(30, 1, "三"), fetched(50, 1, "五")]
    live(ours, *mine)
    live(theirs, *their)
    live(one, *mine, *their)
    take_in(ours, theirs)
    assert essence(ours) == essence(one)
    assert (ours / "2026/11/23/第1号公告.md").read_bytes() == text_of(1, "五")


def test_texts_that_go_to_and_fro_on_both_machines_keep_all_their_turns(ours, theirs, one):
    mine = [offered(0, 1), fetched(1, 1, "甲"), fetched(10, 1, "乙")]
    their = [offered(0, 1), fetched(3, 1, "乙"), fetched(5, 1, "甲")]
    live(ours, *mine)
    live(theirs, *their)
    live(one, *mine, *their)
    take_in(ours, theirs)
    assert states_of(ours) == states_of(one)
    assert verdict(ours).findings == []


def test_an_address_given_by_hand_there_adds_no_row_to_what_a_channel_showed_here(ours, theirs):
    live(ours, offered(0, 1))
    live(theirs, offered(5, 1))
    edit_lines(theirs, lambda lines: lines.append(lines.pop().replace(b'["1686"]', b"[]")))
    take_in(ours, theirs)
    assert len(said(ours)) == 1


def test_a_later_withdrawal_comes_in_once(ours, theirs):
    for root, minute in ((ours, 30), (theirs, 31)):
        live(root, offered(0, 1), fetched(5, 1, "甲"))
        say(root, "gone", Act(minute, "gone"), status=404)
    live(theirs, offered(0, 2), fetched(5, 2, "乙"))
    say(theirs, "gone", Act(33, "gone", 2), status=404)
    take_in(ours, theirs)
    assert [line["docid"] for line in said(ours) if line["event"] == "gone"] == [docid_of(1), docid_of(2)]
    assert sights_of(ours)[docid_of(2)][1] == "2026-11-23T12:33:00+08:00"


def test_a_text_that_came_back_after_a_withdrawal_is_a_state_and_it_is_not_gone(ours, theirs):
    live(ours, offered(0, 1), fetched(11, 1, "甲"))
    live(theirs, offered(0, 1), fetched(10, 1, "甲"))
    say(theirs, "gone", Act(12, "gone"), status=404)
    live(theirs, fetched(14, 1, "甲"))
    take_in(ours, theirs)
    assert [at.minute for _, at in states_of(ours)[docid_of(1)]] == [11, 14]
    assert sights_of(ours)[docid_of(1)][1] is None
    assert said(ours)[-2]["kind"] == "restored"
    once = tree(ours)
    take_in(ours, theirs)
    assert tree(ours) == once


def test_the_earlier_sight_of_the_two_counts(ours, theirs):
    live(ours, offered(10, 1))
    live(theirs, offered(3, 1, channel="2509"))
    take_in(ours, theirs)
    assert sights_of(ours)[docid_of(1)][0] == "2026-11-23T12:03:00+08:00"


def test_the_earlier_sight_of_one_row_counts_too_and_comes_in_once(ours, theirs):
    live(ours, offered(10, 1), fetched(11, 1, "甲"))
    live(theirs, offered(3, 1), fetched(12, 1, "甲"))
    assert [take_in(ours, theirs).counts["lines"] for _ in range(2)] == [1, 0]
    assert sights_of(ours)[docid_of(1)][0] == "2026-11-23T12:03:00+08:00"
    assert take_in(theirs, ours).counts["lines"] == 0


def test_a_sealed_day_stays_sealed(ours, theirs):
    live(ours, offered(0, 1))
    live(theirs, offered(0, 2, channel="2509"))
    say(theirs, "sealed", Act(5, "sealed"), channel="2509", total=1, by="day-query")
    edit_docid_away(theirs)
    take_in(ours, theirs)
    take_in(ours, theirs)
    assert [line["channel"] for line in said(ours) if line["event"] == "sealed"] == ["2509"]


def edit_docid_away(root):
    """The last line is about the day, not about a document."""

    def edit(lines):
        lines[-1] = json.dumps({**json.loads(lines[-1]), "docid": None}).encode() + b"\n"

    edit_lines(root, edit)


# --- what is not taken -----------------------------------------------------------------------------------------------


def test_a_file_that_its_line_does_not_prove_is_told_and_not_taken(ours, theirs):
    live(theirs, offered(0, 1), fetched(1, 1, "甲"), offered(0, 2), fetched(1, 2, "乙"))
    (theirs / "2026/11/23/第1号公告.md").write_bytes(b"forged")
    told = take_in(ours, theirs)
    assert [left.path for left in told.left] == ["2026/11/23/第1号公告.md"]
    assert [path for path in files_of(ours) if path.endswith(".md") and path[0] == "2"] == ["2026/11/23/第2号公告.md"]


def test_of_a_damaged_journal_only_what_digests_prove_comes_in(ours, theirs):
    live(theirs, offered(0, 1), fetched(1, 1, "甲"), offered(2, 2), fetched(3, 2, "乙"), offered(4, 3))
    edit_lines(theirs, lambda lines: lines.pop(2))
    told = take_in(ours, theirs)
    assert "damaged at line 3" in told.left[0].reason
    assert {docid: len(states) for docid, states in states_of(ours).items()} == {docid_of(1): 1, docid_of(2): 1}
    assert verdict(ours).findings == []


def test_events_and_keys_of_a_later_program_stand_in_a_day_taken_whole_and_are_passed_over_elsewhere(ours, theirs):
    live(theirs, offered(0, 1), fetched(1, 1, "甲"))
    say(theirs, "dreamt", Act(9, "dreamt"), of="sheep")
    live(ours, offered(0, 2, day=NEXT_DAY))
    take_in(ours, theirs)
    assert said(ours)[-1]["event"] == "dreamt"
    live(theirs, offered(20, 3, day=NEXT_DAY))
    say(theirs, "dreamt", Act(21, "dreamt", 3, day=NEXT_DAY), of="sheep")
    take_in(ours, theirs)
    assert "dreamt" not in [line["event"] for line in said(ours, NEXT_DAY)]


@pytest.mark.parametrize("file", ["../../../secret.md", "/etc/passwd", "2026/11/24/x.md", ".newsarchive/x.md"])
def test_a_line_that_names_a_file_elsewhere_leads_nowhere(ours, theirs, file):
    live(theirs, offered(0, 1))
    keys = {"sha256": hashlib.sha256(b"x").hexdigest(), "profile": "clean", "title": "t", "text_sha256": None}
    say(theirs, "kept", Act(1, "kept"), file=file, **keys)
    told = take_in(ours, theirs)
    assert [left.path for left in told.left] == [file]
    assert [path for path in files_of(ours) if path != "README.md"] == []


def test_symbolic_links_are_not_followed(ours, theirs, tmp_path):
    live(theirs, offered(0, 1), fetched(1, 1, "甲"), offered(0, 2, day=NEXT_DAY))
    away = tmp_path / "away"
    shutil.move(paths.day_folder(theirs, DAY), away)
    paths.day_folder(theirs, DAY).symlink_to(away)
    told = take_in(ours, theirs)
    assert "symbolic link" in told.left[0].reason
    assert not paths.day_folder(ours, DAY).exists()


def test_an_archive_of_another_profile_is_refused(ours, theirs):
    live(ours, offered(0, 1), fetched(1, 1, "甲"))
    with opened(theirs, profile="rsshub"):
        pass
    live(theirs, offered(0, 1), fetched(1, 1, "甲"))
    edit_lines(theirs, lambda lines: lines.append(lines.pop().replace(b'"clean"', b'"rsshub"')))
    with pytest.raises(UsageError, match="rsshub"):
        run.profile_for(ours, theirs, "clean")


@pytest.mark.parametrize("folder", ["ours", "ours/2026", "."])
def test_an_archive_is_not_imported_into_itself(ours, tmp_path, folder):
    live(ours, offered(0, 1))
    with pytest.raises(UsageError, match="in one another"):
        run.check(ours, tmp_path / folder)


def test_what_was_redacted_here_stays_out(ours, theirs):
    live(ours, offered(0, 1))
    say(ours, "redacted", Act(5, "redacted"), reason="r", states=[], sha256s=[])
    live(theirs, offered(0, 1), fetched(1, 1, "甲"))
    take_in(ours, theirs)
    assert [path for path in files_of(ours) if "公告" in path] == []


def test_what_they_redacted_and_we_keep_is_told(ours, theirs):
    live(ours, offered(0, 1), fetched(1, 1, "甲"))
    live(theirs, offered(0, 1))
    say(theirs, "redacted", Act(5, "redacted"), reason="r", states=[], sha256s=[])
    assert "on purpose" in take_in(ours, theirs).left[0].reason
    assert [path for path in files_of(ours) if "公告" in path] != []


def test_a_file_that_a_person_altered_here_stays_and_nothing_is_moved_over_it(ours, theirs):
    live(ours, offered(0, 1), fetched(5, 1, "甲"))
    live(theirs, offered(0, 1), fetched(20, 1, "乙"))
    (ours / "2026/11/23/第1号公告.md").write_bytes(b"notes of mine")
    told = take_in(ours, theirs)
    assert "verify" in told.left[0].reason
    assert (ours / "2026/11/23/第1号公告.md").read_bytes() == b"notes of mine"


def test_a_dry_run_says_the_same_and_writes_nothing(ours, theirs):
    live(ours, *OURS)
    live(theirs, *THEIRS)
    before = tree(ours)
    dry = run.rehearse(ours, theirs, "clean", silent)
    assert tree(ours) == before
    assert dry.as_dict() == take_in(ours, theirs).as_dict()
