"""What waits to be sent to one peer. The scheduler's loop never waits for a socket: it puts, and a task sends.

A peer that reads too slowly for what it is sent fills its outbox to the cap, and is closed rather than waited for: no
peer can make the coordinator hold more than that.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from tabswarm.transport.connection import Connection, ConnectionLost
from tabswarm.wire.close_code import CloseCode

_PATIENCE = 3.0
"""Seconds that a peer has to read what was sent before its end."""


class Outbox:
    """Messages for one connection, and the task that sends them.

    `counted` is called with every change of the bytes that wait.
    """

    def __init__(self, connection: Connection, cap: int, counted: Callable[[int], None] | None = None) -> None:
        self._connection = connection
        self._cap = cap
        self._counted = counted
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._filled = asyncio.Event()
        self._closing: tuple[int, str] | None = None
        self._sender = asyncio.create_task(self._send(), name="tabswarm outbox")

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return self._size

    @property
    def is_closing(self) -> bool:
        """Whether nothing more will be taken."""
        return self._closing is not None

    def put(self, data: bytes) -> None:
        """Send this as soon as may be. Over the cap the connection is closed instead."""
        if self._closing is not None:
            return
        if self._size + len(data) > self._cap:
            self.close(CloseCode.TOO_SLOW, f"{self._size} bytes wait to be read by you", drop=True)
            return
        self._waiting.append(data)
        self._change(len(data))
        self._filled.set()

    def close(self, code: int, reason: str, *, drop: bool = False) -> None:
        """Send what waits (or `drop` it), then close the connection."""
        if self._closing is None:
            self._closing = (code, reason)
        if drop:
            self._waiting.clear()
            self._change(-self._size)
            self._sender.cancel()
            self._sender = asyncio.create_task(self._connection.close(code, reason))
        self._filled.set()

    async def stop(self) -> None:
        """End the task; what waits is dropped."""
        if self._closing is None:
            self._closing = (CloseCode.NORMAL, "")
        self._sender.cancel()
        await asyncio.wait([self._sender])
        self._waiting.clear()
        self._change(-self._size)

    async def end(self) -> None:
        """The connection is over: what a closing one has to say is still sent, then the task ends."""
        if self.is_closing:
            await self.finished()
        await self.stop()

    async def finished(self) -> None:
        """Wait until all is sent and the connection closed (after `close`), but not for long on who does not read."""
        _, unread = await asyncio.wait([self._sender], timeout=_PATIENCE)
        if unread:
            self._sender.cancel()
            await self._connection.close(*(self._closing or (CloseCode.TOO_SLOW, "")))

    def _change(self, bytes_: int) -> None:
        self._size += bytes_
        if self._counted is not None and bytes_:
            self._counted(bytes_)

    async def _send(self) -> None:
        try:
            while True:
                while self._waiting:
                    data = self._waiting.popleft()
                    try:
                        await self._connection.send(data)
                    finally:
                        self._change(-min(len(data), self._size))
                if self._closing is not None:
                    await self._connection.close(*self._closing)
                    return
                self._filled.clear()
                await self._filled.wait()
        except ConnectionLost:
            if self._closing is None:
                self._closing = (CloseCode.GONE, "")
            self._waiting.clear()
            self._change(-self._size)
