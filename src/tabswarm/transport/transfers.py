"""The two ends of a block transfer, without any I/O: frames in, what happened and frames out.

`wire/blocks.py` draws the framing. The law here: a holder's word is never trusted further than it was asked. Items come
in the order asked, no item is larger than its ceiling (the size that was committed), no byte comes past the declared
size or past the credit, and what breaks that ends its stream with `broken` while other streams go on. Frames that
cannot come from a sound *relay* (an unknown type, a stream that never was) raise `TransferBroken`: the socket goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from tabswarm.errors import TabswarmError
from tabswarm.transport.passes import Passes
from tabswarm.wire.blocks import (
    FRAME_LIMIT,
    HEADER,
    INITIAL_CREDIT,
    STREAM_LIMIT,
    FrameType,
    Item,
    Refusal,
    Request,
    Wanted,
    frame,
)
from tabswarm.wire.malformed import MALFORMED

HASH_SIZE = 16
CREDIT_CEILING = 2**31
"""Credit that may be outstanding on one stream; a sum beyond it is no credit but an attack."""

_encode = msgspec.msgpack.Encoder().encode
_REQUEST = msgspec.msgpack.Decoder(Request)
_ITEM = msgspec.msgpack.Decoder(Item)
_REFUSAL = msgspec.msgpack.Decoder(Refusal)


class TransferBroken(TabswarmError):
    """Frames that break the framing itself; the socket they came over is of no more use."""


class Ask(NamedTuple):
    """One item to fetch; no more than `ceiling` bytes of it are taken."""

    wanted: Wanted
    ceiling: int


class ItemArrived(NamedTuple):
    """The item at `position` of what was asked is complete.

    `sizes` are those of the segments asked for, `hashes` the block's, all of them.
    """

    stream: int
    position: int
    sizes: tuple[int, ...]
    hashes: bytes
    data: bytes


class StreamProgressed(NamedTuple):
    """Some bytes came, and no item is complete by them."""

    stream: int


class StreamEnded(NamedTuple):
    """All items have arrived."""

    stream: int


class StreamFailed(NamedTuple):
    """No more of this stream. `code` is a `Refusal`'s, or `broken`: the holder did not keep to the framing."""

    stream: int
    code: str
    reason: str


RequesterEvent = ItemArrived | StreamProgressed | StreamEnded | StreamFailed


class Asked(NamedTuple):
    """Somebody wants blocks of ours."""

    stream: int
    request: Request


class Credited(NamedTuple):
    """More bytes may go on this stream."""

    stream: int


class Cancelled(NamedTuple):
    """The requester wants no more of this stream."""

    stream: int


HolderEvent = Asked | Credited | Cancelled


def split(data: bytes) -> tuple[FrameType, int, memoryview]:
    """A frame's type, stream and body. Raises TransferBroken."""
    if len(data) < HEADER.size:
        raise TransferBroken(f"a frame of {len(data)} bytes")
    kind, stream = HEADER.unpack_from(data)
    try:
        return FrameType(kind), stream, memoryview(data)[HEADER.size :]
    except ValueError:
        raise TransferBroken(f"no frame is of type {kind}") from None


def credit_in(body: memoryview | bytes) -> int:
    """The bytes that a CREDIT frame grants. Raises TransferBroken."""
    if len(body) != 4:
        raise TransferBroken("a CREDIT frame that is not four bytes long")
    return int.from_bytes(body, "big")


class _Incoming:
    """A stream that the requester reads."""

    def __init__(self, asks: Sequence[Ask]) -> None:
        self.asks = asks
        self.item: Item | None = None
        self.left = 0
        self.parts: list[bytes] = []
        self.next_index = 0
        self.credit = 0


class Requester:
    """Asks, and takes what comes. `take_frames` gives what is to be sent after each call.

    `window` is how many bytes of a stream may be on their way: a long way needs more than the initial credit. Those
    `passes` are shown that the blocks asked for need.
    """

    def __init__(self, window: int = INITIAL_CREDIT, passes: Passes | None = None) -> None:
        self._window = max(window, INITIAL_CREDIT)
        self._passes = passes or Passes()
        self._streams: dict[int, _Incoming] = {}
        self._last = 0
        self._frames: list[bytes] = []

    @property
    def open_streams(self) -> int:
        """How many streams are under way."""
        return len(self._streams)

    def ask(self, holder: str, asks: Sequence[Ask]) -> int:
        """Ask `holder` for items, and return the stream's number."""
        self._last += 1
        incoming = self._streams[self._last] = _Incoming(tuple(asks))
        incoming.credit = INITIAL_CREDIT
        items = tuple(ask.wanted for ask in asks)
        request = Request(holder=holder, items=items, passes=self._passes.of(item.block.application for item in items))
        self._frames.append(frame(FrameType.REQUEST, self._last, _encode(request)))
        self._grant(self._last, incoming)
        return self._last

    def cancel(self, stream: int) -> None:
        """Want no more of this stream; what is still on its way is dropped unread."""
        if self._streams.pop(stream, None) is not None:
            self._frames.append(frame(FrameType.CANCEL, stream))

    def take_frames(self) -> list[bytes]:
        """The frames to send now."""
        frames, self._frames = self._frames, []
        return frames

    def receive(self, kind: FrameType, stream: int, body: memoryview) -> RequesterEvent | None:
        """Take one frame of a holder's. Raises TransferBroken."""
        if not 0 < stream <= self._last:
            raise TransferBroken(f"stream {stream} was never opened")
        incoming = self._streams.get(stream)
        if incoming is None:
            return None  # cancelled, or broken off: this was on its way already
        match kind:
            case FrameType.DATA:
                return self._data(stream, incoming, body)
            case FrameType.ITEM:
                return self._item(stream, incoming, body)
            case FrameType.END:
                if incoming.item is not None or incoming.next_index < len(incoming.asks):
                    return self._break(stream, "it ended before all items were there")
                del self._streams[stream]
                return StreamEnded(stream)
            case FrameType.REFUSED:
                try:
                    refusal = _REFUSAL.decode(body)
                except MALFORMED:
                    return self._break(stream, "a refusal that cannot be read")
                del self._streams[stream]
                return StreamFailed(stream, refusal.code[:40], refusal.reason[:200])
            case _:
                raise TransferBroken(f"{kind.name} is not for a requester")

    def _break(self, stream: int, reason: str) -> StreamFailed:
        self.cancel(stream)
        return StreamFailed(stream, "broken", reason)

    def _item(self, stream: int, incoming: _Incoming, body: memoryview) -> RequesterEvent:
        if incoming.item is not None:
            return self._break(stream, f"the next item came {incoming.left} bytes too early")
        try:
            item = _ITEM.decode(body)
        except MALFORMED:
            return self._break(stream, "an ITEM that cannot be read")
        if item.index != incoming.next_index or item.index >= len(incoming.asks):
            return self._break(stream, f"item {item.index} came where {incoming.next_index} was due")
        ask = incoming.asks[item.index]
        if wrong := _unfit(item, ask):
            return self._break(stream, wrong)
        incoming.item = item
        incoming.left = sum(item.sizes)
        incoming.next_index += 1
        return self._complete(stream, incoming)

    def _data(self, stream: int, incoming: _Incoming, body: memoryview) -> RequesterEvent:
        size = len(body)
        if incoming.item is None:
            return self._break(stream, "bytes past the declared size, or before any ITEM")
        if not 0 < size <= FRAME_LIMIT:
            return self._break(stream, f"a DATA frame of {size} bytes")
        if size > incoming.left:
            return self._break(stream, f"{size - incoming.left} bytes past the declared size")
        if size > incoming.credit:
            return self._break(stream, f"{size - incoming.credit} bytes past the credit")
        incoming.left -= size
        incoming.credit -= size
        incoming.parts.append(bytes(body))
        if incoming.credit <= self._window // 2:
            self._grant(stream, incoming)
        return self._complete(stream, incoming)

    def _grant(self, stream: int, incoming: _Incoming) -> None:
        more = self._window - incoming.credit
        if more > 0:
            incoming.credit += more
            self._frames.append(frame(FrameType.CREDIT, stream, more.to_bytes(4, "big")))

    def _complete(self, stream: int, incoming: _Incoming) -> RequesterEvent:
        item = incoming.item
        if item is None or incoming.left:
            return StreamProgressed(stream)
        arrived = ItemArrived(stream, item.index, item.sizes, item.hashes, b"".join(incoming.parts))
        incoming.item = None
        incoming.parts = []
        return arrived


def _unfit(item: Item, ask: Ask) -> str:
    """What is wrong with an ITEM, or an empty string."""
    count, rest = divmod(len(item.hashes), HASH_SIZE)
    segments = ask.wanted.segments
    if rest or not count:
        return f"{len(item.hashes)} bytes of hashes"
    if len(item.sizes) != (count if segments is None else len(segments)):
        return f"{len(item.sizes)} sizes for the segments asked"
    if segments is not None and any(not 0 <= segment < count for segment in segments):
        return f"the block has {count} segments, and {max(segments)} was asked"
    if min(item.sizes, default=0) < 0 or sum(item.sizes) > ask.ceiling:
        return f"{sum(item.sizes)} bytes declared, where at most {ask.ceiling} were committed"
    return ""


class Holder:
    """Is asked, and says how much may go. The shell looks the blocks up and sends the frames made here."""

    def __init__(self) -> None:
        self._credit: dict[int, int] = {}
        self._last = 0

    def receive(self, kind: FrameType, stream: int, body: memoryview) -> HolderEvent | None:
        """Take one frame of a requester's. Raises TransferBroken."""
        match kind:
            case FrameType.REQUEST:
                if stream <= self._last:
                    raise TransferBroken(f"stream {stream} was opened before")
                if len(self._credit) >= STREAM_LIMIT:
                    raise TransferBroken(f"more than {STREAM_LIMIT} streams at a time")
                try:
                    request = _REQUEST.decode(body)
                except MALFORMED as error:
                    raise TransferBroken(f"a REQUEST that cannot be read: {error}") from None
                self._last = stream
                self._credit[stream] = INITIAL_CREDIT
                return Asked(stream, request)
            case FrameType.CREDIT:
                return self._credited(stream, credit_in(body))
            case FrameType.CANCEL:
                self._check(stream)
                return Cancelled(stream) if self._credit.pop(stream, None) is not None else None
            case _:
                raise TransferBroken(f"{kind.name} is not for a holder")

    def _check(self, stream: int) -> None:
        if not 0 < stream <= self._last:
            raise TransferBroken(f"stream {stream} was never opened")

    def _credited(self, stream: int, more: int) -> Credited | None:
        self._check(stream)
        if stream not in self._credit:
            return None  # ended: the grant was on its way already
        self._credit[stream] += more
        if self._credit[stream] > CREDIT_CEILING:
            raise TransferBroken(f"{self._credit[stream]} bytes of credit")
        return Credited(stream)

    def room(self, stream: int) -> int:
        """How many bytes may go on this stream in the next DATA frame; 0: wait for credit, or it is cancelled."""
        return min(self._credit.get(stream, 0), FRAME_LIMIT)

    def is_open(self, stream: int) -> bool:
        """Whether the requester still waits for this stream."""
        return stream in self._credit

    def item(self, stream: int, index: int, sizes: Sequence[int], hashes: bytes) -> bytes:
        """The frame that says which item follows."""
        return frame(FrameType.ITEM, stream, _encode(Item(index=index, sizes=tuple(sizes), hashes=hashes)))

    def data(self, stream: int, piece: bytes | memoryview) -> bytes:
        """A frame of the item's bytes, no more than there is `room` for."""
        if len(piece) > self.room(stream):
            raise ValueError(f"{len(piece)} bytes, and room for {self.room(stream)}")
        self._credit[stream] -= len(piece)
        return b"".join((HEADER.pack(FrameType.DATA, stream), piece))

    def end(self, stream: int) -> bytes:
        """The frame that ends a stream."""
        self._credit.pop(stream, None)
        return frame(FrameType.END, stream)

    def refuse(self, stream: int, code: str, reason: str) -> bytes:
        """The frame that ends a stream without (all of) its items; `code` is a `Refusal`'s."""
        self._credit.pop(stream, None)
        return frame(FrameType.REFUSED, stream, _encode(Refusal(code=code, reason=reason)))
