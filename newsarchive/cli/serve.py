"""``newsarchive serve``: the archive in a browser, on this machine unless told otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from newsarchive.cli.folder import ArchiveOption, archive_folder
from newsarchive.errors import UsageError, cause_of

HERE = "127.0.0.1"
MOST_WORKERS = 64
"""Each takes 100 MB."""
LEAST_PASSWORD = 12
"""Characters; a guess takes a second, and many may guess at once."""


def serve(
    *,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; another one opens it to others.")
    ] = HERE,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0: a free one.")] = 8000,
    name: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A host name to answer to, beside addresses and localhost.")
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Ask for the password in the first line of this file.")
    ] = None,
    is_open: Annotated[
        bool, typer.Option("--open", help="Let everybody read who reaches that address; nobody can mark then.")
    ] = False,
    no_marks: Annotated[bool, typer.Option("--no-marks", help="Write nothing: no read and starred articles.")] = False,
    workers: Annotated[
        int, typer.Option(min=1, max=MOST_WORKERS, help="Processes that answer; one is enough for fifty readers.")
    ] = 1,
    archive: ArchiveOption = None,
) -> None:
    """Read the archive in a browser: today, days, channels, corrections, feeds, and an API for programs.

    Follows a running crawl.  Writes nothing but marks (read, starred), into marks/ of the archive.

    Example: newsarchive serve --port 8000

    For the phone at home: newsarchive serve --host 0.0.0.0 --password-file ~/.newsarchive-password

    Exit code: 0 after Ctrl-C; 2 for a folder that is no archive, an address that cannot be used, or one that others reach
    without --password-file or --open.
    """
    root = archive_folder(archive)
    password = _password(password_file) if password_file else ""
    if not _is_own(host) and not password and not is_open:
        raise UsageError(
            f"--host {host} lets every machine that reaches it read this archive: give --password-file FILE, or --open"
        )
    from newsarchive.cli import reader  # noqa: PLC0415 - what answers takes half a second to load

    has_marks = not (no_marks or (is_open and not password))
    opening = reader.Opening(
        host=host, port=port, names=tuple(name or ()), password=password, has_marks=has_marks, workers=workers
    )
    reader.read(root, opening, lambda at: typer.echo(f"Reading {root} at {address_of(host, at)} (Ctrl-C ends)"))


def address_of(host: str, port: int) -> str:
    """What to open in a browser on this machine."""
    name = {"0.0.0.0": HERE, "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - compared only
    return f"http://{name}:{port}/"


def _is_own(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _password(file: Path) -> str:
    try:
        lines: Sequence[str] = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        cause = cause_of(error)[0] if isinstance(error, OSError) else "it is no text"
        raise UsageError(f"--password-file {file} cannot be read: {cause}") from error
    if not lines or len(lines[0].strip()) < LEAST_PASSWORD:
        raise UsageError(
            f"--password-file {file}: expected a password of at least {LEAST_PASSWORD} characters in its first line"
        )
    return lines[0].strip()
