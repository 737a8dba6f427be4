"""One submitted job as the driver sees it: what the coordinator told of it, and the blocks that have arrived.

The loop thread writes here (`on_...`), the program's threads wait here. A job ends once: with all blocks, or with an
error.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from typing import Protocol

from tabswarm.driver.waiting import NewCondition
from tabswarm.errors import JobCancelled, ResultTooLarge, TabswarmError
from tabswarm.plan.finish import Saved
from tabswarm.plan.lineage import Plan
from tabswarm.plan.location import Result
from tabswarm.plan.task import Update

STREAM_WINDOW = 64 << 20
"""Bytes of blocks of a job that streams which are fetched before the program has taken the earlier ones; at least one
block is always under way."""
POLL = 1.0
"""Seconds between looks at the clock while waiting, so that Ctrl-C is heard on every platform."""


class Wire(Protocol):
    """What a job asks of its engine."""

    def cancel(self, job: SwarmJob) -> None: ...

    def done_with(self, job: SwarmJob) -> None: ...

    def has_room(self, job: SwarmJob) -> None: ...


class SwarmJob:
    """A `JobHandle` over a coordinator. `limit` is the most bytes that all its blocks may have together.

    A job that saves *streams*: its blocks are given as they come, are fetched only as the program takes them, and the
    limit is for each of them.
    """

    def __init__(
        self, request: int, plan: Plan, wire: Wire, limit: int, condition: NewCondition = threading.Condition
    ) -> None:
        self.request = request
        self.plan = plan
        self.done = 0
        self.total = 0
        self.running = 0
        self.volunteers = 0
        self.waiting_for = ""
        self._id: str | None = None
        self._wire = wire
        self._limit = limit
        self._changed = condition()
        self._announced: dict[int, int] = {}
        self._announced_bytes = 0
        self._blocks: dict[int, bytes] = {}
        self._arrived: set[int] = set()
        self._coming: dict[int, int] = {}
        self._order: list[int] = []
        self._updates: dict[tuple[int, int, int], Update] = {}
        self._committed = False
        self._error: TabswarmError | None = None
        self._finished = False

    # --- for the program's threads

    @property
    def id(self) -> str:
        """The job's id; waits until the coordinator has given it one."""
        self.wait_accepted()
        return self._id or ""

    @property
    def streams(self) -> bool:
        """Whether its blocks come only as the program takes them."""
        return isinstance(self.plan.finish, Saved)

    @property
    def is_over(self) -> bool:
        """Whether it ended: nothing of it will change any more."""
        return self._finished or self._error is not None

    @property
    def accepted_id(self) -> str | None:
        """The id, or None where the coordinator has not answered yet."""
        return self._id

    def wait_accepted(self) -> None:
        """Wait until the coordinator has taken the job, or raise why it has not."""
        with self._changed:
            while self._id is None and self._error is None:
                self._changed.wait(POLL)
            if self._error is not None and self._id is None:
                raise self._error

    def wait(self, timeout: float | None = None) -> None:
        """Return when every wanted partition is committed."""
        until = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while not self._committed and self._error is None:
                left = POLL if until is None else min(POLL, until - time.monotonic())
                if left <= 0:
                    raise TimeoutError(f"job {self._id or '(not accepted yet)'} is not done after {timeout} s")
                self._changed.wait(left)
            if self._error is not None:
                raise self._error

    def results(self, in_order: bool = True, timeout: float | None = None) -> Iterator[tuple[int, bytes]]:
        """The blocks as they arrive, or in the order of the plan's partitions; `TimeoutError` after `timeout` seconds
        where the next one is not here."""
        count = len(self.plan.partitions)
        in_order = in_order and not self.streams
        until = None if timeout is None else time.monotonic() + timeout
        for position in range(count):
            with self._changed:
                while True:
                    if self._error is not None:
                        raise self._error
                    if in_order and self.plan.partitions[position] in self._blocks:
                        partition = self.plan.partitions[position]
                        break
                    if not in_order and len(self._order) > position:
                        partition = self._order[position]
                        break
                    left = POLL if until is None else min(POLL, until - time.monotonic())
                    if left <= 0:
                        raise TimeoutError(f"job {self._id} is not done after {timeout} s")
                    self._changed.wait(left)
                block = self._blocks.pop(partition)
                had_to_wait = self._coming.pop(partition, None) is not None
            if had_to_wait:
                self._wire.has_room(self)
            yield partition, block
        self._finished = True
        self._wire.done_with(self)

    def updates(self) -> tuple[Update, ...]:
        """What was added to accumulators so far."""
        with self._changed:
            return tuple(self._updates.values())

    def cancel(self, reason: str = "") -> None:
        """Stop the job on the swarm."""
        if not self.is_over:
            named = f"job {self._id or ''} ({self.plan.action}) was cancelled".replace("  ", " ")
            self.on_error(JobCancelled(f"{named} {reason}".rstrip()))
            self._wire.cancel(self)

    # --- for the loop thread

    def on_accepted(self, job: str, total: int) -> None:
        """The coordinator runs it under this id."""
        with self._changed:
            self._id, self.total = job, total
            self._changed.notify_all()

    def on_progress(self, done: int, total: int, running: int, volunteers: int, waiting_for: str) -> None:
        """How far it is."""
        self.done, self.total, self.running, self.volunteers = done, total, running, volunteers
        self.waiting_for = waiting_for

    def on_updates(self, updates: Iterable[Update]) -> None:
        """Committed tasks added to accumulators."""
        with self._changed:
            for update in updates:
                self._updates[update.accumulator, update.node, update.partition] = update

    def on_announced(self, result: Result) -> bool:
        """A target is committed. False where its block is here already, or the answer grows over the limit (which ends
        the job)."""
        with self._changed:
            if self.is_over or result.partition in self._arrived:
                return False
            self._announced_bytes += result.location.size - self._announced.get(result.partition, 0)
            self._announced[result.partition] = result.location.size
            size = result.location.size if self.streams else self._announced_bytes
        if size > self._limit:
            self.on_error(
                ResultTooLarge(
                    f"the answer of {self.plan.action or 'this job'} is larger than the driver takes: {size:,} bytes "
                    f"in {len(self._announced)} of {len(self.plan.partitions)} partitions, and the limit is "
                    f"{self._limit:,}. Reduce it on the swarm, or raise maxResultSize in Context(...)"
                )
            )
            self._wire.cancel(self)
            return False
        return True

    def let_come(self, result: Result) -> bool:
        """Whether the block of a result may be fetched now, which then counts as coming."""
        if not self.streams:
            return True
        with self._changed:
            size = result.location.size
            coming = sum(self._coming.values()) - self._coming.get(result.partition, 0)
            if coming and coming + size > STREAM_WINDOW:
                return False
            self._coming[result.partition] = size
            return True

    def on_block(self, partition: int, block: bytes) -> None:
        """A block has arrived, and its hash is that of its commit."""
        with self._changed:
            if partition not in self._arrived:
                self._arrived.add(partition)
                self._order.append(partition)
                self._blocks[partition] = block
                self._changed.notify_all()

    def on_done(self) -> None:
        """All targets are committed."""
        with self._changed:
            self._committed = True
            self._changed.notify_all()

    def on_error(self, error: TabswarmError) -> None:
        """It ended without an answer; the first error stays."""
        with self._changed:
            if self._error is None and not self._finished:
                self._error = error
                self._blocks.clear()
            self._changed.notify_all()
