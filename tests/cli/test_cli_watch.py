"""``newsarchive watch``: what is watched for, and what would be told."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from newsarchive.operation.watching import Watching
from newsarchive.reading import watches
from tests.cli.cli_process import newsarchive
from tests.reading import shelves
from tests.reading.shelves import TUESDAY, article, at, docid_of

pytestmark = pytest.mark.slow  # processes by the dozen

SECRET = "s3cret"  # noqa: S105 - what must be seen nowhere
WATCHES = f"""\
[[watch]]
name = "新华社"
query = "media:新华社 -更正"

[[watch]]
name = "港股"
query = "symbol:00700"
tell = "json://me:{SECRET}@127.0.0.1:1"
digest = 8
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days that were looked through, and an article of 港股 since."""
    root = shelves.two_days(tmp_path_factory.mktemp("watch") / "archive")
    (root / "watches.toml").write_text(WATCHES, "utf-8")
    now = at(TUESDAY, 23)
    Watching(root, watches.read(root), "").tell(now, now)
    with shelves.running(root, now=now + timedelta(hours=1)) as archive:
        shelves.archived(archive, article(7, TUESDAY, symbols=("hk00700",), media="界面", body="<p>涨。</p>"))
    return root


def run(root: Path, *words: str, code: int = 0, **environ: str) -> tuple[str, str]:
    """Standard output and error, neither of which has an address."""
    done = newsarchive("watch", *words, "--archive", str(root), **environ)
    assert done.returncode == code, done.stderr
    assert SECRET not in done.stdout + done.stderr
    return done.stdout, done.stderr


def test_watches_are_listed_with_their_last_hits(made: Path) -> None:
    assert run(made)[0].splitlines() == [
        "新华社",
        "  media:新华社 -更正  (tells nobody, 0 waiting)",
        f"    2026-11-24 05:00  {docid_of(5)}  第5篇  新华社",
        f"    2026-11-23 03:00  {docid_of(3)}  第3篇  新华社",
        f"    2026-11-23 01:00  {docid_of(1)}  第1篇  新华社",
        "港股",
        "  symbol:00700  (tells its own addresses daily at 08:00, 1 waiting)",
        f"    2026-11-24 07:00  {docid_of(7)}  第7篇  界面",
        f"    2026-11-24 04:00  {docid_of(4)}  第4篇  证券时报",
    ]
    told = run(made, NEWSARCHIVE_ALERT_URLS=f"json://{SECRET}@127.0.0.1:1")[0]
    assert "(tells ALERT_URLS at once, 0 waiting)" in told


def test_json_has_the_keys_that_scripts_read(made: Path) -> None:
    first, second = json.loads(run(made, "--json")[0])["watches"]
    assert (first["name"], first["tells"], first["digest"], len(first["hits"])) == ("新华社", "nobody", None, 3)
    assert (second["waiting"], second["digest"], second["told_at"]) == (1, 8, None)


def test_trial_shows_what_is_new_and_sends_nothing(made: Path) -> None:
    before = (made / "_watched.json").read_bytes()
    out, err = run(made, "--test", "港股")
    assert out.splitlines()[:4] == ["newsarchive: 港股：1 篇新文章 · 1 new", "", "第7篇", "界面 · 2026-11-24 07:00"]
    assert (err, (made / "_watched.json").read_bytes()) == ("", before)
    assert json.loads(run(made, "--test", "港股", "--json")[0])["is_new"] is True


def test_trial_without_news_shows_the_newest_hits(made: Path) -> None:
    out, err = run(made, "--test", "新华社")
    assert out.startswith("newsarchive: 新华社：3 篇新文章")
    assert "Nothing is new" in err


def test_trial_of_what_finds_nothing_says_so(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path / "archive")
    (root / "watches.toml").write_text('[[watch]]\nname = "x"\nquery = "鳄鱼"\n', "utf-8")
    assert "nothing in the archive" in run(root, "--test", "x")[1]
    assert json.loads(run(root, "--test", "x", "--json")[0])["count"] == 0


def test_unknown_name_is_told_with_the_one_that_was_meant(made: Path) -> None:
    assert "did you mean 港股?" in run(made, "--test", "港", code=2)[1]


def test_wrong_file_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "watches.toml").write_text(WATCHES.replace("00700", "00700 OR"), "utf-8")
    err = run(tmp_path, code=2)[1]
    assert "watches.toml, line 7: the query cannot be understood" in err
    assert "^" in err


def test_no_watches_are_no_fault(tmp_path: Path) -> None:
    assert "has none" in run(tmp_path)[1]
    assert run(tmp_path, "--json")[0] == '{"watches": []}\n'
