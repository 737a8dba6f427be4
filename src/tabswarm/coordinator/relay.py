"""Block bytes between two peers that could not connect: streamed, capped, never stored, only what was ordered.

A requester's REQUEST goes to its holder only if the scheduler has ordered each of its blocks to be fetched by just this
peer from just that one. From then on the relay holds both to the framing of `wire/blocks.py`: DATA passes only within
the credit that the requester granted and the sizes that the holder declared, so what can wait here is bounded by
credit, never by the size of a block. Each side numbers its own streams; the relay renumbers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import msgspec

from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.outbox import Outbox
from tabswarm.ids import BlockId
from tabswarm.transport.connection import Connection, ConnectionLost
from tabswarm.transport.transfers import CREDIT_CEILING, TransferBroken, credit_in, split
from tabswarm.wire.blocks import FRAME_LIMIT, INITIAL_CREDIT, STREAM_LIMIT, FrameType, Item, Refusal, Request, frame
from tabswarm.wire.close_code import CloseCode
from tabswarm.wire.malformed import MALFORMED

_encode = msgspec.msgpack.Encoder().encode
_REQUEST = msgspec.msgpack.Decoder(Request)
_ITEM = msgspec.msgpack.Decoder(Item)
_REQUEST_BYTES = 2**20


class _Stream:
    """One request on its way through."""

    def __init__(self, requester: Port, number: int, request: Request) -> None:
        self.requester = requester
        self.number = number
        self.request = request
        self.holder: Port | None = None
        self.holder_number = 0
        self.credit = INITIAL_CREDIT
        self.next_item = 0
        self.left = 0


class Port:
    """One peer's relay socket."""

    def __init__(self, peer: str, connection: Connection, outbox: Outbox) -> None:
        self.peer = peer
        self.connection = connection
        self.outbox = outbox
        self.asked: dict[int, _Stream] = {}
        self.served: dict[int, _Stream] = {}
        self.queued: deque[_Stream] = deque()
        self.last_asked = 0
        self.last_served = 0


class RelayHub:
    """The relay of one swarm.

    `may_fetch(requester, holder, block)` is the scheduler's word, `is_here(peer)` says whether a peer has a control
    session, `moved(application, bytes)` counts.
    """

    def __init__(
        self,
        may_fetch: Callable[[str, str, BlockId], bool],
        is_here: Callable[[str], bool],
        bounds: Bounds,
    ) -> None:
        self._may_fetch = may_fetch
        self._is_here = is_here
        self._bounds = bounds
        self._ports: dict[str, Port] = {}
        self._parked: dict[str, list[_Stream]] = {}
        self._waiting_bytes = 0
        self._moved: dict[str, int] = {}

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait on all relay sockets together."""
        return self._waiting_bytes

    @property
    def open_streams(self) -> int:
        """Requests under way, parked ones too."""
        return sum(len(port.asked) for port in self._ports.values())

    def take_moved(self) -> dict[str, int]:
        """Bytes relayed since the last call, by application."""
        moved, self._moved = self._moved, {}
        return moved

    async def serve(self, peer: str, connection: Connection) -> ConnectionLost:
        """Carry what comes over this peer's relay socket until it goes; an older socket of the peer is closed."""
        port = Port(peer, connection, Outbox(connection, self._bounds.relay_outbox_bytes, self._count_waiting))
        if (older := self._ports.get(peer)) is not None:
            self._remove(older)
            older.outbox.close(CloseCode.REPLACED, "a newer relay socket of yours", drop=True)
        self._ports[peer] = port
        for stream in self._parked.pop(peer, []):
            if stream.requester.asked.get(stream.number) is stream:
                self._forward(stream, port)
        try:
            while True:
                data = await connection.receive()
                if port.outbox.is_closing:
                    await port.outbox.finished()
                    return ConnectionLost(CloseCode.NORMAL, "closed by the coordinator")
                self._take(port, *split(data))
        except ConnectionLost as lost:
            return lost
        except (TransferBroken, *MALFORMED) as broken:
            port.outbox.close(CloseCode.BAD_MESSAGE, str(broken)[:120])
            return ConnectionLost(CloseCode.BAD_MESSAGE, str(broken))
        finally:
            self._remove(port)
            await port.outbox.end()

    def drop(self, peer: str) -> None:
        """The peer has no control session any more: its relay socket goes, and who waits for it hears so."""
        for stream in self._parked.pop(peer, []):
            self._refuse(stream, "gone", f"{peer} left")
        if (port := self._ports.get(peer)) is not None:
            self._remove(port)
            port.outbox.close(CloseCode.GOING_AWAY, "the control session is over", drop=True)

    # --- frames -----------------------------------------------------------------------------------------------------

    def _take(self, port: Port, kind: FrameType, number: int, body: memoryview) -> None:
        match kind:
            case FrameType.REQUEST:
                self._requested(port, number, body)
            case FrameType.CREDIT | FrameType.CANCEL:
                self._from_requester(port, kind, number, body)
            case _:
                self._from_holder(port, kind, number, body)

    def _requested(self, port: Port, number: int, body: memoryview) -> None:
        if number <= port.last_asked:
            raise TransferBroken(f"stream {number} was opened before")
        if len(body) > _REQUEST_BYTES:
            raise TransferBroken(f"a REQUEST of {len(body)} bytes")
        request = _REQUEST.decode(body)
        port.last_asked = number
        stream = port.asked[number] = _Stream(port, number, request)
        if len(port.asked) > STREAM_LIMIT or len(request.items) > self._bounds.request_items:
            self._refuse(stream, "limit", f"at most {STREAM_LIMIT} streams, and {self._bounds.request_items} items")
        elif self._waiting_bytes > self._bounds.relay_bytes:
            self._refuse(stream, "limit", "the relay is full")
        elif not request.items or not all(
            self._may_fetch(port.peer, request.holder, wanted.block) for wanted in request.items
        ):
            self._refuse(stream, "not_allowed", "nobody ordered this")
        elif (holder := self._ports.get(request.holder)) is not None:
            self._forward(stream, holder)
        elif self._is_here(request.holder):
            self._park(stream)
        else:
            self._refuse(stream, "gone", f"{request.holder} is not here")

    def _from_requester(self, port: Port, kind: FrameType, number: int, body: memoryview) -> None:
        stream = port.asked.get(number)
        if stream is None:
            if not 0 < number <= port.last_asked:
                raise TransferBroken(f"stream {number} was never opened")
            return  # it ended while this was on its way
        if kind is FrameType.CANCEL:
            self._close(stream, tell_holder=True)
            return
        stream.credit += credit_in(body)
        if stream.credit > CREDIT_CEILING:
            raise TransferBroken(f"{stream.credit} bytes of credit")
        if stream.holder is not None and stream.holder_number:
            stream.holder.outbox.put(frame(kind, stream.holder_number, bytes(body)))

    def _from_holder(self, port: Port, kind: FrameType, number: int, body: memoryview) -> None:
        stream = port.served.get(number)
        if stream is None:
            if not 0 < number <= port.last_served:
                raise TransferBroken(f"stream {number} was never opened")
            return  # cancelled while this was on its way
        if wrong := self._check(stream, kind, body):
            self._refuse(stream, "broken", wrong)
            return
        stream.requester.outbox.put(frame(kind, stream.number, bytes(body)))
        if kind in (FrameType.END, FrameType.REFUSED):
            self._close(stream, tell_holder=False)

    def _check(self, stream: _Stream, kind: FrameType, body: memoryview) -> str:
        """What is wrong with a holder's frame, or an empty string; counts what passes."""
        match kind:
            case FrameType.DATA:
                size = len(body)
                if not 0 < size <= FRAME_LIMIT or size > stream.left:
                    return f"{size} bytes where {min(stream.left, FRAME_LIMIT)} may come"
                if size > stream.credit:
                    return f"{size} bytes, and {stream.credit} of credit"
                stream.left -= size
                stream.credit -= size
                application = stream.request.items[stream.next_item - 1].block.application
                self._moved[application] = self._moved.get(application, 0) + size
            case FrameType.ITEM:
                item = _ITEM.decode(body)
                if stream.left or item.index != stream.next_item or item.index >= len(stream.request.items):
                    return f"item {item.index} out of order"
                stream.left = sum(item.sizes)
                stream.next_item += 1
                if min(item.sizes, default=0) < 0 or stream.left > self._bounds.relay_item_bytes:
                    return f"an item of {stream.left} bytes"
            case FrameType.END if stream.left or stream.next_item < len(stream.request.items):
                return "an end before all items were there"
            case FrameType.REFUSED if len(body) > 4096:
                return "a refusal that is too long"
            case _:
                pass
        return ""

    # --- streams ----------------------------------------------------------------------------------------------------

    def _forward(self, stream: _Stream, holder: Port) -> None:
        """Send the request on, or queue it while the holder has all the streams it may."""
        stream.holder = holder
        if len(holder.served) >= STREAM_LIMIT:
            holder.queued.append(stream)
            return
        holder.last_served += 1
        stream.holder_number = holder.last_served
        holder.served[stream.holder_number] = stream
        request = msgspec.structs.replace(stream.request, holder=stream.requester.peer)
        holder.outbox.put(frame(FrameType.REQUEST, stream.holder_number, _encode(request)))
        if stream.credit > INITIAL_CREDIT:
            more = stream.credit - INITIAL_CREDIT
            holder.outbox.put(frame(FrameType.CREDIT, stream.holder_number, more.to_bytes(4, "big")))

    def _park(self, stream: _Stream) -> None:
        """The holder is here and its relay socket is not, yet."""
        holder = stream.request.holder
        self._parked.setdefault(holder, []).append(stream)
        asyncio.get_running_loop().call_later(self._bounds.park_seconds, self._unpark, holder, stream)

    def _unpark(self, holder: str, stream: _Stream) -> None:
        waiting = self._parked.get(holder, [])
        if stream in waiting:
            waiting.remove(stream)
            if not waiting:
                del self._parked[holder]
            self._refuse(stream, "gone", f"{holder} has no relay socket")

    def _refuse(self, stream: _Stream, code: str, reason: str) -> None:
        """End a stream for its requester, and for its holder where it has begun."""
        if stream.requester.asked.get(stream.number) is stream:
            body = _encode(Refusal(code=code, reason=reason))
            stream.requester.outbox.put(frame(FrameType.REFUSED, stream.number, body))
        self._close(stream, tell_holder=True)

    def _close(self, stream: _Stream, *, tell_holder: bool) -> None:
        stream.requester.asked.pop(stream.number, None)
        parked = self._parked.get(stream.request.holder)
        if parked is not None and stream in parked:
            parked.remove(stream)
        holder = stream.holder
        if holder is None:
            return
        if stream in holder.queued:
            holder.queued.remove(stream)
        if holder.served.pop(stream.holder_number, None) is not None:
            if tell_holder:
                holder.outbox.put(frame(FrameType.CANCEL, stream.holder_number))
            if holder.queued and self._ports.get(holder.peer) is holder:
                self._forward(holder.queued.popleft(), holder)

    def _remove(self, port: Port) -> None:
        """Take a socket out: what it asked for is cancelled, what it served is refused as `gone`."""
        if self._ports.get(port.peer) is port:
            del self._ports[port.peer]
        for stream in list(port.asked.values()):
            self._close(stream, tell_holder=True)
        waiting = [*port.served.values(), *port.queued]
        port.queued.clear()
        for stream in waiting:
            self._refuse(stream, "gone", f"{port.peer} left")

    def _count_waiting(self, change: int) -> None:
        self._waiting_bytes += change
