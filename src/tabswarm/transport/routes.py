"""The ways to other peers' blocks: a direct line where there is one, else the relay.

A line is opened on first need and kept. The first try gets 3 s; after that, and after any failure, fetches take the
relay at once while tries go on behind them, farther and farther apart. What a direct line broke off is fetched through
the relay, so a way that fails costs time and never a task. Who the other end is, each way proves by itself; what it
sends is proven by whoever reads it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Protocol

from tabswarm.plan.location import Holder
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.exchange import Exchange, Fetch, FetchBroken, FetchedBlock
from tabswarm.transport.transfers import Ask
from tabswarm.wire.messages import Holders

PATIENCE = 3.0
"""Seconds for which the first fetch from a peer waits for a direct line."""
TRY_LIMIT = 15.0
"""Seconds after which a try has failed."""
RETRY_FIRST, RETRY_MOST = 5.0, 300.0
"""Seconds until the next try after one failure; doubled for each further one, up to the most."""
MOST_LINES = 32
"""Lines kept at a time; the idle one least recently used goes first."""
_OTHER_WAY = frozenset({"slow", "limit", "not_allowed"})
"""Refusals that are the line's own, and not the word of a holder that the relay would repeat."""


class Way(Protocol):
    """A kind of direct line."""

    def leads_to(self, holder: Holder) -> bool:
        """Whether it may reach this peer, by what is known of it."""

    async def connect(self, holder: Holder) -> Exchange:
        """A fresh line. Raises ConnectionLost or OSError."""


class _Standing:
    """How it stands with one peer."""

    def __init__(self) -> None:
        self.line: Exchange | None = None
        self.opening: asyncio.Task[None] | None = None
        self.began = 0.0
        self.failures = 0
        self.retry = 0.0

    def open_line(self) -> Exchange | None:
        return self.line if self.line is not None and self.line.lost is None else None

    def failed(self) -> None:
        if self.open_line() is None:  # the other side may have opened one meanwhile
            wait = min(RETRY_MOST, RETRY_FIRST * 2 ** min(self.failures, 10)) * random.uniform(0.5, 1.5)
            self.failures += 1
            self.retry = asyncio.get_running_loop().time() + wait


class Routes:
    """Fetches by the best way. `relay` fetches through the coordinator; `ways` are tried in their order."""

    def __init__(self, relay: Fetch, ways: Sequence[Way] = ()) -> None:
        self.ways = list(ways)
        self._relay = relay
        self._cards: dict[str, Holder] = {}
        self._standings: dict[str, _Standing] = {}

    def meet(self, message: Holders) -> None:
        """Take how holders can be reached."""
        for holder in message.holders:
            if self._cards.get(holder.peer) != holder and (known := self._standings.get(holder.peer)) is not None:
                known.retry, known.failures = 0.0, 0  # it is somewhere else now
            self._cards[holder.peer] = holder

    def card(self, peer: str) -> Holder | None:
        """How a peer can be reached, as the coordinator told it."""
        return self._cards.get(peer)

    async def fetch(self, holder: str, asks: Sequence[Ask]) -> list[FetchedBlock]:
        """Fetch all of `asks` from one holder. Raises FetchBroken with what had arrived, and ConnectionLost."""
        got: list[FetchedBlock] = []
        line = await self._reach(holder)
        if line is not None:
            try:
                return await line.fetch(holder, asks)
            except ConnectionLost:
                pass
            except FetchBroken as broken:
                if broken.code not in _OTHER_WAY:
                    raise
                got = broken.got
                if broken.code == "slow":
                    await line.close()
        try:
            return got + await self._relay(holder, asks[len(got) :])
        except FetchBroken as broken:
            broken.got[:0] = got
            raise

    def adopt(self, peer: str, line: Exchange) -> None:
        """A line that the other side opened; fetches go over it as well."""
        standing = self._standing(peer)
        standing.line, standing.failures = line, 0

    async def close(self) -> None:
        """Close all lines."""
        standings, self._standings = list(self._standings.values()), {}
        opening = [standing.opening for standing in standings if standing.opening is not None]
        for task in opening:
            task.cancel()
        lines = [standing.line.close() for standing in standings if standing.line is not None]
        await asyncio.gather(*opening, *lines, return_exceptions=True)

    def _standing(self, peer: str) -> _Standing:
        """What is known of the way to a peer; it is now the one most recently used."""
        standing = self._standings.pop(peer, None) or _Standing()
        self._standings[peer] = standing
        return standing

    async def _reach(self, peer: str) -> Exchange | None:
        card = self._cards.get(peer)
        standing = self._standing(peer)
        if (line := standing.open_line()) is not None:
            return line
        if card is None or not any(way.leads_to(card) for way in self.ways):
            return None
        now = asyncio.get_running_loop().time()
        if standing.opening is None:
            if now < standing.retry or not self._make_room():
                return None
            standing.began = now
            standing.opening = asyncio.create_task(self._open(card, standing), name="tabswarm direct line")
        patience = standing.began + PATIENCE - now
        if standing.failures == 0 and patience > 0:
            await asyncio.wait([standing.opening], timeout=patience)
        return standing.open_line()

    async def _open(self, card: Holder, standing: _Standing) -> None:
        try:
            for way in self.ways:
                if not way.leads_to(card):
                    continue
                try:
                    async with asyncio.timeout(TRY_LIMIT):
                        standing.line = await way.connect(card)
                except (ConnectionLost, OSError, TimeoutError):
                    continue
                standing.failures = 0
                break
            else:
                standing.failed()
        finally:
            standing.opening = None

    def _make_room(self) -> bool:
        """Whether one more line may be opened; closes the idle one least recently used where that is the price."""
        alive = [standing for standing in self._standings.values() if standing.open_line() or standing.opening]
        if len(alive) < MOST_LINES:
            return True
        for standing in alive:
            if standing.line is not None and standing.opening is None and standing.line.idle:
                closing = asyncio.ensure_future(standing.line.close())
                closing.add_done_callback(lambda done: done.cancelled() or done.exception())
                standing.line = None
                return True
        return False
