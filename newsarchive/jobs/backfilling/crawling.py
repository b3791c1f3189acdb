"""One crawl of one slice: a child process, ended cleanly with whoever started it; to be run by any executor.

All that a worker has to know is in ``Order``, and all that it tells in ``Crawled``; the program and all else that belongs to
a machine is the worker's own.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

import newsarchive
from newsarchive.archive.record import brake
from newsarchive.archive.record.lock import ArchiveLock
from newsarchive.errors import ArchiveLocked, ArchiveNotWritable, BlockedError, cause_of
from newsarchive.jobs.backfilling.leash import LOOK_S, Leash, take_off
from newsarchive.settings.environment import CERT_FILE_VARIABLE
from newsarchive.settings.values import PREFIX, variable_of

MAX_REPORT_BYTES = 64 << 10
"""Of standard output, from its end: the report is a line of a few hundred bytes, and names each day of the longest slice at most."""
BLOCKED, LOCKED = BlockedError.exit_code, ArchiveLocked.exit_code
ORPHAN_END_S = 60.0
"""A crawl whose worker was killed ends by itself, within seconds: its requests that are under way have ``GRACE_S``."""
SETTINGS = (PREFIX, "SCRAPY_")
"""How variables begin that are settings of a crawl: those of the backfill's user hold for it, and no worker's own."""
PROXIES = frozenset(("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"))
CERTIFICATES = frozenset((CERT_FILE_VARIABLE.lower(), "ssl_cert_dir"))

OWN_GROUP: dict[str, Any]
if sys.platform == "win32":
    OWN_GROUP, CLEAN_END = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}, signal.CTRL_BREAK_EVENT
else:
    OWN_GROUP, CLEAN_END = {"start_new_session": True}, signal.SIGTERM
"""A child has a session of its own, so that Ctrl-C reaches it once, and through us."""


@dataclass(frozen=True, slots=True)
class Order:
    """A crawl to be run."""

    arguments: tuple[str, ...]
    """Of the crawl."""
    variables: Mapping[str, str] = field(repr=False)
    """Of the user, as ``variables_of`` gives them; a proxy may have a password, and an engine logs what it cannot do."""
    directory: str
    """Where it runs: the settings of a project are found from there."""
    state: str
    """Of the slice: its folder ``.newsarchive``."""
    log: str
    leash: str
    word: str
    """On the leash."""
    pause_s: float
    """Before it begins: the gap between two requests, since another crawl may have sent one just now."""


@dataclass(frozen=True, slots=True)
class Crawled:
    """How a crawl ended."""

    exit_code: int | None
    """As a shell gives it; None for one that was not begun."""
    pending: int = 0
    """Documents without an outcome."""
    reason: str = ""
    """The gravest cause."""
    days_read: int = 0
    """Days that the listing was asked for to the end."""
    empty: tuple[date, ...] = ()
    """Past days that every channel answered, and no channel offers anything for."""
    unanswered: tuple[date, ...] = ()
    """Days that a channel did not answer."""
    was_told_to_stop: bool = False


# --- a crawl's command and environment -------------------------------------------------------------------------------


def command_of(arguments: Sequence[str]) -> list[str]:
    """The command line of a crawl, for this Python."""
    return [sys.executable, "-m", "scrapy", "crawl", "sina_finance", *arguments]


def given(settings: Mapping[str, str]) -> list[str]:
    """Settings as arguments of a crawl."""
    return [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]


def import_path() -> str:
    """``PYTHONPATH``, so that a child imports this very package."""
    here = str(Path(newsarchive.__file__).parents[1])
    return os.pathsep.join(part for part in (here, os.environ.get("PYTHONPATH", "")) if part)


def variables_of(environ: Mapping[str, str]) -> dict[str, str]:
    """What a crawl elsewhere must know of a user's variables: settings, proxies, and certificates by their whole path."""
    ours = {name: value for name, value in environ.items() if _is_of_a_crawl(name)}
    return {**ours, **{name: str(Path(ours[name]).absolute()) for name in _certificates(ours)}}


def certificates_in(variables: Mapping[str, str]) -> tuple[Path, ...]:
    """What must lie on each machine, since the user's variables name it."""
    return tuple(Path(variables[name]) for name in _certificates(variables))


def environment_of(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of a crawl here: this machine's, but for what ``variables`` say.

    A machine has its own way out, and its own certificates, where the user gave none.
    """
    said = {name.lower() for name in variables}
    others = {kind for kind in (PROXIES, CERTIFICATES) if kind & said}
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(SETTINGS) and not any(name.lower() in kind for kind in others)
    }
    return {**kept, **variables, "PYTHONPATH": import_path()}


def _is_of_a_crawl(name: str) -> bool:
    if name == variable_of("ALERT_URLS"):  # with tokens in them, and no crawl of a slice tells anybody
        return False
    return name.startswith(SETTINGS) or name.lower() in PROXIES | CERTIFICATES


def _certificates(variables: Mapping[str, str]) -> list[str]:
    return [name for name, value in variables.items() if value and name.lower() in CERTIFICATES]


# --- one crawl -------------------------------------------------------------------------------------------------------


def crawl(order: Order) -> Crawled:
    """Run it to its end.  Raises ``ArchiveNotWritable`` where its log cannot be written."""
    leash = Leash(Path(order.leash), order.word)
    if _waits_in_vain(order.pause_s, leash):
        return Crawled(None, was_told_to_stop=True)
    try:
        await_end(Path(order.state), leash)
    except ArchiveLocked as error:
        return Crawled(LOCKED, reason=str(error))
    if leash.is_off():
        return Crawled(None, was_told_to_stop=True)
    try:
        with Path(order.log).open("w+b") as log, Path(order.log).with_suffix(".out").open("w+b") as out:
            return _run(order, log, out, leash)
    except OSError as error:
        cause, step = cause_of(error)
        raise ArchiveNotWritable(
            f"the crawl that writes {order.log} cannot be run on {platform.node()}: {cause} ({error}); {step}"
        ) from error


def _waits_in_vain(seconds: float, leash: Leash) -> bool:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not leash.is_off():
        time.sleep(min(left, LOOK_S))
    return leash.is_off()


def await_end(state: Path, leash: Leash | None = None) -> None:
    """Wait for a crawl that outlived its backfill or its worker.  Raises ``ArchiveLocked`` where it does not end."""
    until = time.monotonic() + ORPHAN_END_S
    while state.is_dir():
        try:
            with ArchiveLock(state):
                return
        except ArchiveLocked:
            if time.monotonic() >= until:
                raise
            if leash and leash.is_off():
                return
            time.sleep(LOOK_S)


def _run(order: Order, log: IO[bytes], out: IO[bytes], leash: Leash) -> Crawled:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": out, "stderr": log, **OWN_GROUP}
    where: dict[str, Any] = {"env": environment_of(order.variables), "cwd": order.directory}
    with subprocess.Popen(command_of(order.arguments), **where, **pipes) as child:  # noqa: S603 - ours
        was_told = _watch(order, child, leash)
    code = child.returncode if child.returncode >= 0 else 128 - child.returncode
    if code == BLOCKED:
        take_off(Path(order.leash))
    return _crawled(code, _report(out), was_told=was_told)


def _watch(order: Order, child: subprocess.Popen[bytes], leash: Leash) -> bool:
    """Until the child has ended: a ban that it hears stops all, and what stops all ends it; whether it was told to end."""
    was_told, before = False, _brake_of(order)
    while child.poll() is None:
        time.sleep(LOOK_S)
        if _brake_of(order) not in (b"", before):
            take_off(Path(order.leash))
        elif not was_told and leash.is_off():
            child.send_signal(CLEAN_END)
            was_told = True
    return was_told


def _brake_of(order: Order) -> bytes:
    """What is written of a ban; empty where there is none."""
    with suppress(OSError):
        return (Path(order.state) / brake.NAME).read_bytes()
    return b""


def _crawled(code: int, report: Mapping[str, Any], *, was_told: bool) -> Crawled:
    days = report.get("days")
    days = days if isinstance(days, dict) else {}
    return Crawled(
        exit_code=code,
        pending=_number(report.get("pending")),
        reason=str(report.get("reason") or ""),
        days_read=_number(days.get("read")),
        empty=_days(days.get("empty")),
        unanswered=_days(days.get("unanswered")),
        was_told_to_stop=was_told,
    )


def _number(told: object) -> int:
    return told if isinstance(told, int) else 0


def _days(told: object) -> tuple[date, ...]:
    return tuple(date.fromisoformat(str(day)) for day in told) if isinstance(told, list) else ()


def _report(out: IO[bytes]) -> dict[str, Any]:
    """The last line of standard output; empty for a crawl that was killed before it said it."""
    out.seek(max(0, out.seek(0, 2) - MAX_REPORT_BYTES))
    lines = out.read(MAX_REPORT_BYTES).splitlines()
    with suppress(ValueError, RecursionError, IndexError):
        if isinstance(told := json.loads(lines[-1]), dict):
            return told
    return {}
