"""What a run finds around it, checked and put right before anything else: variables, proxies, the encoding of names.

Imports no Scrapy.  Raises ``UsageError`` alone, each with what was expected.
"""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from newsarchive.errors import UsageError, did_you_mean
from newsarchive.settings.values import DIR_VARIABLE, OURS, PREFIX, SCRAPYS, SettingsLike, variable_of

CERT_FILE_VARIABLE = "SSL_CERT_FILE"
PROXY_VARIABLES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


def check(settings: SettingsLike, environ: MutableMapping[str, str] = os.environ) -> None:
    """All of it, in the order in which a user would want to hear of it."""
    check_variables(environ)
    check_names(sys.getfilesystemencoding())
    complete_proxies(environ)
    check_certificates(environ)
    check_log_file(settings)


def check_variables(environ: Mapping[str, str]) -> None:
    """A variable with our prefix that is none of ours is a slip of the pen."""
    known = {variable_of(name) for name in (*OURS, *SCRAPYS)}
    for name in environ:
        if name.startswith(PREFIX) and name not in known:
            near = did_you_mean(name, known) or "; all of them are in newsarchive/settings/__init__.py"
            hint = f"; the folder is {DIR_VARIABLE}" if name.endswith("DIR") else near
            raise UsageError(f"environment variable {name}: there is no such setting; expected one of ours{hint}")


def check_names(encoding: str) -> None:
    """File names are Chinese: another encoding would write them so that nobody else can read them."""
    if encoding.lower() not in ("utf-8", "utf8"):
        raise UsageError(f"file names would be written in {encoding}: expected UTF-8; set PYTHONUTF8=1")


def complete_proxies(environ: MutableMapping[str, str]) -> None:
    """Give a proxy without a scheme the one that curl and pip assume; only http proxies can be spoken to."""
    for name in PROXY_VARIABLES:
        given = environ.get(name, "").strip()
        if not given:
            continue
        address = given if "://" in given else f"http://{given}"
        if not _is_http_proxy(address):
            raise UsageError(f"{name}: expected the address of an http proxy, like http://127.0.0.1:3128")
        environ[name] = address


def _is_http_proxy(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme == "http" and bool(parts.hostname) and " " not in address and parts.port != 0
    except ValueError:
        return False


def check_certificates(environ: MutableMapping[str, str]) -> None:
    """``SSL_CERT_FILE`` is read by OpenSSL, which says nothing where it cannot: then no certificate is trusted at all."""
    given = environ.get(CERT_FILE_VARIABLE)
    if given == "":  # to OpenSSL a file of that name, to people none
        del environ[CERT_FILE_VARIABLE]
    if not given:
        return
    store = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        store.load_verify_locations(cafile=given)
    except ssl.SSLError:
        cause = "it has no certificate that can be read"
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
    else:
        cause = "" if store.cert_store_stats()["x509"] else "it has no certificate"
    if cause:
        remedy = f"expected a file of certificates in PEM; correct {CERT_FILE_VARIABLE} or unset it"
        raise UsageError(f"{CERT_FILE_VARIABLE}={given}: {cause}; {remedy}")


def check_log_file(settings: SettingsLike) -> None:
    """A log that cannot be opened is told now; Scrapy would end with a traceback."""
    given: Any = settings.get("LOG_FILE")
    if not given:
        return
    try:
        with Path(given).open("ab"):
            pass
    except (OSError, ValueError) as error:
        raise UsageError(f"log file {given}: expected a file that can be written ({error})") from None
