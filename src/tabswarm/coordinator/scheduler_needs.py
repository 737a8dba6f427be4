"""What a swarm needs of its scheduler, so that tests may give it another one; and whom its commands name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from tabswarm.ids import BlockId
from tabswarm.plan.report import JobReport, VolunteerReport
from tabswarm.scheduler import commands, events
from tabswarm.scheduler.census import Census
from tabswarm.scheduler.observed import JobSight, Sight


class SchedulerCore(Protocol):
    """`tabswarm.scheduler` has the one that is used."""

    def handle(self, event: events.Event) -> list[commands.Command]: ...
    def report(self) -> Sequence[JobReport]: ...
    def volunteers(self) -> Sequence[VolunteerReport]: ...
    def may_fetch(self, requester: str, holder: str, block: BlockId) -> bool: ...
    def next_deadline(self) -> int | None: ...
    def has_application(self, application: str) -> bool: ...
    def busy_applications(self) -> set[str]: ...
    def tasks_left(self, job: str) -> int | None: ...
    def census(self) -> Census: ...
    def job_counts(self) -> tuple[int, int]: ...
    def look(self) -> Sight: ...
    def look_at(self, job: str, since: int, most: int) -> JobSight | None: ...


def named_holders(order: commands.Command) -> Iterator[str]:
    """The peers that a command names as holders of blocks, some of them more than once."""
    match order:
        case commands.AssignTask(locations=locations) | commands.CopyBlocks(locations=locations):
            for location in locations:
                yield from location.holders
        case commands.SendMapOutputs(entries=entries):
            for entry in entries:
                yield from entry.holders
        case commands.TellResults(results=results):
            for result in results:
                yield from result.location.holders
        case _:
            pass
