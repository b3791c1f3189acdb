"""Archives that are mirrored, and their mirror."""

import shutil
from contextlib import closing
from functools import partial

from newsarchive.archive.record import pictures
from newsarchive.archive.record.pictures import NamedPictures
from newsarchive.archive.record.store import Archive
from newsarchive.jobs.mirroring.folder_store import FolderStore
from newsarchive.jobs.mirroring.mirror import mirror
from newsarchive.rehearsal.pictures import gif, jpeg
from tests.archive.making import DAY, NEXT_DAY, Clock, article, data_of, docid_of, fill, offer, tree
from tests.archive.making_raw import exchange
from tests.archive.record import redacting
from tests.archive.record.test_raw_store import SETTINGS
from tests.jobs import verifying

RAW = "_raw/2026/11/23-1.warc.gz"
HOST = "https://n.sinaimg.cn/finance"


def make(root):
    """A picture-free pair of days, a revision, and what stands for raw records."""
    verifying.make(root)
    raw = root / RAW
    raw.parent.mkdir(parents=True)
    raw.write_bytes(b"records " * 1000)


def make_of_all_kinds(root):
    """Two days, a document in three states, pictures that it shares and that are its own, and raw records of it and others."""
    redacting.make(root)
    more(root, range(50, 58))
    with closing(Archive.open(root, "clean", Clock(), SETTINGS)) as archive:
        archive.keep_answer(exchange(b"a listing", url=f"{HOST}/list", docid=""))
        _take(archive, 4, DAY)
        _take(archive, 14, NEXT_DAY)
        archive.failed(docid_of(1), "http-500", warc=_asked(archive, redacting.ONE)).result()
        _show(archive, {redacting.ONE: ("own.jpg", "both.gif"), 2: ("both.gif",)})


def change_all_kinds(root):
    """A further day, documents, a state, a picture and records."""
    more(root, range(60, 70))
    verifying.revise(root, 2)
    with closing(Archive.open(root, "clean", Clock(), SETTINGS)) as archive:
        _take(archive, 5, DAY)
        _take(archive, 25, NEXT_DAY.replace(day=NEXT_DAY.day + 1))
        _show(archive, {3: ("later.jpg",)})


def more(root, numbers):
    fill(root, *(offer(number, title=f"第{number}号公告", day=NEXT_DAY) for number in numbers))


def _take(archive, number, day):
    of = offer(number, title=f"第{number}号公告", day=day)
    archive.offer([of], poll="1686").result()
    archive.keep(article(of, warc=_asked(archive, number)), data_of(of.docid)).result()


def _asked(archive, number):
    docid = docid_of(number)
    return archive.keep_answer(exchange(docid.encode() * 500, url=offer(number).url, docid=docid))[0]


def _show(archive, shown):
    for number, names in shown.items():
        digest = archive.find(docid_of(number)).result().sha256
        named = NamedPictures(docid_of(number), digest, [f"{HOST}/{name}" for name in names], {})
        archive.merge(partial(pictures.name_all, day=DAY, found=[named], is_last=True)).result()
    for name in sorted({name for names in shown.values() for name in names}):
        data = gif(name) if name.endswith("gif") else jpeg(name)
        archive.merge(partial(pictures.keep, url=f"{HOST}/{name}", data=data)).result()


def mirrored(root, store, **more):
    return mirror(root, store, lambda *_: None, **more)


def to_folder(root, target, **more):
    return mirrored(root, FolderStore(target), **more)


def articles(root):
    """The tree without what is a mirror's own."""
    return {path: data for path, data in tree(root).items() if not path.startswith("_mirror/")}


def as_archive(copy, folder):
    """What a person would have who took the copy as it is now."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(copy, folder)
    return folder
