"""The timelines of all jobs: of those that run, and of the last that are over, with what they looked like at the end.

A job that is over leaves a `Finished`: its summary, graph and timeline, enough for a report of it. Of these the latest
`JOBS` stay, and fewer where they list more than `ATTEMPTS` attempts together; the oldest go first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import structs

from tabswarm.plan.observation import NodeProgress, ObservedJob, ObservedNode
from tabswarm.scheduler.timeline import Timeline, count

JOBS = 100
"""Jobs that are over and may still be looked at."""
ATTEMPTS = 60_000
"""Attempts that they list together."""


@dataclass(slots=True, eq=False)
class Finished:
    """A job that is over, and how many attempts its timeline lists."""

    summary: ObservedJob
    nodes: tuple[ObservedNode, ...]
    progress: tuple[NodeProgress, ...]
    timeline: Timeline
    listed: int = 0


@dataclass(slots=True, eq=False)
class Archive:
    """Jobs that are over, by id, the first to end first. `listed` counts their attempts."""

    finished: dict[str, Finished] = field(default_factory=dict)
    listed: int = 0

    def add(self, finished: Finished) -> None:
        """A job is over; the oldest make room for it."""
        self.finished[finished.summary.id] = finished
        finished.listed = finished.timeline.pack()
        self.listed += finished.listed
        while len(self.finished) > JOBS or (self.listed > ATTEMPTS and len(self.finished) > 1):
            self.listed -= self.finished.pop(next(iter(self.finished))).listed

    def count_bytes(self, job: str, direct: int, relayed: int) -> None:
        """Bytes that a job moved, told when it was over."""
        found = self.finished.get(job)
        if found is None:
            return
        known = found.summary.bytes
        moved = structs.replace(known, direct=count(known.direct + direct), relayed=count(known.relayed + relayed))
        found.summary = structs.replace(found.summary, bytes=moved)
