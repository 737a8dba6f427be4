"""Brings a job's committed targets to the driver: inline ones at once, others from their holders, out of a neighbour's
files, over a direct line, or through the relay.

What arrives is checked against the root hash of its commit before anybody reads it. A holder that fails is not the
job's failure: another one is asked. Of a holder that lacks the block, sent other bytes, or could not be reached for
`PATIENCE` the coordinator is told, which has the partition computed again where nobody else has it. So this ends when
the job does, and not before.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tabswarm.driver.swarm_job import SwarmJob
from tabswarm.ids import BlockId
from tabswarm.plan.location import Holder, Location, Result
from tabswarm.shipping.block_hash import root_hash, segment_hash
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.exchange import FetchBroken, FetchedBlock
from tabswarm.transport.neighbours import Place
from tabswarm.transport.threads import in_thread
from tabswarm.transport.transfers import Ask
from tabswarm.wire.blocks import Wanted
from tabswarm.wire.driver_messages import ResultMissing

BATCH = 16
"""Blocks asked for in one request."""
AT_ONCE = 4
"""Requests under way to one holder."""
PATIENCE = 20.0
"""Seconds for which holders may be out of reach before the coordinator is told so."""
PAUSE, LONGEST_PAUSE = 0.25, 4.0
"""Seconds between two rounds over a block's holders: the first time, and at most."""
_LACKING = "unavailable"
"""How a holder refuses what it has not got."""


class Ways(Protocol):
    """To other peers' blocks (`transport/routes.py`)."""

    async def fetch(self, holder: str, asks: Sequence[Ask]) -> list[FetchedBlock]: ...

    def card(self, peer: str) -> Holder | None: ...


class Neighbours(Protocol):
    """Peers whose files this one may read (`transport/neighbours.py`)."""

    def reaches(self, holder: Holder | None) -> bool: ...

    async def locate(self, holder: str, wanted: Sequence[tuple[BlockId, int]]) -> Sequence[Place | None]: ...


@dataclass(slots=True, eq=False)
class _Wanted:
    """A target on its way. `bad` are holders that lack it or sent other bytes; `alone` says that it travels in a
    request of its own: it was in one that the relay refused as a whole."""

    job: SwarmJob
    result: Result
    bad: set[str] = field(default_factory=set)
    asked: int = 0
    rounds: int = 0
    since: float | None = None
    alone: bool = False

    @property
    def holders(self) -> list[str]:
        return [holder for holder in self.result.location.holders if holder not in self.bad]


class ResultFetcher:
    """Fetches by tasks of its own, on the loop on which it is used. `moved` is told the bytes that no relay carried,
    `say` takes what the coordinator has to hear."""

    def __init__(
        self,
        routes: Ways,
        neighbours: Neighbours,
        moved: Callable[[int], None],
        say: Callable[[ResultMissing], None],
    ) -> None:
        self._routes = routes
        self._neighbours = neighbours
        self._moved = moved
        self._say = say
        self._queues: dict[str, list[_Wanted]] = {}
        self._requests: dict[str, int] = {}
        self._held: dict[int, deque[_Wanted]] = {}
        self._latest: dict[tuple[int, int], Result] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, job: SwarmJob, results: Sequence[Result]) -> None:
        """Bring these results of a job to it."""
        for result in results:
            if not job.on_announced(result):
                continue
            if result.inline is None:
                self._latest[job.request, result.partition] = result
                self._held.setdefault(job.request, deque()).append(_Wanted(job, result))
            elif is_block(result.inline, result.location.root):
                job.on_block(result.partition, result.inline)
            else:
                self._report(_Wanted(job, result), "", "the message had other bytes", corrupt=True)
        self.go_on(job)

    def go_on(self, job: SwarmJob) -> None:
        """Fetch as many of the job's blocks as it lets come."""
        held = self._held.get(job.request)
        while held and (not self._is_wanted(held[0]) or job.let_come(held[0].result)):
            wanted = held.popleft()
            if self._is_wanted(wanted):
                self._queue(wanted)

    def forget(self, job: SwarmJob) -> None:
        """The job is over: nothing of it is fetched any more."""
        self._held.pop(job.request, None)
        for partition in job.plan.partitions:
            self._latest.pop((job.request, partition), None)

    def _queue(self, wanted: _Wanted) -> None:
        holders = wanted.holders
        if not holders:
            return  # the coordinator knows, and tells of the next one
        holder = holders[wanted.asked % len(holders)]
        self._queues.setdefault(holder, []).append(wanted)
        # In a moment, so that what one message announced is asked for together.
        asyncio.get_running_loop().call_soon(self._pump, holder)

    def _pump(self, holder: str) -> None:
        while self._queues.get(holder) and self._requests.get(holder, 0) < AT_ONCE:
            batch = self._next_batch(holder)
            self._requests[holder] = self._requests.get(holder, 0) + 1
            self._spawn(self._fetch(holder, batch))

    def _next_batch(self, holder: str) -> list[_Wanted]:
        queue = self._queues[holder]
        count = 1 if queue[0].alone else next((at for at, each in enumerate(queue[:BATCH]) if each.alone), BATCH)
        batch, self._queues[holder] = queue[:count], queue[count:]
        if not self._queues[holder]:
            del self._queues[holder]
        return batch

    async def _fetch(self, holder: str, batch: list[_Wanted]) -> None:
        try:
            live = [wanted for wanted in batch if self._is_wanted(wanted)]
            if self._neighbours.reaches(self._routes.card(holder)):
                live = await self._share(holder, live)
            if live:
                await self._ask(holder, live)
        finally:
            self._requests[holder] -= 1
            self._pump(holder)

    async def _ask(self, holder: str, live: list[_Wanted]) -> None:
        asks = [Ask(Wanted(w.result.location.block), w.result.location.size) for w in live]
        failure: FetchBroken | None = None
        try:
            got = await self._routes.fetch(holder, asks)
        except FetchBroken as broken:
            got, failure = broken.got, broken
        except ConnectionLost as lost:
            got = []
            for wanted in live:
                self._out_of_reach(wanted, holder, str(lost))
            return
        self._moved(sum(len(fetched.data) for fetched in got if fetched.direct))
        for wanted, fetched in zip(live, got):
            self._arrived(wanted, fetched, holder)
        rest = live[len(got) :]
        if failure is None or not rest:
            return
        if failure.code == _LACKING or failure.corrupt:
            self._is_bad(rest[0], holder, str(failure), corrupt=failure.corrupt)
            for wanted in rest[1:]:  # they were never looked at
                self._queue(wanted)
            return
        for wanted in rest:
            wanted.alone = wanted.alone or (failure.code == "not_allowed" and len(rest) > 1)
            self._out_of_reach(wanted, holder, str(failure))

    async def _share(self, holder: str, wanted: list[_Wanted]) -> list[_Wanted]:
        """Read what a neighbour has in its files; gives back the rest."""
        try:
            places = await self._neighbours.locate(holder, [(w.result.location.block, 0) for w in wanted])
        except ConnectionLost:
            return wanted
        blocks = await in_thread(_read_all, wanted, places)
        for want, block in zip(wanted, blocks):
            if block is not None and self._is_wanted(want):
                self._moved(len(block))
                self._has(want, block)
        return [want for want, block in zip(wanted, blocks) if block is None]

    def _arrived(self, wanted: _Wanted, fetched: FetchedBlock, holder: str) -> None:
        location = wanted.result.location
        if is_block(fetched.data, location.root, fetched.hashes):
            self._has(wanted, fetched.data)
        else:
            what = f"{holder} sent other bytes of {location.block} than were committed"
            self._is_bad(wanted, holder, what, corrupt=True)

    def _has(self, wanted: _Wanted, block: bytes) -> None:
        if self._is_wanted(wanted):
            del self._latest[wanted.job.request, wanted.result.partition]
        wanted.job.on_block(wanted.result.partition, block)

    def _is_bad(self, wanted: _Wanted, holder: str, reason: str, *, corrupt: bool) -> None:
        """A holder is sure not to have the block: say so, and ask the others."""
        if self._is_wanted(wanted):
            wanted.bad.add(holder)
            self._report(wanted, holder, reason, corrupt=corrupt)
            self._queue(wanted)

    def _out_of_reach(self, wanted: _Wanted, holder: str, reason: str) -> None:
        """Try the next holder; after a round over all of them, wait for a moment. When that has gone on for a while,
        the coordinator hears of it, who may know better."""
        if not self._is_wanted(wanted):
            return
        now = asyncio.get_running_loop().time()
        wanted.since = wanted.since or now
        wanted.asked += 1
        if now - wanted.since > PATIENCE:
            wanted.since = now
            self._report(wanted, holder, reason, corrupt=False)
        if not wanted.holders or wanted.asked % len(wanted.holders):
            self._queue(wanted)
        else:
            self._spawn(self._retry(wanted))

    async def _retry(self, wanted: _Wanted) -> None:
        pause = min(PAUSE * 2 ** min(wanted.rounds, 10), LONGEST_PAUSE)
        wanted.rounds += 1
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))
        if self._is_wanted(wanted):
            self._queue(wanted)

    def _report(self, wanted: _Wanted, holder: str, reason: str, *, corrupt: bool) -> None:
        job = wanted.job.accepted_id
        if job is not None:
            block = wanted.result.location.block
            self._say(ResultMissing(job=job, block=block, holder=holder, reason=reason[:200], corrupt=corrupt))

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
