from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from newsarchive.crawl import gate
from newsarchive.crawl.gate import Gate, host_of
from newsarchive.errors import BlockedError

BAN = BlockedError("banned")


class Server:
    """Answers when ``answer`` is set; records the requests that were sent and those that were cancelled."""

    def __init__(self) -> None:
        self.answer = asyncio.Event()
        self.sent: list[str] = []
        self.broken_off: list[str] = []

    async def page(self, name: str) -> str:
        self.sent.append(name)
        try:
            await self.answer.wait()
        except asyncio.CancelledError:
            self.broken_off.append(name)
            raise
        return f"page {name}"

    async def refusal(self, name: str) -> str:
        await self.page(name)
        raise ConnectionResetError(name)


def run(scene: Callable[[Gate, Server], Coroutine[Any, Any, None]]) -> None:
    """Play a scene in a real event loop; what the loop has to complain about is an error."""
    complaints: list[dict[str, Any]] = []

    async def play() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        await scene(Gate(), Server())
        await asyncio.sleep(0)

    asyncio.run(play())
    gc.collect()  # a failed task that nobody asked complains when it goes
    assert complaints == []


@pytest.fixture
def _short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "GRACE_S", 0.02)


def test_open_gate_lets_answers_and_errors_through() -> None:
    async def scene(gate: Gate, server: Server) -> None:
        server.answer.set()
        assert await gate.send(server.page("a")) == "page a"
        with pytest.raises(ConnectionResetError):
            await gate.send(server.refusal("b"))

    run(scene)


def test_shut_gate_sends_nothing() -> None:
    async def scene(gate: Gate, server: Server) -> None:
        gate.shut(BAN)
        for name in "ab":
            with pytest.raises(BlockedError, match="banned"):
                await gate.send(server.page(name))
        assert server.sent == []

    run(scene)


def test_a_host_has_one_key_whatever_the_port() -> None:
    assert {host_of(f"https://{place}/a") for place in ("h.sina.cn", "h.sina.cn:443", "H.sina.cn:80")} == {"h.sina.cn"}


def test_a_pause_counts_by_what_it_adds() -> None:
    async def scene(gate: Gate, _: Server) -> None:
        assert [round(gate.hold("h", seconds)) for seconds in (60, 30, 90)] == [60, 0, 30]

    run(scene)


def test_first_reason_stands() -> None:
    async def scene(gate: Gate, server: Server) -> None:
        gate.shut(BAN)
        gate.shut(OSError("later"))
        assert gate.error is BAN

    run(scene)


def test_answer_within_the_grace_arrives() -> None:
    async def scene(gate: Gate, server: Server) -> None:
        under_way = asyncio.ensure_future(gate.send(server.page("a")))
        await asyncio.sleep(0)
        gate.shut(BAN)
        server.answer.set()
        assert await under_way == "page a"

    run(scene)


def test_failure_within_the_grace_is_that_of_the_gate() -> None:
    async def scene(gate: Gate, server: Server) -> None:
        under_way = asyncio.ensure_future(gate.send(server.refusal("a")))
        await asyncio.sleep(0)
        gate.shut(BAN)
        server.answer.set()
        with pytest.raises(BlockedError):
            await under_way

    run(scene)


@pytest.mark.usefixtures("_short_grace")
def test_hanging_requests_are_broken_off_after_the_grace() -> None:
    async def scene(gate: Gate, server: Server) -> None:
        under_way = [asyncio.ensure_future(gate.send(server.page(name))) for name in "abc"]
        await asyncio.sleep(0)
        gate.shut(BAN)
        ended = await asyncio.wait_for(asyncio.gather(*under_way, return_exceptions=True), 5)
        assert ended == [BAN, BAN, BAN]
        assert sorted(server.broken_off) == ["a", "b", "c"]

    run(scene)


@pytest.mark.usefixtures("_short_grace")
def test_request_under_way_is_left_alone_while_the_gate_is_open() -> None:
    async def scene(gate: Gate, server: Server) -> None:
        under_way = asyncio.ensure_future(gate.send(server.page("a")))
        await asyncio.sleep(0.05)
        server.answer.set()
        assert await under_way == "page a"

    run(scene)


@pytest.mark.parametrize("shut", [False, True])
def test_giving_up_waiting_breaks_the_request_off(shut: bool) -> None:
    async def scene(gate: Gate, server: Server) -> None:
        under_way = asyncio.ensure_future(gate.send(server.refusal("a")))
        await asyncio.sleep(0)
        if shut:
            gate.shut(BAN)
        under_way.cancel()
        with pytest.raises(asyncio.CancelledError):
            await under_way
        await asyncio.sleep(0)
        assert server.broken_off == ["a"]

    run(scene)
