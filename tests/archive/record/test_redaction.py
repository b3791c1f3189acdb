import json
import os
import shutil
import signal
import sqlite3
import sys
from contextlib import closing

import pytest

from newsarchive.archive.format import journal
from newsarchive.archive.index.begun_with import profile_of
from newsarchive.archive.index.census import census
from newsarchive.archive.index.frontier import Frontier
from newsarchive.archive.record import files, takedown
from newsarchive.errors import ArchiveDamaged, UsageError
from newsarchive.jobs.comparison import compare
from newsarchive.jobs.verify import FULL, heads
from newsarchive.reading import history
from tests.archive.making import (
    DAY,
    NEXT_DAY,
    Clock,
    article,
    catalogue_path,
    day_folder,
    docid_of,
    given,
    names,
    offer,
    opened,
    tables,
    tree,
)
from tests.archive.record.redacting import (
    HIDDEN_TITLE,
    ONE,
    also_titled,
    data_of,
    found_in,
    hidden,
    lines_of,
    make,
    take_out,
    words,
)
from tests.failing_disk import KILLING_CALLS, FailingDisk
from tests.jobs.verifying import edit_lines, journal_of, say, verdict

pytestmark = pytest.mark.slow  # starts and ends by the dozen

DOCID = docid_of(ONE)


@pytest.fixture(params=("clean", "rsshub"))
def profile(request):
    return request.param


@pytest.fixture
def archive(tmp_path, profile):
    make(tmp_path / "archive", profile)
    return tmp_path / "archive"


@pytest.fixture
def root(tmp_path):
    make(tmp_path / "archive")
    return tmp_path / "archive"


def told(root):
    return {head.day: head for head in heads(root, lambda *_: None)}


def own_file(root):
    return root / next(line["file"] for line in lines_of(root) if line["docid"] == DOCID and line.get("file"))


# --- what goes, and what stays ---------------------------------------------------------------------------------------


def test_no_run_of_8_characters_is_left_anywhere(archive, profile):
    assert found_in(archive, words())
    done = take_out(archive, profile=profile)
    assert found_in(archive, words()) == []
    assert (done.traces.states, done.traces.left, len(done.traces.files)) == (3, {}, 3)


def test_the_tombstone_tells_what_went_and_verify_lists_it(archive, profile):
    before = [line["sha256"] for line in lines_of(archive) if line.get("sha256") and line["docid"] == DOCID]
    take_out(archive, profile=profile)
    line = lines_of(archive)[-1]
    assert (line["event"], line["states"], line["reason"]) == ("redacted", 3, "by court order")
    assert line["sha256s"] == before
    result = verdict(archive)
    assert result.findings == []
    assert any("was redacted at" in text for text in result.explained)


def test_the_other_documents_stay_as_they_were(archive, profile):
    before = tree(archive)
    done = take_out(archive, profile=profile)
    after = {path: data for path, data in tree(archive).items() if not path.endswith(".jsonl")}
    gone = {path for path in before if not path.endswith(".jsonl")} - after.keys()
    assert gone == set(done.traces.files)
    assert all(before[path] == data for path, data in after.items())


def test_related_links_to_it_go_from_the_lines_of_others(root):
    take_out(root)
    kept = [line for day in (DAY, NEXT_DAY) for line in lines_of(root, day) if line["event"] == "kept"]
    assert [line["asides"] for line in kept if line["docid"] != DOCID] == [["别的新闻"]] * 4
    assert (lines_of(root, NEXT_DAY)[-1]["event"], lines_of(root, NEXT_DAY)[-1]["docid"]) == ("redacted", None)


def test_the_title_stays_if_it_is_to(root):
    take_out(root, keep_title=True)
    assert found_in(root, words(with_title=False)) == []
    offered = next(line for line in lines_of(root) if line["docid"] == DOCID)
    assert (offered["title"], offered["image"]) == (HIDDEN_TITLE, hidden().image)
    take_out(root)
    assert found_in(root, words()) == []
    assert verdict(root).findings == []


def test_the_title_of_another_document_stays_and_is_told(archive, profile):
    also_titled(archive, profile)
    assert take_out(archive, profile=profile).traces.also_titled == [docid_of(7)]
    assert found_in(archive, words(with_title=False)) == []
    assert verdict(archive).findings == []


def test_one_that_was_never_kept_loses_its_title(root):
    with opened(root) as held:
        held.offer([hidden(8, title="从未存档的另一标题", image="")]).result()
    take_out(root, 8)
    assert "从未存档的另一标题" not in journal_of(root).read_text("utf-8")
    assert lines_of(root)[-1]["states"] == 0


def test_a_second_time_changes_nothing(root):
    take_out(root)
    before = tree(root)
    assert not take_out(root).is_new
    assert tree(root) == before


def test_what_came_back_from_a_backup_goes_a_second_time(archive, profile):
    file = own_file(archive)
    data = file.read_bytes()
    take_out(archive, profile=profile)
    file.write_bytes(data)
    assert take_out(archive, profile=profile).is_new
    assert (found_in(archive, words()), verdict(archive).findings) == ([], [])


def test_half_a_character_in_a_title_hinders_nothing(root):
    say(root, "offered", DOCID, title="半个字符\udc80的标题在此", url=hidden().url, channels=[], lids=[])
    take_out(root)
    assert "半个字符" not in journal_of(root).read_text("utf-8")


def test_a_reason_that_quotes_the_text_is_refused(root):
    with pytest.raises(UsageError, match="quotes"):
        takedown_reason(root, f"wegen «{HIDDEN_TITLE}»")
    assert found_in(root, words())


def takedown_reason(root, reason):
    from newsarchive.archive.record.redaction import redact

    return redact(root, "clean", DOCID, reason, keep_title=False, clock=Clock())


# --- files that no line names ------------------------------------------------------------------------------------------


def test_copies_of_it_go_under_any_name(root):
    file = own_file(root)
    aside = [
        file.with_name(f"{file.name}.replaced-12345678"),
        file.with_name("a copy.md"),
        file.with_name("edited.txt"),
    ]
    for path in aside:
        shutil.copy(file, path)
    aside[2].write_bytes(file.read_bytes().replace("赔偿".encode(), "补偿".encode()))
    part = file.with_name(f".{DOCID}.part")
    part.write_bytes(file.read_bytes()[:300])
    take_out(root)
    assert [path for path in (*aside, part) if path.exists()] == []
    assert found_in(root, words()) == []


def test_the_article_goes_also_if_somebody_has_edited_it(root):
    own_file(root).write_bytes(data_of(HIDDEN_TITLE, "<p>改写的正文，仍是它的文章。</p>"))
    take_out(root)
    assert (own_files(root), found_in(root, words())) == ([], [])


def own_files(root):
    return [name for name in names(root) if HIDDEN_TITLE in name]


def test_a_file_that_another_document_has_stays(root):
    other = {"file": "2026/11/23/第2号公告.md", "sha256": "0" * 64, "bytes": 1, "profile": "clean"}
    say(root, "kept", DOCID, **other, title=HIDDEN_TITLE)
    assert list(take_out(root).traces.left) == [other["file"]]
    assert (root / other["file"]).exists()


def test_the_profile_is_told_also_where_nothing_else_was_kept(tmp_path):
    with opened(tmp_path, profile="rsshub") as held:
        keep_with(held, hidden(), "<p>唯一的一篇文章。</p>")
    take_out(tmp_path, profile="rsshub")
    assert profile_of(tmp_path) == "rsshub"


def test_what_only_quotes_it_is_named_and_stays(root):
    notes = day_folder(root) / "notes.txt"
    notes.write_text("我的读书笔记。" * 40 + HIDDEN_TITLE, "utf-8")
    assert take_out(root).traces.left.keys() == {"2026/11/23/notes.txt"}
    assert notes.exists()


def test_journals_that_a_repair_set_aside_lose_its_words(root):
    aside = journal_of(root).with_name("_day.jsonl.replaced-12345678")
    lines = journal_of(root).read_bytes().splitlines(keepends=True)
    aside.write_bytes(b"".join([*lines, lines[0][:-90]]))
    take_out(root)
    assert found_in(root, words()) == []
    assert len(aside.read_bytes().splitlines()) == len(lines) + 1


# --- heads and chains --------------------------------------------------------------------------------------------------


def test_older_heads_hold_after_one_redaction_and_after_two(root):
    also_titled(root)
    first = told(root)
    take_out(root)
    second = told(root)
    take_out(root, 7)
    third = told(root)
    assert [verdict(root, told=heads_).findings for heads_ in (first, second, third)] == [[], [], []]


def test_a_journal_that_was_altered_is_not_explained_by_a_redaction(root):
    before = told(root)
    take_out(root)
    forged = journal_of(root).read_text("utf-8").replace("第2号", "第9号")
    journal_of(root).write_text(forged, "utf-8")
    assert verdict(root, told=before).findings


def test_damage_that_nobody_accepted_is_not_hidden(root):
    edit_lines(root, lambda lines: lines.pop(1))
    with pytest.raises(ArchiveDamaged, match="accept-damage"):
        take_out(root)
    with opened(root) as held:
        held.accept_damage().result()
    take_out(root)
    assert (found_in(root, words()), verdict(root).findings) == ([], [])


def test_an_older_catalogue_takes_a_redacted_journal_for_no_damage(root, tmp_path):
    shutil.copytree(root, tmp_path / "copy")
    take_out(root)
    shutil.copy(journal_of(root), journal_of(tmp_path / "copy"))
    with opened(tmp_path / "copy") as held, closing(held.reader()) as catalogue:
        assert catalogue.damage.open() == []
        assert catalogue.document(DOCID).is_redacted


# --- it is never fetched again -----------------------------------------------------------------------------------------


def test_a_listing_that_shows_it_again_writes_nothing_and_wants_nothing(root):
    take_out(root)
    before = journal_of(root).read_bytes()
    with opened(root) as held:
        sighting, *_ = held.offer([hidden(title=f"新标题{HIDDEN_TITLE}", channels=("2509",))], poll="2509").result()
        assert (sighting.is_wanted, sighting.known) == (False, False)
    assert journal_of(root).read_bytes() == before


def test_nobody_can_ask_for_it(root, caplog):
    take_out(root)
    with opened(root) as held, closing(held.reader()) as catalogue, closing(Frontier(catalogue)) as frontier:
        held.offer([given(ONE)]).result()
        frontier.add_missing()
        frontier.add_due(held.clock())
        frontier.add([(DOCID, hidden().url)])
        assert frontier.take() is None
        assert held.lost().result() == []
    assert "was redacted" in caplog.text


def test_no_later_line_makes_anything_else_of_it(root):
    take_out(root)
    say(root, "failed", DOCID, reason="http-500", attempts=1, next_try_at=None)
    say(root, "kept", DOCID, file="2026/11/23/x.md", sha256="0" * 64, bytes=1, profile="clean", title="x")
    with opened(root) as held, closing(held.reader()) as catalogue:
        assert catalogue.document(DOCID).is_redacted
        assert catalogue.visits.of(DOCID) is None


def test_coverage_adds_up_and_counts_it_as_filtered(archive, profile):
    def row():
        with opened(archive, profile=profile) as held, closing(held.reader()) as catalogue:
            assert list(catalogue.coverage.gaps()) == []
            return next(catalogue.coverage.rows(DAY, DAY, "1686"))

    before = row()
    take_out(archive, profile=profile)
    after = row()
    assert (after.offered, after.kept, after.filtered) == (before.offered, before.kept - 1, before.filtered + 1)


# --- what is derived -----------------------------------------------------------------------------------------------------


def test_the_catalogue_is_the_one_that_a_rebuild_would_make(archive, profile):
    also_titled(archive, profile)
    take_out(archive, profile=profile)
    before = tables(archive)
    shutil.rmtree(archive / ".newsarchive")
    with opened(archive, profile=profile):
        pass
    assert tables(archive) == before
    assert found_in(archive, words(with_title=False)) == []


def test_what_polls_have_seen_is_not_forgotten(root):
    with opened(root) as held:
        held.begin_poll("1686").result()
        held.offer([offer(2, title="第2号公告")], poll="1686").result()
        held.end_poll("1686").result()
    take_out(root)
    with closing(sqlite3.connect(catalogue_path(root))) as db:
        assert db.execute("SELECT count(*) FROM known").fetchone() == (1,)


def test_history_corrections_and_census_pass_over_it(root):
    take_out(root)
    assert history.history_of(root, DAY, DOCID).states == []
    assert list(history.corrections(root)) == []
    assert census(root).layouts == []


def test_a_copy_that_has_it_still_lacks_the_redaction_and_nothing_else(root, tmp_path):
    shutil.copytree(root, tmp_path / "copy")
    take_out(root)
    findings = compare(root, tmp_path / "copy", FULL, lambda *_: None).findings
    copy = tmp_path / "copy"
    assert [finding.path for finding in findings] == [str(journal_of(copy, day)) for day in (DAY, NEXT_DAY)]


# --- killed at any moment ------------------------------------------------------------------------------------------------

REDACT = """
import sys
from pathlib import Path
from tests.archive.record.redacting import take_out
take_out(Path(sys.argv[1]))
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("gcc"), reason="needs gcc and Linux to kill at a system call"
)
@pytest.mark.long
@pytest.mark.parametrize("call", KILLING_CALLS)
def test_killed_at_any_system_call_it_has_not_begun_or_the_next_start_ends_it(root, tmp_path_factory, call):
    disk = FailingDisk(tmp_path_factory.mktemp("shim"))
    pristine = tmp_path_factory.mktemp("pristine") / "archive"
    shutil.copytree(root, pristine)
    command = [sys.executable, "-c", REDACT, str(root)]
    for first in range(1, disk.kill(command, root, call, 0).get(call, 0) + 1):
        shutil.rmtree(root)
        shutil.copytree(pristine, root)
        disk.kill(command, root, call, first)
        judge(root, tree(pristine), deletes_state=bool(first % 2))


def judge(root, before, *, deletes_state):
    """What a kill has left is whole, and the next start, also without the catalogue, ends it or finds nothing begun."""
    is_begun = (root / takedown.NAME).exists()
    assert journal.breaks(journal_of(root)) == set()
    if deletes_state:
        shutil.rmtree(root / ".newsarchive")
    with opened(root):
        pass
    if is_begun or lines_of(root)[-1]["event"] == "redacted":
        assert found_in(root, words()) == []
    else:
        assert {path: data for path, data in tree(root).items() if not path.startswith(".")} == before
    assert lines_of(root)[-1]["event"] == "redacted" or not is_begun
    assert verdict(root).findings == []
    assert [*root.rglob("*.part"), *root.glob(takedown.NAME)] == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has neither fork nor SIGKILL")
@pytest.mark.parametrize("step", ["_rewrite", "_remove_empty", "bring_level", "end"])
@pytest.mark.parametrize("deletes_state", [False, True])
def test_killed_between_two_steps_the_next_start_ends_it(root, step, deletes_state, monkeypatch):
    before = tree(root)
    monkeypatch.setattr(takedown, step, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    assert killed(root)
    monkeypatch.undo()
    assert (root / takedown.NAME).exists()
    judge(root, before, deletes_state=deletes_state)


def killed(root):
    """Whether a redaction in a process of its own was killed."""
    child = os.fork()
    if child == 0:
        take_out(root)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_verify_explains_what_a_killed_redaction_has_left(root, monkeypatch):
    monkeypatch.setattr(files, "remove", lambda _: os.kill(os.getpid(), signal.SIGKILL))
    assert killed(root)
    monkeypatch.undo()
    assert (root / takedown.NAME).exists()
    result = verdict(root)
    assert result.findings == []
    assert sum("did not end" in text for text in result.explained) == 3


def test_a_journal_that_was_taken_away_meanwhile_stops_no_start(root, monkeypatch):
    monkeypatch.setattr(takedown, "_rewrite", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    assert killed(root)
    monkeypatch.undo()
    journal_of(root).unlink()
    with opened(root):
        pass
    assert not (root / takedown.NAME).exists()


def test_a_decision_that_nobody_can_read_removes_nothing(root):
    (root / takedown.NAME).write_text(json.dumps({"docid": DOCID, "files": [["../x", "0"]]}), "utf-8")
    before = tree(root)
    with pytest.raises(ArchiveDamaged, match="_redacting"), opened(root):
        pass
    assert tree(root) == before


# --- the same text elsewhere -------------------------------------------------------------------------------------------

SAME = "5" * 64


def test_the_same_text_under_another_address_is_named_and_no_further_one_is_taken(root):
    with opened(root) as held:
        for number in (20, 21):
            keep_with(held, offer(number, title="同文两处"), "<p>同一份全文刊登在两处地址上。</p>")
    assert take_out(root, 20).traces.also_kept == [docid_of(21)]
    take_out(root, 21)
    with opened(root) as held, closing(held.reader()) as catalogue:
        assert catalogue.same_text(SAME) == docid_of(20)


def keep_with(held, of, body):
    held.offer([of]).result()
    held.keep(article(of, body=body, text_sha256=SAME), data_of(of.title, body)).result()
