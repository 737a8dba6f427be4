"""The jobs that this driver has started, numbered as Spark numbers them: jobs from 0, and their stages.

It keeps every job that runs, and the latest of those that are over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from tabswarm.errors import TabswarmError
from tabswarm.plan.job_properties import GROUP, TAGS, tags_of
from tabswarm.plan.lineage import Node, Plan
from tabswarm.plan.stages import Stage, stages_of
from tabswarm.plan.task import Update
from tabswarm.rdd.engine import JobHandle

KEPT = 1000
"""Jobs that are over and can still be asked for."""


class RegisteredJob:
    """One job: a `JobHandle` that notes how it ends. `status` is Spark's word: RUNNING, SUCCEEDED or FAILED (also where
    it was cancelled)."""

    def __init__(self, number: int, plan: Plan, handle: JobHandle) -> None:
        self.number = number
        self.properties = plan.properties
        self.action, self.call_site = plan.action, plan.call_site
        self.stages: dict[int, Stage] = dict(enumerate(stages_of(plan), plan.first_stage))
        self.status = "RUNNING"
        nodes = {node.id: node for node in plan.nodes}
        self.names = {number: _name(nodes[stage.last]) for number, stage in self.stages.items()}
        self._handle: JobHandle | None = handle
        self._id = ""
        self._updates: tuple[Update, ...] = ()

    @property
    def id(self) -> str:
        """The coordinator's id of it."""
        return self._id if self._handle is None else self._handle.id

    @property
    def running(self) -> int:
        """How many of its tasks run, by the latest news."""
        return 0 if self._handle is None or self.status != "RUNNING" else self._handle.running

    @property
    def group(self) -> str | None:
        """The group that it was started in."""
        return self.properties.get(GROUP)

    def results(self, in_order: bool = True, timeout: float | None = None) -> Iterator[tuple[int, bytes]]:
        """The blocks; with the last of them the job has succeeded."""
        assert self._handle is not None, "a job's results are asked for once, and before it is over"
        try:
            yield from self._handle.results(in_order, timeout)
        except TabswarmError:
            self.status = "FAILED"
            raise  # all else (Ctrl-C, a timeout) is no end of the job: who asked says whether he still wants it
        self.status = "SUCCEEDED"

    def wait(self, timeout: float | None = None) -> None:
        """Return when every wanted partition is committed."""
        if self._handle is not None:
            self._handle.wait(timeout)

    def cancel(self, reason: str = "") -> None:
        """Stop the job on the swarm; harmless where it is over."""
        if self.status == "RUNNING":
            self.status = "FAILED"
        if self._handle is not None:
            self._handle.cancel(reason)

    def updates(self) -> tuple[Update, ...]:
        """What its tasks added to accumulators."""
        return self._updates if self._handle is None else self._handle.updates()

    def let_go(self) -> None:
        """It is over: keep what can be asked for, and neither its plan nor its blocks."""
        handle = self._handle
        if handle is not None and self.status != "RUNNING":
            self._id, self._updates = handle.id, handle.updates()
            self._handle = None


def _name(node: Node) -> str:
    return f"{node.name} at {node.call_site}" if node.call_site else node.name


_tell: ContextVar[Callable[[RegisteredJob], None] | None] = ContextVar("tabswarm jobs", default=None)


@dataclass(slots=True)
class JobRegister:
    """All jobs of one context. To be used by any thread."""

    jobs: dict[int, RegisteredJob] = field(default_factory=dict)
    next_stage: int = 0
    _next_job: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, plan: Plan, handle: JobHandle) -> RegisteredJob:
        """A job was submitted; its stages are numbered from the plan's `first_stage` on."""
        with self._lock:
            job = self.jobs[self._next_job] = RegisteredJob(self._next_job, plan, handle)
            self._next_job += 1
            self.next_stage = max(self.next_stage, plan.first_stage + len(job.stages))
            for known in self.jobs.values():
                known.let_go()
            over = [number for number, known in self.jobs.items() if known.status != "RUNNING"]
            for number in over[: max(0, len(over) - KEPT)]:
                del self.jobs[number]
        tell = _tell.get()
        if tell is not None:
            tell(job)
        return job

    @contextmanager
    def telling(self, started: Callable[[RegisteredJob], None]) -> Iterator[None]:
        """While it lasts, `started` is told of each job that this thread starts."""
        token = _tell.set(started)
        try:
            yield
        finally:
            _tell.reset(token)

    def active(self) -> list[RegisteredJob]:
        """Those that run, oldest first."""
        with self._lock:
            return [job for job in self.jobs.values() if job.status == "RUNNING"]

    def in_group(self, group: str | None) -> list[RegisteredJob]:
        """All of a group that are known; None: those in no group."""
        with self._lock:
            return [job for job in self.jobs.values() if job.group == group]

    def cancel_group(self, group: str, reason: str | None) -> None:
        """Cancel what runs of a group."""
        for job in self.active():
            if job.group == group:
                job.cancel(_because(f"part of cancelled job group {group}", reason))

    def cancel_tag(self, tag: str, reason: str | None) -> None:
        """Cancel what runs with a tag."""
        for job in self.active():
            if TAGS in job.properties and tag in tags_of(job.properties):
                job.cancel(_because(f"part of cancelled job tag {tag}", reason))

    def cancel_all(self) -> None:
        """Cancel what runs."""
        for job in self.active():
            job.cancel("as part of cancellation of all jobs")


def _because(what: str, reason: str | None) -> str:
    return f"{what}: {reason}" if reason else what
