"""Brings a task's sources here: own blocks by their files, a neighbour's by links to its files, others' from their
holders, one request to each holder.

What was fetched is proven by the worker process that reads it. Where a holder fails, the block's next holder is asked;
`SourceMissing` names the last one.
"""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tabswarm.errors import TabswarmError, UrlUnavailable
from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.location import Location, MapOutput
from tabswarm.plan.task import BroadcastSource, DriverSource, ShuffleSource, Source, UrlSource
from tabswarm.shipping.block_hash import segment_hash
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.exchange import FetchBroken, FetchedBlock
from tabswarm.transport.neighbours import Neighbourhood, Place
from tabswarm.transport.routes import Routes
from tabswarm.transport.transfers import Ask
from tabswarm.wire.blocks import Wanted
from tabswarm.wire.messages import Assign, MapOutputs
from tabswarm.worker.native.block_store import BlockStore
from tabswarm.worker.native.frames import Portion
from tabswarm.worker.native.url_fetcher import UrlFetcher

IN_FRAME = 64 * 1024
"""Fetched bytes that go to the worker process in a frame, not in a file."""
UNKNOWN_CEILING = 1 << 30
"""The most bytes taken of a block whose size is only guessed (a file that the driver has not read yet)."""

Moved = Callable[[str, int, bool], None]


class SourceMissing(TabswarmError):
    """A source cannot be had from any holder. `reason` starts with the word of a `Refusal` where a holder refused:
    `unavailable` tells the scheduler that the holder has not got the block."""

    def __init__(self, block: BlockId, holder: str, reason: str, corrupt: bool = False) -> None:
        super().__init__(reason)
        self.block = block
        self.holder = holder
        self.reason = reason
        self.corrupt = corrupt


class PageMissing(TabswarmError):
    """A URL that is a source cannot be fetched; `block` is the partition that it should have been."""

    def __init__(self, block: BlockId, reason: str) -> None:
        super().__init__(reason)
        self.block = block
        self.reason = reason


class _Need(NamedTuple):
    """One segment of one block; where it goes is (source, place)."""

    source: int
    place: int
    block: BlockId
    segment: int
    root: bytes
    ceiling: int
    holders: tuple[str, ...]


class SourceFetcher:
    """Fetches for one session: `me` is this volunteer's peer id there, `routes` the ways to others.

    `moved` is told the application, the number of bytes that came from others, and whether no relay carried them.
    """

    def __init__(self, me: str, store: BlockStore, routes: Routes, neighbours: Neighbourhood, moved: Moved) -> None:
        self._me = me
        self._store = store
        self._routes = routes
        self._neighbours = neighbours
        self._moved = moved
        self._urls = UrlFetcher()
        self._tables: dict[tuple[str, int], dict[int, MapOutput]] = {}

    def learn(self, message: MapOutputs) -> None:
        """Take entries of a shuffle's table; a later one replaces an earlier."""
        table = self._tables.setdefault((message.application, message.shuffle), {})
        for entry in message.entries:
            table[entry.partition] = entry

    def forget(self, application: str) -> None:
        """The application is over."""
        for key in [key for key in self._tables if key[0] == application]:
            del self._tables[key]

    async def gather(self, assign: Assign, prefix: str) -> list[list[Portion]]:
        """All pieces of all sources of a task; files that are made for it start with `prefix`. Raises SourceMissing."""
        locations = {location.block: location for location in assign.locations}
        needs = [
            need for index, source in enumerate(assign.spec.sources) for need in self._needs(index, source, locations)
        ]
        found: dict[tuple[int, int], Portion] = {}
        remote: list[_Need] = []
        for need in needs:
            portion = self._store.portion(need.block, need.segment, self._me)
            if portion is not None:
                found[need.source, need.place] = portion
            else:
                remote.append(need)
        inputs: list[list[Portion]] = [[] for _ in assign.spec.sources]
        urls = [(index, source) for index, source in enumerate(assign.spec.sources) if isinstance(source, UrlSource)]
        pages = asyncio.gather(*(self._fetch_url(index, source, prefix) for index, source in urls))
        await asyncio.gather(self._fetch_all(remote, found, prefix, assign.spec.task), pages)
        for (index, _), portion in zip(urls, await pages):
            inputs[index].append(portion)
        for need in needs:
            inputs[need.source].append(found[need.source, need.place])
        return inputs

    def weigh(self, inputs: Sequence[Sequence[Portion]]) -> tuple[int, int]:
        """The bytes of these pieces, and those of them that came from others."""
        sizes = [(len(piece.data) or piece.length, piece.holder) for pieces in inputs for piece in pieces]
        return sum(size for size, _ in sizes), sum(size for size, holder in sizes if holder != self._me)

    def _needs(self, index: int, source: Source, locations: dict[BlockId, Location]) -> list[_Need]:
        if isinstance(source, ShuffleSource):
            return self._shuffle_needs(index, source)
        if isinstance(source, UrlSource) or (
            isinstance(source, DriverSource | BroadcastSource) and source.inline is not None
        ):
            return []
        location = locations.get(source.block)
        if location is None:
            raise SourceMissing(source.block, "", f"nobody said where block {source.block} is")
        ceiling = location.size if location.root else max(location.size, UNKNOWN_CEILING)
        return [_Need(index, 0, source.block, 0, location.root, ceiling, location.holders)]

    def _shuffle_needs(self, index: int, source: ShuffleSource) -> list[_Need]:
        table = self._tables.get((source.application, source.shuffle), {})
        needs = []
        for place in range(source.map_partitions):
            entry = table.get(place)
            generation = 0 if entry is None else entry.generation
            block = BlockId(source.application, BlockKind.MAP_OUTPUT, source.shuffle, place, generation)
            if entry is None:
                raise SourceMissing(block, "", f"nobody said where map output {block} is")
            needs.append(_Need(index, place, block, source.partition, entry.root, entry.size, entry.holders))
        return needs

    async def _fetch_all(
        self, remote: list[_Need], found: dict[tuple[int, int], Portion], prefix: str, turn: int
    ) -> None:
        """Fetch what is not here, in rounds: in each, every need is asked of its next holder."""
        attempts = 0
        last: dict[BlockId, SourceMissing] = {}
        remote = [need._replace(holders=self._in_turn(need.holders, turn)) for need in remote]
        while remote:
            groups: dict[str, list[_Need]] = {}
            for need in remote:
                if attempts >= len(need.holders) or need.holders[attempts] == self._me:
                    holder = self._me if self._me in need.holders else ""
                    raise last.get(need.block) or SourceMissing(
                        need.block, holder, f"unavailable: block {need.block} is nowhere"
                    )
                groups.setdefault(need.holders[attempts], []).append(need)
            rounds = await asyncio.gather(
                *(self._fetch_from(holder, needs, found, prefix, last) for holder, needs in groups.items())
            )
            remote = [need for failed in rounds for need in failed]
            attempts += 1

    def _in_turn(self, holders: tuple[str, ...], turn: int) -> tuple[str, ...]:
        """The order in which to ask: neighbours, then others, each task beginning with another one; ourselves never."""
        start = turn % len(holders) if holders else 0
        rank = {True: 0, False: 1}
        return tuple(
            sorted(
                holders[start:] + holders[:start],
                key=lambda who: 2 if who == self._me else rank[self._neighbours.reaches(self._routes.card(who))],
            )
        )

    async def _fetch_from(
        self,
        holder: str,
        needs: list[_Need],
        found: dict[tuple[int, int], Portion],
        prefix: str,
        last: dict[BlockId, SourceMissing],
    ) -> list[_Need]:
        """Ask one holder; gives back what it did not send."""
        if self._neighbours.reaches(self._routes.card(holder)):
            needs = await self._share(holder, needs, found, prefix)
            if not needs:
                return []
        asks = [Ask(Wanted(need.block, (need.segment,)), need.ceiling) for need in needs]
        try:
            got = await self._routes.fetch(holder, asks)
        except FetchBroken as broken:
            got = broken.got
            last[broken.block] = SourceMissing(broken.block, holder, f"{broken.code}: {broken}", broken.corrupt)
        except ConnectionLost as lost:
            got = []
            last[needs[0].block] = SourceMissing(needs[0].block, holder, f"the relay was lost: {lost}")
        for need, fetched in zip(needs, got):
            found[need.source, need.place] = await self._kept(need, fetched, holder, prefix)
            self._moved(need.block.application, len(fetched.data), fetched.direct)
        for need in needs[len(got) :]:
            last.setdefault(need.block, SourceMissing(need.block, holder, f"{holder} did not send block {need.block}"))
        return needs[len(got) :]

    async def _share(
        self, holder: str, needs: list[_Need], found: dict[tuple[int, int], Portion], prefix: str
    ) -> list[_Need]:
        """Take from a neighbour's files what is there; gives back the rest."""
        items = [(need.block, need.segment) for need in needs]
        try:
            places = await self._neighbours.locate(holder, items, f"{prefix}given-{holder}-")
        except ConnectionLost:
            return needs
        portions = await asyncio.to_thread(_all_shared, needs, places, holder, prefix)
        rest = []
        for need, portion in zip(needs, portions):
            if portion is None:
                rest.append(need)
            else:
                found[need.source, need.place] = portion
                self._moved(need.block.application, portion.length, True)
        return rest

    async def _fetch_url(self, index: int, source: UrlSource, prefix: str) -> Portion:
        try:
            data = await self._urls.fetch(source.url)
        except UrlUnavailable as error:
            raise PageMissing(source.block, str(error)) from None
        self._moved(source.block.application, len(data), True)
        fetched = FetchedBlock(source.block, None, (len(data),), segment_hash(data), data)
        return await self._kept(_Need(index, 0, source.block, 0, b"", len(data), ()), fetched, "", prefix)

    async def _kept(self, need: _Need, fetched: FetchedBlock, holder: str, prefix: str) -> Portion:
        if len(fetched.data) <= IN_FRAME:
            return Portion(need.block, need.segment, holder, fetched.hashes, need.root, data=fetched.data)
        path = Path(f"{prefix}source-{need.source}-{need.place}")
        await asyncio.to_thread(path.write_bytes, fetched.data)
        length = len(fetched.data)
        return Portion(need.block, need.segment, holder, fetched.hashes, need.root, path=str(path), length=length)


def _all_shared(
    needs: Sequence[_Need], places: Sequence[Place | None], holder: str, prefix: str
) -> list[Portion | None]:
    return [None if place is None else _shared(need, place, holder, prefix) for need, place in zip(needs, places)]


def _shared(need: _Need, place: Place, holder: str, prefix: str) -> Portion | None:
    """A place as a piece that stays until the task is done, whatever its holder drops; None where it is gone."""
    if place.length > need.ceiling:
        return None  # the relay tells the same, and of whom
    path = place.path
    try:
        if place.unchanged is not None:
            status = os.stat(path)
            if need.root or (status.st_size, status.st_mtime_ns) != place.unchanged:
                return None
        elif not place.given:
            path = f"{prefix}shared-{need.source}-{need.place}"
            try:
                os.link(place.path, path)
            except OSError as error:
                if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK):
                    raise
                shutil.copyfile(place.path, path)
        elif not path.startswith(prefix):
            return None
    except OSError:
        return None
    return Portion(
        need.block,
        need.segment,
        holder,
        place.hashes,
        need.root,
        path=path,
        offset=place.offset,
        length=place.length,
        unchanged=place.unchanged,
    )
