"""reading.web.server: clients that are slow, silent or many cost the reader nothing."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from newsarchive.reading.web import guard, server
from tests.reading.shelves import docid_of, two_days
from tests.reading.web.readers import Reader, reading

PATIENCE_S = 20.0
"""Nothing is measured by it: a connection that is never closed must not hang the suite."""


def opened(reader: Reader, data: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", reader.port), timeout=PATIENCE_S)
    connection.sendall(data)
    return connection


def is_closed(connection: socket.socket) -> bool:
    """Reads until the other side closes; raises ``TimeoutError`` where it does not."""
    try:
        while connection.recv(65_536):
            pass
    except ConnectionError:
        pass
    return True


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ",
        b"POST /marks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40\r\n\r\nverb=",
    ],
)
def test_a_request_that_does_not_come_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(server, "REQUEST_S", 0.2)
    monkeypatch.setattr(guard, "RECEIVE_S", 0.2)
    with reading(two_days(tmp_path)) as reader, opened(reader, begun) as connection:
        assert is_closed(connection)
        assert reader.ask("/").status == 200


def test_a_second_request_that_drips_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "REQUEST_S", 0.3)
    with (
        reading(two_days(tmp_path)) as reader,
        opened(reader, b"GET /static/icon.svg HTTP/1.1\r\nHost: localhost\r\n\r\n") as connection,
    ):
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
        connection.sendall(b"GET / HT")
        assert is_closed(connection)


def test_a_client_that_reads_nothing_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "UNREAD_S", 0.2)
    two_days(tmp_path)
    with reading(tmp_path) as reader:
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
            connection.settimeout(PATIENCE_S)
            connection.connect(("127.0.0.1", reader.port))
            connection.sendall(b"GET /static/reader.css HTTP/1.1\r\nHost: localhost\r\n\r\n" * 400)
            time.sleep(1)
            assert is_closed(connection)
        assert reader.ask("/").status == 200


def test_too_many_clients_are_told_to_come_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_CLIENTS", 5)
    with reading(two_days(tmp_path)) as reader:
        others = [opened(reader) for _ in range(5)]
        assert reader.ask("/").status == 503
        for one in others:
            one.close()


@pytest.mark.parametrize(
    "begun", [b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/9.9\r\n\r\n", b"GET /\r\n\r\n", b"X: " + b"y" * 70_000]
)
def test_what_is_no_request_is_refused(tmp_path: Path, begun: bytes) -> None:
    with reading(two_days(tmp_path)) as reader, opened(reader, begun + b"\r\n\r\n") as connection:
        assert is_closed(connection)


def test_a_head_has_no_body(tmp_path: Path) -> None:
    with reading(two_days(tmp_path)) as reader:
        for path in ("/", f"/article/{docid_of(1)}", "/feeds/all.atom"):
            found = reader.ask(path, method="HEAD")
            assert (found.status, found.data) == (200, b"")
