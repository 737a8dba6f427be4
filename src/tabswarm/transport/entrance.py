"""Who came in through a server of this process: each connection served by a task, and none left open at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]
_TURNS = 4
"""Turns of asyncio's loop from a connection taken to `welcome`."""


class Entrance:
    """Serves with `serve` whoever `asyncio.start_server` or its like gives to `welcome`.

    asyncio loses track of connections that a server was still taking when it was closed, and before Python 3.13 of
    those whose task was cancelled before it began: their sockets would stay open.
    """

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._guests: set[asyncio.Task[None]] = set()
        self._closed = False

    def welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Let it in; the connection ends with its task."""
        if self._closed:
            writer.transport.abort()
            return
        guest = asyncio.create_task(self._serve(reader, writer), name="tabswarm guest")
        self._guests.add(guest)
        guest.add_done_callback(self._guests.discard)
        guest.add_done_callback(lambda _: writer.transport.abort() if self._closed else writer.close())

    async def close(self, server: asyncio.Server) -> None:
        """Let nobody in any more, close the server, and send all away."""
        self._closed = True
        for listening in server.sockets:
            asyncio.get_running_loop().remove_reader(listening)
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        server.close()
        for guest in list(self._guests):
            guest.cancel()
        await asyncio.gather(*self._guests, return_exceptions=True)
        await asyncio.sleep(0)  # the sockets are closed in the loop's next turn
