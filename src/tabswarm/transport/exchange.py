"""Fetch blocks over a connection, and serve one's own over the same: a relay socket, or a direct line to a peer.

Each side numbers its own requests, so a frame's type says which numbers its stream belongs to.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence

import msgspec

from tabswarm.errors import BlockUnavailable
from tabswarm.ids import BlockId
from tabswarm.transport.connection import Connection, ConnectionLost
from tabswarm.transport.passes import Passes
from tabswarm.transport.transfers import (
    Ask,
    Asked,
    Cancelled,
    Holder,
    ItemArrived,
    Requester,
    StreamEnded,
    StreamFailed,
    TransferBroken,
    split,
)
from tabswarm.wire.blocks import INITIAL_CREDIT, STREAM_LIMIT, FrameType
from tabswarm.wire.close_code import CloseCode

_TO_HOLDER = frozenset({FrameType.REQUEST, FrameType.CREDIT, FrameType.CANCEL})


class FetchedBlock(msgspec.Struct, frozen=True):
    """A block, or some of its segments, as a holder sent it: its hashes are *not* checked yet.

    `segments` are those asked for (None: all), `sizes` theirs, `data` their bytes one after the other; `hashes` are
    those of all the block's segments. `direct`: no relay carried it.
    """

    block: BlockId
    segments: tuple[int, ...] | None
    sizes: tuple[int, ...]
    hashes: bytes
    data: bytes
    direct: bool = False


class FetchBroken(BlockUnavailable):
    """A holder did not send all that was asked: `got` is what had arrived by then, `block` the first that did not.

    `corrupt` is set where the holder lied about sizes or order; else it left, has not got the block, was too slow, or
    the coordinator did not allow it (`code` says which).
    """

    def __init__(
        self, message: str, *, holder: str, block: BlockId, code: str, got: list[FetchedBlock], corrupt: bool = False
    ) -> None:
        super().__init__(message)
        self.holder = holder
        self.block = block
        self.code = code
        self.got = got
        self.corrupt = corrupt


class Served(msgspec.Struct, frozen=True):
    """What a look-up gives: the sizes of the segments asked for, the hashes of all, and the bytes, chunk by chunk."""

    sizes: tuple[int, ...]
    hashes: bytes
    chunks: Iterable[bytes | memoryview]


Lookup = Callable[[BlockId, "tuple[int, ...] | None"], Awaitable["Served | None"]]
"""Finds a block of this peer's and the segments wanted of it (None: all); None where it has not got it."""


Fetch = Callable[[str, Sequence[Ask]], Awaitable[list[FetchedBlock]]]
"""Asks one holder for many segments. Raises FetchBroken, ConnectionLost."""


async def _nothing(block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
    return None


class _Fetch:
    """One fetch under way."""

    def __init__(self, holder: str, asks: Sequence[Ask], now: float) -> None:
        self.holder = holder
        self.asks = asks
        self.got: list[FetchedBlock] = []
        self.heard = now
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def failure(self, code: str, reason: str) -> FetchBroken:
        wanted = self.asks[min(len(self.got), len(self.asks) - 1)].wanted
        return FetchBroken(
            f"block {wanted.block} cannot be had from {self.holder}: {reason or code}",
            holder=self.holder,
            block=wanted.block,
            code=code,
            got=self.got,
            corrupt=code == "broken",
        )


class Exchange:
    """Both sides of block transfers over one connection: it reads and serves by tasks of its own until it is closed.

    `passes` are what is shown to others, and what they have to show before `lookup` is asked. `direct` says that the
    other end is the holder itself, and no relay; `window` is how many bytes of one fetch may be on their way.
    """

    def __init__(
        self,
        connection: Connection,
        lookup: Lookup | None = None,
        *,
        passes: Passes | None = None,
        direct: bool = False,
        window: int = INITIAL_CREDIT,
    ) -> None:
        self._connection = connection
        self._lookup = lookup or _nothing
        self._direct = direct
        self._passes = passes or Passes()
        self._requester = Requester(window, self._passes)
        self._holder = Holder()
        self._fetches: dict[int, _Fetch] = {}
        self._serving: dict[int, asyncio.Task[None]] = {}
        self._credited: dict[int, asyncio.Event] = {}
        self._places = asyncio.Semaphore(STREAM_LIMIT)
        self._lost: ConnectionLost | None = None
        self._reader = asyncio.create_task(self._read(), name="tabswarm relay")

    @property
    def lost(self) -> ConnectionLost | None:
        """Why the connection is of no more use, or None while it is."""
        return self._lost

    @property
    def idle(self) -> bool:
        """Whether nothing is being fetched or served."""
        return not self._fetches and not self._serving

    async def wait_lost(self) -> ConnectionLost:
        """Wait until the connection is gone."""
        await asyncio.wait([self._reader])
        return self._lost or ConnectionLost()

    async def fetch(
        self, holder: str, asks: Sequence[Ask], *, silence: float = 10.0, deadline: float | None = None
    ) -> list[FetchedBlock]:
        """Fetch all of `asks` from one holder, in one request, and return them in that order.

        Gives up after `silence` seconds without a byte, or `deadline` seconds in all. Raises FetchBroken (a
        BlockUnavailable) with what had arrived, ConnectionLost when the connection goes.
        """
        if not asks:
            return []
        async with self._places:
            if self._lost is not None:
                raise ConnectionLost(self._lost.code, self._lost.reason)
            loop = asyncio.get_running_loop()
            stream = self._requester.ask(holder, asks)
            fetch = self._fetches[stream] = _Fetch(holder, asks, loop.time())
            end = None if deadline is None else loop.time() + deadline
            try:
                await self._flush()
                while not fetch.done.done():
                    until = fetch.heard + silence if end is None else min(fetch.heard + silence, end)
                    if until <= loop.time():
                        raise fetch.failure("slow", f"nothing came for {loop.time() - fetch.heard:.1f} s")
                    await asyncio.wait([fetch.done], timeout=until - loop.time())
                fetch.done.result()
                return fetch.got
            finally:
                self._fetches.pop(stream, None)
                if fetch.done.done() and not fetch.done.cancelled():
                    fetch.done.exception()
                self._requester.cancel(stream)
                with contextlib.suppress(ConnectionLost):
                    await self._flush()

    async def close(self) -> None:
        """Close the connection; fetches under way fail."""
        await self._connection.close()
        self._reader.cancel()
        await asyncio.wait([self._reader])

    async def _flush(self) -> None:
        for data in self._requester.take_frames():
            await self._connection.send(data)

    async def _read(self) -> None:
        lost = ConnectionLost(CloseCode.NORMAL, "closed here")
        try:
            while True:
                kind, stream, body = split(await self._connection.receive())
                if kind in _TO_HOLDER:
                    self._to_holder(kind, stream, body)
                else:
                    self._to_requester(kind, stream, body)
                    await self._flush()
        except ConnectionLost as gone:
            lost = gone
        except TransferBroken as broken:
            lost = ConnectionLost(CloseCode.BAD_MESSAGE, str(broken))
            await self._connection.close(CloseCode.BAD_MESSAGE, str(broken))
        finally:
            self._lost = lost
            for fetch in self._fetches.values():
                if not fetch.done.done():
                    fetch.done.set_exception(ConnectionLost(lost.code, lost.reason))
            for task in self._serving.values():
                task.cancel()

    def _to_requester(self, kind: FrameType, stream: int, body: memoryview) -> None:
        event = self._requester.receive(kind, stream, body)
        fetch = self._fetches.get(stream)
        if event is None or fetch is None or fetch.done.done():
            return
        fetch.heard = asyncio.get_running_loop().time()
        match event:
            case ItemArrived():
                wanted = fetch.asks[event.position].wanted
                fetch.got.append(
                    FetchedBlock(wanted.block, wanted.segments, event.sizes, event.hashes, event.data, self._direct)
                )
            case StreamEnded():
                fetch.done.set_result(None)
            case StreamFailed():
                fetch.done.set_exception(fetch.failure(event.code, event.reason))

    def _to_holder(self, kind: FrameType, stream: int, body: memoryview) -> None:
        event = self._holder.receive(kind, stream, body)
        match event:
            case Asked():
                self._credited[stream] = asyncio.Event()
                task = asyncio.create_task(self._serve(event), name="tabswarm serve")
                self._serving[stream] = task
                task.add_done_callback(lambda _: self._forget(stream))
            case None:
                pass
            case Cancelled():
                if stream in self._serving:
                    self._serving[stream].cancel()
            case _:
                if stream in self._credited:
                    self._credited[stream].set()

    def _forget(self, stream: int) -> None:
        self._serving.pop(stream, None)
        self._credited.pop(stream, None)

    async def _serve(self, asked: Asked) -> None:
        stream = asked.stream
        with contextlib.suppress(ConnectionLost):
            for index, wanted in enumerate(asked.request.items):
                if not self._passes.opens(wanted.block.application, asked.request.passes):
                    why = f"no pass for {wanted.block} was shown"
                    await self._connection.send(self._holder.refuse(stream, "not_allowed", why))
                    return
                try:
                    found = await self._lookup(wanted.block, wanted.segments)
                except (
                    Exception
                ) as error:  # whatever a store may raise, the requester hears that the block is not to be had
                    found, why = None, f"{wanted.block} cannot be read: {type(error).__name__}"
                else:
                    why = f"{wanted.block} is not here"
                if found is None:
                    await self._connection.send(self._holder.refuse(stream, "unavailable", why))
                    return
                await self._connection.send(self._holder.item(stream, index, found.sizes, found.hashes))
                for chunk in found.chunks:
                    await self._send_chunk(stream, memoryview(chunk))
            await self._connection.send(self._holder.end(stream))

    async def _send_chunk(self, stream: int, chunk: memoryview) -> None:
        sent = 0
        while sent < len(chunk):
            room = self._holder.room(stream)
            if room == 0:
                credited = self._credited[stream]
                credited.clear()
                await credited.wait()
                continue
            piece = chunk[sent : sent + room]
            sent += len(piece)
            await self._connection.send(self._holder.data(stream, piece))
