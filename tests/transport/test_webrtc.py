"""Lines over WebRTC between native peers: opened from either side or from both, and never mended."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from aioice.ice import get_host_addresses
from tests.transport.known_passes import passes

from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.location import Holder
from tabswarm.shipping.block_hash import segment_hash
from tabswarm.transport import webrtc
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.data_channel import in_messages
from tabswarm.transport.exchange import Exchange, FetchBroken, Served
from tabswarm.transport.passes import Passes
from tabswarm.transport.transfers import Ask
from tabswarm.transport.webrtc import WebRtcWay
from tabswarm.wire.blocks import FRAME_LIMIT, HEADER, Wanted
from tabswarm.wire.messages import IceServer, Signal, SignalKind

SEGMENTS = 10_000
"""So many that their hashes need a frame longer than a message."""
DATA = bytes(range(128)) * SEGMENTS
BLOCK = BlockId("a1", BlockKind.MAP_OUTPUT, 1, 0, 0)


async def look_up(wanted: BlockId, segments: tuple[int, ...] | None) -> Served | None:
    if wanted != BLOCK:
        return None
    size = len(DATA) // SEGMENTS
    parts = [DATA[start : start + size] for start in range(0, len(DATA), size)]
    return Served(tuple(map(len, parts)), b"".join(map(segment_hash, parts)), [DATA])


def card(peer: str) -> Holder:
    return Holder(peer, "native", "", ("webrtc",), "", "", "")


class Coordinator:
    """Forwards signals between two peers; `change` may change or drop them."""

    def __init__(self) -> None:
        self.ways: dict[str, WebRtcWay] = {}
        self.adopted: dict[tuple[str, str], Exchange] = {}
        self.kinds: list[tuple[str, SignalKind]] = []
        self.passes: dict[str, Passes] = {}
        self.change: Callable[[Signal], Signal | None] = lambda signal: signal

    def join(self, peer: str) -> WebRtcWay:
        def send(signal: Signal) -> None:
            self.kinds.append((peer, signal.kind))
            passed = self.change(signal)
            if passed is not None:
                forwarded = Signal(peer=peer, kind=passed.kind, data=passed.data)
                asyncio.get_running_loop().call_soon(self.ways[signal.peer].take, forwarded)

        def adopt(other: str, line: Exchange) -> None:
            self.adopted[peer, other] = line

        self.ways[peer] = WebRtcWay(peer, send, look_up, self.passes.get(peer, passes("a1")), adopt)
        return self.ways[peer]


@asynccontextmanager
async def two() -> AsyncIterator[tuple[Coordinator, WebRtcWay, WebRtcWay]]:
    coordinator = Coordinator()
    yield coordinator, coordinator.join("v1"), coordinator.join("v2")
    for way in coordinator.ways.values():
        await way.close()


async def fetched(line: Exchange, holder: str) -> bytes:
    (got,) = await line.fetch(holder, [Ask(Wanted(BLOCK), len(DATA))])
    assert got.direct and len(got.sizes) == SEGMENTS
    return got.data


async def test_one_line_serves_both_ways() -> None:
    async with two() as (coordinator, one, _):
        line = await one.connect(card("v2"))
        assert await fetched(line, "v2") == DATA
        assert await fetched(coordinator.adopted["v2", "v1"], "v1") == DATA


@pytest.mark.parametrize("known", ["none", "another application's"])
async def test_an_evil_peer_that_is_connected_gets_no_block_without_its_pass(known: str) -> None:
    coordinator = Coordinator()
    coordinator.passes["v1"] = passes(*(["a2"] if known == "another application's" else []))
    one, other = coordinator.join("v1"), coordinator.join("v2")
    line = await one.connect(card("v2"))
    with pytest.raises(FetchBroken) as refused:
        await fetched(line, "v2")
    assert refused.value.code == "not_allowed" and not refused.value.got
    coordinator.passes["v1"].learn("a1", "1a")
    assert await fetched(line, "v2") == DATA
    await one.close()
    await other.close()


async def test_where_two_offers_cross_one_line_remains() -> None:
    async with two() as (coordinator, one, other):
        lines = await asyncio.gather(one.connect(card("v2")), other.connect(card("v1")))
        assert [await fetched(lines[0], "v2"), await fetched(lines[1], "v1")] == [DATA, DATA]
        assert sorted(coordinator.kinds)[-1] != ("v2", SignalKind.ANSWER), "the smaller id answers"


async def test_a_line_that_one_side_closes_is_lost_to_the_other_and_a_new_one_is_opened() -> None:
    async with two() as (coordinator, one, other):
        line = await one.connect(card("v2"))
        await coordinator.adopted["v2", "v1"].close()
        async with asyncio.timeout(10):
            await line.wait_lost()
        again = await other.connect(card("v1"))
        assert await fetched(again, "v1") == DATA


async def test_an_offer_that_the_coordinator_does_not_pass_on_fails_at_once() -> None:
    async with two() as (coordinator, one, _):
        coordinator.change = lambda signal: None
        connecting = asyncio.create_task(one.connect(card("v2")))
        while not coordinator.kinds:
            await asyncio.wait([connecting], timeout=0.01)
        one.take(Signal(peer="v2", kind=SignalKind.END))
        with pytest.raises(ConnectionLost, match="did not pass"):
            await connecting


@pytest.mark.parametrize("sdp", ["", "v=0", "garbage\r\n" * 100])
async def test_an_answer_that_is_none_ends_the_attempt(sdp: str) -> None:
    async with two() as (coordinator, one, _):

        def spoil(signal: Signal) -> Signal:
            if signal.kind is not SignalKind.ANSWER:
                return signal
            said = webrtc._said.decode(signal.data)
            said.sdp = sdp
            return Signal(peer=signal.peer, kind=signal.kind, data=msgspec.json.encode(said).decode())

        coordinator.change = spoil
        with pytest.raises(ConnectionLost):
            await one.connect(card("v2"))


@pytest.mark.parametrize("data", ["x", "[]", "{}", '{"attempt":7}', '{"attempt":"a","candidate":"no"}', "\ud800"])
@pytest.mark.parametrize("kind", list(SignalKind))
async def test_signals_that_say_nothing_change_nothing(kind: SignalKind, data: str) -> None:
    async with two() as (_, one, other):
        one.take(Signal(peer="v2", kind=kind, data=data))
        other.take(Signal(peer="v3", kind=kind, data=data))
        assert not one._attempts and not other._attempts


def test_whoever_lacks_the_extra_says_and_does_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert webrtc.network_capabilities() == ("tcp", "webrtc")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert webrtc.network_capabilities() == ("tcp",)


@pytest.mark.parametrize("body", [0, 1, FRAME_LIMIT - 1, FRAME_LIMIT, FRAME_LIMIT + 1, 3 * FRAME_LIMIT, 200_000])
def test_a_long_frame_goes_in_messages_that_every_browser_takes(body: int) -> None:
    data = bytes([2]) + bytes(range(4)) + b"x" * body
    messages = in_messages(data)
    assert all(len(message) <= HEADER.size + FRAME_LIMIT for message in messages)
    assert all(message[0] == 0 for message in messages[:-1]) and messages[-1][: HEADER.size] == data[: HEADER.size]
    assert b"".join([messages[-1][: HEADER.size], *(m[1:] for m in messages[:-1]), messages[-1][HEADER.size :]]) == data


async def test_the_stun_server_that_was_set_is_asked_and_no_other() -> None:
    host = get_host_addresses(use_ipv4=True, use_ipv6=False)[0]
    asked: asyncio.Queue[bytes] = asyncio.Queue()

    class Server(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            asked.put_nowait(data)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Server, (host, 0))
    async with two() as (_, one, _):
        assert not one.ice_servers
        one.ice_servers = (IceServer(f"stun:{host}:{transport.get_extra_info('sockname')[1]}"),)
        connecting = asyncio.create_task(one.connect(card("v2")))
        async with asyncio.timeout(10):
            assert (await asked.get())[4:8] == b"\x21\x12\xa4\x42"
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
    transport.close()
