from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from newsarchive.operation.logs import JsonFormatter, PlainFormatter
from tests.conftest import Crawls

Begin = Callable[..., Crawls]
SECRET = "s3cr%2Fet"  # noqa: S105 - what must be seen nowhere


def record(message: str, *args: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("newsarchive.x", logging.WARNING, __file__, 1, message, args, None)
    made.__dict__.update(more)
    return made


def told(made: logging.LogRecord) -> dict[str, str]:
    line = JsonFormatter().format(made)
    assert "\n" not in line
    return json.loads(line)


def test_plain_line_is_one_line_of_beijings_time_whatever_a_page_says() -> None:
    line = PlainFormatter("%(asctime)s %(message)s", "%H:%M").format(record("a\n\x1b[2J%s", "\x85", created=0.0))
    assert line == r"08:00 a\n\x1b[2J\x85"


def test_traceback_is_masked_too() -> None:
    try:
        raise OSError("http://me:s3cret@h")
    except OSError:
        made = record("no", exc_info=sys.exc_info())
    plain = PlainFormatter("%(message)s").format(made)
    assert ("s3cret" in plain, "OSError: http://***@h" in plain) == (False, True)
    assert told(made)["traceback"].endswith("OSError: http://***@h")


def test_json_line_has_moment_level_logger_and_message() -> None:
    made = record("%s 甲\n", "http://a:b@c", created=0.25)
    assert told(made) == {
        "at": "1970-01-01T08:00:00.250+08:00", "level": "WARNING", "logger": "newsarchive.x", "message": "http://***@c 甲\n",
    }  # fmt: skip


@pytest.mark.parametrize(("message", "docid"), [
    ("see https://finance.sina.com.cn/roll/2026-11-24/doc-inizpfak5450008.shtml", "nizpfak5450008"),
    ("at http://finance.sina.com.cn/china/20120607/140812253310.shtml (", "finance-20120607-140812253310"),
    ("nizpfak5450008 is changed", "nizpfak5450008"),
    ("finance-20120607-140812253310 is changed", "finance-20120607-140812253310"),
    ("offered 9 kept 6", None),
])  # fmt: skip
def test_json_line_names_the_document_where_the_message_does(message: str, docid: str | None) -> None:
    assert told(record(message)).get("docid") == docid


def test_crawl_logs_a_json_object_a_line(crawls: Begin) -> None:
    run = crawls(articles=5)("-s", "LOG_FORMAT=json")
    lines = [json.loads(line) for line in run.stderr.splitlines()]
    assert (run.exit_code, len(lines) > 0) == (0, True)
    assert all(line["at"].endswith("+08:00") for line in lines)


def test_crawl_says_each_line_once_and_in_beijings_time(crawls: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    run = crawls(articles=5)()
    ended = [line for line in run.stderr.splitlines() if "ended: finished" in line]
    assert len(ended) == 1
    assert run.report["ended_at"][:16] == ended[0][:16]


@pytest.mark.slow
def test_log_goes_into_a_file_that_is_appended_to_or_begun_anew(crawls: Begin, tmp_path: Path) -> None:
    crawl, file = crawls(articles=5), tmp_path / "log"
    for append, count in (("1", 1), ("1", 2), ("0", 1)):
        run = crawl("-s", f"LOG_FILE={file}", "-s", f"LOG_FILE_APPEND={append}")
        assert (run.exit_code, run.stderr) == (0, "")
        assert file.read_text("utf-8").count("ended: finished") == count


def test_log_file_that_cannot_be_written_is_exit_2_in_one_line(crawls: Begin, tmp_path: Path) -> None:
    run = crawls(articles=5)("-s", f"LOG_FILE={tmp_path}")
    assert (run.exit_code, run.stderr.count("\n")) == (2, 1)


@pytest.mark.slow
@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
@pytest.mark.parametrize("proxy", ["works", "is dead", "is no address"])
def test_proxy_password_stands_in_no_log_report_or_journal(crawls: Begin, level: str, proxy: str) -> None:
    crawl = crawls(articles=5)
    port = {"works": crawl.sina.env["http_proxy"].rpartition(":")[2], "is dead": "1", "is no address": "x"}[proxy]
    address = f"http://me:{SECRET}@127.0.0.1:{port}"
    environ = crawl.environment() | dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), address)
    command = crawl.command("-s", f"LOG_LEVEL={level}", "-s", "RETRY_TIMES=0")
    run = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=60)
    written = [path.read_bytes() for path in crawl.root.rglob("*") if path.is_file()]
    assert not any(secret in run.stdout + run.stderr for secret in (SECRET, "s3cr"))
    assert not any(b"s3cr" in data for data in written)
    assert (run.returncode == 0) == (proxy == "works")
