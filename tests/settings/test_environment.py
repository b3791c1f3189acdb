"""What a run finds around it: refused in one line, or put right."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.settings import Settings

from newsarchive.errors import UsageError
from newsarchive.rehearsal.certificate import Authority
from newsarchive.settings.environment import (
    check_certificates,
    check_log_file,
    check_names,
    check_variables,
    complete_proxies,
)


@pytest.mark.parametrize("name", ["NEWSARCHIVE_SINA_CHANELS", "NEWSARCHIVE_ARCHIVE_DIR", "NEWSARCHIVE_X"])
def test_a_variable_that_is_no_setting_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="expected"):
        check_variables({name: "1"})


def test_variables_of_ours_and_of_scrapys_are_taken() -> None:
    check_variables(
        {"NEWSARCHIVE_DIR": "x", "NEWSARCHIVE_SINA_CHANNELS": "1686", "NEWSARCHIVE_DOWNLOAD_DELAY": "1", "HOME": "/"}
    )


@pytest.mark.parametrize("encoding", ["gbk", "iso8859-1", "ascii"])
def test_names_in_another_encoding_are_refused(encoding: str) -> None:
    with pytest.raises(UsageError, match="PYTHONUTF8=1"):
        check_names(encoding)


@pytest.mark.parametrize(
    ("given", "completed"),
    [("127.0.0.1:3128", "http://127.0.0.1:3128"), ("http://u:p@host:1", "http://u:p@host:1"), ("", "")],
)
def test_a_proxy_without_a_scheme_is_completed(given: str, completed: str) -> None:
    environ = {"https_proxy": given}
    complete_proxies(environ)
    assert environ["https_proxy"] == completed


@pytest.mark.parametrize("given", ["https://host:1", "socks5://host:1", "http://host:abc", "foo bar", "http://"])
def test_what_is_no_http_proxy_is_refused_without_being_shown(given: str) -> None:
    with pytest.raises(UsageError, match="expected") as refused:
        complete_proxies({"https_proxy": given})
    assert given not in str(refused.value).partition("like")[0]


CERTIFICATE = """-----BEGIN CERTIFICATE-----
-----END CERTIFICATE-----
"""


def test_a_file_of_certificates_is_taken(tmp_path: Path) -> None:
    own = Authority(tmp_path)
    check_certificates({"SSL_CERT_FILE": str(own.file)})


@pytest.mark.parametrize("content", [None, b"", b"no certificate\n", CERTIFICATE.encode(), b"\xff\xfe"])
def test_a_file_without_a_certificate_is_refused_with_its_name_and_what_to_do(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "own.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(
        UsageError, match=r"^SSL_CERT_FILE=.*own\.pem: .*; expected .* correct SSL_CERT_FILE or unset it$"
    ):
        check_certificates({"SSL_CERT_FILE": str(file)})


def test_an_empty_name_of_a_file_of_certificates_is_none() -> None:
    environ = {"SSL_CERT_FILE": ""}
    check_certificates(environ)
    assert environ == {}


def test_a_log_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    check_log_file(Settings({"LOG_FILE": str(tmp_path / "log")}))
    with pytest.raises(UsageError, match="expected"):
        check_log_file(Settings({"LOG_FILE": str(tmp_path / "none" / "log")}))
