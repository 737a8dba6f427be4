"""The relay carries only what was ordered, holds both ends to the framing, and keeps next to nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
import pytest
from tests.coordinator.in_memory import lost, settle
from tests.transport.known_passes import passes

from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.relay import RelayHub
from tabswarm.ids import BlockId, BlockKind
from tabswarm.transport.connection import Connection, ConnectionLost
from tabswarm.transport.memory import pair
from tabswarm.transport.relay import FetchBroken, Relay, Served
from tabswarm.transport.transfers import Ask, split
from tabswarm.wire.blocks import (
    FRAME_LIMIT,
    INITIAL_CREDIT,
    STREAM_LIMIT,
    FrameType,
    Item,
    Refusal,
    Request,
    Wanted,
    frame,
)

HASH = bytes(16)
encode = msgspec.msgpack.encode


def block(partition: int = 0, application: str = "a1") -> BlockId:
    return BlockId(application, BlockKind.PARTITION, 1, partition, 0)


class Hub:
    """A relay hub with raw ends to it."""

    def __init__(
        self, bounds: Bounds | None = None, allowed: Callable[[str, str, BlockId], bool] | None = None
    ) -> None:
        self.here = {"v1", "v2", "v3"}
        self.hub = RelayHub(allowed or (lambda *_: True), self.here.__contains__, bounds or Bounds())
        self.tasks: dict[str, asyncio.Task[ConnectionLost]] = {}

    def join(self, peer: str, room: int = 2**26) -> Connection:
        ours, theirs = pair(room)
        self.tasks[peer] = asyncio.create_task(self.hub.serve(peer, ours))
        return theirs


def request(holder: str, *partitions: int, stream: int = 1) -> bytes:
    items = tuple(Wanted(block(partition)) for partition in partitions)
    return frame(FrameType.REQUEST, stream, encode(Request(holder=holder, items=items)))


def item(size: int, index: int = 0, stream: int = 1) -> bytes:
    return frame(FrameType.ITEM, stream, encode(Item(index=index, sizes=(size,), hashes=HASH)))


def data(size: int, stream: int = 1) -> bytes:
    return frame(FrameType.DATA, stream, bytes(size))


async def next_frame(end: Connection) -> tuple[FrameType, int, bytes]:
    kind, stream, body = split(await end.receive())
    return kind, stream, bytes(body)


async def refusal(end: Connection) -> tuple[int, str]:
    while True:
        kind, stream, body = await next_frame(end)
        if kind is FrameType.REFUSED:
            return stream, msgspec.msgpack.decode(body, type=Refusal).code


async def test_a_request_reaches_its_holder_with_the_requesters_name_and_a_number_of_its_own() -> None:
    hub = Hub()
    asker, other, holder = hub.join("v1"), hub.join("v3"), hub.join("v2")
    await settle()
    await asker.send(request("v2", 0, stream=5))
    await other.send(request("v2", 1, stream=5))
    for number, peer in ((1, "v1"), (2, "v3")):
        kind, stream, body = await next_frame(holder)
        assert (kind, stream) == (FrameType.REQUEST, number)
        assert msgspec.msgpack.decode(body, type=Request).holder == peer
    await holder.send(item(3, stream=2))
    await holder.send(data(3, stream=2))
    await holder.send(frame(FrameType.END, 2))
    assert [(await next_frame(other))[:2] for _ in range(3)] == [
        (FrameType.ITEM, 5),
        (FrameType.DATA, 5),
        (FrameType.END, 5),
    ]
    assert hub.hub.take_moved() == {"a1": 3} and hub.hub.take_moved() == {}


async def test_what_nobody_ordered_is_refused_and_its_holder_never_asked() -> None:
    ordered = {("v1", "v2", block(0))}
    hub = Hub(allowed=lambda *asked: asked in ordered)
    asker, holder = hub.join("v1"), hub.join("v2")
    await settle()
    for number, partitions in enumerate([(1,), (0, 1), ()], start=1):
        await asker.send(request("v2", *partitions, stream=number))
        assert await refusal(asker) == (number, "not_allowed")
    await holder.send(request("v1", 0, stream=1))
    assert await refusal(holder) == (1, "not_allowed")
    await asker.send(request("v2", 0, stream=4))
    assert (await next_frame(holder))[:2] == (FrameType.REQUEST, 1), "the first frame that the holder ever got"


async def test_bytes_pass_only_within_the_credit_that_was_granted() -> None:
    hub = Hub()
    asker, holder = hub.join("v1"), hub.join("v2")
    await settle()
    await asker.send(request("v2", 0))
    await holder.receive()
    await holder.send(item(2**30))
    for _ in range(INITIAL_CREDIT // FRAME_LIMIT):
        await holder.send(data(FRAME_LIMIT))
    await asker.send(frame(FrameType.CREDIT, 1, (10).to_bytes(4, "big")))
    assert await next_frame(holder) == (FrameType.CREDIT, 1, (10).to_bytes(4, "big"))
    await holder.send(data(10))
    await holder.send(data(1))
    assert await refusal(asker) == (1, "broken")
    assert (await next_frame(holder))[0] is FrameType.CANCEL
    assert hub.hub.take_moved() == {"a1": INITIAL_CREDIT + 10}


CHEATS: list[list[bytes]] = [
    [data(1)],
    [item(3), data(4)],
    [item(3), data(3), data(1)],
    [item(3), item(3, index=1)],
    [item(3, index=1)],
    [item(-1)],
    [item(2**31 + 1)],
    [item(3), data(0)],
    [item(2**20), data(FRAME_LIMIT + 1)],
    [item(3), frame(FrameType.END, 1)],
    [frame(FrameType.END, 1)],
    [frame(FrameType.REFUSED, 1, bytes(5000))],
]


@pytest.mark.parametrize("frames", CHEATS, ids=range(len(CHEATS)))
async def test_a_holder_that_cheats_is_cut_off_and_its_requester_told(frames: list[bytes]) -> None:
    hub = Hub()
    asker, holder = hub.join("v1"), hub.join("v2")
    await settle()
    await asker.send(request("v2", 0, 1))
    await holder.receive()
    for each in frames:
        await holder.send(each)
    await holder.send(data(1))
    assert await refusal(asker) == (1, "broken")
    assert (await next_frame(holder))[0] is FrameType.CANCEL
    assert hub.hub.open_streams == 0


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\x09" + bytes(4),
        frame(FrameType.REQUEST, 1, b"\xc1"),
        frame(FrameType.REQUEST, 0, encode(Request(holder="v2", items=()))),
        frame(FrameType.REQUEST, 1, bytes(2**20 + 1)),
        frame(FrameType.CREDIT, 1, bytes(4)),
        frame(FrameType.CANCEL, 1),
        data(1, stream=9),
    ],
)
async def test_frames_that_make_no_sense_close_their_own_socket(bad: bytes) -> None:
    hub = Hub()
    asker = hub.join("v1")
    await settle()
    await asker.send(bad)
    gone = await lost(asker.receive)
    assert gone.code == 4400 and len(gone.reason) <= 120
    await hub.tasks["v1"]


async def test_a_holder_that_leaves_in_mid_stream_is_gone_for_each_who_asked_it() -> None:
    hub = Hub()
    asker, other, holder = hub.join("v1"), hub.join("v3"), hub.join("v2")
    await settle()
    await asker.send(request("v2", 0))
    await other.send(request("v2", 0))
    await holder.receive()
    await holder.receive()
    await holder.send(item(100))
    await holder.send(data(50))
    await settle()
    hub.here.discard("v2")
    hub.hub.drop("v2")
    assert await refusal(asker) == (1, "gone") and await refusal(other) == (1, "gone")
    await asker.send(request("v2", 0, stream=2))
    assert await refusal(asker) == (2, "gone")
    assert hub.hub.open_streams == 0


async def test_a_requester_that_leaves_cancels_what_it_asked() -> None:
    hub = Hub()
    asker, holder = hub.join("v1"), hub.join("v2")
    await settle()
    await asker.send(request("v2", 0))
    await holder.receive()
    await asker.close()
    assert (await next_frame(holder))[:2] == (FrameType.CANCEL, 1)
    await holder.send(item(5))
    await holder.send(data(5))
    await settle()
    assert not hub.tasks["v2"].done(), "what was on its way already is no offence"


async def test_a_requester_that_does_not_read_costs_no_more_than_its_cap() -> None:
    hub = Hub(Bounds(relay_outbox_bytes=2**20))
    asker, holder = hub.join("v1", room=1), hub.join("v2")
    await settle()
    held = 0
    sent = 0
    for stream in range(1, 9):
        await asker.send(request("v2", 0, stream=stream))
        await settle()
    for stream in range(1, 9):
        await holder.send(item(2**30, stream=stream))
        for _ in range(INITIAL_CREDIT // FRAME_LIMIT):
            await holder.send(data(FRAME_LIMIT, stream=stream))
            sent += FRAME_LIMIT
            await settle()
            held = max(held, hub.hub.waiting_bytes)
    assert sent == 8 * INITIAL_CREDIT and held <= 2**20 + FRAME_LIMIT
    assert (await lost(asker.receive)).code == 4413
    await hub.tasks["v1"]
    assert hub.hub.waiting_bytes <= 2**16 and hub.hub.open_streams == 0


async def test_with_too_much_waiting_in_all_no_request_is_taken() -> None:
    hub = Hub(Bounds(relay_bytes=1000))
    slow, asker, holder = hub.join("v1", room=1), hub.join("v3"), hub.join("v2")
    await settle()
    await slow.send(request("v2", 0))
    await holder.receive()
    await holder.send(item(5000))
    await holder.send(data(5000))
    await settle()
    await asker.send(request("v2", 0))
    assert await refusal(asker) == (1, "limit")


async def test_a_request_waits_for_the_relay_socket_of_a_holder_that_is_here() -> None:
    hub = Hub(Bounds(park_seconds=30))
    asker = hub.join("v1")
    await settle()
    await asker.send(request("v2", 0))
    await asker.send(frame(FrameType.CREDIT, 1, (7).to_bytes(4, "big")))
    await settle()
    holder = hub.join("v2")
    assert (await next_frame(holder))[0] is FrameType.REQUEST
    assert await next_frame(holder) == (FrameType.CREDIT, 1, (7).to_bytes(4, "big"))


async def test_a_holder_whose_relay_socket_never_comes_is_gone() -> None:
    hub = Hub(Bounds(park_seconds=0.01))
    asker = hub.join("v1")
    await settle()
    await asker.send(request("v2", 0))
    assert await refusal(asker) == (1, "gone")
    await asker.send(request("v2", 0, stream=2))
    await asker.send(frame(FrameType.CANCEL, 2))
    await settle()
    assert hub.hub.open_streams == 0


async def test_too_many_streams_of_one_requester_are_refused_and_of_one_holder_queued() -> None:
    hub = Hub()
    asker, other, holder = hub.join("v1"), hub.join("v3"), hub.join("v2")
    await settle()
    for stream in range(1, STREAM_LIMIT + 2):
        await asker.send(request("v2", 0, stream=stream))
    assert await refusal(asker) == (STREAM_LIMIT + 1, "limit")
    await other.send(request("v2", 0))
    for number in range(1, STREAM_LIMIT + 1):
        assert (await next_frame(holder))[:2] == (FrameType.REQUEST, number)
    await settle()
    await holder.send(frame(FrameType.REFUSED, 3, encode(Refusal(code="unavailable", reason=""))))
    kind, number, body = await next_frame(holder)
    assert (kind, number) == (FrameType.REQUEST, STREAM_LIMIT + 1)
    assert msgspec.msgpack.decode(body, type=Request).holder == "v3"


async def test_a_newer_relay_socket_replaces_the_older() -> None:
    hub = Hub()
    asker, older = hub.join("v1"), hub.join("v2")
    await settle()
    await asker.send(request("v2", 0))
    await older.receive()
    newer = hub.join("v2")
    assert await refusal(asker) == (1, "gone")
    assert (await lost(older.receive)).code == 4409
    await asker.send(request("v2", 0, stream=2))
    assert (await next_frame(newer))[:2] == (FrameType.REQUEST, 1)


async def test_two_clients_move_large_blocks_both_ways_at_once() -> None:
    hub = Hub()
    content = bytes(range(256)) * 8192

    async def lookup(block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
        if block.partition == 9:
            return None
        return Served((len(content),), HASH, [content[:1000], content[1000:]])

    one, two = (Relay(hub.join(peer), lookup, passes=passes("a1")) for peer in ("v1", "v2"))
    asks = [Ask(Wanted(block(partition)), len(content)) for partition in range(2)]
    fetched = await asyncio.gather(
        *(one.fetch("v2", asks) for _ in range(4)), *(two.fetch("v1", asks) for _ in range(4)), one.fetch("v1", asks)
    )
    assert all(got.data == content for blocks in fetched for got in blocks)
    with pytest.raises(FetchBroken, match="is not here"):
        await one.fetch("v2", [Ask(Wanted(block(9)), 1)])
    await one.close()
    await two.close()
    await asyncio.wait(hub.tasks.values())
    assert hub.hub.open_streams == 0 and hub.hub.waiting_bytes == 0
