"""How the swarm looks from outside, as plain data: everybody who is there, all jobs, what is persisted.

A `Sight` is the whole picture at one moment, by id; what an observer is told of it is for the shell to find out
(`coordinator/observers.py`). Of the job that somebody looks at more closely a `JobSight` has what has changed since a
change that the observer names. Both are worked out when somebody looks and change nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from tabswarm.plan.cut import BlockKey
from tabswarm.plan.lineage import Node
from tabswarm.plan.observation import (
    TEXT,
    FoldedAttempts,
    NodeProgress,
    ObservedAttempt,
    ObservedError,
    ObservedJob,
    ObservedNode,
    ObservedStore,
    ObservedTask,
    ObservedVolunteer,
    VolunteerState,
)
from tabswarm.scheduler.applications import Application, Store
from tabswarm.scheduler.observed_job import (
    folded_attempts,
    node_progress,
    observed_attempt,
    observed_errors,
    observed_job,
    observed_nodes,
)
from tabswarm.scheduler.peers import Volunteer
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.task_spec import describe
from tabswarm.scheduler.timeline import Timeline, count

TASKS = 16
"""Tasks of one volunteer that are named."""
STORES = 1000
"""Persisted nodes of one application that are shown."""


class Sight(NamedTuple):
    """The swarm at one moment."""

    volunteers: dict[str, ObservedVolunteer]
    jobs: dict[str, ObservedJob]
    stores: dict[tuple[str, int], ObservedStore]


class JobSight(NamedTuple):
    """One job more closely, up to that `change`. `more`: it goes on after it."""

    change: int
    nodes: tuple[ObservedNode, ...]
    progress: tuple[NodeProgress, ...]
    attempts: tuple[ObservedAttempt, ...]
    errors: tuple[ObservedError, ...]
    folded: tuple[FoldedAttempts, ...]
    more: bool


def look(state: SwarmState) -> Sight:
    """The whole swarm."""
    jobs = {job: finished.summary for job, finished in state.archive.finished.items()}
    for job in state.jobs.values():
        jobs[job.id] = observed_job(state, state.applications[job.application], job)
    return Sight(
        {volunteer.id: _observed(state, volunteer) for volunteer in state.volunteers.by_id.values()},
        jobs,
        {
            (application.id, node): store
            for application in state.applications.values()
            for node, store in _stores(application).items()
        },
    )


def look_at(state: SwarmState, job_id: str, since: int, most: int) -> JobSight | None:
    """What has changed of a job after the change `since`, with `most` attempts at once; None where it is not known (any
    more). `nodes` are told to who has seen nothing yet (`since` is -1)."""
    job, finished = state.jobs.get(job_id), state.archive.finished.get(job_id)
    if job is not None:
        nodes = observed_nodes(job) if since < 0 else ()
        progress = node_progress(state, job) if since < job.timeline.changes else ()
        return _changes(job.timeline, nodes, progress, since, most)
    if finished is not None:
        progress = finished.progress if since < finished.timeline.changes else ()
        return _changes(finished.timeline, finished.nodes if since < 0 else (), progress, since, most)
    return None


def _changes(
    timeline: Timeline,
    nodes: tuple[ObservedNode, ...],
    progress: tuple[NodeProgress, ...],
    since: int,
    most: int,
) -> JobSight:
    attempts = timeline.since(since, most + 1)
    more = len(attempts) > most
    return JobSight(
        attempts[most - 1].change if more else timeline.changes,
        nodes,
        progress,
        tuple(observed_attempt(record) for record in attempts[:most]),
        observed_errors(timeline, since),
        folded_attempts(timeline, since),
        more,
    )


# --- volunteers -----------------------------------------------------------------------------------------------------


def _observed(state: SwarmState, volunteer: Volunteer) -> ObservedVolunteer:
    tasks = _tasks(state, volunteer)
    tables = [application.blocks for application in state.applications.values()]
    return ObservedVolunteer(
        id=volunteer.id,
        name=volunteer.name[:TEXT],
        kind=volunteer.kind[:TEXT],
        python=volunteer.python,
        state=_state_of(volunteer, tasks),
        slots=volunteer.slots,
        memory=volunteer.memory,
        joined=volunteer.joined,
        tasks=tasks,
        assigned=len(volunteer.attempts),
        blocks=sum(len(table.by_holder.get(volunteer.id, ())) for table in tables),
        held=count(sum(table.held.get(volunteer.id, 0) for table in tables)),
        done=volunteer.tasks,
        failed=volunteer.failed,
        seconds=round(volunteer.seconds, 3),
        rows=volunteer.rows,
        direct=count(volunteer.direct),
        relayed=count(volunteer.relayed),
    )


def _tasks(state: SwarmState, volunteer: Volunteer) -> tuple[ObservedTask, ...]:
    found: list[ObservedTask] = []
    for task_id, number in volunteer.attempts:
        task = state.tasks[task_id]
        record = task.attempts[number].record
        title = describe(state.jobs[task.job], record.node)[:TEXT]
        found.append(
            ObservedTask(
                task.job, task_id, number, record.node, record.partition, title, record.assigned, record.started
            )
        )
        if len(found) == TASKS:
            break
    return tuple(found)


def _state_of(volunteer: Volunteer, tasks: tuple[ObservedTask, ...]) -> VolunteerState:
    if volunteer.finishing:
        return VolunteerState.FINISHING
    if any(task.started >= 0 for task in tasks):
        return VolunteerState.WORKING
    if tasks:
        return VolunteerState.FETCHING
    if not volunteer.slots:
        return VolunteerState.PAUSED
    return VolunteerState.RESTING if volunteer.resting and not volunteer.admitted else VolunteerState.IDLE


# --- storage --------------------------------------------------------------------------------------------------------


def _stores(application: Application) -> dict[int, ObservedStore]:
    """The persisted nodes of an application that some job of it had; the latest of them."""
    return {node: _seen(application, application.stores[node]) for node in list(application.stores)[-STORES:]}


def _seen(application: Application, store: Store) -> ObservedStore:
    revision = application.blocks.revisions.get(store.node.id, 0)
    if store.seen is None or store.revision != revision:
        store.seen, store.revision = _counted(application, store.node), revision
    return store.seen


def _counted(application: Application, node: Node) -> ObservedStore:
    there = size = held = 0
    holders: dict[str, int] = {}
    for key in application.blocks.by_owner.get(node.id, ()):
        if not isinstance(key, BlockKey):
            continue  # a map output that the node reads
        block = application.blocks.stored[key]
        there += 1
        size += block.size
        held += block.size * len(block.holders)
        for holder in block.holders:
            holders[holder] = holders.get(holder, 0) + 1
    return ObservedStore(
        application=application.id,
        node=node.id,
        name=node.name[:TEXT],
        call_site=node.call_site[:TEXT],
        partitions=node.partitions,
        level=str(node.storage),
        there=there,
        size=count(size),
        held=count(held),
        holders=holders,
    )
