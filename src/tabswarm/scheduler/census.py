"""How much there is of everything, counted when somebody asks (a monitor does, every few seconds)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tabswarm.scheduler.swarm_state import SwarmState


@dataclass(frozen=True, slots=True)
class Census:
    """`tasks` are the open ones by state, `jobs` those that are not over by state, `ended` all others by how they
    ended; `blocks` and `bytes` are what volunteers hold, each copy counted."""

    volunteers: dict[str, int]
    slots: int
    tasks: dict[str, int]
    jobs: dict[str, int]
    ended: dict[str, int]
    applications: int
    blocks: int
    bytes: int


def census(state: SwarmState) -> Census:
    """Count."""
    stored = [
        (len(block.holders), block.size)
        for application in state.applications.values()
        for block in application.blocks.stored.values()
    ]
    there = state.volunteers.by_id.values()
    return Census(
        volunteers=dict(Counter(volunteer.kind for volunteer in there)),
        slots=sum(volunteer.slots for volunteer in there),
        tasks=dict(Counter(task.state.value for task in state.tasks.values())),
        jobs=dict(Counter(job.state.value for job in state.jobs.values())),
        ended=dict(state.ended),
        applications=len(state.applications),
        blocks=sum(holders for holders, _ in stored),
        bytes=sum(holders * size for holders, size in stored),
    )
