"""What days share: pictures, raw records, and the one folder of the profile rsshub."""

import errno
from datetime import date
from functools import partial

import pytest

from newsarchive.archive.format.rsshub import FOLDER
from newsarchive.archive.record import pictures
from newsarchive.archive.record.pictures import NamedPictures
from newsarchive.archive.record.redaction import redact
from newsarchive.jobs.mirroring import coming
from newsarchive.jobs.mirroring.folder_store import FolderStore
from tests.archive.making import DAY, Clock, article, data_of, fill, offer, opened, tree
from tests.archive.record import redacting
from tests.jobs.mirroring.mirror_scene import RAW, articles, make_of_all_kinds, mirrored, more, to_folder
from tests.jobs.mirroring.test_mirror_folder import findings_at_instants
from tests.jobs.verifying import found, say
from tests.reading.pictured import media_of, pictured
from tests.reading.shelves import TUESDAY, archived, docid_of, running
from tests.reading.shelves import article as article_of_shelves


@pytest.fixture
def album(tmp_path):
    return pictured(tmp_path / "archive")


def test_pictures_go_there(album, tmp_path):
    assert to_folder(album, tmp_path / "copy").findings == []
    assert articles(tmp_path / "copy") == tree(album)
    assert len(media_of(tmp_path / "copy")) == 4
    assert found(tmp_path / "copy") == []


def test_no_instant_has_a_finding_where_there_are_pictures(album, tmp_path):
    (tmp_path / "copy").mkdir()
    assert findings_at_instants(album, tmp_path / "copy", tmp_path / "seen") == []


def test_a_picture_that_is_altered_here_does_not_go_there(album, tmp_path):
    media_of(album)[0].write_bytes(b"rot")
    done = to_folder(album, tmp_path / "copy")
    assert [finding.path for finding in done.findings] == [media_of(album)[0].relative_to(album).as_posix()]
    assert len(media_of(tmp_path / "copy")) == 3


def test_the_pictures_of_a_redacted_document_go_with_it(album, tmp_path):
    copy = tmp_path / "copy"
    to_folder(album, copy)
    redact(album, "clean", docid_of(1), "by court order", keep_title=False, clock=Clock())
    assert len(to_folder(album, copy, prune=True).pruned) == 4  # the article, and three pictures of its own
    assert articles(copy) == tree(album)
    assert found(copy) == []


def test_the_profile_of_one_folder_is_mirrored_and_redacted(tmp_path):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    with opened(root, profile="rsshub") as archive:
        for number in (1, 2):
            of = offer(number, title=f"第{number}号公告")
            archive.offer([of], poll="1686").result()
            archive.keep(article(of), data_of(of.docid)).result()
    assert to_folder(root, copy).findings == []
    assert (articles(copy), len(list((copy / FOLDER).iterdir()))) == (tree(root), 2)
    redact(root, "rsshub", offer(1).docid, "by court order", keep_title=False, clock=Clock())
    assert len(to_folder(root, copy, prune=True).pruned) == 1
    assert articles(copy) == tree(root)


def test_records_go_before_the_line_that_names_them(tmp_path):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    fill(root, offer(1))
    to_folder(root, copy)
    (root / RAW).parent.mkdir(parents=True)
    (root / RAW).write_bytes(b"records")
    say(root, "failed", offer(1).docid, day=DAY, reason="http-500", warc=f"{RAW}:0:7", attempts=1, next_try_at=None)
    assert to_folder(root, copy).findings == []
    assert (copy / RAW).read_bytes() == b"records"


def test_a_later_mirror_of_a_redacted_day_that_grew_takes_nothing_more(tmp_path):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    redacting.make(root)
    redacting.take_out(root)
    to_folder(root, copy)
    fill(root, offer(5, title="第5号公告"))
    done = to_folder(root, copy, prune=True)
    assert (done.pruned, done.left, done.findings) == ([], [], [])
    assert articles(copy) == tree(root)


# --- what came between -----------------------------------------------------------------------------------------------


class Cut(FolderStore):
    """Ends after so many acts, as a mirror that is killed."""

    at_once = 1

    def __init__(self, root, acts):
        super().__init__(root)
        self._left = acts

    def put(self, file, source):
        super().put(file, source)
        self._act()

    def add(self, file, source):
        added = super().add(file, source)
        self._act()
        return added

    def _act(self):
        self._left -= 1
        if not self._left:
            raise KeyboardInterrupt


def test_what_a_killed_mirror_put_stays_explained_while_an_earlier_day_goes_first(tmp_path):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    make_of_all_kinds(root)
    to_folder(root, copy)
    more(root, range(60, 64))  # the later day
    with pytest.raises(KeyboardInterrupt):
        mirrored(root, Cut(copy, 3))
    fill(root, offer(5, title="第5号公告"))  # the earlier one
    assert findings_at_instants(root, copy, tmp_path / "seen") == []


def test_what_a_kill_left_to_be_told_is_told_no_more_in_the_end(tmp_path):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    make_of_all_kinds(root)
    to_folder(root, copy)
    redacting.take_out(root)
    with pytest.raises(KeyboardInterrupt):
        mirrored(root, Cut(copy, 5), prune=True)
    to_folder(root, copy, prune=True)
    assert redacting.found_in(copy, redacting.words()) == []


# --- what lies there -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["**/第2号公告.md", "_media/*/*.jpg", "**/1.md"])
def test_what_is_lost_in_a_copy_that_is_level_goes_there_again(tmp_path, lost):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    make_of_all_kinds(root)
    to_folder(root, copy)
    next(copy.glob(lost)).unlink()
    assert to_folder(root, copy).files == 1
    assert articles(copy) == tree(root)


class Late(FolderStore):
    """A person puts a file there after the mirror has looked."""

    def __init__(self, root, file):
        super().__init__(root)
        self._file = file

    def put(self, file, source):
        super().put(file, source)
        if file == coming.FILE:
            (self.root / self._file).parent.mkdir(parents=True, exist_ok=True)
            (self.root / self._file).write_bytes(b"mine")


@pytest.mark.parametrize("file", ["2026/11/23/第5号公告.md", "_raw/2026/11/24-1.warc.gz", "README.md"])
@pytest.mark.parametrize("has_links", [True, False])
def test_what_a_person_puts_under_a_new_name_meanwhile_stays(tmp_path, monkeypatch, file, has_links):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    fill(root, offer(1))
    to_folder(root, copy)
    fill(root, offer(5, title="第5号公告"))
    if file.startswith("_raw"):
        (root / file).parent.mkdir(parents=True)
        (root / file).write_bytes(b"records")
    (copy / file).unlink(missing_ok=True)
    if not has_links:
        monkeypatch.setattr("os.link", _no_links)
    done = mirrored(root, Late(copy, file))
    assert [finding.path for finding in done.findings] == [file] * (file != "README.md")
    assert (copy / file).read_bytes() == b"mine"


def _no_links(*_):
    raise OSError(errno.EPERM, "this file system has none")


def test_a_picture_that_another_day_names_and_this_archive_lost_is_not_pruned(tmp_path):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    album = pictured(root)
    to_folder(album, copy)
    redact(album, "clean", docid_of(1), "by court order", keep_title=False, clock=Clock())
    gone = (set(media_of(copy)) - {copy / path.relative_to(root) for path in media_of(root)}).pop()
    with running(root) as archive:  # the next day shows the very picture
        one = article_of_shelves(4, TUESDAY)
        archived(archive, one)
        digest = archive.find(docid_of(4)).result().sha256
        named = NamedPictures(docid_of(4), digest, ["https://n.sinaimg.cn/again.jpg"], {})
        archive.merge(partial(pictures.name_all, day=TUESDAY, found=[named], is_last=True)).result()
        archive.merge(partial(pictures.keep, url=named.urls[0], data=gone.read_bytes())).result()
    (root / gone.relative_to(copy)).unlink()  # lost here
    assert str(gone.relative_to(copy)) not in to_folder(album, copy, prune=True).pruned
    assert gone.exists()


def test_a_file_of_records_that_many_days_name_goes_once_while_it_grows(tmp_path):
    root = tmp_path / "archive"
    fill(root, *(offer(number, day=date(2026, 11, number)) for number in range(1, 9)))
    (root / RAW).parent.mkdir(parents=True)
    (root / RAW).write_bytes(b"records" * 10)
    for number in range(1, 9):
        day, docid = date(2026, 11, number), offer(number).docid
        say(root, "failed", docid, day=day, reason="http-500", warc=f"{RAW}:0:7", attempts=1, next_try_at=None)
    store = Grown(tmp_path / "copy", root / RAW)
    assert mirrored(root, store).findings == []
    assert store.times == 1


class Grown(FolderStore):
    """A run writes a record at each act."""

    def __init__(self, root, raw):
        super().__init__(root)
        self._raw, self.times = raw, 0

    def put(self, file, source):
        super().put(file, source)
        self._grow(file)

    def add(self, file, source):
        self._grow(file)
        return super().add(file, source)

    def _grow(self, file):
        self.times += file == RAW
        with self._raw.open("ab") as records:
            records.write(b"further")
