"""Metrics for Prometheus: each run writes ``.newsarchive/metrics.prom`` anew at its end, for node-exporter's textfile collector.

Needs the extra ``metrics`` (prometheus-client); without it the file is not written.
"""

from __future__ import annotations

import importlib.util
import logging
import os
from pathlib import Path

from newsarchive.archive.record import files
from newsarchive.errors import ArchiveNotWritable
from newsarchive.operation.archive_state import ArchiveState
from newsarchive.operation.report import COUNTED, RunReport

logger = logging.getLogger(__name__)

NAME = "metrics.prom"
STATES = ("kept", "filtered", "failed", "gone", "pending")


def is_installed() -> bool:
    """Whether the extra ``metrics`` is there; importing it would cost each run its time."""
    return importlib.util.find_spec("prometheus_client") is not None


def write(state: Path, report: RunReport, seen: ArchiveState) -> None:
    """Replace the file atomically; where it cannot be written the old one stays, and the log says so."""
    part = files.part_path(state, f"{NAME}-{os.getpid()}")  # the lock is released by now: another run may write its own
    try:
        files.write_whole(state / NAME, exposition(report, seen), part)
    except ArchiveNotWritable as error:
        logger.error("The metrics are not written: %s", error)


def exposition(report: RunReport, seen: ArchiveState) -> bytes:
    """The metrics in Prometheus' text format, UTF-8; a value that is not known is left out."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest  # noqa: PLC0415 - an extra

    registry = CollectorRegistry()

    def tell(name: str, help_text: str, value: float | None) -> None:
        if value is not None:
            Gauge(f"newsarchive_{name}", help_text, registry=registry).set(value)

    def tell_by(name: str, help_text: str, label: str, values: dict[str, float]) -> None:
        gauge = Gauge(f"newsarchive_{name}", help_text, [label], registry=registry)
        for which, value in values.items():
            gauge.labels(which).set(value)

    counts = {name: report.counts.get(name, 0) for name in COUNTED}
    held = seen.brake if seen.brake and seen.brake.holds(seen.now) else None
    newest = {poll.channel: poll.newest_at.timestamp() for poll in seen.polls if poll.newest_at}
    states = {name: seen.documents.get(name, 0) for name in STATES} if seen.documents else {}

    tell("last_run_exit_code", "Exit code of the last run.", report.exit_code)
    tell("last_run_timestamp_seconds", "When the last run ended.", report.ended_at.timestamp())
    duration = (report.ended_at - report.started_at).total_seconds()
    tell("last_run_duration_seconds", "How long the last run took.", duration)
    tell("last_run_requests", "Requests of the last run.", report.requests)
    tell("last_run_received_bytes", "Bytes that the last run received.", report.bytes)
    tell_by("last_run_events", "Journal events of the last run.", "event", dict(counts))
    tell("pending", "Documents without an outcome.", report.pending)
    tell("failed", "Documents that failed, those given up included.", states.get("failed"))
    tell("articles", "Articles in the archive.", states.get("kept"))
    tell_by("documents", "Documents ever offered, by state.", "state", dict(states))
    tell_by("newest_row_timestamp_seconds", "Newest row that the last ended poll of a channel saw.", "channel", newest)
    ages = {channel: seen.now.timestamp() - moment for channel, moment in newest.items()}
    tell_by("newest_row_age_seconds", "Its age when the last run ended.", "channel", ages)
    tell("brake", "1 while a ban is remembered and nothing is sent, else 0.", held is not None)
    tell("brake_until_timestamp_seconds", "Until when; 0 = no brake.", held.until.timestamp() if held else 0)
    tell("disk_free_bytes", "Free space on the archive's disk.", seen.disk_free)
    return bytes(generate_latest(registry))
