"""Takes copies of blocks that the coordinator wants to live here too: fetched whole, proven, and kept.

The answer names those that are here. What could not be had is the coordinator's to order elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from tabswarm.executor.failures import SourceCorrupt
from tabswarm.executor.piece import Piece, proven
from tabswarm.ids import BlockId
from tabswarm.plan.location import Location
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.exchange import Fetch, FetchBroken, FetchedBlock
from tabswarm.transport.transfers import Ask
from tabswarm.wire.blocks import Wanted
from tabswarm.wire.messages import Copied, CopyBlocks
from tabswarm.worker.native.block_store import BlockStore
from tabswarm.worker.native.source_fetcher import Moved


class Copier:
    """Carries out orders of copies for one session. `room` bytes at most may lie in the store; `moved` is told what was
    fetched."""

    def __init__(
        self, me: str, store: BlockStore, fetch: Fetch, room: int, answer: Callable[[Copied], None], moved: Moved
    ) -> None:
        self._me = me
        self._store = store
        self._fetch = fetch
        self._room = room
        self._answer = answer
        self._moved = moved
        self._orders: set[asyncio.Task[None]] = set()

    def order(self, order: CopyBlocks) -> None:
        """Begin to copy; the answer comes when all is tried."""
        task = asyncio.create_task(self._copy(order.locations), name="tabswarm copies")
        self._orders.add(task)
        task.add_done_callback(self._orders.discard)

    async def close(self) -> None:
        """Stop, without an answer."""
        for task in self._orders:
            task.cancel()
        await asyncio.gather(*self._orders, return_exceptions=True)

    async def _copy(self, locations: Sequence[Location]) -> None:
        try:
            wanted = [at for at in locations if at.block not in self._store]
            for turn in range(max((len(at.holders) for at in wanted), default=0)):
                by_holder: dict[str, list[Location]] = {}
                for at in wanted:
                    others = [holder for holder in at.holders if holder != self._me]
                    if at.block not in self._store and turn < len(others):
                        by_holder.setdefault(others[turn], []).append(at)
                await asyncio.gather(*(self._copy_from(holder, asked) for holder, asked in by_holder.items()))
        finally:
            self._answer(Copied(blocks=self._here(locations)))

    def _here(self, locations: Sequence[Location]) -> tuple[BlockId, ...]:
        return tuple(at.block for at in locations if at.block in self._store)

    async def _copy_from(self, holder: str, wanted: list[Location]) -> None:
        room = self._room - self._store.size
        asked: list[Location] = []
        for at in wanted:
            room -= at.size
            if room >= 0:
                asked.append(at)
        if not asked:
            return
        try:
            got = await self._fetch(holder, [Ask(Wanted(at.block, None), at.size) for at in asked])
        except FetchBroken as broken:
            got = broken.got
        except ConnectionLost:
            return
        for at, fetched in zip(asked, got, strict=False):
            self._moved(at.block.application, len(fetched.data), fetched.direct)
            if await asyncio.to_thread(_is_proven, fetched, at.root):
                await self._store.keep(fetched)


def _is_proven(fetched: FetchedBlock, root: bytes) -> bool:
    data, start = memoryview(fetched.data), 0
    try:
        for index, size in enumerate(fetched.sizes):
            proven(Piece(data[start : start + size], fetched.hashes, root, fetched.block, index))
            start += size
    except SourceCorrupt:
        return False
    return True
