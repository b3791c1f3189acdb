"""``newsarchive install-cron``: the lines for this user's crontab, with the right paths; prints, installs, removes them.

Cron starts a command with next to no environment, shows the command in its log, takes ``%`` for a line's end, and gives
a variable that is set in the table to every line below it.  So our lines name whole paths, escape ``%``, and read the
environment from a file that this user alone may read.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from newsarchive import settings
from newsarchive.cli.folder import ArchiveOption, archive_path, project_of
from newsarchive.errors import UsageError
from newsarchive.settings.values import DIR_VARIABLE, PREFIX

CARRIED = frozenset(
    ("http_proxy", "https_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir", "scrapy_settings_module")
)
"""Beside our own, the variables that a run heeds; in small letters, since proxies are named in both."""
NIGHTLY, WEEKLY = "37 3 * * *", "17 6 * * 1"
"""At minutes when no poll of the usual steps begins: of two runs at once, the second only exits with 6."""
NONE_YET_RE = re.compile("no crontab|no such file", re.IGNORECASE)
"""What ``crontab -l`` says where there is none yet: Vixie's, cronie's and macOS's, then busybox's."""
UNSAFE_RE = re.compile(r"[\x00-\x1f\x7f\\]")
"""What a crontab cannot carry, or each cron reads in its own way."""


@dataclass(frozen=True, slots=True)
class CronJob:
    """What our lines are about: all paths absolute."""

    python: Path
    place: Path
    """Where a run begins: the folder of scrapy.cfg, else the one in which the lines were asked for."""
    archive: Path
    environment: Path
    """The file with the variables, for this user's eyes alone."""
    log: Path
    has_project: bool = True
    """Whether there is a scrapy.cfg, without which only our own command finds the crawl."""

    @property
    def crawl(self) -> str:
        return f"{'scrapy' if self.has_project else 'newsarchive'} crawl sina_finance"

    @property
    def begin(self) -> str:
        """The comment above the archive's lines in the crontab."""
        return f"# newsarchive begins: {self.archive}"

    @property
    def end(self) -> str:
        """The comment below the archive's lines in the crontab."""
        return f"# newsarchive ends: {self.archive}"


def install_cron(
    *,
    every: Annotated[int, typer.Option(metavar="MINUTES", help="Between two polls.")] = 10,
    yes: Annotated[bool, typer.Option("--yes", help="Install the lines, instead of printing them.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take them out again; no other line is touched.")] = False,
    archive: ArchiveOption = None,
) -> None:
    """Let cron poll this archive: every ten minutes, once in the night, and a check once a week.

    Proxy, certificates and NEWSARCHIVE_ variables are taken along as they are set now.  Prints the lines; --yes installs
    them into this user's crontab, in place of those installed before.

    Example: newsarchive install-cron --every 10 --yes

    Exit code: 0 done; 2 wrong usage, or there is no crontab that can be read and written.
    """
    job = job_of(archive_path(archive))
    if remove:
        _remove(job)
        return
    block = lines_of(job, schedule(every), environment(os.environ))
    if yes:
        _install(job, block, environment(os.environ))
    else:
        _print(block)


# --- what the lines are ----------------------------------------------------------------------------------------------


def job_of(archive: Path) -> CronJob:
    """Where the archive, its project, its log and its variables lie; raises ``UsageError``."""
    archive = archive.absolute()
    project = project_of(Path.cwd()) or project_of(Path(settings.__file__).parent)
    name = f"cron-{hashlib.sha256(os.fsencode(archive)).hexdigest()[:8]}"
    config = _home("XDG_CONFIG_HOME", ".config") / "newsarchive" / f"{name}.env"
    log = _home("XDG_STATE_HOME", ".local/state") / "newsarchive" / f"{name}.log"
    job = CronJob(Path(sys.executable), project or Path.cwd(), archive, config, log, has_project=project is not None)
    for path in (job.python, job.place, job.archive, job.environment, job.log):
        if UNSAFE_RE.search(str(path)):
            raise UsageError(f"{str(path)!r} has a character that a crontab cannot carry: use another folder")
    return job


def _home(variable: str, usual: str) -> Path:
    """A folder of the user's (XDG base directories); a relative one is to be passed over.  Raises ``UsageError``."""
    given = Path(os.environ.get(variable, ""))
    try:
        return given if given.is_absolute() else Path.home() / usual
    except RuntimeError:
        raise UsageError(f"this user has no home folder: set HOME, or {variable} to an absolute path") from None


def schedule(every: int) -> str:
    """The five fields for a poll every so many minutes; raises ``UsageError`` where cron cannot keep equal steps."""
    hours, minutes = divmod(every, 60)
    if every > 0 and not hours and 60 % every == 0:
        return f"*/{every} * * * *"
    if hours and not minutes and 24 % hours == 0:
        return f"0 */{hours} * * *"
    raise UsageError(f"--every {every}: expected minutes that divide an hour, or whole hours that divide a day")


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that a run heeds, but for the archive's folder, which the lines name themselves."""
    wanted = (name for name in sorted(environ) if name.startswith(PREFIX) or name.lower() in CARRIED)
    return {name: environ[name] for name in wanted if name != DIR_VARIABLE and name.isidentifier()}


def lines_of(job: CronJob, polls: str, variables: Mapping[str, str]) -> list[str]:
    """The block for the crontab, its markers included."""
    before = [f"cd {_quoted(job.place)}", *([f". {_quoted(job.environment)}"] if variables else [])]
    run = [f"{DIR_VARIABLE}={_quoted(job.archive)}", _quoted(job.python), "-m"]

    def entry(when: str, *command: str) -> str:
        line = " && ".join((*before, " ".join((*run, *command))))
        return f"{when} " + line.replace("%", r"\%")

    log = f">>{_quoted(job.log)} 2>&1"
    return [
        job.begin,
        "# Written by `newsarchive install-cron`, which `--remove` undoes. Two runs at once do no harm: the second exits with 6.",
        entry(polls, job.crawl, log),
        "# A poll sweeps finished days by itself; the next line is for those who let it poll by day alone.",
        entry(NIGHTLY, job.crawl, log),
        "# What is missing: cron sends it by mail.",
        entry(WEEKLY, "newsarchive gaps"),
        job.end,
    ]


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


# --- the crontab -----------------------------------------------------------------------------------------------------


def _print(block: Iterable[str]) -> None:
    typer.echo("\n".join(block))
    typer.echo("# Nothing is installed yet; --yes does, and writes the file of variables that the lines name", err=True)


def _install(job: CronJob, block: list[str], variables: Mapping[str, str]) -> None:
    others = without(_table(), job)
    if variables:
        _write_private(job.environment, [f"export {name}={shlex.quote(value)}" for name, value in variables.items()])
    _make_folder(job.log.parent)
    _store([*others, *block])
    names = ", ".join(variables) or "none"
    typer.echo(f"Installed for {job.archive}; log: {job.log}; variables taken along: {names}")


def _remove(job: CronJob) -> None:
    table = _table()
    others = without(table, job)
    if others == table:
        typer.echo(f"The crontab has no lines of ours for {job.archive}; nothing to remove")
        return
    _store(others)
    job.environment.unlink(missing_ok=True)
    typer.echo(f"Removed the lines for {job.archive}; its log stays: {job.log}")


def without(table: list[str], job: CronJob) -> list[str]:
    """The lines of a crontab without ours for this archive; raises ``UsageError`` where a marker lacks its counterpart."""
    begins = [number for number, line in enumerate(table) if line == job.begin]
    ends = [number for number, line in enumerate(table) if line == job.end]
    if not begins and not ends:
        return table
    if len(begins) != 1 or len(ends) != 1 or ends < begins:
        raise UsageError(f"the crontab's marks of {job.archive} are not one pair: put them right with `crontab -e`")
    return table[: begins[0]] + table[ends[0] + 1 :]


def _table() -> list[str]:
    """The user's crontab, line by line; raises ``UsageError`` where it cannot be read: then nothing may be written."""
    done = _crontab("-l")
    if done.returncode == 0:
        return _text(done.stdout).removesuffix("\n").split("\n") if done.stdout else []
    if NONE_YET_RE.search(_text(done.stderr)):
        return []
    raise UsageError(f"the crontab cannot be read ({_text(done.stderr).strip()}); nothing was changed")


def _store(table: list[str]) -> None:
    text = "".join(f"{line}\n" for line in table)
    done = _crontab("-", given=text.encode("utf-8", "surrogateescape"))
    if done.returncode:
        raise UsageError(f"the crontab was not taken ({_text(done.stderr).strip()}); it is as it was")


def _crontab(argument: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("crontab")
    if program is None:
        raise UsageError("there is no program crontab here: install cron, or use the systemd timer in deploy/")
    plain = {**os.environ, "LC_ALL": "C"}  # its messages are looked at
    return subprocess.run([program, argument], input=given, capture_output=True, env=plain, check=False)  # noqa: S603


def _text(data: bytes) -> str:
    """Other people's lines may be in any encoding, and are given back as they were."""
    return data.decode("utf-8", "surrogateescape")


def _write_private(path: Path, lines: list[str]) -> None:
    """Replace a file that nobody else may read, not for an instant."""
    _make_folder(path.parent)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    part.replace(path)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be made ({error.strerror}); see to that, then run this again") from error
