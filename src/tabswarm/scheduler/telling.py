"""What drivers are told: progress at most four times a second, results as soon as they are committed, the end once.

A driver that left is told nothing, and everything that still matters when it is back. Watchers of a job are told the
same as its driver, beside it or while there is none.
"""

from __future__ import annotations

from collections.abc import Iterable

from tabswarm.plan.cut import BlockKey
from tabswarm.plan.location import Result
from tabswarm.plan.task import Update
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.block_locations import StoredBlock
from tabswarm.scheduler.commands import TellDone, TellFailed, TellProgress, TellResults, TellUpdates
from tabswarm.scheduler.jobs import Job, JobState
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.task_spec import describe
from tabswarm.scheduler.tasks import DriverNeed

PROGRESS_INTERVAL = 250
"""Milliseconds between two rounds of progress."""
KEPT_BYTES = 64 * 1024
"""Bytes of one job's results that the scheduler keeps itself; what is more stays with the holders."""


def waiting_for(state: SwarmState, application: Application, job: Job) -> str:
    """What keeps a job from going on, in words; empty while it goes on."""
    if job.state is not JobState.RUNNING:
        return ""
    if not state.volunteers.active:
        return "volunteers"
    if not job.assigned and (node := lacking_source(application, job)) is not None:
        return (
            f"source {describe(job, node)}, which only its absent driver has (at most {spell(state.source_patience)})"
        )
    return ""


def spell(milliseconds: int) -> str:
    """A duration for people.

    >>> spell(3_600_000), spell(90_000), spell(2_000)
    ('60 min', '90 s', '2 s')
    """
    seconds = milliseconds // 1000
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"


def lacking_source(application: Application, job: Job) -> int | None:
    """A node whose data only the driver had, and which a task of the job waits for now that the driver is gone."""
    if application.driver is not None:
        return None
    for need, tasks in application.consumers.items():
        if isinstance(need, DriverNeed) and not application.exists(need):
            if any(task.job == job.id and task.waits_for_sources for task in tasks.values()):
                return need.node
    return None


def listeners(application: Application, job: Job) -> tuple[str, ...]:
    """Who is told of a job: the driver, and who watches the job."""
    return (application.driver, *job.watchers) if application.driver is not None else tuple(job.watchers)


def tell_progress(state: SwarmState, application: Application, job: Job) -> None:
    """Say how far a job is, if that changed."""
    told = (job.done, job.total, job.running, len(state.volunteers.by_id), waiting_for(state, application, job))
    peers = listeners(application, job)
    if told == job.told or not peers:
        return
    job.told = told
    done, total, running, volunteers, waits = told
    for peer in peers:
        state.tell(
            TellProgress(
                peer=peer,
                cause=state.event,
                job=job.id,
                done=done,
                total=total,
                running=running,
                volunteers=volunteers,
                waiting_for=waits,
            )
        )


def tell_all_progress(state: SwarmState) -> None:
    """On a tick: a round of progress, if one is due."""
    if not state.changed or (state.progress_told is not None and state.now - state.progress_told < PROGRESS_INTERVAL):
        return
    state.progress_told = state.now
    state.changed = False
    for job in state.jobs.values():
        if job.state is JobState.RUNNING:
            tell_progress(state, state.applications[job.application], job)


def progress_deadline(state: SwarmState) -> int | None:
    """When the next round of progress is due, in milliseconds; None while there is nothing to tell."""
    if not state.changed or not any(job.state is JobState.RUNNING for job in state.jobs.values()):
        return None
    return state.now if state.progress_told is None else state.progress_told + PROGRESS_INTERVAL


def tell_results(state: SwarmState, application: Application, job: Job) -> None:
    """Say which targets are committed and were not told, with the bytes of the small ones; bytes are kept no longer
    than that."""
    told: dict[BlockKey, None] = {}
    for watcher, untold in job.watchers.items():
        _tell_results_to(state, application, job, watcher, untold)
        told.update(untold)
        job.watchers[watcher] = {}
    if application.driver is not None:
        for result in _tell_results_to(state, application, job, application.driver, job.untold):
            if result.inline is not None:
                job.delivered[BlockKey(job.plan.target, result.partition)] = None
        told.update(job.untold)
        job.untold = {}
    for key in told:
        block = application.blocks.stored.get(key)
        others = (state.jobs[other] for other in application.targets[key] if other != job.id)
        if block is not None and not any(key in other.untold and application.driver for other in others):
            block.inline = None


def _tell_results_to(
    state: SwarmState, application: Application, job: Job, peer: str, keys: Iterable[BlockKey]
) -> tuple[Result, ...]:
    results = tuple(_result(application, job, key) for key in keys)
    if results:
        job.ledger.inline += sum(len(result.inline) for result in results if result.inline is not None)
        state.tell(TellResults(peer=peer, cause=state.event, job=job.id, results=results))
    return results


def _result(application: Application, job: Job, key: BlockKey) -> Result:
    kept = job.kept.get(key)
    if kept is not None:
        return kept
    block = application.blocks.stored[key]
    return Result(key.partition, block.location(), block.inline)


def keep_small(job: Job, key: BlockKey, block: StoredBlock) -> None:
    """A target is committed: if it is small, the scheduler itself keeps it until the driver says that it has it, so
    that neither the driver's end nor a volunteer's makes anybody compute it again."""
    if block.inline is not None and key not in job.kept and job.kept_bytes + len(block.inline) <= KEPT_BYTES:
        job.kept_bytes += len(block.inline)
        job.kept[key] = Result(key.partition, block.location(), block.inline)


def tell_updates(state: SwarmState, application: Application, job: Job, updates: tuple[Update, ...]) -> None:
    """Say what was added to accumulators; who only watches has none."""
    if updates and application.driver is not None:
        state.tell(TellUpdates(peer=application.driver, cause=state.event, job=job.id, updates=updates))


def tell_done(state: SwarmState, application: Application, job: Job) -> None:
    """Say that every target is committed."""
    tell_progress(state, application, job)
    for peer in listeners(application, job):
        state.tell(TellDone(peer=peer, cause=state.event, job=job.id))


def tell_failed(state: SwarmState, application: Application, job: Job) -> None:
    """Say why a job ended without an answer."""
    tell_progress(state, application, job)
    for peer in listeners(application, job):
        state.tell(
            TellFailed(
                peer=peer,
                cause=state.event,
                job=job.id,
                error=job.error,
                reason=job.reason,
                causes=tuple(job.causes),
            )
        )


def retell(state: SwarmState, application: Application, job: Job) -> None:
    """A driver is (back) there, or lost track: tell it of every target that is committed, and of the end."""
    job.told = None
    job.untold = _committed(application, job)
    tell_updates(state, application, job, tuple(job.updates.values()))
    tell_results(state, application, job)
    if job.state is JobState.DONE:
        tell_done(state, application, job)


def tell_watcher(state: SwarmState, application: Application, job: Job, peer: str) -> None:
    """Somebody watches a job from now on: tell it all that is known, and it alone."""
    job.watchers[peer] = {}
    _tell_results_to(state, application, job, peer, _committed(application, job))
    if job.state is JobState.DONE:
        state.tell(TellDone(peer=peer, cause=state.event, job=job.id))
    else:
        job.told = None
        tell_progress(state, application, job)


def _committed(application: Application, job: Job) -> dict[BlockKey, None]:
    return {key: None for key in job.targets if key in job.kept or key in application.blocks.stored}
