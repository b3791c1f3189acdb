"""A store that fails, refuses or lies: nothing is lost, nothing of others overwritten, and what is told is plain."""

import base64
import hashlib
import random
import re
import threading
from contextlib import contextmanager
from itertools import count

import pytest

from newsarchive.errors import ArchiveDamaged, ArchiveNotWritable, UsageError
from newsarchive.jobs.mirroring import comparing, fetching
from newsarchive.jobs.mirroring.s3_store import S3Store
from newsarchive.jobs.mirroring.store import Pace
from newsarchive.jobs.verify import FULL
from newsarchive.rehearsal.certificate import Authority
from tests.archive.making import DAY, NEXT_DAY, fill, offer, tree
from tests.cli.cli_process import newsarchive
from tests.jobs.mirroring.crooked_store import Answer, crooked, error
from tests.jobs.mirroring.mirror_scene import RAW, mirrored
from tests.jobs.mirroring.s3_servers import KEY, SECRET, TOKEN, environ, needs_s3
from tests.jobs.verifying import journal_of, path_of

pytestmark = [needs_s3, pytest.mark.slow]  # a server of S3 is started


@pytest.fixture
def behind(bucket, monkeypatch):
    """A store of this bucket behind a twist."""

    @contextmanager
    def begun(twist, attempts=1):
        with crooked(bucket.endpoint, twist) as address:
            for name, value in environ(address).items():
                monkeypatch.setenv(name, value)
            monkeypatch.setenv("AWS_MAX_ATTEMPTS", str(attempts))
            yield S3Store(bucket.address)

    return begun


def archived(bucket):
    return {file: data for file, data in bucket.objects().items() if not file.startswith("_mirror/")}


def compared(root, store, *, full=False):
    verdict = comparing.compare(root, store, FULL, lambda *_: None, by_reading=full)
    return [(finding.kind, finding.path.removeprefix(f"{store.name}/")) for finding in verdict.findings]


# --- it fails for a while --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [503, *(pytest.param(one, marks=pytest.mark.long) for one in (500, 429)), None])
def test_a_store_that_fails_for_a_while_is_asked_again(root, bucket, behind, status):
    numbers, lock, dice = count(), threading.Lock(), random.Random(3)

    def twist(asked, passed):
        with lock:
            fails = next(numbers) > 3 and dice.random() < 0.2
        if fails:
            return error(status, "SlowDown") if status else None
        return passed(asked)

    with behind(twist, attempts=6) as store:
        assert mirrored(root, store).findings == []
    assert archived(bucket) == tree(root)


def test_an_answer_that_is_lost_after_the_object_came_is_no_finding(root, bucket, behind):
    seen = set()

    def twist(asked, passed):
        answer = passed(asked)
        if asked.method == "PUT" and asked.file not in seen:
            seen.add(asked.file)
            return None
        return answer

    with behind(twist, attempts=3) as store:
        assert mirrored(root, store).findings == []
    assert archived(bucket) == tree(root)


def test_a_store_that_fails_for_good_leaves_what_another_run_completes(root, bucket):
    numbers = count()
    with crooked(
        bucket.endpoint, lambda asked, passed: passed(asked) if next(numbers) < 12 else error(503, "SlowDown")
    ) as address:
        ended = newsarchive("mirror", bucket.address, "--archive", str(root), **environ(address))
    assert (ended.returncode, "SlowDown" in ended.stderr) == (7, True), ended.stderr
    assert mirrored(root, S3Store(bucket.address)).findings == []
    assert archived(bucket) == tree(root)


# --- new names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("refusal", [(501, "NotImplemented"), (400, "InvalidArgument"), (400, ""), None])
def test_a_store_without_conditions_is_looked_at_before_each_new_name(root, bucket, behind, refusal):
    def twist(asked, passed):
        if "If-None-Match" in asked.headers and refusal:
            return error(*refusal)
        return passed(asked._replace(headers={k: v for k, v in asked.headers.items() if k != "If-None-Match"}))

    with behind(twist) as store:
        assert mirrored(root, store).findings == []
    assert archived(bucket) == tree(root)


@pytest.mark.parametrize("code", [(400, "InvalidArgument"), (501, "NotImplemented")])
def test_a_store_without_sha256_is_given_an_md5_and_compared_by_reading(root, bucket, behind, code):
    def twist(asked, passed):
        if any("checksum" in name.lower() for name in asked.headers if asked.method == "PUT"):
            return error(*code)
        if asked.method == "PUT":
            assert (
                asked.headers["Content-MD5"]
                == base64.b64encode(hashlib.md5(asked.body, usedforsecurity=False).digest()).decode()
            )
        answer = passed(asked)
        headers = {name: value for name, value in answer.headers.items() if "checksum" not in name.lower()}
        return answer._replace(headers=headers)

    with behind(twist) as store:
        assert mirrored(root, store).findings == []
        assert archived(bucket) == tree(root)
        assert compared(root, store) == []
        file = path_of(root, 2).relative_to(root).as_posix()
        bucket.flip(file, b"x" * path_of(root, 2).stat().st_size)
        assert compared(root, store) == [("altered", file)]


@pytest.mark.parametrize("knows", [True, False])
def test_what_a_person_puts_under_a_new_name_meanwhile_stays(root, bucket, behind, knows):
    mirrored(root, S3Store(bucket.address))
    fill(root, offer(5, title="第5号公告"))
    theirs = path_of(root, 5).relative_to(root).as_posix()

    def twist(asked, passed):
        if not knows and "If-None-Match" in asked.headers:
            return error(501, "NotImplemented")
        answer = passed(asked)
        if asked.file == "_mirror/coming.json":
            bucket.flip(theirs, b"mine")
        return answer

    with behind(twist) as store:
        assert [finding.path for finding in mirrored(root, store).findings] == [theirs]
    assert bucket.objects()[theirs] == b"mine"


def test_a_listing_that_misses_objects_overwrites_nothing_and_is_whole(root, bucket, behind):
    theirs = path_of(root, 2).relative_to(root).as_posix()
    mirrored(root, S3Store(bucket.address))
    bucket.flip(theirs, b"mine")
    before = bucket.objects()

    def twist(asked, passed):
        answer = passed(asked)
        return answer._replace(body=re.sub(rb"<Contents>.*</Contents>", b"", answer.body, flags=re.S))

    with behind(twist) as store:
        assert [finding.path for finding in mirrored(root, store).findings] == [theirs]
    assert {k: v for k, v in bucket.objects().items() if not k.startswith("_mirror/coming")} == {
        k: v for k, v in before.items() if not k.startswith("_mirror/coming")
    }


# --- it lies ---------------------------------------------------------------------------------------------------------


def altered(part):
    def twist(asked, passed):
        answer = passed(asked)
        return answer._replace(body=b"x" + answer.body[1:]) if part(asked) and answer.body else answer

    return twist


def test_other_bytes_than_stored_are_found_by_reading(root, bucket, behind):
    mirrored(root, S3Store(bucket.address))
    file = path_of(root, 2).relative_to(root).as_posix()
    with behind(altered(lambda asked: asked.method == "GET" and asked.file == file)) as store:
        assert compared(root, store) == []
        assert compared(root, store, full=True) == [("altered", file)]


def test_a_checksum_that_lies_is_found_and_by_reading_it_is_well(root, bucket, behind):
    mirrored(root, S3Store(bucket.address))
    file = path_of(root, 2).relative_to(root).as_posix()

    def twist(asked, passed):
        answer = passed(asked)
        if asked.method == "HEAD" and asked.file == file:
            told = {k: v for k, v in answer.headers.items() if k.lower() != "x-amz-checksum-sha256"}
            return answer._replace(headers={**told, "x-amz-checksum-sha256": "A" * 43 + "="})
        return answer

    with behind(twist) as store:
        assert compared(root, store) == [("altered", file)]
        assert compared(root, store, full=True) == []


@pytest.mark.parametrize("full", [False, True])
def test_a_truncated_object_is_named(root, bucket, full):
    mirrored(root, S3Store(bucket.address))
    for path in (path_of(root, 1), root / RAW):
        bucket.flip(path.relative_to(root).as_posix(), path.read_bytes()[:-3])
    file = path_of(root, 1).relative_to(root).as_posix()
    assert compared(root, S3Store(bucket.address), full=full) == [("altered", file), ("shortened", RAW)]


def test_a_wrong_etag_says_nothing(root, bucket, behind):
    def twist(asked, passed):
        answer = passed(asked)
        return answer._replace(headers={**answer.headers, "ETag": '"0000"', "etag": '"0000"'})

    with behind(twist) as store:
        assert mirrored(root, store).findings == []
        assert compared(root, store) == []


def listing(*rows, more=""):
    body = "".join(f"<Contents><Key>{key}</Key><Size>{size}</Size></Contents>" for key, size in rows)
    return Answer(
        200, {"Content-Type": "application/xml"}, f"<ListBucketResult>{body}{more}</ListBucketResult>".encode()
    )


def endless(*, is_same):
    numbers = count()

    def twist(asked, passed):
        if not asked.is_listing:
            return passed(asked)
        token = "same" if is_same else f"t{next(numbers)}"
        more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>"
        return listing(("finance/2026/11/23/x.md", 1), more=more)

    return twist


@pytest.mark.parametrize("is_same", [True, False])
def test_a_listing_without_an_end_ends(root, bucket, behind, monkeypatch, is_same):
    monkeypatch.setattr("newsarchive.jobs.mirroring.s3_store.MOST_PAGES", 30)
    mirrored(root, S3Store(bucket.address))
    with behind(endless(is_same=is_same)) as store, pytest.raises(ArchiveDamaged, match="no end"):
        mirrored(root, store)


def test_an_object_without_an_end_ends(root, bucket, behind, monkeypatch):
    monkeypatch.setattr("newsarchive.jobs.mirroring.store.MOST_READ_BYTES", 3 << 20)
    mirrored(root, S3Store(bucket.address))
    file = journal_of(root).relative_to(root).as_posix()

    def twist(asked, passed):
        answer = passed(asked)
        return answer._replace(body=b"x" * (8 << 20)) if asked.method == "GET" and asked.file == file else answer

    with behind(twist) as store, pytest.raises(ArchiveDamaged, match="MiB"):
        mirrored(root, store)


def test_a_body_that_breaks_off_is_told(root, bucket, behind):
    mirrored(root, S3Store(bucket.address))
    file = journal_of(root).relative_to(root).as_posix()

    def twist(asked, passed):
        answer = passed(asked)
        is_it = asked.method == "GET" and asked.file == file
        return answer._replace(body=answer.body[:100], length=len(answer.body)) if is_it else answer

    with behind(twist) as store, pytest.raises(ArchiveNotWritable, match="does not answer"):
        mirrored(root, store)


NO_S3 = {
    "a page": Answer(200, {"Content-Type": "text/html"}, b"<html><body>Sign in here</p></html>"),
    "no xml": Answer(200, {}, b"\xff\xfe\x00nonsense"),
    "a size that is no number": listing(("finance/_raw/x", "many")),
    "a date that is none": Answer(
        200,
        {},
        b"<ListBucketResult><Contents><Key>finance/a</Key><LastModified>yesterday</LastModified></Contents></ListBucketResult>",
    ),
    "laughs": Answer(
        200,
        {},
        b'<!DOCTYPE x [<!ENTITY a "'
        + b"a" * 1000
        + b'">'
        + b"".join(b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 50) for c in b"bcdefgh")
        + b"]><ListBucketResult><Prefix>&h;</Prefix></ListBucketResult>",
    ),
}


NO_ROWS = {
    "no keys": Answer(200, {}, b"<ListBucketResult><Contents><Size>3</Size></Contents></ListBucketResult>"),
    "no key of the prefix": listing(("elsewhere/2026/11/23/x.md", 5)),
}


@pytest.mark.parametrize("name", NO_S3)
def test_what_is_no_listing_is_told(root, bucket, behind, name):
    mirrored(root, S3Store(bucket.address))
    with (
        behind(lambda asked, passed: NO_S3[name] if asked.is_listing else passed(asked)) as store,
        pytest.raises(ArchiveNotWritable, match="AWS_ENDPOINT_URL"),
    ):
        mirrored(root, store)


@pytest.mark.parametrize("name", NO_ROWS)
def test_rows_without_a_key_of_the_copy_are_passed_over(root, bucket, behind, name):
    mirrored(root, S3Store(bucket.address))
    with behind(lambda asked, passed: NO_ROWS[name] if asked.is_listing else passed(asked)) as store:
        assert mirrored(root, store).findings == []
    assert archived(bucket) == tree(root)


KEYS = [
    "2026/11/23/../../../../../escaped.md",
    "2026/11/23//escaped.md",
    "/2026/11/23/escaped.md",
    "2026/11/23/" + "长" * 200 + ".md",
    "_raw/escaped.warc.gz/escaped.warc.gz",
    "_raw/escaped.warc.gz",
    "_raw/2026/11/escaped\x7f.warc.gz",
    "2026/11/23/CON.md",
    "2026/11/23/a:b.md",
    "2026/11/23/escaped",
    "2026/11/23/_revisions/../escaped.md",
    "2026/11/23/_revisions/" + "a" * 300 + "/1.md",
    "_media/aa/../escaped.jpg",
    ".newsarchive/escaped",
    "2026/11/23/\\..\\..\\escaped.md",
    "2026/11/23/" + "a/" * 400 + "x.md",
    "",
]


def test_keys_that_no_archive_has_come_nowhere(root, bucket, behind, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "for-a-while"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "for-a-while"))
    (tmp_path / "for-a-while").mkdir()
    mirrored(root, S3Store(bucket.address))

    def twist(asked, passed):
        answer = passed(asked)
        rows = b"".join(f"<Contents><Key>finance/{key}</Key><Size>3</Size></Contents>".encode() for key in KEYS)
        if asked.is_listing and "delimiter" not in asked.path:
            return answer._replace(body=answer.body.replace(b"</ListBucketResult>", rows + b"</ListBucketResult>"))
        if asked.method == "GET" and "escaped" in asked.path:
            return Answer(200, {}, b"bad")
        return answer

    with behind(twist) as store, fetching.whole(store) as folder:
        taken = {file: data for file, data in tree(folder).items() if data not in (b"", b"bad")}
        assert taken == {file: data for file, data in tree(root).items() if file != "README.md"}
    assert list((tmp_path / "for-a-while").iterdir()) == []
    assert list(tmp_path.rglob("*escaped*")) == []


# --- elsewhere -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        (301, "", "eu-west-1"),
        (302, "", "x.example/#"),
        (307, "TemporaryRedirect", "us-east-1"),
        (301, "PermanentRedirect", "eu-west-1"),
    ],
)
def test_a_redirect_is_not_followed(root, bucket, behind, answer):
    status, code, region = answer
    asked_there = []

    def other(asked, passed):
        asked_there.append(asked)
        return error(404, "NoSuchKey")

    with crooked(bucket.endpoint, other) as elsewhere:
        headers = {"Location": f"{elsewhere}/b/finance/x", "x-amz-bucket-region": region}
        with (
            behind(lambda asked, passed: error(status, code, headers)) as store,
            pytest.raises((UsageError, ArchiveNotWritable), match="set AWS_") as told,
        ):
            mirrored(root, store)
    assert asked_there == []
    assert not [secret for secret in (KEY, SECRET, TOKEN) if secret in str(told.value)]


def test_the_limit_counts_each_byte_once(root, bucket):
    slept = []
    pace = Pace(50_000.0, clock=lambda: 0.0, sleep=slept.append)
    done = mirrored(root, S3Store(bucket.address), pace=pace)
    journals = sum(journal_of(root, day).stat().st_size for day in (DAY, NEXT_DAY))
    assert done.bytes < max(slept) * 50_000 < (done.bytes + journals) * 1.6


# --- certificates and proxies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_trusted", [True, False])
def test_the_certificates_of_ssl_cert_file_count(root, bucket, tmp_path, monkeypatch, is_trusted):
    (tmp_path / "other").mkdir()
    authority, other = Authority(tmp_path), Authority(tmp_path / "other")
    with crooked(bucket.endpoint, lambda asked, passed: passed(asked), authority.context_for("localhost")) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        monkeypatch.setenv("NO_PROXY", "localhost")
        monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)  # counts before it
        monkeypatch.setenv("SSL_CERT_FILE", str((authority if is_trusted else other).file))
        if is_trusted:
            assert mirrored(root, S3Store(bucket.address)).findings == []
            assert archived(bucket) == tree(root)
        else:
            with pytest.raises(ArchiveNotWritable, match=r"certificate is not trusted.*SSL_CERT_FILE"):
                mirrored(root, S3Store(bucket.address))


def test_a_file_of_certificates_that_cannot_be_read_is_wrong_usage(bucket, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    with pytest.raises(UsageError, match=r"SSL_CERT_FILE=/nowhere/ca\.pem"):
        S3Store(bucket.address)


def test_a_proxy_is_asked_and_its_password_is_told_to_nobody_else(root, bucket, monkeypatch):
    asked_there = []

    def proxy(asked, passed):
        asked_there.append(asked)
        headers = {name: value for name, value in asked.headers.items() if name != "Host"}
        return passed(asked._replace(path=asked.path.removeprefix("http://store.example"), headers=headers))

    with crooked(bucket.endpoint, proxy) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://store.example")
        monkeypatch.setenv("http_proxy", address.replace("//", "//user:hush@"))
        monkeypatch.delenv("NO_PROXY")
        assert mirrored(root, S3Store(bucket.address)).findings == []
        assert archived(bucket) == tree(root)
        assert all(asked.path.startswith("http://store.example/") for asked in asked_there)
    with pytest.raises(ArchiveNotWritable, match="the proxy does not answer: see http_proxy") as told:
        mirrored(root, S3Store(bucket.address))
    assert "hush" not in str(told.value)
