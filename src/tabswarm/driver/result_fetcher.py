"""Brings a job's committed targets to the driver: inline ones at once, others from their holders, out of a neighbour's
files over a direct line, or through the relay.

What arrives is checked against the root hash of its commit before anybody reads it. A holder that fails is not the
job's failure: another holder is tried, and if all are gone the coordinator has the partition computed again and tells
so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass

from tabswarm.driver.swarm_job import SwarmJob
from tabswarm.errors import BlockUnavailable
from tabswarm.plan.location import Location, Result
from tabswarm.shipping.block_hash import root_hash, segment_hash
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.exchange import FetchBroken, FetchedBlock
from tabswarm.transport.neighbours import Neighbourhood, Place
from tabswarm.transport.routes import Routes
from tabswarm.transport.transfers import Ask
from tabswarm.wire.blocks import Wanted

BATCH = 16
"""Blocks asked for in one request."""
AT_ONCE = 4
"""Requests under way to one holder."""
PATIENCE = 30.0
"""Seconds that a block may stay unavailable after all its holders failed, before the job fails."""
PAUSE = 0.25
"""Seconds between rounds over a block's holders."""


@dataclass(slots=True)
class _Wanted:
    job: SwarmJob
    result: Result
    failures: int = 0
    reason: str = ""
    since: float | None = None


class ResultFetcher:
    """Fetches by tasks of its own, on the loop on which it is used. `moved` is told the bytes that no relay carried."""

    def __init__(self, routes: Routes, neighbours: Neighbourhood, moved: Callable[[int], None]) -> None:
        self._routes = routes
        self._neighbours = neighbours
        self._moved = moved
        self._queues: dict[str, list[_Wanted]] = {}
        self._requests: dict[str, int] = {}
        self._latest: dict[tuple[int, int], Result] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, job: SwarmJob, results: Sequence[Result]) -> None:
        """Bring these results of a job to it."""
        for result in results:
            if not job.on_announced(result):
                continue
            if result.inline is not None:
                if is_block(result.inline, result.location.root):
                    job.on_block(result.partition, result.inline)
                else:
                    job.on_error(_corrupt(result.location, "the coordinator"))
                continue
            self._latest[job.request, result.partition] = result
            self._queue(_Wanted(job, result))

    def forget(self, job: SwarmJob) -> None:
        """The job is over: nothing of it is fetched any more."""
        for partition in job.plan.partitions:
            self._latest.pop((job.request, partition), None)

    def _queue(self, wanted: _Wanted) -> None:
        holders = wanted.result.location.holders
        if not holders:
            self._later(wanted, "nobody holds it")
            return
        holder = holders[wanted.failures % len(holders)]
        self._queues.setdefault(holder, []).append(wanted)
        # In a moment, so that what one message announced is asked for together.
        asyncio.get_running_loop().call_soon(self._pump, holder)

    def _pump(self, holder: str) -> None:
        while self._queues.get(holder) and self._requests.get(holder, 0) < AT_ONCE:
            queue = self._queues[holder]
            batch, self._queues[holder] = queue[:BATCH], queue[BATCH:]
            if not self._queues[holder]:
                del self._queues[holder]
            self._requests[holder] = self._requests.get(holder, 0) + 1
            self._spawn(self._fetch(holder, batch))

    async def _fetch(self, holder: str, batch: list[_Wanted]) -> None:
        live = [wanted for wanted in batch if self._is_wanted(wanted)]
        if self._neighbours.reaches(self._routes.card(holder)):
            live = await self._share(holder, live)
        asks = [Ask(Wanted(w.result.location.block), w.result.location.size) for w in live]
        reason = "it sent less than it was asked for"
        try:
            got = await self._routes.fetch(holder, asks) if asks else []
        except FetchBroken as broken:
            got, reason = broken.got, str(broken)
        except ConnectionLost:
            return  # the session is over too, which ends every job
        finally:
            self._requests[holder] -= 1
            self._pump(holder)
        self._moved(sum(len(fetched.data) for fetched in got if fetched.direct))
        for wanted, fetched in zip(live, got):
            self._arrived(wanted, fetched, holder)
        for wanted in live[len(got) :]:
            self._again(wanted, reason)

    async def _share(self, holder: str, wanted: list[_Wanted]) -> list[_Wanted]:
        """Read what a neighbour has in its files; gives back the rest."""
        try:
            places = await self._neighbours.locate(holder, [(w.result.location.block, 0) for w in wanted])
        except ConnectionLost:
            return wanted
        blocks = await asyncio.to_thread(_read_all, wanted, places)
        for want, block in zip(wanted, blocks):
            if block is not None and self._is_wanted(want):
                self._moved(len(block))
                self._latest.pop((want.job.request, want.result.partition), None)
                want.job.on_block(want.result.partition, block)
        return [want for want, block in zip(wanted, blocks) if block is None]

    def _arrived(self, wanted: _Wanted, fetched: FetchedBlock, holder: str) -> None:
        location = wanted.result.location
        if is_block(fetched.data, location.root, fetched.hashes):
            self._latest.pop((wanted.job.request, wanted.result.partition), None)
            wanted.job.on_block(wanted.result.partition, fetched.data)
        else:
            self._again(wanted, f"{holder} sent other bytes of {location.block} than were committed")

    def _again(self, wanted: _Wanted, reason: str) -> None:
        """Try the next holder; after a round over all of them, wait for a moment."""
        if not self._is_wanted(wanted):
            return
        wanted.failures += 1
        wanted.reason = reason
        if wanted.failures % len(wanted.result.location.holders):
            self._queue(wanted)
        else:
            self._later(wanted, reason)

    def _later(self, wanted: _Wanted, reason: str) -> None:
        now = asyncio.get_running_loop().time()
        wanted.since = wanted.since or now
        if now - wanted.since > PATIENCE:
            title = f"partition {wanted.result.partition} of {wanted.job.plan.action or 'the job'}"
            wanted.job.on_error(BlockUnavailable(f"the result of {title} cannot be fetched: {reason}"))
            return
        self._spawn(self._retry(wanted))

    async def _retry(self, wanted: _Wanted) -> None:
        await asyncio.sleep(PAUSE)
        if self._is_wanted(wanted):
            self._queue(wanted)

    def _is_wanted(self, wanted: _Wanted) -> bool:
        """Whether this is still the latest word on that partition, and the job waits for it."""
        latest = self._latest.get((wanted.job.request, wanted.result.partition))
        return latest is wanted.result and not wanted.job.is_over

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def is_block(data: bytes, root: bytes, hashes: bytes | None = None) -> bool:
    """Whether these are the bytes of a one-segment block with this root hash.

    >>> is_block(b"data", root_hash(segment_hash(b"data"))), is_block(b"date", root_hash(segment_hash(b"data")))
    (True, False)
    """
    digest = segment_hash(data)
    return (hashes is None or hashes == digest) and root_hash(digest) == root


def _read_all(wanted: Sequence[_Wanted], places: Sequence[Place | None]) -> list[bytes | None]:
    return [None if place is None else _read(want.result.location, place) for want, place in zip(wanted, places)]


def _read(location: Location, place: Place) -> bytes | None:
    """A block out of a neighbour's file; None where it is gone, or not what was committed."""
    try:
        with open(place.path, "rb") as file:
            file.seek(place.offset)
            data = file.read(min(place.length, location.size))
    except OSError:
        return None
    return data if is_block(data, location.root, place.hashes) else None


def _corrupt(location: Location, sender: str) -> BlockUnavailable:
    return BlockUnavailable(f"{sender} sent other bytes of {location.block} than were committed")
