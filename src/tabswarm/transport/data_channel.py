"""A WebRTC data channel as a `Connection`: one frame a message, as `web/src/peer/data_channel.ts` writes it.

No message is longer than a DATA frame, for not every browser takes more. Of a longer frame all but the last message
hold parts of its body, each behind a zero byte (no frame is of type 0), and the last its head and the rest.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from tabswarm.transport.connection import ConnectionLost
from tabswarm.wire.blocks import FRAME_LIMIT, HEADER, RELAY_LIMIT
from tabswarm.wire.close_code import CloseCode

if TYPE_CHECKING:
    from aiortc import RTCDataChannel

BUFFER_LIMIT = 2**20
"""Bytes that may wait in the channel to be sent."""
BUFFER_LOW = 2**18
_MESSAGE_LIMIT = HEADER.size + FRAME_LIMIT
_PART = b"\0"


class DataChannelConnection:
    """An open channel. `ended` is told by whoever watches the connection under it."""

    def __init__(self, channel: RTCDataChannel) -> None:
        self._channel = channel
        self._waiting: deque[bytes] = deque()
        self._parts: list[bytes] = []
        self._came = asyncio.Event()
        self._drained = asyncio.Event()
        self._lost: ConnectionLost | None = None
        channel.bufferedAmountLowThreshold = BUFFER_LOW
        channel.on("message", self._take)
        channel.on("bufferedamountlow", self._drained.set)
        channel.on("close", lambda: self.ended("the other side closed the data channel"))

    async def send(self, data: bytes) -> None:
        while self._lost is None and self._channel.bufferedAmount > BUFFER_LIMIT:
            self._drained.clear()
            await self._drained.wait()
        if self._lost is not None:
            raise ConnectionLost(self._lost.code, self._lost.reason)
        try:
            for message in in_messages(data):
                self._channel.send(message)
        except Exception as error:  # aiortc's own: the channel is closing
            raise ConnectionLost(reason=f"the data channel takes nothing more: {error}") from None

    async def receive(self) -> bytes:
        while not self._waiting:
            if self._lost is not None:
                raise ConnectionLost(self._lost.code, self._lost.reason)
            self._came.clear()
            await self._came.wait()
        return self._waiting.popleft()

    async def close(self, code: int = CloseCode.NORMAL, reason: str = "") -> None:
        self.ended(reason or "closed here", code)

    def ended(self, reason: str, code: int = CloseCode.GONE) -> None:
        """It is of no more use."""
        if self._lost is None:
            self._lost = ConnectionLost(code, reason)
        self._came.set()
        self._drained.set()

    def _take(self, data: bytes | str) -> None:
        if not isinstance(data, bytes) or not 0 < len(data) <= _MESSAGE_LIMIT:
            self.ended("it sent no frame, or one that is too long", CloseCode.BAD_MESSAGE)
            return
        if data[:1] == _PART:
            self._parts.append(data[1:])
            if len(self._parts) * FRAME_LIMIT > RELAY_LIMIT:
                self.ended("it sent a frame of too many parts", CloseCode.TOO_BIG)
            return
        if self._parts:
            data = b"".join((data[: HEADER.size], *self._parts, data[HEADER.size :]))
            self._parts.clear()
        self._waiting.append(data)
        self._came.set()


def in_messages(data: bytes) -> list[bytes]:
    """A frame as the messages that carry it.

    >>> [len(message) for message in in_messages(bytes(5 + 2 * 65536 + 1))]
    [65537, 65537, 6]
    """
    body = len(data) - HEADER.size
    if body <= FRAME_LIMIT:
        return [data]
    cuts = range(HEADER.size, len(data) - FRAME_LIMIT, FRAME_LIMIT)
    parts = [_PART + data[cut : cut + FRAME_LIMIT] for cut in cuts]
    return [*parts, data[: HEADER.size] + data[cuts[-1] + FRAME_LIMIT :]]
