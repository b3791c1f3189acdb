"""How an S3 store is asked: botocore, the body that it sends, and its errors as ours.

No message here quotes what the store or the library says: an answer may name a key, an address may hold a password.  Of an
error, its code alone is told.
"""

from __future__ import annotations

import io
import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from newsarchive.errors import ArchiveDamaged, ArchiveNotWritable, NewsArchiveError, UsageError
from newsarchive.jobs.mirroring.store import Payload
from newsarchive.settings import environment

AT_ONCE = 16
"""Requests at the same time: each waits some 20 ms for its answer, and a store takes hundreds."""
CONNECT_S, ANSWER_S = 10, 60
"""Patience in seconds, for a connection and for the next bytes."""
CA_VARIABLE = "AWS_CA_BUNDLE"
"""The library's own; where it is not set, ``SSL_CERT_FILE`` counts, as for a crawl."""

_CODE_RE = re.compile(r"[A-Za-z0-9.]{1,60}")
_ELSEWHERE = (
    "the store leads to another address, and nothing is sent there unasked: set AWS_ENDPOINT_URL and AWS_REGION"
)
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
    "IllegalLocationConstraintException": "the bucket lies in another region: set AWS_REGION",
    "InvalidObjectState": "an object lies in cold storage: restore it there, then try again",
    **dict.fromkeys(("TemporaryRedirect", "301", "302", "303", "307", "308"), _ELSEWHERE),
}
_LIES = {"BadDigest", "XAmzContentChecksumMismatch", "InvalidDigest", "XAmzContentSHA256Mismatch"}
_UNSIGNED = (
    "NoCredentialsError",
    "PartialCredentialsError",
    "CredentialRetrievalError",
    "ProfileNotFound",
    "SSOError",
    "TokenRetrievalError",
)
"""Errors of the library that say that it has nothing to sign with."""
_UNREACHED = {
    "SSLError": "its certificate is not trusted: see AWS_ENDPOINT_URL; for a certificate of your own set SSL_CERT_FILE, or "
    "AWS_CA_BUNDLE, which counts first",
    "InvalidRegionError": "the store names a region that is none: set AWS_REGION and AWS_ENDPOINT_URL",
    "ProxyConnectionError": "the proxy does not answer: see http_proxy, https_proxy and no_proxy",
}
"""By the name of the library's error."""
_GOES_ON = "what has arrived stays: run the same again"

Result = TypeVar("Result")


class Client:
    """Of one store, for many threads."""

    def __init__(self, name: str) -> None:
        """``name``: the place, as messages call it.  Raises ``UsageError``."""
        self._name = name
        try:
            from botocore import exceptions, parsers  # noqa: PLC0415 - an extra, and 200 ms
        except ImportError:
            raise UsageError(f"{name} needs the extra s3: pip install 'newsarchive[s3]'") from None
        self._errors, self._no_s3 = exceptions, (parsers.ResponseParserError, ValueError, TypeError)
        self._unsigned = tuple(getattr(exceptions, error) for error in _UNSIGNED)
        self._library = self._made()

    def _made(self) -> Any:
        from botocore import config, session  # noqa: PLC0415

        environment.complete_proxies(os.environ)
        environment.check_certificates(os.environ)
        logging.getLogger("botocore").setLevel(
            logging.WARNING
        )  # below that it writes out each request with its signature
        settings = config.Config(
            max_pool_connections=AT_ONCE,
            connect_timeout=CONNECT_S,
            read_timeout=ANSWER_S,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        trusted = None if os.environ.get(CA_VARIABLE) else os.environ.get(environment.CERT_FILE_VARIABLE)
        try:
            client = session.get_session().create_client("s3", config=settings, verify=trusted)
        except self._unsigned as error:
            raise self._without_credentials(error) from None
        except (self._errors.BotoCoreError, ValueError, OSError) as error:
            raise UsageError(
                f"{self._name}: the settings of the store make no sense ({type(error).__name__}): see the variables that begin with "
                "AWS_, first AWS_ENDPOINT_URL, AWS_REGION and AWS_CONFIG_FILE"
            ) from None
        client.meta.events.register("before-send.s3.PutObject", _begin_to_send)
        return client

    def ask(self, name: str, instead: Mapping[str, Any], /, **parameters: Any) -> Any:
        """The answer of an operation; what stands in ``instead`` for the code of an error that is no trouble."""

        def asked() -> Any:
            try:
                return getattr(self._library, name)(**parameters)
            except self._errors.ClientError as error:
                if (code := _code(error)) in instead:
                    return instead[code]
                raise

        return self.turned(asked)

    def turned(self, ask: Callable[[], Result]) -> Result:
        """Turn what the store answers, or does not, into an error of ours."""
        try:
            return ask()
        except self._errors.ClientError as error:
            raise self._told(_code(error)) from None
        except self._unsigned as error:
            raise self._without_credentials(error) from None
        except (self._errors.BotoCoreError, self._errors.HTTPClientError, OSError) as error:
            cause = _UNREACHED.get(type(error).__name__, "see the network and AWS_ENDPOINT_URL")
            raise ArchiveNotWritable(
                f"{self._name} does not answer ({type(error).__name__}): {cause}; {_GOES_ON}"
            ) from None
        except self._no_s3 as error:
            raise ArchiveNotWritable(
                f"{self._name}: what answers is no S3 store ({type(error).__name__}): see AWS_ENDPOINT_URL; {_GOES_ON}"
            ) from None

    def _without_credentials(self, error: Exception) -> UsageError:
        return UsageError(
            f"{self._name}: there are no credentials ({type(error).__name__}): set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
            "AWS_PROFILE"
        )

    def _told(self, code: str) -> NewsArchiveError:
        if code in _USAGE:
            return UsageError(f"{self._name}: {_USAGE[code]}")
        if code in _LIES:
            return ArchiveDamaged(f"{self._name} received other bytes than were sent ({code}): mirror again")
        return ArchiveNotWritable(
            f"{self._name} refuses for now ({code}), also when asked again: try later, and see AWS_ENDPOINT_URL where that "
            f"stays so; {_GOES_ON}"
        )


class Body(io.RawIOBase):
    """A source as the library reads it: first to sign it, where the connection does not; from the start where it tries again."""

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
        self._chunks, self._rest = (self._source.pieces() if self._at == 0 else iter(())), b""
        return self._at

    def begin_to_send(self) -> None:
        """From now on, until the next ``seek``, what is read goes to the store: at the pace."""
        self._chunks = self._source.chunks()

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes; all that is left for -1."""
        if size < 0:
            data = self._rest + b"".join(self._chunks)
            self._rest = b""
        else:
            self._rest = self._rest or next(self._chunks, b"")
            data, self._rest = self._rest[:size], self._rest[size:]
        self._at += len(data)
        return data


def _begin_to_send(request: Any, **_: object) -> None:
    if isinstance(request.body, Body):
        request.body.begin_to_send()


def _code(error: Any) -> str:
    """The store's own code, which is hostile text, too; else the status of its answer."""
    code = str(error.response.get("Error", {}).get("Code") or "")
    status = str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", "an unknown error"))
    return code if _CODE_RE.fullmatch(code) else status
