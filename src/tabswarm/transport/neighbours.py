"""Blocks between processes of one host and user: told where they lie, and read there.

    requester                              holder
    Locate {number, items, prefix}   ->    (finds the file, or writes one at the requester's prefix)
                                     <-    Located {number, places}

Both have the user's rights and meet in the user's own folder (`host_directory.py`), so no more permission is asked
for. A place is a promise, not a hold: the block may be dropped at any time after, and who wants it links the file
first. What was read is proven against the root hash as if it had come from afar, but for a file of the user's that the
driver told us to read: that is where it always lay, and is checked to be unchanged.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import struct
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec

from tabswarm.ids import BlockId
from tabswarm.plan.location import Holder
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.entrance import Entrance
from tabswarm.transport.host_directory import door_path, host_directory, host_id, sweep_doors
from tabswarm.wire.malformed import MALFORMED

FILES = "files"
"""The capability's name in a `Hello`."""
PATIENCE = 10.0
"""Seconds that a neighbour has to answer."""
REST = 30.0
"""Seconds for which a neighbour that did not answer is not asked again."""
_LENGTH = struct.Struct(">I")
_LIMIT = 64 * 2**20


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where the bytes of one segment lie. `hashes` are those of all the block's segments.

    `unchanged` is the size and the modification time in nanoseconds that a file of the user's must still have; it has
    no hashes. `given` says that the file was written for the requester, who removes it.
    """

    path: str
    offset: int
    length: int
    hashes: bytes = b""
    unchanged: tuple[int, int] | None = None
    given: bool = False


class Locate(msgspec.Struct, frozen=True, array_like=True):
    """Where are these segments? What lies in no file may be written to one whose name starts with `prefix`."""

    number: int
    items: tuple[tuple[BlockId, int], ...]
    prefix: str


class Located(msgspec.Struct, frozen=True, array_like=True):
    """There; None: not here."""

    number: int
    places: tuple[Place | None, ...]


FindPlace = Callable[[BlockId, int, str], Awaitable[Place | None]]
"""Finds a segment's place; the text is a path where it may be written, or empty."""


async def _nothing(block: BlockId, segment: int, where: str) -> Place | None:
    return None


_encode = msgspec.msgpack.Encoder().encode
_LOCATE = msgspec.msgpack.Decoder(Locate)
_LOCATED = msgspec.msgpack.Decoder(Located)


def _framed(message: Locate | Located) -> bytes:
    data = _encode(message)
    return _LENGTH.pack(len(data)) + data


async def _read(reader: asyncio.StreamReader) -> bytes:
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    if length > _LIMIT:
        raise ConnectionLost(reason=f"a frame of {length} bytes")
    return await reader.readexactly(length)


class Neighbourhood:
    """This process among those of its host: a door for the others, and the way to theirs.

    `id` is empty where there is no folder to meet in; then nobody is a neighbour.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory or host_directory()
        self.id = host_id(self._directory)
        self._find: FindPlace = _nothing
        self._server: asyncio.Server | None = None
        self._door: Path | None = None
        self._lines: dict[str, asyncio.Task[_Line]] = {}
        self._resting: dict[str, float] = {}
        self._entrance = Entrance(self._serve)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What a `Hello` may say of us."""
        return (FILES,) if self.id else ()

    async def open(self, me: str, find: FindPlace) -> None:
        """Open the door under this peer's id; `find` serves the others. Where it cannot be opened, nobody will come
        through it."""
        self._find = find
        if self._directory is None or not self.id or (door := door_path(self._directory, me)) is None:
            return
        sweep_doors(self._directory)
        with contextlib.suppress(OSError):
            door.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._entrance.welcome, path=str(door))
            self._door = door

    def reaches(self, holder: Holder | None) -> bool:
        """Whether this holder is a neighbour, as far as we know."""
        if holder is None or not self.id or holder.host != self.id or FILES not in holder.capabilities:
            return False
        return self._resting.get(holder.peer, 0.0) <= asyncio.get_running_loop().time()

    async def locate(self, peer: str, items: Sequence[tuple[BlockId, int]], prefix: str = "") -> list[Place | None]:
        """Ask a neighbour where these segments lie. Raises ConnectionLost where it does not say."""
        try:
            async with asyncio.timeout(PATIENCE):
                line = await self._line(peer)
                places = await line.locate(tuple(items), prefix)
        except (OSError, TimeoutError, ConnectionLost) as error:
            if (failed := self._lines.pop(peer, None)) is not None:
                _hang_up(failed)
            self._resting[peer] = asyncio.get_running_loop().time() + REST
            raise ConnectionLost(reason=f"{peer} does not answer on this host: {error}") from None
        if len(places) != len(items):
            raise ConnectionLost(reason=f"{peer} gave {len(places)} places for {len(items)} segments")
        return list(places)

    async def close(self) -> None:
        """Close the door and hang up; who stands in it is not kept waiting."""
        if self._door is not None:
            self._door.unlink(missing_ok=True)
        if self._server is not None:
            await self._entrance.close(self._server)
        for line in self._lines.values():
            _hang_up(line)
        await asyncio.gather(*self._lines.values(), return_exceptions=True)
        self._lines.clear()

    async def _line(self, peer: str) -> _Line:
        line = self._lines.get(peer)
        if line is None or (line.done() and not line.cancelled() and line.exception() is None and line.result().lost):
            self._lines[peer] = asyncio.create_task(self._connect(peer), name="tabswarm neighbour")
        return await asyncio.shield(self._lines[peer])

    async def _connect(self, peer: str) -> _Line:
        door = None if self._directory is None else door_path(self._directory, peer)
        if door is None:
            raise ConnectionLost(reason=f"{peer} has no door")
        return _Line(*await asyncio.open_unix_connection(str(door)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering: set[asyncio.Task[None]] = set()
        try:
            while True:
                locate = _LOCATE.decode(await _read(reader))
                task = asyncio.create_task(self._answer(locate, writer), name="tabswarm places")
                answering.add(task)
                task.add_done_callback(answering.discard)
        except (EOFError, OSError, ConnectionLost, asyncio.CancelledError, *MALFORMED):
            pass  # it hung up, or we do
        finally:
            for task in answering:
                task.cancel()

    async def _answer(self, locate: Locate, writer: asyncio.StreamWriter) -> None:
        places: list[Place | None] = []
        for index, (block, segment) in enumerate(locate.items):
            try:
                where = f"{locate.prefix}{locate.number}-{index}" if locate.prefix else ""
                places.append(await self._find(block, segment, where))
            except OSError:
                places.append(None)  # asked again through the relay, the holder says why
        writer.write(_framed(Located(locate.number, tuple(places))))


class _Line:
    """A connection to a neighbour's door."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[tuple[Place | None, ...]]] = {}
        self.lost = False
        self._listening = asyncio.create_task(self._listen(reader), name="tabswarm neighbour's answers")

    async def locate(self, items: tuple[tuple[BlockId, int], ...], prefix: str) -> tuple[Place | None, ...]:
        if self.lost:
            raise ConnectionLost(reason="it hung up")
        number = next(self._numbers)
        waiting: asyncio.Future[tuple[Place | None, ...]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        try:
            self._writer.write(_framed(Locate(number, items, prefix)))
            return await waiting
        finally:
            del self._waiting[number]

    def hang_up(self) -> None:
        self._listening.cancel()
        self._writer.transport.abort()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                located = _LOCATED.decode(await _read(reader))
                if (waiting := self._waiting.get(located.number)) is not None and not waiting.done():
                    waiting.set_result(located.places)
        except (EOFError, OSError, ConnectionLost, *MALFORMED):
            pass
        finally:
            self.lost = True
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(ConnectionLost(reason="it hung up"))


def _hang_up(connecting: asyncio.Task[_Line]) -> None:
    if not connecting.done():
        connecting.cancel()
    elif not connecting.cancelled() and connecting.exception() is None:
        connecting.result().hang_up()
