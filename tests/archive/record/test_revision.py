import os
import shutil
import sys

import pytest

from newsarchive.archive.format.states import revision_file
from newsarchive.reading import history
from tests.archive.making import DAY, Clock, article, docid_of, offer, opened, said
from tests.failing_disk import KILLING_CALLS, FailingDisk

DOCID = docid_of(1)
FIRST, SECOND, THIRD = (f"\n---\ntitle: '{name}'\n---\n".encode() * 20 for name in ("first", "second", "third"))
FORMER = revision_file(DAY, DOCID, 1)


@pytest.fixture
def root(tmp_path):
    with opened(tmp_path) as archive:
        archive.offer([offer()], poll="1686").result()
        assert archive.keep(article(offer()), FIRST).result() == "kept"
    return tmp_path


def revise(archive, data=SECOND, kind="figure"):
    return archive.keep(article(offer(), kind=kind), data).result()


def states(root):
    """What the journal and the files say, oldest first: the bytes of each state, which its line proves."""
    told = history.history_of(root, DAY, DOCID)
    texts = [history.read_state(root, state) for state in told.states]
    assert all(text.is_whole for text in texts)
    return [text.data for text in texts]


def test_the_former_state_moves_and_the_next_one_takes_its_name(root):
    with opened(root) as archive:
        assert revise(archive) == "revised"
        assert revise(archive, THIRD, "typo") == "revised"
        assert archive.counts["revised"] == 2
    assert states(root) == [FIRST, SECOND, THIRD]
    (line, further) = [event for event in said(root) if event["event"] == "revised"]
    assert [(one["revision"], one["kind"]) for one in (line, further)] == [(2, "figure"), (3, "typo")]
    assert (root / FORMER).read_bytes() == FIRST


def test_what_lies_in_the_way_of_a_former_state_stays(root):
    (root / FORMER).parent.mkdir(parents=True)
    (root / FORMER).write_bytes(b"somebody's own")
    with opened(root) as archive:
        assert revise(archive) == "blocked"
    assert (states(root), (root / FORMER).read_bytes()) == ([FIRST], b"somebody's own")


def test_a_former_state_on_a_disk_without_links_is_copied(root, monkeypatch):
    def refuse(*_):
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    with opened(root) as archive:
        assert revise(archive) == "revised"
    assert states(root) == [FIRST, SECOND]


def test_a_document_is_gone_after_two_answers_an_hour_apart(root):
    clock = Clock()
    with opened(root, clock) as archive:
        archive.failed(DOCID, "http-404").result()
        clock.pass_by(minutes=59)
        archive.failed(DOCID, "http-404").result()
        assert "gone" not in {event["event"] for event in said(root)}
        clock.pass_by(minutes=2)
        archive.failed(DOCID, "http-410").result()
        assert [event["status"] for event in said(root) if event["event"] == "gone"] == [410]
        assert archive.find(DOCID).result().state == "kept"


@pytest.mark.parametrize("reason", ["http-503", "login", "truncated", "empty-body"])
def test_what_is_no_article_changes_nothing(root, reason):
    before = said(root)
    with opened(root) as archive:
        archive.failed(DOCID, reason).result()
    assert (said(root), states(root)) == (before, [FIRST])


def test_the_same_text_is_one_line_a_day(root):
    clock = Clock()
    with opened(root, clock) as archive:
        for _ in range(3):
            archive.checked(DOCID, '"x"').result()
            clock.pass_by(hours=7)
    assert [event["etag"] for event in said(root) if event["event"] == "checked"] == ['"x"', '"x"']


REVISE = """
import sys
from tests.archive.making import article, offer, opened
from tests.archive.record.test_revision import SECOND
with opened(Path(sys.argv[1])) as archive:
    archive.keep(article(offer(), kind="figure"), SECOND).result()
"""


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("gcc"), reason="needs gcc and Linux to kill at a system call"
)
@pytest.mark.parametrize("call", KILLING_CALLS)
def test_killed_at_any_system_call_one_whole_state_stands_and_the_next_run_has_both(root, tmp_path_factory, call):
    disk = FailingDisk(tmp_path_factory.mktemp("shim"))
    pristine = tmp_path_factory.mktemp("pristine") / "archive"
    shutil.copytree(root, pristine)
    command = [sys.executable, "-c", REVISE, str(root)]
    for first in range(1, disk.kill(command, root, call, 0)[call] + 1):
        shutil.rmtree(root)
        shutil.copytree(pristine, root)
        disk.kill(command, root, call, first)
        with opened(root) as archive:
            assert states(root) in ([FIRST], [FIRST, SECOND]), f"killed before {call} {first}"
            if states(root) == [FIRST]:
                assert not (root / FORMER).exists()
                assert revise(archive) == "revised"
        assert states(root) == [FIRST, SECOND]
        assert [path.name for path in root.rglob(".*.part")] == []
