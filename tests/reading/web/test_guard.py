"""reading.web.guard: who may ask, from where, and what every answer carries."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsarchive.reading.web import guard
from newsarchive.reading.web.guard import GuardRules, is_our_name, is_password
from tests.reading.shelves import docid_of, two_days
from tests.reading.web.readers import Reader, reading

STAR = f"docid={docid_of(1)}&verb=starred"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with reading(two_days(tmp_path_factory.mktemp("shelf"))) as found:
        yield found


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1", True), ("127.0.0.1:8000", True), ("localhost:1", True), ("LOCALHOST", True), ("[::1]:8000", True),
        ("[::1]", True), ("192.168.1.7:80", True), ("desk.home", True), ("desk.home:80", True),
        ("evil.example", False), ("127.0.0.1.evil.example", False), ("localhost.evil.example", False), ("", False),
        ("evil.example:127", False), ("desk.home.evil", False), ("127.0.0.1@evil.example", False),
    ],
)  # fmt: skip
def test_only_addresses_and_given_names_are_answered(host: str, ours: bool) -> None:
    assert is_our_name(host, ["Desk.home"]) is ours


def test_another_host_is_refused(reader: Reader) -> None:
    assert reader.ask("/", host="evil.example").status == 421
    assert reader.ask("/", host="localhost:7").status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"origin": "http://127.0.0.1:{port}"}, 303),
        ({"sec_fetch_site": "same-origin"}, 303),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"sec_fetch_site": "cross-site"}, 403),
    ],
)
def test_marks_are_taken_from_our_own_pages_alone(reader: Reader, headers: dict[str, str], status: int) -> None:
    given = {name: value.format(port=reader.port) for name, value in headers.items()}
    assert reader.ask("/marks", method="POST", body=STAR, **given).status == status


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(reader: Reader, method: str) -> None:
    assert reader.ask("/", method=method).status == 405


def test_a_long_form_is_refused(reader: Reader) -> None:
    assert reader.ask("/marks", method="POST", body="x" * (guard.MOST_BODY_BYTES + 1)).status == 413
    assert reader.ask("/marks", method="POST", content_length="0" * 12 + "99999999").status == 413


def test_a_form_of_many_fields_is_refused(reader: Reader) -> None:
    assert reader.ask("/marks", method="POST", body="&".join(f"f{n}=1" for n in range(30))).status == 422


def test_a_form_that_is_broken_off_marks_nothing(reader: Reader) -> None:
    with socket.create_connection(("127.0.0.1", reader.port)) as connection:
        head = f"POST /marks HTTP/1.1\r\nHost: 127.0.0.1:{reader.port}\r\nContent-Length: 99\r\n\r\n"
        connection.sendall(f"{head}verb=starred&docid=nitmeav96".encode())
    assert "nitmeav96" not in reader.ask("/starred").text


@pytest.mark.parametrize(
    "path", ["/", "/static/reader.js", "/feeds/all.atom", "/nonsense", "/api/days", "/live?after=x"]
)
def test_every_answer_forbids_what_pages_do_not_need(reader: Reader, path: str) -> None:
    headers = reader.ask(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["img-src"] == "'self' https://sinaimg.cn https://*.sinaimg.cn"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


def test_a_password_is_asked_for_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "WRONG_PASSWORD_S", 0.0)
    secret = "correct horse"  # noqa: S105 - invented
    right = "Basic " + base64.b64encode(f"读者:{secret}".encode()).decode()
    with reading(two_days(tmp_path), GuardRules(password=secret)) as reader:
        for path in ("/", "/static/reader.css", "/api/openapi.json", "/feeds/all.atom"):
            asked = reader.ask(path)
            assert (asked.status, "basic" in asked.headers["www-authenticate"].lower()) == (401, True)
            assert reader.ask(path, authorization="Basic bm9uZQ==").status == 401
            assert reader.ask(path, authorization=right).status == 200


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic %%%", "Bearer cGFzcw==", "Bearer OnBhc3M=", "Basic " + "A" * 5000]
)
def test_what_is_no_password_is_none(header: str) -> None:
    assert not is_password(header, "pass")


def test_a_long_address_is_refused(reader: Reader) -> None:
    assert reader.ask(f"/search?q={'a' * 9_000}").status == 414
    assert reader.ask(f"/{'a' * 9_000}").status == 414
    assert reader.ask(f"/search?q={'%F0%A0%AE%B7' * 500}").status == 400
