"""What drivers are told: progress at most four times a second, results as soon as they are committed, the end once.

A driver that left is told nothing, and everything that still matters when it is back.
"""

from __future__ import annotations

from tabswarm.plan.cut import DriverKey
from tabswarm.plan.location import Result
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.commands import TellDone, TellFailed, TellProgress, TellResults
from tabswarm.scheduler.jobs import Job, JobState
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.task_spec import describe
from tabswarm.scheduler.tasks import DriverNeed

PROGRESS_INTERVAL = 250
"""Milliseconds between two rounds of progress."""


def waiting_for(state: SwarmState, application: Application, job: Job) -> str:
    """What keeps a job from going on, in words; empty while it goes on."""
    if job.state is not JobState.RUNNING:
        return ""
    if not state.volunteers.active:
        return "volunteers"
    if application.driver is None and not job.assigned:
        for task in application.consumers.get(DriverNeed(), {}).values():
            if task.job == job.id and task.waits_for_sources:
                node = next(source.node for source in task.cut.sources if isinstance(source, DriverKey))
                return f"source {describe(job, node)}"
    return ""


def tell_progress(state: SwarmState, application: Application, job: Job) -> None:
    """Say how far a job is, if that changed."""
    told = (job.done, job.total, job.running, len(state.volunteers.by_id), waiting_for(state, application, job))
    if told == job.told or application.driver is None:
        return
    job.told = told
    done, total, running, volunteers, waits = told
    state.tell(
        TellProgress(
            peer=application.driver,
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
    if application.driver is None or not job.untold:
        return
    results: list[Result] = []
    for key in job.untold:
        block = application.blocks.stored[key]
        results.append(Result(key.partition, block.location(), block.inline))
        if block.inline is not None:
            job.ledger.inline += len(block.inline)
            job.delivered[key] = None
    for key in job.untold:
        if not any(key in state.jobs[other].untold for other in application.targets[key] if other != job.id):
            application.blocks.stored[key].inline = None
    job.untold = {}
    state.tell(TellResults(peer=application.driver, cause=state.event, job=job.id, results=tuple(results)))


def tell_done(state: SwarmState, application: Application, job: Job) -> None:
    """Say that every target is committed."""
    tell_progress(state, application, job)
    if application.driver is not None:
        state.tell(TellDone(peer=application.driver, cause=state.event, job=job.id))


def tell_failed(state: SwarmState, application: Application, job: Job) -> None:
    """Say why a job ended without an answer."""
    tell_progress(state, application, job)
    if application.driver is not None:
        state.tell(
            TellFailed(
                peer=application.driver,
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
    job.untold = {key: None for key in job.targets if key in application.blocks.stored}
    tell_results(state, application, job)
    if job.state is JobState.DONE:
        tell_done(state, application, job)
