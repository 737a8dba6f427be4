"""All that the scheduler knows, in one place, and the commands that one event leads to.

The rooms beside this one are functions over this state. Commands of one event leave in this order: answers to a
driver and cancellations as they come up, then dropped blocks, results, endings, assignments.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from tabswarm.ids import BlockId
from tabswarm.plan.report import JobReport
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.archive import Archive
from tabswarm.scheduler.commands import Command, DropBlocks
from tabswarm.scheduler.jobs import Job
from tabswarm.scheduler.peers import Volunteers
from tabswarm.scheduler.tasks import Task

RESULTS_KEPT = 24 * 3600 * 1000
"""Milliseconds that an application without a driver and without a running job stays."""
SOURCE_PATIENCE = 3600 * 1000
"""Milliseconds that a job waits for source data that only its driver had."""
STOPPED = 200
"""Stopped applications whose reports are kept."""


@dataclass(slots=True, eq=False)
class Conduct:
    """What is remembered of a volunteer's conduct, also while it is away: departures (see `rests` for how they are
    forgotten) and when the last was, damaged blocks, and until when it is quarantined, in milliseconds."""

    departures: int = 0
    departed: int = 0
    strikes: int = 0
    quarantined_until: int = 0


@dataclass(slots=True, eq=False)
class SwarmState:
    """The whole state. `late` counts reports by somebody who did not hold the lease, `ended` jobs by how they
    ended; `drivers` maps a driver's peer to its application, `watchers` does it for who only looks on; `news` are
    jobs with results that were not told yet; `departures` are when volunteers left of late (see `churn`); `resting`
    is a heap of (milliseconds, task), `watched` one of (milliseconds, task, attempt), `alarms` one of
    (milliseconds, application) for those without a driver; `archive` has what observers may still see of jobs that
    are over."""

    now: int = 0
    event: int = 0
    applications: dict[str, Application] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    volunteers: Volunteers = field(default_factory=Volunteers)
    conducts: dict[str, Conduct] = field(default_factory=dict)
    departures: deque[int] = field(default_factory=deque)
    drivers: dict[str, str] = field(default_factory=dict)
    watchers: dict[str, str] = field(default_factory=dict)
    stopped: dict[str, tuple[JobReport, ...]] = field(default_factory=dict)
    archive: Archive = field(default_factory=Archive)
    late: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    last_job: int = 0
    last_task: int = 0
    last_application: int = 0
    resting: list[tuple[int, int]] = field(default_factory=list)
    watched: list[tuple[int, int, int]] = field(default_factory=list)
    alarms: list[tuple[int, str]] = field(default_factory=list)
    results_kept: int = RESULTS_KEPT
    source_patience: int = SOURCE_PATIENCE
    progress_told: int | None = None
    changed: bool = False
    commands: list[Command] = field(default_factory=list)
    news: dict[str, Job] = field(default_factory=dict)
    drops: dict[str, list[BlockId]] = field(default_factory=dict)

    def tell(self, command: Command) -> None:
        """Ask for something."""
        self.commands.append(command)

    def drop_at(self, peer: str, blocks: Sequence[BlockId]) -> None:
        """A peer may let go of these blocks."""
        if peer in self.volunteers.by_id:
            self.drops.setdefault(peer, []).extend(blocks)

    def flush_drops(self) -> None:
        """Say to each peer once what it may let go of."""
        for peer, blocks in self.drops.items():
            self.tell(DropBlocks(peer=peer, cause=self.event, blocks=tuple(blocks)))
        self.drops = {}
