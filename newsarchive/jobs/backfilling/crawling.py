"""One crawl of one slice: a child process, ended cleanly with whoever started it; to be run by any executor.

All that a worker has to know is in ``Order``, and all that it tells in ``Crawled``; what stops it is a file that all workers see.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from newsarchive.archive.record import brake
from newsarchive.errors import ArchiveNotWritable, BlockedError, cause_of

LOOK_S = 0.1
"""How often it is looked whether the crawls are to stop: after a ban, no other crawl sends more than one request or two."""
MAX_REPORT_BYTES = 64 << 10
"""Of standard output, from its end: the report is a line of a few hundred bytes."""
MAX_CAUSES_BYTES = 1 << 20
"""Of the log, from its end: a line for each day of the longest slice is a twentieth of it."""
BLOCKED = BlockedError.exit_code
_CAUSE_RE = re.compile(r"(?:ERROR|WARNING) (?:Exit \d|And): ")
"""How a crawl tells its causes, with ``LOG_FORMAT`` as it is by default: behind the moment, before the cause."""
MAX_MOMENT, MAX_CAUSE = 80, 2000
"""Characters of a line."""

OWN_GROUP: dict[str, Any]
if sys.platform == "win32":
    OWN_GROUP, CLEAN_END = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}, signal.CTRL_BREAK_EVENT
else:
    OWN_GROUP, CLEAN_END = {"start_new_session": True}, signal.SIGTERM
"""A child has a session of its own, so that Ctrl-C reaches it once, and through us."""


@dataclass(frozen=True, slots=True)
class Order:
    """A crawl to be run."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    directory: str
    """Where it runs: the settings of a project are found from there."""
    state: str
    """Of the slice: its folder ``.newsarchive``."""
    log: str
    stop: str
    """While this file is there, the crawl does not begin, or ends."""
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
    """The gravest cause, as the crawl's report tells it."""
    causes: tuple[str, ...] = ()
    """All that its log tells at the end, the gravest first."""
    was_told_to_stop: bool = False


def crawl(order: Order) -> Crawled:
    """Run it to its end.  Raises ``ArchiveNotWritable`` where its log cannot be written."""
    if _waits_in_vain(order):
        return Crawled(None, was_told_to_stop=True)
    try:
        with Path(order.log).open("w+b") as log, Path(order.log).with_suffix(".out").open("w+b") as out:
            return _run(order, log, out)
    except OSError as error:
        cause, step = cause_of(error)
        raise ArchiveNotWritable(
            f"the crawl that writes {order.log} cannot be run: {cause} ({error}); {step}"
        ) from error


def _waits_in_vain(order: Order) -> bool:
    until = time.monotonic() + order.pause_s
    while (left := until - time.monotonic()) > 0 and not Path(order.stop).exists():
        time.sleep(min(left, LOOK_S))
    return Path(order.stop).exists()


def _run(order: Order, log: IO[bytes], out: IO[bytes]) -> Crawled:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": out, "stderr": log, **OWN_GROUP}
    where: dict[str, Any] = {"env": dict(order.environment), "cwd": order.directory}
    with subprocess.Popen(order.command, **where, **pipes) as child:  # noqa: S603 - ours
        was_told = _watch(order, child)
    code = child.returncode if child.returncode >= 0 else 128 - child.returncode
    if code == BLOCKED:
        tell_to_stop(Path(order.stop))
    report = _report(out)
    pending, reason = report.get("pending"), report.get("reason")
    return Crawled(code, pending if isinstance(pending, int) else 0, str(reason or ""), _causes(log), was_told)


def _watch(order: Order, child: subprocess.Popen[bytes]) -> bool:
    """Until the child has ended: a ban that it hears stops all, and what stops all ends it; whether it was told to end."""
    was_told, before = False, _brake_of(order)
    while child.poll() is None:
        time.sleep(LOOK_S)
        if _brake_of(order) not in (b"", before):
            tell_to_stop(Path(order.stop))
        elif not was_told and Path(order.stop).exists():
            child.send_signal(CLEAN_END)
            was_told = True
    return was_told


def _brake_of(order: Order) -> bytes:
    """What is written of a ban; empty where there is none."""
    with suppress(OSError):
        return (Path(order.state) / brake.NAME).read_bytes()
    return b""


def tell_to_stop(stop: Path) -> None:
    """Let every crawl of this backfill end.  Raises ``ArchiveNotWritable``."""
    try:
        stop.touch()
    except OSError as error:
        cause, step = cause_of(error)
        raise ArchiveNotWritable(f"{stop} cannot be written: {cause} ({error}); {step}") from error


def _causes(log: IO[bytes]) -> tuple[str, ...]:
    """One for each line that tells why the exit code is not 0."""
    lines = _tail(log, MAX_CAUSES_BYTES).decode("utf-8", "replace").split("\n")
    told = ((line, _CAUSE_RE.search(line, 0, MAX_MOMENT)) for line in lines)
    return tuple(line[found.end() :][:MAX_CAUSE] for line, found in told if found)


def _report(out: IO[bytes]) -> dict[str, Any]:
    """The last line of standard output; empty for a crawl that was killed before it said it."""
    lines = _tail(out, MAX_REPORT_BYTES).splitlines()
    with suppress(ValueError, RecursionError, IndexError):
        if isinstance(told := json.loads(lines[-1]), dict):
            return told
    return {}


def _tail(file: IO[bytes], most_bytes: int) -> bytes:
    file.seek(max(0, file.seek(0, 2) - most_bytes))
    return file.read(most_bytes)
