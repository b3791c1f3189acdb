"""An archive with pictures, as the program itself makes it, without a crawl."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from newsarchive.archive.record import pictures
from newsarchive.archive.record.pictures import NamedPictures
from newsarchive.rehearsal.pictures import gif, jpeg, png, webp
from tests.reading.shelves import MONDAY, archived, article, docid_of, running

HOST = "https://n.sinaimg.cn/finance"
SHARED = f"{HOST}/both.webp"
OWN = (f"{HOST}/one.jpg", f"{HOST}/two.png?a=1&b=2", f"{HOST}/three.gif")
LOST = f"{HOST}/lost.png"
DATA = {SHARED: webp(""), OWN[0]: jpeg("one"), OWN[1]: png("two"), OWN[2]: gif("three")}
BODIES = {
    1: "".join(f'<p>正文。</p><p><img src="{url.replace("&", "&amp;")}" alt="图"></p>' for url in (*OWN, SHARED)),
    2: f'<p>另一篇正文。</p><p><img src="{SHARED}" alt="图"></p><p><img src="{LOST}" alt="图"></p>',
}
SHOWN = {1: (*OWN, SHARED), 2: (SHARED, LOST)}


def pictured(root: Path, *, kept: bool = True) -> Path:
    """Two articles: the first with three pictures of its own, both with a shared one, the second with one that failed."""
    with running(root) as archive:
        archived(archive, *(article(number, body=body) for number, body in BODIES.items()))
        found = [NamedPictures(docid_of(number), _digest(archive, number), urls, {}) for number, urls in SHOWN.items()]
        archive.merge(partial(pictures.name_all, day=MONDAY, found=found, is_last=True)).result()
        if kept:
            for url, data in DATA.items():
                archive.merge(partial(pictures.keep, url=url, data=data)).result()
            archive.merge(partial(pictures.lose, url=LOST, reason="http-404", detail="HTTP status 404")).result()
    return root


def _digest(archive: object, number: int) -> str:
    document = archive.find(docid_of(number)).result()  # type: ignore[attr-defined]
    return str(document.sha256)


def media_of(root: Path) -> list[Path]:
    return sorted(root.glob("_media/*/*"))
