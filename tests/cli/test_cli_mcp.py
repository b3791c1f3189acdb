"""``newsarchive mcp``, asked by the SDK's own client."""

from __future__ import annotations

import socket
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from newsarchive.reading.agent import Agent
from newsarchive.reading.library import Library
from tests.cli.cli_process import ROOT, RUN, newsarchive
from tests.reading import shelves
from tests.reading.shelves import docid_of

mcp = pytest.importorskip("mcp", reason="needs the extra mcp")
anyio = pytest.importorskip("anyio")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shelves.two_days(tmp_path_factory.mktemp("mcp") / "archive")


def test_agent_speaks_over_stdio(made: Path) -> None:
    from mcp.client.stdio import StdioServerParameters

    async def talk() -> tuple[list[Any], list[Any]]:
        ours = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        command = ["-c", RUN, "mcp", "--archive", str(made)]
        async with mcp.Client(StdioServerParameters(command=sys.executable, args=command, env=ours)) as client:
            asked = [
                ("search", {"query": "正文 -更正", "limit": 1}),
                ("read", {"article": docid_of(2), "as_of": "2026-11-23T02:30"}),
                ("list", {"since": "2026-11-24"}),
                ("corrections", {"since": "2026-11-01"}),
                ("coverage", {"since": "2026-11-23"}),
                ("search", {"query": "正文 OR"}),
            ]
            answers = [await client.call_tool(name, given) for name, given in asked]
            return (await client.list_tools()).tools, answers

    tools, answers = anyio.run(talk)
    assert [tool.name for tool in tools] == ["search", "read", "list", "corrections", "coverage"]
    assert all(tool.annotations.read_only_hint and tool.description for tool in tools)
    *good, wrong = answers
    search, read, listed, corrections, coverage = [answer.structured_content for answer in good]
    assert [one["docid"] for one in search["articles"]] == [docid_of(5)]
    assert (read["state"], read["text"]) == (1, "正文2。")
    assert [one["docid"] for one in listed["articles"]] == [docid_of(5), docid_of(4)]
    assert [one["kind"] for one in corrections["corrections"]] == ["gone", "figure"]
    assert coverage["complete"] is True
    assert wrong.is_error
    assert "OR stands between two words" in wrong.content[0].text


def test_door_over_http_is_shut_to_other_hosts(made: Path) -> None:
    from httpx2 import ASGITransport, AsyncClient

    from newsarchive.reading.agent_server import server_of

    server = server_of(
        Agent(Library(made), {}, lambda _: pytest.fail("asked"), lambda: shelves.at(shelves.TUESDAY, 23))
    )
    app = server.streamable_http_app(stateless_http=True, json_response=True)
    ask = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    accept = {"Accept": "application/json, text/event-stream"}

    async def post() -> list[int]:
        statuses = []
        async with server.session_manager.run():
            for host, origin in (
                ("127.0.0.1:8765", ""),
                ("evil.example", ""),
                ("127.0.0.1:8765", "http://evil.example"),
            ):
                headers = accept | ({"Origin": origin} if origin else {})
                async with AsyncClient(transport=ASGITransport(app), base_url=f"http://{host}") as client:
                    statuses.append((await client.post("/mcp", json=ask, headers=headers)).status_code)
        return statuses

    assert anyio.run(post) == [200, 421, 403]


def test_port_in_use_is_wrong_usage(made: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = newsarchive("mcp", "--http", "--port", str(port), "--archive", str(made))
    assert (done.returncode, f"--port {port}: it is in use" in done.stderr) == (2, True)


def test_folder_that_is_no_archive_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    assert newsarchive("mcp", "--archive", str(tmp_path)).returncode == 2
