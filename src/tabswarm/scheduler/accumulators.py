"""What tasks add to accumulators, between their commit and the driver that adds it up.

The law: an update is opaque bytes with a name: accumulator, node, partition. Within a job the last commit of a vertex
replaces what an earlier one of it added, so a vertex that was computed again counts once. The scheduler keeps a job's
updates until the driver has its results, and tells them again to a driver that comes back.
"""

from __future__ import annotations

from collections.abc import Iterable

from tabswarm.plan.task import Update
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.endings import fail
from tabswarm.scheduler.jobs import Job, JobState
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.telling import tell_updates

UPDATE_BYTES = 64 * 2**20
"""Bytes of updates that one job may have at a time."""


def take_updates(state: SwarmState, application: Application, job: Job, updates: Iterable[Update]) -> None:
    """A commit: these updates count from now on, and the driver hears of them."""
    told = tuple(updates)
    for update in told:
        name = (update.accumulator, update.node, update.partition)
        before = job.updates.pop(name, None)
        job.update_bytes += len(update.data) - (len(before.data) if before is not None else 0)
        job.updates[name] = update
    tell_updates(state, application, job, told)


def refuse_too_many(state: SwarmState, job: Job) -> None:
    """A job whose updates outgrow the limit fails, before they outgrow the coordinator."""
    if job.update_bytes > UPDATE_BYTES and job.id in state.jobs and job.state is JobState.RUNNING:
        reason = (
            f"the job's tasks added more than {UPDATE_BYTES:,} bytes to accumulators: let them return records, and "
            "combine them in an action"
        )
        fail(state, job, "ResultTooLarge", reason)
