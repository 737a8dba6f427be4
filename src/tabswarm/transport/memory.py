"""Two ends of a connection in one process and one event loop.

`local[N]` joins coordinator, worker and driver by these, and so do most tests. An end that is not read makes the other
wait, as a full socket would.
"""

from __future__ import annotations

import asyncio
from collections import deque

from tabswarm.transport.connection import Connection, ConnectionLost
from tabswarm.wire.close_code import CloseCode

ROOM = 4 * 2**20
"""Bytes that may wait unread in one direction before the sender has to."""


class _Pipe:
    """One direction: messages that wait, and whether it is closed."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._end: ConnectionLost | None = None
        self._changed = asyncio.Event()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def put(self, data: bytes) -> None:
        while self._end is None and self._size > 0 and self._size + len(data) > self._room:
            await self._changed.wait()
        if self._end is not None:
            raise ConnectionLost(self._end.code, self._end.reason)
        self._waiting.append(data)
        self._size += len(data)
        self._wake()

    async def take(self) -> bytes:
        while not self._waiting:
            if self._end is not None:
                raise ConnectionLost(self._end.code, self._end.reason)
            await self._changed.wait()
        data = self._waiting.popleft()
        self._size -= len(data)
        self._wake()
        return data

    def close(self, code: int, reason: str, *, unread: bool) -> None:
        """End it; what waits is still read unless the reader itself closed (`unread`)."""
        if self._end is None:
            self._end = ConnectionLost(code, reason)
        if unread:
            self._waiting.clear()
            self._size = 0
        self._wake()


class MemoryConnection:
    """One end; `pair()` makes two."""

    def __init__(self, incoming: _Pipe, outgoing: _Pipe) -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    async def send(self, data: bytes) -> None:
        await self._outgoing.put(data)

    async def receive(self) -> bytes:
        return await self._incoming.take()

    async def close(self, code: int = CloseCode.NORMAL, reason: str = "") -> None:
        self._outgoing.close(code, reason, unread=False)
        self._incoming.close(code, reason, unread=True)


def pair(room: int = ROOM) -> tuple[Connection, Connection]:
    """Two ends joined to each other; `room` is how many bytes may wait in each direction.

    >>> async def main():
    ...     here, there = pair()
    ...     await here.send(b"hello")
    ...     return await there.receive()
    >>> asyncio.run(main())
    b'hello'
    """
    one, other = _Pipe(room), _Pipe(room)
    return MemoryConnection(one, other), MemoryConnection(other, one)
