"""A relay socket for as long as a session: opened again whenever it is lost while the session lives."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tabswarm.errors import ConnectionRefused
from tabswarm.transport.connection import ConnectionLost, Door
from tabswarm.transport.exchange import FetchedBlock, Lookup
from tabswarm.transport.passes import Passes
from tabswarm.transport.relay import Relay, open_relay
from tabswarm.transport.transfers import Ask
from tabswarm.wire.messages import Hello

RETRY_SECONDS = 0.5
PATIENCE_SECONDS = 10.0
"""How long a fetch waits for the socket to be open."""


class RelayLine:
    """The relay socket at `door` that `hello` introduces; `lookup` serves others who show one of `passes`. It is open
    while `keep` runs."""

    def __init__(self, door: Door, hello: Hello, lookup: Lookup, passes: Passes) -> None:
        self._door = door
        self._hello = hello
        self._lookup = lookup
        self._passes = passes
        self._relay: Relay | None = None
        self._closing: asyncio.Task[None] | None = None
        self._open = asyncio.Event()

    async def keep(self) -> None:
        """Keep the line open, for as long as the coordinator will have us."""
        while True:
            try:
                connection = await self._door.connect("relay")
                self._relay = await open_relay(connection, self._hello, self._lookup, passes=self._passes)
            except (ConnectionRefused, ConnectionLost):
                await asyncio.sleep(RETRY_SECONDS)  # the session decides whether the coordinator is gone
                continue
            self._open.set()
            await self._relay.wait_lost()
            self._open.clear()
            await asyncio.sleep(RETRY_SECONDS)

    async def fetch(self, holder: str, asks: Sequence[Ask]) -> list[FetchedBlock]:
        """Ask one holder; a line that is lost meanwhile is tried once more. Raises FetchBroken, ConnectionLost."""
        for attempt in (1, 2):
            try:
                await asyncio.wait_for(self._open.wait(), PATIENCE_SECONDS)
            except TimeoutError:
                raise ConnectionLost(reason="the relay socket cannot be opened") from None
            assert self._relay is not None
            try:
                return await self._relay.fetch(holder, asks)
            except ConnectionLost:
                if attempt == 2:
                    raise
                self._open.clear()
        raise AssertionError("unreachable")

    def renew(self) -> None:
        """The session was taken up again: its old relay socket is dead, whether that shows already or not."""
        if self._relay is not None:
            self._open.clear()
            self._closing = asyncio.create_task(self._relay.close(), name="tabswarm relay closes")

    async def close(self) -> None:
        """Close it for good; `keep` is over."""
        if self._relay is not None:
            await self._relay.close()
