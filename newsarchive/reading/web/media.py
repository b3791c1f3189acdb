"""The pictures that the archive has itself, each under the digest of its bytes."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse

from newsarchive.archive.format import media
from newsarchive.reading.web.own import A_YEAR_S
from newsarchive.reading.web.site import site_of

router = APIRouter(include_in_schema=False, prefix="/media")


def addresses(pictures: Mapping[str, str]) -> dict[str, str]:
    """Address at the source → address here, of what ``Library.pictures`` gives."""
    return {url: f"/media/{file.removeprefix(f'{media.MEDIA_NAME}/')}" for url, file in pictures.items()}


@router.get("/{folder}/{name}")
def picture(request: Request, folder: str, name: str) -> Response:
    """The bytes as they were received; never anything but a picture, for browsers are told not to guess at what it is."""
    file = f"{media.MEDIA_NAME}/{folder}/{name}"
    path = site_of(request).library.root / file
    if not media.is_media(file) or path.is_symlink() or not path.is_file():
        raise HTTPException(404)
    headers = {
        "Cache-Control": f"private, max-age={A_YEAR_S}, immutable",  # it is named after its bytes
        "ETag": f'"{media.digest_of(file)}"',
    }
    return FileResponse(path, media_type=media.type_of(file), headers=headers)
