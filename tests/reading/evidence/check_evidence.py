"""Checks an evidence ZIP: what its page says, with Python's own library and warcio alone."""

import hashlib
import io
import json
import re
import zipfile

from warcio.archiveiterator import ArchiveIterator


def check(data: bytes) -> None:
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(again, "w") as packed:
        files = {name: given.read(name) for name in sorted(given.namelist())}
        for name, content in files.items():
            (entry := zipfile.ZipInfo(name)).create_system = 3
            packed.writestr(entry, content)
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in files if name != "SHA256SUMS")
    page, before = files["HOW-TO-CHECK.md"].decode(), "0" * 64
    lines = files[re.search(r"`(archive/\S+/_day\.jsonl)`", page)[1]].splitlines()
    for line in lines:
        assert json.loads(line)["link"] == before, "the chain"
        before = hashlib.sha256(line).hexdigest()
    for number, digest in re.findall(r"^\| \d+ \| (\d+) \| `(\w{64})` \|$", page, re.M):
        assert (f"{digest}  archive/" in sums, json.loads(lines[int(number) - 1])["sha256"]) == (True, digest), (
            "a state"
        )
    for record in (ArchiveIterator(io.BytesIO(files[n]), check_digests="raise") for n in files if n[:8] == "records/"):
        assert len([part.raw_stream.read() for part in record]) == 1, "a record"
    assert files["heads.txt"].split()[1].decode() == before, "the end of the journal"
    assert (again.getvalue(), files["SHA256SUMS"].decode()) == (data, sums), "the files"
