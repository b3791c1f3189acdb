"""A copy in an S3 store: Amazon's, MinIO, Ceph, any that speaks it; found and signed in to by the usual variables."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

from newsarchive.errors import ArchiveDamaged, UsageError
from newsarchive.jobs.mirroring.s3_client import AT_ONCE, Body, Client
from newsarchive.jobs.mirroring.s3_hold import FILE as HELD
from newsarchive.jobs.mirroring.s3_hold import Hold, Sign
from newsarchive.jobs.mirroring.store import BLOCK_BYTES, MARK, MARKER, STORE_SCHEME, Pace, Payload, read

MOST_BYTES = 5 * 10**9
"""Of one put, by the rules of S3; a file of raw records has a tenth of that."""
METADATA_SHA256 = "sha256"
"""Key of an object's own metadata, for whoever reads it without this program."""
MOST_PAGES = 20_000
"""Of one listing, 1,000 objects each: ten times the design size of an archive."""

_PLACE_RE = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([^\0\\]{0,500}))?")
_NO_VERSION = "null"
"""What is told of an object in a bucket whose versioning was ended."""
_NOT_THERE = dict.fromkeys(("NoSuchKey", "404", "NotFound"))
_IS_THERE = dict.fromkeys(("PreconditionFailed", "412", "ConditionalRequestConflict", "409"), False)
_NO_CONDITIONS = dict.fromkeys(("NotImplemented", "501", "InvalidArgument", "InvalidRequest", "BadRequest", "400"))
"""What stores answer that do not know ``If-None-Match``, or no SHA-256."""


class S3Store:
    """Objects below one prefix of one bucket; each carries its SHA-256, which the store checks and tells again."""

    at_once = AT_ONCE

    def __init__(self, address: str) -> None:
        """Raises ``UsageError`` for what is no ``s3://bucket/prefix``, and where the extra is not installed."""
        found = _PLACE_RE.fullmatch(address)
        if found is None or any(part in ("", ".", "..") for part in (found[2] or "x").rstrip("/").split("/")):
            raise UsageError(
                "the target is no s3://bucket/prefix; credentials do not belong in it: give them as AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, or as AWS_PROFILE"
            )
        self._bucket, prefix = found[1], (found[2] or "").rstrip("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self.name = f"{STORE_SCHEME}{self._bucket}/{prefix}".rstrip("/")
        self._client = Client(self.name)
        self._knows_conditions = True
        """Whether the store puts an object only where none is, if it is asked to."""
        self._knows_sha256 = True
        """Whether the store takes a SHA-256 with what is put, and tells it again."""
        self._hold: Hold | None = None
        self.keeps_former = False

    @contextmanager
    def begin(self) -> Iterator[None]:
        """Hold the place, and mark it as a mirror's.  Raises ``UsageError`` where other objects lie there, and ``ArchiveLocked``."""
        is_marked = read(self, MARKER) is not None
        if not is_marked:
            self._check_empty()
        self._hold = Hold(self)
        with self._hold.held():
            if not is_marked:
                self.add(MARKER, _held(MARK))
            yield

    def _check_empty(self) -> None:
        """But for what a mirror has left that was killed before its marker was there, and the folder that a console makes."""
        nothing = {self._prefix, self._prefix + HELD}
        answer = self._ask("list_objects_v2", Prefix=self._prefix, MaxKeys=len(nothing) + 1)
        if {str(row.get("Key")) for row in answer.get("Contents", ())} - nothing:
            raise UsageError(f"{self.name} holds objects that no mirror put there: give an empty prefix for the copy")

    def sizes(self, below: str) -> dict[str, int]:
        """In pages of 1,000 objects."""
        prefix = f"{self._prefix}{below}/" if below else self._prefix
        rows = (row for page in self._pages(prefix) for row in page.get("Contents", ()))
        told = ((str(row.get("Key")), row.get("Size")) for row in rows)
        start = len(self._prefix)
        return {key[start:]: size for key, size in told if key.startswith(prefix) and isinstance(size, int)}

    def folders(self, below: str) -> list[str]:
        prefix = f"{self._prefix}{below}/" if below else self._prefix
        rows = (row for page in self._pages(prefix, Delimiter="/") for row in page.get("CommonPrefixes", ()))
        return [str(row["Prefix"])[len(prefix) :].rstrip("/") for row in rows if "Prefix" in row]

    def _pages(self, prefix: str, **more: str) -> Iterator[dict[str, Any]]:
        """Raises ``ArchiveDamaged`` for a listing that does not end."""
        token: dict[str, str] = {}
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            page = self._ask("list_objects_v2", Prefix=prefix, **more, **token)
            yield page
            following = page.get("NextContinuationToken")
            if not page.get("IsTruncated") or not following:
                return
            if following in seen:
                break
            seen.add(following)
            token = {"ContinuationToken": following}
        raise ArchiveDamaged(f"{self.name}: the store's listing has no end: try again, and see AWS_ENDPOINT_URL")

    def chunks(self, file: str) -> Iterator[bytes] | None:
        answer = self._ask("get_object", _NOT_THERE, Key=self._prefix + file)
        return None if answer is None else self._blocks(answer["Body"], file)

    def _blocks(self, body: Any, file: str) -> Iterator[bytes]:
        """A block at a time.  Raises ``ArchiveDamaged`` for an object that does not end."""
        with closing(body):
            for _ in range(MOST_BYTES // BLOCK_BYTES + 1):
                if not (block := self._client.turned(lambda: body.read(BLOCK_BYTES))):
                    return
                yield block
        raise ArchiveDamaged(f"{self.name} sends {file} without an end: try again, and see AWS_ENDPOINT_URL")

    def told_sha256(self, file: str) -> str | None:
        """Computed by the store when the object came; None where it told none, or there is no object."""
        answer = self._ask("head_object", _NOT_THERE, Key=self._prefix + file, ChecksumMode="ENABLED")
        return _hex(answer.get("ChecksumSHA256")) if answer else None

    def put(self, file: str, source: Payload) -> None:
        self._check_held()
        self._put(file, source, {})

    def add(self, file: str, source: Payload) -> bool:
        """By a condition where the store knows such, else after a look."""
        self._check_held()
        if self._knows_conditions:
            is_added = self._put(file, source, {**_NO_CONDITIONS, **_IS_THERE}, IfNoneMatch="*")
            if is_added is not None:
                return is_added
            self._knows_conditions = False
        if self._ask("head_object", _NOT_THERE, Key=self._prefix + file) is not None:
            return False
        self.put(file, source)
        return True

    def _put(self, file: str, source: Payload, instead: Mapping[str, bool | None], **condition: str) -> bool | None:
        """True where it has arrived; else what stands in ``instead`` for the store's code."""
        if source.size > MOST_BYTES:
            raise UsageError(
                f"{file} is larger than a store takes at once: set RAW_MAX_MB to 512, and keep that file elsewhere"
            )
        may_be_refused = self._knows_sha256 and not condition
        answer = self._ask(
            "put_object",
            _NO_CONDITIONS if may_be_refused else instead,
            Key=self._prefix + file,
            Body=Body(source),
            ContentLength=source.size,
            Metadata={METADATA_SHA256: source.sha256},
            **self._proof(source),
            **condition,
        )
        if answer is None and may_be_refused:
            self._knows_sha256 = False
            return self._put(file, source, instead)
        if not isinstance(answer, dict):
            refused: bool | None = answer
            return refused
        self._note(answer)
        if answer.get("ChecksumSHA256") not in (None, _base64(bytes.fromhex(source.sha256))):
            raise ArchiveDamaged(
                f"{self.name} says that {file} arrived with another SHA-256 than it was sent with: mirror again; where that "
                "stays so, the store or what lies between alters bytes, and is no place for a copy"
            )
        return True

    def _proof(self, source: Payload) -> dict[str, str]:
        """By which the store finds out whether it received what was sent; each knows the second, it is the older one."""
        if self._knows_sha256:
            return {"ChecksumAlgorithm": "SHA256", "ChecksumSHA256": _base64(bytes.fromhex(source.sha256))}
        digest = hashlib.md5(usedforsecurity=False)
        for piece in source.pieces():
            digest.update(piece)
        return {"ContentMD5": _base64(digest.digest())}

    def remove(self, file: str) -> None:
        self._check_held()
        self._note(self._ask("delete_object", Key=self._prefix + file))

    def _note(self, answer: Mapping[str, Any]) -> None:
        """A bucket with versioning tells of which version it speaks."""
        self.keeps_former |= answer.get("VersionId", _NO_VERSION) != _NO_VERSION

    def _check_held(self) -> None:
        if self._hold:
            self._hold.check()

    # --- who is at work here -----------------------------------------------------------------------------------------

    def sign(self, file: str) -> Sign | None:
        answer = self._ask("get_object", _NOT_THERE, Key=self._prefix + file)
        if answer is None:
            return None
        data = b"".join(islice(self._blocks(answer["Body"], file), 1))
        return Sign(data, str(answer.get("ETag")), _age_s(answer))

    def put_sign(self, file: str, data: bytes, instead_of: str | None) -> bool:
        condition = {"IfMatch": instead_of} if instead_of else {"IfNoneMatch": "*"}
        if self._knows_conditions:
            gone = dict.fromkeys(_NOT_THERE, False)
            is_put = self._put(file, _held(data), {**_NO_CONDITIONS, **_IS_THERE, **gone}, **condition)
            if is_put is not None:
                return is_put
        self._put(file, _held(data), {})
        return True

    def take_sign_away(self, file: str) -> None:
        self._ask("delete_object", Key=self._prefix + file)

    def _ask(self, name: str, instead: Mapping[str, Any] = {}, /, **more: Any) -> Any:
        return self._client.ask(name, instead, Bucket=self._bucket, **more)


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _held(data: bytes) -> Payload:
    return Payload(data, len(data), hashlib.sha256(data).hexdigest(), Pace(None))


def _age_s(answer: dict[str, Any]) -> float:
    """Since the object was put, by the clock of the store where it tells that."""
    now = datetime.now(UTC)
    with suppress(ValueError):
        told = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"].get("date", ""))
        now = told if told.tzinfo else now
    age: timedelta = now - answer.get("LastModified", now)
    return age.total_seconds()


def _hex(checksum: object) -> str | None:
    """None for none, and for one of an object that came in parts."""
    try:
        digest = base64.b64decode(str(checksum), validate=True) if checksum else b""
    except ValueError:
        return None
    return digest.hex() if len(digest) == hashlib.sha256().digest_size else None
