"""The pictures of another archive: their lines come in with the documents that show them, their files where a digest proves them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from newsarchive.archive.format import media
from newsarchive.archive.format.events import Said
from newsarchive.archive.format.picture_events import KEPT, LOST, NAMED, PICTURE_EVENTS
from newsarchive.archive.format.states import Line
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.pictures import Picture
from newsarchive.archive.record import merging, pictures
from newsarchive.archive.record.batch import Batch
from newsarchive.archive.record.merging import Origin
from newsarchive.jobs.importing.source import ImportSource, Left, NotTaken
from newsarchive.jobs.importing.theirs import TheirDay


class Brought(NamedTuple):
    """A line about a picture that is missing here."""

    line: Line
    data: bytes | None
    """Of the file that it calls kept."""


@dataclass(frozen=True, slots=True)
class PicturePart:
    """What comes in of the pictures of one document."""

    day: date
    """Ours."""
    brought: list[Brought]
    origin: Origin

    @property
    def size(self) -> int:
        return sum(len(one.data or b"") for one in self.brought)


def files_of(found: TheirDay) -> dict[str, str]:
    """File → digest, of all pictures that their journal calls kept."""
    lines = (line for of_document in found.lines.values() for line in of_document if line.get("event") == KEPT)
    return {line["file"]: line["sha256"] for line in lines if media.is_media(line.get("file"))}


def read(source: ImportSource, file: str, sha256: str) -> bytes:
    """The bytes of a picture.  Raises ``NotTaken`` where they are not those that its name and its line tell."""
    data = source.read(file)
    if media.sha256_of(data) != sha256 or media.digest_of(file) != sha256 or not media.ending_of(data):
        raise NotTaken("it is not the picture that its line tells: no digest proves it")
    return data


def missing(
    catalogue: Catalogue, source: ImportSource, found: TheirDay, origin: Origin, left: list[Left]
) -> Iterator[PicturePart]:
    """What is missing here of the pictures of documents that are kept here, once their texts have come in."""
    for docid, lines in found.lines.items():
        told = [line for line in lines if line.get("event") in PICTURE_EVENTS and line.get("redacted") is not True]
        document = catalogue.document(docid) if told else None
        if document is None or document.state != "kept":
            continue
        known = {picture.url: picture for picture in catalogue.pictures.of(docid)}
        wanted = [line for line in told if _is_missing(line, known, str(document.sha256))]
        if brought := list(_brought(source, wanted, left)):
            yield PicturePart(document.day, brought, origin)


def _is_missing(line: Line, known: Mapping[str, Picture], sha256: str) -> bool:
    """Of what failed there, what was never tried here."""
    if line["event"] == NAMED:
        return line.get("sha256") == sha256 and not set(line.get("urls") or ()) <= known.keys()
    picture = known.get(str(line.get("url")))
    if line["event"] == KEPT:
        return picture is None or picture.state != "kept"
    return picture is None or picture.state == "pending"


def _brought(source: ImportSource, wanted: list[Line], left: list[Left]) -> Iterator[Brought]:
    """The last word on each picture."""
    last = {str(line.get("url")): line for line in wanted if line["event"] != NAMED}
    yield from (Brought(line, None) for line in wanted if line["event"] == NAMED)
    for line in last.values():
        if line["event"] == LOST:
            yield Brought(line, None)
        elif media.is_media(line.get("file")):
            try:
                yield Brought(line, read(source, line["file"], str(line["sha256"])))
            except NotTaken as error:
                left.append(Left(str(line["file"]), str(error)))


def take(batch: Batch, said: Said, part: PicturePart) -> None:
    """Put the files, and say the lines again."""
    for line, data in part.brought:
        told = line
        if data is not None:
            told = {**line, "file": pictures.place(batch, [part.day], data)}
        merging.say_again(batch, said, part.day, told, part.origin)


def take_files(batch: Batch, _said: Said, day: date, files: list[bytes]) -> None:
    """Put the pictures of a day whose journal comes next; killed before that, the next start takes them away again."""
    for data in files:
        pictures.place(batch, [day], data)
