import sqlite3
import threading
from concurrent.futures import CancelledError
from contextlib import closing
from pathlib import Path

import pytest

from newsarchive.archive.format import events
from newsarchive.archive.format.events import Said
from newsarchive.archive.format.paths import JOURNAL_NAME, journal_path
from newsarchive.errors import ArchiveDamaged, ArchiveNotWritable
from tests.archive.making import (
    DAY,
    NEXT_DAY,
    NOON,
    TITLE,
    article,
    data_of,
    day_folder,
    docid_of,
    essence,
    fill,
    keep,
    names,
    offer,
    opened,
    run_script,
    said,
    spoken,
    state_of,
)


@pytest.fixture
def archive(tmp_path):
    with opened(tmp_path) as archive:
        yield archive


@pytest.fixture
def held(archive):
    """The writer stands still until this is set, so that jobs gather."""
    event = threading.Event()
    archive._writer.submit(lambda batch: event.wait(30))
    yield event
    event.set()


def offered_and_kept(*offers):
    """A job that writes them all in one batch."""

    def job(batch):
        for of in offers:
            batch.say(of.day, events.offered(Said("run", NOON), of))
            placed = batch.put(of.day, iter([TITLE]), data_of(of.docid), of.docid)
            told = events.kept(Said("run", NOON), article(of), file=placed.file, sha256="0", size=1, profile="clean")
            batch.say(of.day, told)

    return job


# --- jobs and their futures --------------------------------------------------------------------------------------------


def test_jobs_run_in_the_order_in_which_they_were_asked_for(archive, held, tmp_path):
    futures = [archive.offer([offer(n)]) for n in range(300)]
    held.set()
    assert [future.result()[0].docid for future in futures] == [docid_of(n) for n in range(300)]
    assert [event["docid"] for event in said(tmp_path)] == [docid_of(n) for n in range(300)]


def test_a_job_sees_what_the_one_before_it_in_the_same_commit_has_done(archive, held, tmp_path):
    archive.offer([offer(1)])
    became = archive.keep(article(offer(1)), data_of(docid_of(1)))
    again = archive.keep(article(offer(1)), data_of(docid_of(1)))
    held.set()
    assert (became.result(), again.result()) == ("kept", "unchanged")
    assert spoken(tmp_path) == ["offered", "kept"]


def test_a_future_that_is_cancelled_in_time_takes_its_job_along(archive, held, tmp_path):
    _, second, third = (archive.offer([offer(n)]) for n in (1, 2, 3))
    assert second.cancel()
    held.set()
    third.result()
    assert [event["docid"] for event in said(tmp_path)] == [docid_of(1), docid_of(3)]
    with pytest.raises(CancelledError):
        second.result()


def test_a_future_whose_job_is_under_way_cannot_be_cancelled_and_disturbs_no_other(archive):
    begun, go_on = threading.Event(), threading.Event()
    future = archive._writer.submit(lambda batch: begun.set() or go_on.wait(30))
    begun.wait(30)
    assert not future.cancel()
    go_on.set()
    assert future.result()
    assert archive.offer([offer(1)]).result()
    assert archive.failure is None


def test_a_defect_of_one_job_is_told_to_it_alone_and_nothing_of_it_stays(archive, held, tmp_path):
    def defective(batch):
        offered_and_kept(offer(2, day=NEXT_DAY))(batch)
        batch.counts["kept"] += 1
        raise LookupError("a defect")

    before, broken, after = archive.offer([offer(1)]), archive._writer.submit(defective), archive.offer([offer(3)])
    held.set()
    assert isinstance(broken.exception(), LookupError)
    assert [future.result()[0].docid for future in (before, after)] == [docid_of(1), docid_of(3)]
    assert [event["docid"] for event in said(tmp_path)] == [docid_of(1), docid_of(3)]
    assert (names(tmp_path, NEXT_DAY), journal_path(tmp_path, NEXT_DAY).exists()) == ([], False)
    assert (archive.failure, archive.counts) == (None, {"offered": 2})
    with closing(archive.reader()) as catalogue:
        assert catalogue.document(docid_of(2)) is None


@pytest.mark.parametrize("error", [sqlite3.IntegrityError("?"), OSError("?"), ArchiveNotWritable("?")], ids=repr)
def test_an_error_of_the_disk_is_told_to_all_who_wait_and_nothing_more_is_written(archive, held, tmp_path, error):
    def failing(batch):
        raise error

    futures = [archive.offer([offer(1)]), archive._writer.submit(failing), archive.offer([offer(2)])]
    held.set()
    assert len({id(future.exception()) for future in futures}) == 1
    assert archive.offer([offer(3)]).exception() is archive.failure
    assert not journal_path(tmp_path, DAY).exists()
    assert archive.counts == {}


# --- writing that fails ------------------------------------------------------------------------------------------------


def test_a_folder_where_the_journal_should_be_ends_the_writing_with_no_file_left(archive, tmp_path):
    (day_folder(tmp_path) / JOURNAL_NAME).mkdir(parents=True)
    with pytest.raises(ArchiveNotWritable, match=f"{JOURNAL_NAME} cannot be written: a folder stands"):
        archive._writer.submit(offered_and_kept(offer(1))).result()
    assert [path.name for path in day_folder(tmp_path).iterdir()] == [JOURNAL_NAME]


def test_a_file_where_a_days_folder_should_be_is_told_to_all_who_wait(archive, held, tmp_path):
    (tmp_path / "2026").write_text("")
    futures = [archive.offer([offer(n)]) for n in range(100)]
    held.set()
    assert {type(future.exception()) for future in futures} == {ArchiveNotWritable}
    assert "2026 cannot be written" in str(archive.failure)


def test_a_device_in_place_of_a_journal_ends_the_writing_and_the_next_run_goes_on(tmp_path):
    fill(tmp_path, offer(1))
    journal = journal_path(tmp_path, DAY)
    journal.rename(tmp_path / "aside")
    journal.symlink_to("/dev/full")
    with opened(tmp_path) as archive:
        futures = [archive.offer([offer(2)]), archive.offer([offer(3)])]
        assert {type(future.exception()) for future in futures} == {ArchiveDamaged}
    journal.unlink()
    (tmp_path / "aside").rename(journal)
    with opened(tmp_path) as archive:
        assert archive.offer([offer(2)]).result()[0].is_wanted
    assert spoken(tmp_path) == ["offered", "kept", "offered"]


def test_a_folder_where_an_article_should_be_put_together_costs_nothing(archive, tmp_path):
    archive.offer([offer(1)]).result()
    (day_folder(tmp_path) / f".{docid_of(1)}.part").mkdir()
    assert keep(archive, offer(1)) == "kept"
    assert names(tmp_path) == [f"{TITLE}.md"]


@pytest.mark.parametrize("lay", [Path.mkdir, lambda path: path.symlink_to("nowhere")], ids=["folder", "dangling link"])
def test_what_has_the_name_of_an_article_and_is_no_file_costs_its_plain_name(archive, tmp_path, lay):
    archive.offer([offer(1)]).result()
    there = day_folder(tmp_path) / f"{TITLE}.md"
    lay(there)
    assert keep(archive, offer(1)) == "kept"
    assert said(tmp_path)[-1]["file"] == f"2026/11/23/{TITLE}-{docid_of(1)}.md"
    assert there.is_dir() or there.is_symlink()


@pytest.mark.parametrize("theirs_is", [b"mine", data_of(docid_of(1))], ids=["another text", "the same text"])
def test_what_comes_to_lie_there_before_the_commit_is_not_overwritten(tmp_path, theirs_is):
    theirs = day_folder(tmp_path) / f"{TITLE}.md"

    def job(batch):
        offered_and_kept(offer(1))(batch)
        theirs.parent.mkdir(parents=True)
        theirs.write_bytes(theirs_is)

    with opened(tmp_path) as archive, pytest.raises(ArchiveNotWritable, match="just now"):
        archive._writer.submit(job).result()
    assert theirs.read_bytes() == theirs_is
    fill(tmp_path, offer(1))
    assert theirs.read_bytes() == theirs_is
    beside = "" if theirs_is == data_of(docid_of(1)) else f"-{docid_of(1)}"
    assert said(tmp_path)[-1]["file"] == f"2026/11/23/{TITLE}{beside}.md"


def test_a_file_in_place_of_the_state_folder_ends_the_writing_as_its_loss_does(tmp_path):
    state = tmp_path / ".newsarchive"
    with opened(tmp_path) as archive:
        state.rename(tmp_path / "gone")
        state.write_text("x")
        with pytest.raises(ArchiveNotWritable, match="removed or replaced"):
            archive.offer([offer(1)]).result()


def test_of_a_commit_that_fails_at_its_second_day_the_first_keeps_file_and_lines(tmp_path):
    (day_folder(tmp_path, NEXT_DAY) / JOURNAL_NAME).mkdir(parents=True)
    with opened(tmp_path) as archive:
        job = offered_and_kept(offer(1), offer(2, day=NEXT_DAY))
        assert isinstance(archive._writer.submit(job).exception(), ArchiveNotWritable)
    assert (names(tmp_path), names(tmp_path, NEXT_DAY)) == ([f"{TITLE}.md"], [])
    (day_folder(tmp_path, NEXT_DAY) / JOURNAL_NAME).rmdir()
    assert state_of(tmp_path, 1) == "kept"
    assert state_of(tmp_path, 2) is None


def test_a_journal_that_another_program_wrote_to_in_mid_run_is_damage_and_the_next_run_reads_on(tmp_path):
    with opened(tmp_path) as archive:
        archive.offer([offer(1)]).result()
        with journal_path(tmp_path, DAY).open("a") as file:
            file.write("{}\n")
        assert "another program wrote to it" in str(archive.offer([offer(2)]).exception())
    fill(tmp_path, offer(1), offer(2))
    assert spoken(tmp_path) == ["offered", None, "offered", "kept", "kept"]


LIMITED = """
import resource, sys
from pathlib import Path
from tests.archive.making import article, data_of, offer, opened
rows = [offer(n) for n in range(100)]
with opened(Path(sys.argv[1])) as archive:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    futures = [archive.offer(rows), *(archive.keep(article(of), data_of(of.docid)) for of in rows)]
print(*(type(future.exception()).__name__ for future in futures))
print(archive.counts["kept"])
"""


@pytest.mark.slow
@pytest.mark.parametrize("limit", [0, 500, 700, 10_000, 30_000, 50_000, 80_000, 120_000])
def test_a_disk_that_is_full_after_so_many_bytes_leaves_whole_files_and_the_next_run_ends_as_an_undisturbed_one(
    tmp_path, limit
):
    rows = [offer(n) for n in range(100)]
    full, undisturbed = tmp_path / "full", tmp_path / "undisturbed"
    outcomes, kept = run_script(LIMITED, full, limit).stdout.splitlines()
    assert set(outcomes.split()) <= {"NoneType", "ArchiveNotWritable"}
    contents = {path.read_bytes() for path in full.glob("*/*/*/*.md")}
    assert contents <= {data_of(of.docid) for of in rows}
    assert len(contents) >= int(kept)
    fill(full, *rows)
    fill(undisturbed, *rows)
    assert essence(full) == essence(undisturbed)
