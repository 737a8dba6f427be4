"""What the scheduler knows of one application: its jobs, its blocks, who waits for which, and which may go when.

Reuse never crosses applications, so all of this ends with `ApplicationStopped`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tabswarm.plan.cut import BlockKey, DriverKey, MapOutputKey, SinkKey
from tabswarm.plan.lineage import Node
from tabswarm.plan.observation import ObservedStore
from tabswarm.plan.report import JobReport
from tabswarm.scheduler.block_locations import BlockTable
from tabswarm.scheduler.jobs import Job
from tabswarm.scheduler.tasks import DriverNeed, Need, ShuffleNeed, Task

HISTORY = 200
"""Reports of finished jobs kept for each application."""


@dataclass(slots=True, eq=False)
class Spread:
    """A broadcast on its way to volunteers: who is copying it from whom, and how often each could not. `dropped`: the
    copies that are still under way are for nothing."""

    taking: dict[str, str] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    dropped: bool = False


@dataclass(slots=True, eq=False)
class Store:
    """A persisted node, and how it looked at a revision of its blocks, so that it is not counted again before they
    change."""

    node: Node
    revision: int = -1
    seen: ObservedStore | None = None


@dataclass(slots=True, eq=False)
class Application:
    """One run of a driver program.

    `promised` says which open task is going to write a key, `consumers` which open tasks read one. `targets` are keys
    that some driver did not fetch yet. `wanted` collects, within one event, keys that have to be made by new tasks;
    the value says whether they were lost (else abandoned, by a job that ended). `expiring` are nodes whose blocks may
    go as soon as no running job's plan has them. `persisted` says of how many volunteers each should hold a node's
    blocks, `stores` which nodes these are; `short` are blocks that may have fewer holders than they should, `starved`
    those of them that nobody is free to copy. `unheard` are jobs that failed while no driver was there. `idle_since` is
    when its driver left or its last job ended without one, whichever came later; `alarm` when it is looked at next.
    `ended` says that the program left for good, so that no handle to any node is left. `copies` are volunteers who hold
    a copy of the driver's data, `spreads` its broadcasts that volunteers have or get, `asked` who was asked for a copy
    when the driver wanted to leave; `leaves_at` is when a driver that waits for that goes.
    """

    id: str
    number: int
    blocks: BlockTable
    driver: str | None = None
    name: str = ""
    jobs: dict[str, Job] = field(default_factory=dict)
    requests: dict[int, str] = field(default_factory=dict)
    history: dict[str, JobReport] = field(default_factory=dict)
    promised: dict[SinkKey, Task] = field(default_factory=dict)
    consumers: dict[Need, dict[int, Task]] = field(default_factory=dict)
    targets: dict[BlockKey, dict[str, None]] = field(default_factory=dict)
    persisted: dict[int, int] = field(default_factory=dict)
    stores: dict[int, Store] = field(default_factory=dict)
    short: dict[SinkKey, None] = field(default_factory=dict)
    starved: dict[SinkKey, None] = field(default_factory=dict)
    in_use: dict[int, int] = field(default_factory=dict)
    released: dict[int, None] = field(default_factory=dict)
    expiring: dict[int, None] = field(default_factory=dict)
    wanted: dict[SinkKey, bool] = field(default_factory=dict)
    unheard: dict[str, None] = field(default_factory=dict)
    cannot_compile: dict[str, dict[str, None]] = field(default_factory=dict)
    assigned: int = 0
    idle_since: int = 0
    alarm: int | None = None
    ended: bool = False
    copies: dict[DriverKey, dict[str, None]] = field(default_factory=dict)
    spreads: dict[DriverKey, Spread] = field(default_factory=dict)
    asked: dict[DriverKey, dict[str, None]] = field(default_factory=dict)
    leaves_at: int | None = None

    def exists(self, need: Need) -> bool:
        """Whether what a task needs is there."""
        if isinstance(need, ShuffleNeed):
            return not self.blocks.shuffles[need.shuffle].absent
        if isinstance(need, DriverNeed):
            return self.driver is not None or DriverKey(need.node, need.partition) in self.copies
        return need in self.blocks.stored

    def has_block(self, node: int, partition: int) -> bool:
        """For the cut: stored, or promised by an open task."""
        key = BlockKey(node, partition)
        return key in self.blocks.stored or key in self.promised

    def has_map_output(self, shuffle: int, partition: int) -> bool:
        """For the cut: stored, or promised by an open task."""
        key = MapOutputKey(shuffle, partition)
        return key in self.blocks.stored or key in self.promised

    def remember(self, job: Job) -> None:
        """A job is over: keep its report, and forget the oldest beyond `HISTORY`."""
        self.history[job.id] = job.report()
        self.requests[job.request] = job.id
        while len(self.history) > HISTORY:
            oldest = next(iter(self.history))
            del self.history[oldest]
            self.unheard.pop(oldest, None)
            self.requests = {request: kept for request, kept in self.requests.items() if kept != oldest}
