"""The framing of blocks, frame by frame: sound transfers arrive, and every kind of cheating ends its stream only."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabswarm.ids import BlockId, BlockKind
from tabswarm.transport.transfers import (
    Ask,
    Asked,
    Cancelled,
    Credited,
    Holder,
    ItemArrived,
    Requester,
    RequesterEvent,
    StreamEnded,
    StreamFailed,
    StreamProgressed,
    TransferBroken,
    split,
)
from tabswarm.wire.blocks import FRAME_LIMIT, INITIAL_CREDIT, FrameType, Item, Refusal, Request, Wanted, frame

HASHES = bytes(16)
encode = msgspec.msgpack.encode


def block(partition: int = 0) -> BlockId:
    return BlockId("a1", BlockKind.PARTITION, 1, partition, 0)


def asked(*ceilings: int) -> tuple[Requester, int]:
    requester = Requester()
    asks = [Ask(Wanted(block(index)), ceiling) for index, ceiling in enumerate(ceilings)]
    stream = requester.ask("v1", asks)
    requester.take_frames()
    return requester, stream


def item(stream: int, index: int, *sizes: int, hashes: bytes | None = None) -> bytes:
    body = Item(index=index, sizes=sizes, hashes=HASHES * len(sizes) if hashes is None else hashes)
    return frame(FrameType.ITEM, stream, encode(body))


def data(stream: int, piece: bytes) -> bytes:
    return frame(FrameType.DATA, stream, piece)


def feed(requester: Requester, *frames: bytes) -> list[RequesterEvent | None]:
    return [requester.receive(*split(data)) for data in frames]


def test_several_items_arrive_in_order_with_their_segments_sizes() -> None:
    requester, stream = asked(10, 0, 10)
    events = feed(
        requester,
        item(stream, 0, 2, 3),
        data(stream, b"ab"),
        data(stream, b"cde"),
        item(stream, 1, 0),
        item(stream, 2, 1),
        data(stream, b"f"),
        frame(FrameType.END, stream),
    )
    assert events == [
        StreamProgressed(stream),
        StreamProgressed(stream),
        ItemArrived(stream, 0, (2, 3), HASHES * 2, b"abcde"),
        ItemArrived(stream, 1, (0,), HASHES, b""),
        StreamProgressed(stream),
        ItemArrived(stream, 2, (1,), HASHES, b"f"),
        StreamEnded(stream),
    ]
    assert requester.open_streams == 0 and requester.take_frames() == []


def test_the_request_names_the_holder_and_what_is_wanted() -> None:
    requester = Requester()
    stream = requester.ask("v7", [Ask(Wanted(block(), (3, 5)), 10)])
    kind, number, body = split(requester.take_frames()[0])
    assert (kind, number) == (FrameType.REQUEST, stream)
    request = msgspec.msgpack.decode(body, type=Request)
    assert request == Request(holder="v7", items=(Wanted(block(), (3, 5)),))


BROKEN: list[tuple[str, list[bytes]]] = [
    ("past the declared size", [item(1, 0, 2), data(1, b"abc")]),
    ("past the declared size, or before", [item(1, 0, 2), data(1, b"ab"), data(1, b"c")]),
    ("before any ITEM", [data(1, b"a")]),
    ("11 bytes declared, where at most 10", [item(1, 0, 11)]),
    ("bytes declared", [item(1, 0, -1, 2)]),
    ("bytes declared", [item(1, 0, 2**53)]),
    ("item 1 came where 0", [item(1, 1, 2)]),
    ("item 0 came where 1", [item(1, 0, 0), item(1, 0, 0)]),
    ("too early", [item(1, 0, 5), data(1, b"ab"), item(1, 1, 0)]),
    ("before all items", [frame(FrameType.END, 1)]),
    ("before all items", [item(1, 0, 5), data(1, b"ab"), frame(FrameType.END, 1)]),
    ("DATA frame of 0 bytes", [item(1, 0, 5), data(1, b"")]),
    ("bytes of hashes", [item(1, 0, 5, hashes=b"short")]),
    ("bytes of hashes", [item(1, 0, hashes=b"")]),
    ("sizes for the segments", [item(1, 0, 1, 1, hashes=HASHES)]),
    ("ITEM that cannot be read", [frame(FrameType.ITEM, 1, b"\xc1")]),
    ("refusal that cannot be read", [frame(FrameType.REFUSED, 1, b"")]),
]


@pytest.mark.parametrize(("why", "frames"), BROKEN)
def test_a_holder_that_cheats_ends_its_own_stream_and_is_cancelled(why: str, frames: list[bytes]) -> None:
    requester, stream = asked(10, 10)
    other = requester.ask("v2", [Ask(Wanted(block(9)), 3)])
    requester.take_frames()
    events = feed(requester, *frames)
    last = events[-1]
    assert isinstance(last, StreamFailed) and last.code == "broken" and why in last.reason
    assert requester.take_frames() == [frame(FrameType.CANCEL, stream)]
    assert feed(requester, data(stream, b"still on its way")) == [None]
    sound = feed(requester, item(other, 0, 3), data(other, b"abc"), frame(FrameType.END, other))
    assert sound[-1] == StreamEnded(other)


@pytest.mark.parametrize("segments", [(3,), (-1,), (0, 2)])
def test_a_segment_that_the_block_has_not_got_is_refused(segments: tuple[int, ...]) -> None:
    requester = Requester()
    stream = requester.ask("v1", [Ask(Wanted(block(), segments), 100)])
    sizes = tuple(1 for _ in segments)
    (event,) = feed(requester, item(stream, 0, *sizes, hashes=HASHES * 2))
    assert isinstance(event, StreamFailed) and event.code == "broken"


def test_a_refusal_is_told_with_its_code() -> None:
    requester, stream = asked(10)
    body = encode(Refusal(code="gone", reason="it left"))
    assert feed(requester, frame(FrameType.REFUSED, stream, body)) == [StreamFailed(stream, "gone", "it left")]


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\x03",
        b"\x03\0\0\0",
        frame(FrameType.DATA, 2, b"x"),
        frame(FrameType.DATA, 0, b"x"),
        b"\x00" + bytes(4),
        b"\x08" + bytes(4),
        b"\xff" + bytes(4),
        frame(FrameType.REQUEST, 1),
        frame(FrameType.CREDIT, 1, bytes(4)),
    ],
)
def test_frames_that_no_sound_relay_sends_break_the_socket(bad: bytes) -> None:
    requester, _ = asked(10)
    with pytest.raises(TransferBroken):
        feed(requester, bad)


def test_credit_is_granted_as_bytes_arrive_and_never_exceeded() -> None:
    size = 4 * INITIAL_CREDIT
    requester, stream = asked(size)
    feed(requester, item(stream, 0, size))
    granted, sent = INITIAL_CREDIT, 0
    while sent < size:
        room = min(granted - sent, FRAME_LIMIT)
        assert room > 0, "the requester let its holder starve"
        feed(requester, data(stream, bytes(room)))
        sent += room
        for grant in requester.take_frames():
            kind, _, body = split(grant)
            assert kind is FrameType.CREDIT
            granted += int.from_bytes(body, "big")
        assert granted - sent <= INITIAL_CREDIT
    requester, stream = asked(size)
    feed(requester, item(stream, 0, size))
    flood = [data(stream, bytes(FRAME_LIMIT))] * (INITIAL_CREDIT // FRAME_LIMIT + 1)
    without_reading_grants = feed(requester, *flood)
    assert not any(isinstance(event, StreamFailed) for event in without_reading_grants), "grants went out in between"
    too_large = feed(requester, data(stream, bytes(FRAME_LIMIT + 1)))
    assert isinstance(too_large[0], StreamFailed)


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=5), st.data())
def test_however_the_bytes_are_cut_up_the_items_are_the_same(blocks: list[bytes], drawn: st.DataObject) -> None:
    requester, stream = asked(*map(len, blocks))
    arrived = []
    for index, content in enumerate(blocks):
        events = feed(requester, item(stream, index, len(content)))
        rest = content
        while rest:
            cut = drawn.draw(st.integers(1, len(rest)))
            events += feed(requester, data(stream, rest[:cut]))
            rest = rest[cut:]
        arrived += [event.data for event in events if isinstance(event, ItemArrived)]
    assert arrived == blocks
    assert feed(requester, frame(FrameType.END, stream)) == [StreamEnded(stream)]


@given(st.lists(st.binary(max_size=60)))
def test_no_bytes_from_outside_do_more_than_end_a_stream_or_the_socket(frames: list[bytes]) -> None:
    requester, _ = asked(10, 10)
    holder = Holder()
    for data in frames:
        for receive in (requester.receive, holder.receive):
            try:
                receive(*split(data))
            except TransferBroken:
                pass


def test_a_transfer_cut_off_at_any_frame_yields_no_item_that_is_not_whole() -> None:
    content = bytes(range(100))
    frames = [item(1, 0, 100), *(data(1, content[at : at + 1]) for at in range(100))]
    for cut in range(len(frames)):
        requester, _ = asked(100)
        assert not any(isinstance(event, ItemArrived) for event in feed(requester, *frames[:cut]))


def test_a_holder_is_asked_credited_and_cancelled() -> None:
    holder = Holder()
    request = Request(holder="v2", items=(Wanted(block()),))
    assert holder.receive(*split(frame(FrameType.REQUEST, 5, encode(request)))) == Asked(5, request)
    assert holder.room(5) == FRAME_LIMIT
    for _ in range(INITIAL_CREDIT // FRAME_LIMIT):
        holder.data(5, bytes(FRAME_LIMIT))
    assert holder.room(5) == 0
    with pytest.raises(ValueError, match="room for 0"):
        holder.data(5, b"x")
    assert holder.receive(*split(frame(FrameType.CREDIT, 5, (7).to_bytes(4, "big")))) == Credited(5)
    assert holder.room(5) == 7
    assert holder.receive(*split(frame(FrameType.CANCEL, 5))) == Cancelled(5)
    assert not holder.is_open(5) and holder.room(5) == 0
    assert holder.receive(*split(frame(FrameType.CREDIT, 5, bytes(4)))) is None


@pytest.mark.parametrize(
    "bad",
    [
        frame(FrameType.REQUEST, 1, encode(Request(holder="", items=()))),
        frame(FrameType.REQUEST, 2, b"\xc1"),
        frame(FrameType.CREDIT, 1, b"\x01"),
        frame(FrameType.CREDIT, 9, bytes(4)),
        frame(FrameType.CREDIT, 1, b"\xff\xff\xff\xff"),
        frame(FrameType.CANCEL, 9),
        frame(FrameType.DATA, 1, b"x"),
        frame(FrameType.END, 1),
    ],
)
def test_a_holder_refuses_what_no_requester_may_send(bad: bytes) -> None:
    holder = Holder()
    holder.receive(*split(frame(FrameType.REQUEST, 1, encode(Request(holder="v2", items=(Wanted(block()),))))))
    with pytest.raises(TransferBroken):
        holder.receive(*split(bad))
