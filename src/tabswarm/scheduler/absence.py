"""While the driver is away: how long a job waits for its data, and how long results stay.

A driver that left may come back, or somebody attaches. Jobs go on with what does not need the driver. An application
without a driver is looked at on ticks: a job that lacks source data which only the driver had ends after
`source_patience`, and the whole application goes once it has been idle for `results_kept`.
"""

from __future__ import annotations

import heapq

from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.commands import MayLeave
from tabswarm.scheduler.driver_copies import driver_wants_to_leave
from tabswarm.scheduler.endings import fail, stop_application
from tabswarm.scheduler.events import Configured, ProgramEnded
from tabswarm.scheduler.jobs import Job, JobState
from tabswarm.scheduler.retention import release_all
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.task_spec import describe
from tabswarm.scheduler.telling import lacking_source, spell

LOOK_EVERY = 60_000
"""Milliseconds between two looks at an application that has jobs and no driver."""


def configured(state: SwarmState, event: Configured) -> None:
    """Other times than the defaults."""
    state.results_kept, state.source_patience = event.results_kept, event.source_patience


def program_ended(state: SwarmState, event: ProgramEnded) -> None:
    """The driver wants to leave in good order: no handle is left, jobs go on, and what they may need of its data is
    copied first. What has no job at all goes at once."""
    application = state.applications.get(event.application)
    if application is None or state.drivers.get(event.peer) != application.id:
        return
    if not application.jobs:
        stop_application(state, application)
        state.tell(MayLeave(peer=event.peer, cause=state.event, left_behind=0))
        return
    release_all(state, application)
    driver_wants_to_leave(state, application)


def look_after(state: SwarmState, application: Application) -> None:
    """An application has no driver (any more): end what has waited for long enough, and say when to look again."""
    running = [job for job in application.jobs.values() if job.state is JobState.RUNNING]
    for job in running:
        _starve(state, application, job)
    running = [job for job in running if job.state is JobState.RUNNING]
    if running:
        due = [job.starved_since + state.source_patience for job in running if job.starved_since is not None]
        _set_alarm(state, application, min([*due, state.now + LOOK_EVERY]))
        return
    gone_at = application.idle_since + state.results_kept
    if state.now >= gone_at:
        stop_application(state, application)
    else:
        _set_alarm(state, application, gone_at)


def _starve(state: SwarmState, application: Application, job: Job) -> None:
    node = lacking_source(application, job)
    if node is None or job.assigned:
        job.starved_since = None
    elif job.starved_since is None:
        job.starved_since = state.now
    elif state.now - job.starved_since >= state.source_patience:
        fail(
            state,
            job,
            "SourceUnavailable",
            f"{describe(job, node)}: only the driver had its data, and it has been away for "
            f"{spell(state.now - job.starved_since)}",
        )


def look_soon(state: SwarmState, application: Application) -> None:
    """A job of an application runs (again): if nobody drives it, look at it before long."""
    if application.driver is None:
        _set_alarm(state, application, state.now + min(LOOK_EVERY, state.source_patience))


def _set_alarm(state: SwarmState, application: Application, due: int) -> None:
    if application.alarm is None or due < application.alarm or application.alarm <= state.now:
        application.alarm = due
        heapq.heappush(state.alarms, (due, application.id))


def ring(state: SwarmState) -> bool:
    """On a tick: look at the applications whose time has come. True if there were any."""
    rang = False
    while state.alarms and state.alarms[0][0] <= state.now:
        due, application_id = heapq.heappop(state.alarms)
        application = state.applications.get(application_id)
        if application is not None and application.driver is None and application.alarm == due:
            application.alarm = None
            look_after(state, application)
            rang = True
    return rang


def next_alarm(state: SwarmState) -> int | None:
    """When the next look is due; alarms of who is back, or gone, are forgotten here."""
    while state.alarms:
        due, application_id = state.alarms[0]
        application = state.applications.get(application_id)
        if application is not None and application.driver is None and application.alarm == due:
            return due
        heapq.heappop(state.alarms)
    return None
