"""A job's life, as one literal table; and what a job knows.

    RUNNING   some target is not committed
    DONE      every target is committed and told; the driver may still have to fetch them
    FETCHED   the driver has them; only the report is left
    FAILED    it ended without an answer
    CANCELLED somebody did not want it any more

A DONE job whose targets are lost before they were fetched is RUNNING again.
"""

from __future__ import annotations

import heapq
from collections.abc import Container
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from tabswarm.plan.cut import BlockKey, CutTask, SinkKey
from tabswarm.plan.dependency import Shuffle
from tabswarm.plan.lineage import Node, Plan
from tabswarm.plan.location import Result
from tabswarm.plan.report import JobReport
from tabswarm.plan.stages import stage_of_nodes, tasks_of_barriers
from tabswarm.plan.task import Failure, Update
from tabswarm.scheduler.ledger import Ledger
from tabswarm.scheduler.tasks import Pace, Task, TaskState
from tabswarm.scheduler.timeline import Timeline

Shape = tuple[int, ...]
"""How many steps a task has, and their nodes."""


class JobState(StrEnum):
    """Where a job is in its life."""

    RUNNING = "running"
    DONE = "done"
    FETCHED = "fetched"
    FAILED = "failed"
    CANCELLED = "cancelled"


JOB_TRANSITIONS: dict[JobState, tuple[JobState, ...]] = {
    JobState.RUNNING: (JobState.DONE, JobState.FETCHED, JobState.FAILED, JobState.CANCELLED),
    JobState.DONE: (JobState.RUNNING, JobState.FETCHED, JobState.FAILED, JobState.CANCELLED),
    JobState.FETCHED: (),
    JobState.FAILED: (),
    JobState.CANCELLED: (),
}


class ShuffleOf(NamedTuple):
    """A shuffle of a plan: the node that reads it, its dependency, and how many map partitions it has."""

    child: int
    dependency: Shuffle
    map_partitions: int


@dataclass(slots=True, eq=False)
class Job:
    """One job that is not over. `tasks` are its open tasks; `ready` has, for what tasks require, a heap of (level, task
    id) that may hold stale entries. `delivered` are targets that the present driver got inline, so that losing their
    blocks matters no more.

    With `keep` its results stay after the driver has them. `kept` are small results that the scheduler itself holds
    until then, `taken` says that the driver has them all. `watchers` are told of the job beside the driver, each with
    the committed targets that it was not told of yet.
    `updates` is what its committed runs added to accumulators, by accumulator, node and partition.
    `starved_since` is when it was first seen to lack source data that only its driver had. `timeline` is for
    observers."""

    id: str
    application: str
    request: int
    plan: Plan
    ledger: Ledger
    nodes: dict[int, Node]
    shuffles: dict[int, ShuffleOf]
    targets: dict[BlockKey, None]
    uncommitted: dict[BlockKey, None]
    stages: dict[int, int]
    barriers: dict[int, int]
    timeline: Timeline
    keep: bool = False
    state: JobState = JobState.RUNNING
    tasks: dict[int, Task] = field(default_factory=dict)
    ready: dict[tuple[str, ...], list[tuple[int, int]]] = field(default_factory=dict)
    done: int = 0
    total: int = 0
    assigned: int = 0
    running: int = 0
    delivered: dict[BlockKey, None] = field(default_factory=dict)
    untold: dict[BlockKey, None] = field(default_factory=dict)
    paces: dict[Shape, Pace] = field(default_factory=dict)
    kept: dict[BlockKey, Result] = field(default_factory=dict)
    kept_bytes: int = 0
    taken: bool = False
    watchers: dict[str, dict[BlockKey, None]] = field(default_factory=dict)
    updates: dict[tuple[int, int, int], Update] = field(default_factory=dict)
    update_bytes: int = 0
    starved_since: int | None = None
    told_done: bool = False
    told: tuple[int, int, int, int, str] | None = None
    causes: list[Failure] = field(default_factory=list)
    error: str = ""
    reason: str = ""

    def move(self, state: JobState) -> None:
        """Change the state as the table says."""
        if state not in JOB_TRANSITIONS[self.state]:
            raise AssertionError(f"job {self.id} is {self.state} and cannot become {state}")
        self.state = state

    def push_ready(self, task: Task) -> None:
        """A task of the job is ready."""
        heapq.heappush(self.ready.setdefault(task.demand, []), (task.cut.level, task.id))

    def pop_ready(self, full: Container[tuple[str, ...]] = ()) -> Task | None:
        """The ready task nearest the start, lowest id first, of those whose demand is not among `full`; None where
        nothing is ready."""
        while heaps := [heap for demand, heap in self.ready.items() if heap and demand not in full]:
            task = self.tasks.get(heapq.heappop(min(heaps, key=lambda heap: heap[0]))[1])
            if task is not None and task.state is TaskState.READY and task.rests_until is None:
                return task
        return None

    def pace_of(self, cut: CutTask) -> Pace:
        """What is known of the tasks with the same nodes and as many steps."""
        shape = (len(cut.steps), *dict.fromkeys(step.node for step in cut.steps))
        return self.paces.setdefault(shape, Pace())

    def report(self, waiting_for: str = "") -> JobReport:
        """The job as it looks from outside."""
        return self.ledger.report(
            self.plan,
            job=self.id,
            state=JobState.DONE if self.state is JobState.FETCHED else self.state,
            done=self.done,
            total=self.total,
            error=f"{self.error}: {self.reason}" if self.error else "",
            waiting_for=waiting_for,
        )


def new_job(job: str, request: int, plan: Plan, keep: bool = False, timeline: Timeline | None = None) -> Job:
    """A job as it is before its plan was cut."""
    nodes = {node.id: node for node in plan.nodes}
    shuffles = {
        dependency.shuffle: ShuffleOf(node.id, dependency, nodes[dependency.parent].partitions)
        for node in plan.nodes
        for dependency in node.dependencies
        if isinstance(dependency, Shuffle)
    }
    stages = stage_of_nodes(plan)
    targets = {BlockKey(plan.target, partition): None for partition in plan.partitions}
    return Job(
        job,
        plan.application,
        request,
        plan,
        Ledger.of(plan),
        nodes,
        shuffles,
        targets,
        uncommitted=dict(targets),
        stages=stages,
        barriers=tasks_of_barriers(plan, stages),
        timeline=timeline or Timeline(),
        keep=keep,
    )


def owner_in(job: Job, key: SinkKey) -> int:
    """The node that owns a key of the job's plan: for a map output the node that reads it."""
    return key.node if isinstance(key, BlockKey) else job.shuffles[key.shuffle].child
