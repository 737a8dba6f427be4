"""A real swarm whose coordinator runs in the test's own process: for what only its scheduler knows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from tests.end_to_end.swarm import Swarm, wait_until

from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.serve import RunningServer, serve
from tabswarm.plan.cut import SinkKey
from tabswarm.scheduler import events
from tabswarm.scheduler.block_locations import BlockTable
from tabswarm.scheduler.commands import Command
from tabswarm.scheduler.ledger import RAN
from tabswarm.scheduler.scheduler import Scheduler


class WatchedScheduler(Scheduler):
    """A scheduler that remembers what went with each volunteer that left, and every vertex that was run again."""

    def __init__(self) -> None:
        super().__init__()
        self.went: dict[SinkKey, None] = {}
        """Blocks that somebody held alone when he left."""
        self.again: dict[tuple[int, int], None] = {}
        """(node, partition) that were committed, and committed once more."""

    def handle(self, event: events.Event) -> list[Command]:
        if isinstance(event, events.VolunteerLeft):
            for table in self.tables():
                held = table.by_holder.get(event.peer, {})
                self.went.update((key, None) for key in held if len(table.stored[key].holders) == 1)
        elif isinstance(event, events.TaskFinished) and (task := self.state.tasks.get(event.task)) is not None:
            attempt = task.attempts.get(event.attempt)
            nodes = self.state.jobs[task.job].ledger.nodes
            for run in event.runs if attempt is not None and attempt.peer == event.peer else ():
                if run.node in nodes and nodes[run.node].vertices[run.partition] == RAN:
                    self.again[run.node, run.partition] = None
        return super().handle(event)

    def tables(self) -> list[BlockTable]:
        """The blocks of every application."""
        return [application.blocks for application in self.state.applications.values()]

    def held_by(self, volunteer: str) -> list[SinkKey]:
        """The blocks that count of those that a volunteer holds."""
        return [key for table in self.tables() for key in table.by_holder.get(volunteer, {})]


class SwarmHere(Swarm):
    """The same as a `Swarm`, with its scheduler to look at."""

    def __init__(self, server: RunningServer, scheduler: WatchedScheduler) -> None:
        self.processes = []
        self.url, self.driver_link, self.invite_link = server.url, server.driver_link, server.invite_link
        self.scheduler = scheduler

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something is so."""

        async def ask() -> bool:
            return bool(true())

        await wait_until(ask, bool)


@contextlib.asynccontextmanager
async def swarm_here(bounds: Bounds | None = None) -> AsyncIterator[SwarmHere]:
    """An empty swarm; whoever joins it by `add_worker` ends with it."""
    made: list[WatchedScheduler] = []

    def make() -> WatchedScheduler:
        made.append(WatchedScheduler())
        return made[-1]

    async with await serve(bounds=bounds, make_scheduler=make) as server:
        swarm = SwarmHere(server, made[0])
        try:
            yield swarm
        finally:
            await asyncio.to_thread(swarm.stop)
