"""A copy in an S3 store: Amazon's, MinIO, Ceph, any that speaks it; found and signed in to by the usual variables.

No message here quotes what the store or the library says: an answer may name a key, an address may hold a password.  Of an
error, its code alone is told.
"""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, TypeVar

from newsarchive.errors import ArchiveDamaged, ArchiveNotWritable, UsageError
from newsarchive.jobs.mirroring.store import BLOCK_BYTES, MARK, MARKER, STORE_SCHEME, Pace, Payload, read

AT_ONCE = 16
"""Requests at the same time: each waits some 20 ms for its answer, and a store takes hundreds."""
CONNECT_S, ANSWER_S = 10, 60
"""Patience in seconds, for a connection and for the next bytes."""
MOST_BYTES = 5 * 10**9
"""Of one put, by the rules of S3; a file of raw records has a tenth of that."""
METADATA_SHA256 = "sha256"
"""Key of an object's own metadata, for whoever reads it without this program."""

_PLACE_RE = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([^\0\\]{0,500}))?")
_CODE_RE = re.compile(r"[A-Za-z0-9.]{1,60}")
_NOT_THERE = {"NoSuchKey", "404", "NotFound"}
_USAGE = {
    "NoSuchBucket": "there is no such bucket: make it, or see its name and AWS_ENDPOINT_URL",
    "InvalidBucketName": "that is no name of a bucket",
    "AccessDenied": "access is denied: these credentials need the rights to list, get, put and delete objects there",
    "403": "access is denied: see the credentials, and their rights to list, get, put and delete objects there",
    "InvalidAccessKeyId": "the store does not know the access key: see AWS_ACCESS_KEY_ID or AWS_PROFILE",
    "SignatureDoesNotMatch": "the secret key is wrong: see AWS_SECRET_ACCESS_KEY or AWS_PROFILE",
    "InvalidToken": "the session token is wrong: see AWS_SESSION_TOKEN",
    "ExpiredToken": "the session has ended: sign in anew",
    "RequestTimeTooSkewed": "the clock of this machine is wrong: set it",
    "PermanentRedirect": "the bucket lies in another region: set AWS_REGION",
    "AuthorizationHeaderMalformed": "the bucket lies in another region: set AWS_REGION",
}
_LIES = {"BadDigest", "XAmzContentChecksumMismatch", "InvalidDigest", "XAmzContentSHA256Mismatch"}

Result = TypeVar("Result")


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
        self._client, self._errors = _client(self.name)

    @contextmanager
    def begin(self) -> Iterator[None]:
        """Mark the place as a mirror's.  Raises ``UsageError`` where other objects lie there."""
        if read(self, MARKER) is None:
            answer = self._ask(
                lambda: self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, MaxKeys=1)
            )
            if answer.get("Contents"):
                raise UsageError(
                    f"{self.name} holds objects that no mirror put there: give an empty prefix for the copy"
                )
            self.put(MARKER, Payload(MARK, len(MARK), hashlib.sha256(MARK).hexdigest(), Pace(None)))
        yield

    def sizes(self, below: str) -> dict[str, int]:
        """In pages of 1,000 objects."""
        pages = self._client.get_paginator("list_objects_v2")
        prefix = f"{self._prefix}{below}/" if below else self._prefix
        start = len(self._prefix)
        return self._ask(
            lambda: {
                str(found["Key"])[start:]: int(found["Size"])
                for page in pages.paginate(Bucket=self._bucket, Prefix=prefix)
                for found in page.get("Contents", ())
            }
        )

    def folders(self, below: str) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2")
        prefix = f"{self._prefix}{below}/" if below else self._prefix
        return self._ask(
            lambda: [
                str(found["Prefix"])[len(prefix) :].rstrip("/")
                for page in pages.paginate(Bucket=self._bucket, Prefix=prefix, Delimiter="/")
                for found in page.get("CommonPrefixes", ())
            ]
        )

    def chunks(self, file: str) -> Iterator[bytes] | None:
        answer = self._found(lambda: self._client.get_object(Bucket=self._bucket, Key=self._prefix + file))
        return None if answer is None else self._blocks(answer["Body"])

    def _blocks(self, body: Any) -> Iterator[bytes]:
        with closing(body):
            while block := self._ask(lambda: body.read(BLOCK_BYTES)):
                yield block

    def told_sha256(self, file: str) -> str | None:
        """Computed by the store when the object came; None where it told none, or there is no object."""
        answer = self._found(
            lambda: self._client.head_object(Bucket=self._bucket, Key=self._prefix + file, ChecksumMode="ENABLED")
        )
        return _hex(answer.get("ChecksumSHA256")) if answer else None

    def put(self, file: str, source: Payload) -> None:
        if source.size > MOST_BYTES:
            raise UsageError(
                f"{file} is larger than a store takes at once: set RAW_MAX_MB to 512, and keep that file elsewhere"
            )
        checksum = base64.b64encode(bytes.fromhex(source.sha256)).decode()
        answer = self._ask(
            lambda: self._client.put_object(
                Bucket=self._bucket,
                Key=self._prefix + file,
                Body=_Body(source),
                ContentLength=source.size,
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=checksum,
                Metadata={METADATA_SHA256: source.sha256},
            )
        )
        if answer.get("ChecksumSHA256") not in (None, checksum):
            raise ArchiveDamaged(
                f"{self.name} says that {file} arrived with another SHA-256 than it was sent with: mirror again; where that "
                "stays so, the store or what lies between alters bytes, and is no place for a copy"
            )

    def remove(self, file: str) -> None:
        self._ask(lambda: self._client.delete_object(Bucket=self._bucket, Key=self._prefix + file))

    # --- errors ------------------------------------------------------------------------------------------------------

    def _found(self, ask: Callable[[], Result]) -> Result | None:
        """The answer; None where there is no such object."""

        def or_none() -> Result | None:
            try:
                return ask()
            except self._errors.ClientError as error:
                if _code(error) in _NOT_THERE:
                    return None
                raise

        return self._ask(or_none)

    def _ask(self, ask: Callable[[], Result]) -> Result:
        """Turn what the store answers, or does not, into an error of ours."""
        try:
            return ask()
        except self._errors.ClientError as error:
            raise self._told(_code(error)) from None
        except (self._errors.NoCredentialsError, self._errors.PartialCredentialsError, self._errors.ProfileNotFound):
            raise UsageError(
                f"{self.name}: there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
            ) from None
        except (self._errors.BotoCoreError, self._errors.HTTPClientError, OSError) as error:
            raise ArchiveNotWritable(
                f"{self.name} does not answer ({type(error).__name__}): see the network and AWS_ENDPOINT_URL; what has arrived "
                "stays, and the next mirror goes on"
            ) from None

    def _told(self, code: str) -> UsageError | ArchiveNotWritable | ArchiveDamaged:
        if code in _USAGE:
            return UsageError(f"{self.name}: {_USAGE[code]}")
        if code in _LIES:
            return ArchiveDamaged(f"{self.name} received other bytes than were sent ({code}): mirror again")
        return ArchiveNotWritable(
            f"{self.name} refuses for now ({code}), also when asked again: try later; what has arrived stays, and the "
            "next mirror goes on"
        )


class _Body(io.RawIOBase):
    """A source as the library reads it: twice where it signs the bytes, from the start where it tries again."""

    def __init__(self, source: Payload) -> None:
        self._source, self._at = source, 0
        self._chunks: Iterator[bytes] = iter(())
        self._rest = b""
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """To the start or the end; the library asks for no other place."""
        self._at = self._source.size if whence == io.SEEK_END else offset
        self._chunks, self._rest = (self._source.chunks() if self._at == 0 else iter(())), b""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes, at the pace; all that is left for -1."""
        if size < 0:
            data = self._rest + b"".join(self._chunks)
            self._rest = b""
        else:
            self._rest = self._rest or next(self._chunks, b"")
            data, self._rest = self._rest[:size], self._rest[size:]
        self._at += len(data)
        return data


def _client(name: str) -> tuple[Any, Any]:
    """The library's client, and its module of errors."""
    try:
        from botocore import config, exceptions, session  # noqa: PLC0415 - an extra, and 200 ms
    except ImportError:
        raise UsageError(f"{name} needs the extra s3: pip install 'newsarchive[s3]'") from None
    logging.getLogger("botocore").setLevel(logging.WARNING)  # below that it writes out each request with its signature
    settings = config.Config(
        max_pool_connections=AT_ONCE,
        connect_timeout=CONNECT_S,
        read_timeout=ANSWER_S,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    try:
        return session.get_session().create_client("s3", config=settings), exceptions
    except (exceptions.BotoCoreError, ValueError) as error:
        raise UsageError(
            f"{name}: the settings of the store make no sense ({type(error).__name__}): see AWS_ENDPOINT_URL, AWS_REGION and "
            "AWS_PROFILE"
        ) from None


def _code(error: Any) -> str:
    """The store's own code; it is hostile text, too."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    return code if _CODE_RE.fullmatch(code) else "an unknown error"


def _hex(checksum: object) -> str | None:
    """None for none, and for one of an object that came in parts."""
    try:
        digest = base64.b64decode(str(checksum), validate=True) if checksum else b""
    except ValueError:
        return None
    return digest.hex() if len(digest) == hashlib.sha256().digest_size else None
