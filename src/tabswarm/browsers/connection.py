"""Commands out, answers and events in, as JSON: the part that DevTools and WebDriver BiDi have in common.

Both number their commands and answer with the same number; what has no number is an event. DevTools also names a
session (a page, frame or worker) in `sessionId`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

from websockets.exceptions import ConnectionClosed

from tabswarm.browsers.errors import BrowserError, PageTimeout, RealmGone

# The protocols' own data: JSON objects whose shape differs by method.
Json = dict[str, Any]

_GONE = ("context was destroyed", "Cannot find context", "Session with given id not found", "No target with given id")
_GONE_ERRORS = ("no such frame", "no such node", "no such script")


class Wire(Protocol):
    """What carries the texts: a pipe to Chromium, a WebSocket to Firefox."""

    async def send(self, text: str, /) -> None: ...
    async def close(self) -> None: ...
    def __aiter__(self) -> AsyncIterator[str | bytes]: ...


class Pipe:
    """Chromium's DevTools pipe: texts, each ended by a NUL byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def over(cls, ours: socket.socket) -> Pipe:
        return cls(*await asyncio.open_connection(sock=ours))

    async def send(self, text: str, /) -> None:
        self._writer.write(text.encode() + b"\0")
        await self._writer.drain()

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def __aiter__(self) -> AsyncIterator[str]:
        pieces: list[bytes] = []
        while chunk := await self._reader.read(1 << 16):
            *ends, rest = chunk.split(b"\0")
            for end in ends:
                yield b"".join([*pieces, end]).decode()
                pieces.clear()
            pieces.append(rest)


class Connection:
    """A live connection to one browser. `on_event` is called with (method, params, session) for each event."""

    def __init__(self, wire: Wire, on_event: Callable[[str, Json, str], None]) -> None:
        self._wire = wire
        self._on_event = on_event
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._last = 0
        self._closed = False
        self._sends: set[asyncio.Task[None]] = set()
        self._reader = asyncio.create_task(self._read())

    async def call(self, method: str, params: Json | None = None, session: str = "", timeout: float = 30) -> Json:
        """Sends a command and returns its result.

        Raises BrowserError when the browser refuses it or ends, RealmGone when its target is no more, PageTimeout
        when there is no answer after `timeout` seconds.
        """
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        number = self._number()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(timeout):
                await self._send(number, method, params, session)
                return await answer
        except TimeoutError:
            raise PageTimeout(f"{method} had no answer in {timeout:g} s") from None
        finally:
            self._waiting.pop(number, None)

    def tell(self, method: str, params: Json | None = None, session: str = "") -> None:
        """Sends a command in order and cares for no answer: a worker that computes answers only when it is done."""
        task = asyncio.create_task(self._send_quietly(self._number(), method, params, session))
        self._sends.add(task)
        task.add_done_callback(self._sends.discard)

    async def close(self) -> None:
        await self._wire.close()
        with contextlib.suppress(asyncio.CancelledError):
            self._reader.cancel()
            await self._reader

    def _number(self) -> int:
        self._last += 1
        return self._last

    async def _send(self, number: int, method: str, params: Json | None, session: str) -> None:
        if self._closed:
            raise BrowserError(f"The browser has ended: {method} cannot be sent.")
        message: Json = {"id": number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        try:
            await self._wire.send(json.dumps(message))
        except (OSError, ConnectionClosed) as error:
            raise BrowserError(f"The browser has ended: {method} cannot be sent ({error}).") from error

    async def _send_quietly(self, number: int, method: str, params: Json | None, session: str) -> None:
        with contextlib.suppress(BrowserError):
            await self._send(number, method, params, session)

    async def _read(self) -> None:
        try:
            async for text in self._wire:
                message: Json = json.loads(text)
                number = message.get("id")
                if number is None:
                    if "method" in message:
                        self._on_event(message["method"], message.get("params", {}), message.get("sessionId", ""))
                elif (answer := self._waiting.get(number)) and not answer.done():
                    if "error" in message:
                        answer.set_exception(_refusal(message))
                    else:
                        answer.set_result(message.get("result", {}))
        except (OSError, ConnectionClosed):
            pass  # it crashed or was killed: whoever waits is told below
        finally:
            self._closed = True
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(BrowserError("The browser has ended."))


def _refusal(message: Json) -> BrowserError:
    # DevTools: {"error": {"code", "message"}}; BiDi: {"error": "no such frame", "message": ...}
    error = message["error"]
    text = error["message"] if isinstance(error, dict) else f"{error}: {message.get('message', '')}"
    gone = any(words in text for words in _GONE) or (isinstance(error, str) and error in _GONE_ERRORS)
    return RealmGone(text) if gone else BrowserError(text)
