#!/usr/bin/env python3
"""What `newsarchive import` costs: a folder of the original program's kind, against copying the same files.

    python benchmarks/import_cost.py [--articles 19000] [--folder DIR]

The posts are invented: 7 KB each like the seed, 40 a day, one flat folder, every hundredth damaged in one of the ways of
`seed-format.md` §4.  Side by side, on the same disk: the import into a new archive, and a copy of each file that is synced
as the archive's are.  Printed: seconds, seconds of CPU, peak MiB, and the ratios.  Claim: 19,000 files in under 90 s.
Exit 1 if it fails.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from newsarchive.rehearsal.prose import ProseWriter

ARTICLES = 19_000
MAX_SECONDS = 90.0
"""For `ARTICLES`; less for fewer, in proportion."""
A_DAY = 40
DAMAGED_EACH = 100
FOLDER = "金融/新浪财经/新浪财经－国內"
BODY_BYTES = 7_000
FIRST_AT = datetime(2021, 3, 24, 1, tzinfo=UTC)
IMPORT = "from newsarchive.cli import main; main(prog_name='newsarchive')"
COPY = """
import os, sys
from pathlib import Path
source, target = map(Path, sys.argv[1:])
target.mkdir()
for path in source.rglob('*.md'):
    with (target / path.name).open('wb') as file:
        file.write(path.read_bytes())
        file.flush()
        os.fsync(file.fileno())
"""


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        posts, archive = Path(folder, "posts"), Path(folder, "archive")
        _write_posts(posts / FOLDER, options.articles)
        copied = _measured([sys.executable, "-c", COPY, str(posts), str(Path(folder, "copy"))])
        imported = _measured([sys.executable, "-c", IMPORT, "import", str(posts), "--archive", str(archive)])
        again = _measured([sys.executable, "-c", IMPORT, "import", str(posts), "--archive", str(archive)])
        shutil.rmtree(archive)
    for name, (seconds, cpu, peak) in {"copy": copied, "import": imported, "import again": again}.items():
        print(f"{name:13}{seconds:8.1f} s  {cpu:8.1f} s of CPU  {peak:6.0f} MiB")
    print(f"import / copy: {imported[0] / copied[0]:.1f} in seconds, {imported[1] / copied[1]:.1f} in CPU")
    limit = MAX_SECONDS * options.articles / ARTICLES
    print(f"{options.articles} files in {imported[0]:.1f} s; the claim is {limit:.1f} s")
    return int(imported[0] > limit)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--folder", type=Path, help="on the disk to be measured; else the system's temporary one")
    return parser.parse_args()


def _measured(command: list[str]) -> tuple[float, float, float]:
    """Seconds, seconds of CPU, and the largest peak so far in MiB, of a command that must succeed."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - begun, cpu, after.ru_maxrss / 1024


# --- posts of the original's kind ------------------------------------------------------------------------------------


def _write_posts(folder: Path, count: int) -> None:
    folder.mkdir(parents=True)
    for number in range(count):
        at = FIRST_AT + timedelta(days=number // A_DAY, minutes=20 * (number % A_DAY))
        data = _post(number, at).encode()
        if number % DAMAGED_EACH == 0:
            data = DAMAGES[number // DAMAGED_EACH % len(DAMAGES)](data)
        (folder / f"{number}.md").write_bytes(data)
    os.sync()


def _post(number: int, at: datetime) -> str:
    voice = ProseWriter(f"import {number}", at.date())
    body = ""
    while len(body.encode()) < BODY_BYTES:
        body += f'<p cms-style="font-L">　　{voice.paragraph()}</p>\n'
    title = voice.title().replace("'", "").replace(":", "_")
    picture = f"https://n.sinaimg.cn/spider/{number}.jpg"
    return (
        f"\n---\ntitle: '{title}'\ncategories: \n - 金融\n - 新浪财经\n - 新浪财经－国內\nheadimg: '{picture}'\n"
        f"author: 新浪财经\ncomments: false\ndate: {format_datetime(at, usegmt=True)}\nthumbnail: '{picture}'\n---\n\n"
        f"<div>   \n{body}\n\n  \n</div>\n            "
    )


DAMAGES: list[Callable[[bytes], bytes]] = [
    lambda data: b"\xef\xbb\xbf" + data,
    lambda data: data.replace(b"\n", b"\r\n"),
    lambda data: data.replace(b"title: '", b"title: \"a 'b' \"").replace(b"'\ncategories", b'"\ncategories'),
    lambda data: data.replace(b" - \xe9\x87\x91", b"     - \xe9\x87\x91"),
    lambda data: data[:-20],
]


if __name__ == "__main__":
    sys.exit(main())
