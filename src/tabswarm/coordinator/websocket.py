"""The server's end of a WebSocket: starlette's as a `Connection`, and uvicorn's protocol with its doors narrowed.

uvicorn has one message limit for all sockets. Here each starts with the hello's 1 KiB, held before the bytes are read,
and is allowed more once its token is known; a peer that never ends a fragmented message, or does not read while it is
being closed, is cut off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from tabswarm.transport.connection import ConnectionLost
from tabswarm.wire.close_code import CloseCode
from tabswarm.wire.messages import HELLO_LIMIT

EXTENSION = "tabswarm"
CLOSE_SECONDS = 2.0
_FRAGMENTS = 1_000


def _nothing(*_: object) -> None:
    pass


class NarrowWebSocket(WebSocketsSansIOProtocol):
    """uvicorn's protocol, for `uvicorn.Config(ws=...)`."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.conn.max_message_size = HELLO_LIMIT
        # websockets' own close handshake waits this long for the other side's frame
        self.close_timeout = CLOSE_SECONDS

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        scope = getattr(self, "scope", None)
        if scope is not None:
            scope["extensions"][EXTENSION] = {"allow": self._allow, "abort": self._abort}

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= _FRAGMENTS:
            self.conn.fail(CloseCode.TOO_BIG, "too many fragments")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    def _allow(self, size: int) -> None:
        self.conn.max_message_size = size

    def _abort(self) -> None:
        self.transport.abort()


class ServerConnection:
    """An accepted WebSocket as a `Connection`."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._lost: ConnectionLost | None = None
        extension: dict[str, Callable[..., None]] = websocket.scope.get("extensions", {}).get(EXTENSION, {})
        self._allow = extension.get("allow", _nothing)
        self._abort = extension.get("abort", _nothing)

    def allow(self, size: int) -> None:
        """From now on messages may have so many bytes."""
        self._allow(size)

    async def send(self, data: bytes) -> None:
        if self._lost is not None:
            raise ConnectionLost(self._lost.code, self._lost.reason)
        try:
            await self._websocket.send_bytes(data)
        except (WebSocketDisconnect, RuntimeError, OSError):
            raise ConnectionLost() from None

    async def receive(self) -> bytes:
        if self._lost is not None:
            raise ConnectionLost(self._lost.code, self._lost.reason)
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            # 1005: the other end closed without saying why, or the connection broke
            if self._lost is None:
                self._lost = ConnectionLost(message.get("code") or CloseCode.GONE, message.get("reason") or "")
            raise ConnectionLost(self._lost.code, self._lost.reason)
        data = message.get("bytes")
        if data is None:
            await self.close(CloseCode.BAD_MESSAGE, "text where bytes are due")
            raise ConnectionLost(CloseCode.BAD_MESSAGE, "text where bytes are due")
        return bytes(data)

    async def close(self, code: int = CloseCode.NORMAL, reason: str = "") -> None:
        if self._lost is not None:
            return
        self._lost = ConnectionLost(code, reason)
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._websocket.close(code, reason[:120])
        except TimeoutError:
            self._abort()  # its buffers are full and it does not read
        except (WebSocketDisconnect, RuntimeError, OSError):
            pass
