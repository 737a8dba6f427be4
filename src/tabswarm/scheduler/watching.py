"""Who looks on at an application beside its driver or after it, and a driver that asks for a result from before.

Whoever watches a job is told all of it from then on. A console that was opened anew is its application's driver, and
asks in the same way for what an earlier run of a cell left behind.
"""

from __future__ import annotations

from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.commands import DescribeJob, RefuseJob
from tabswarm.scheduler.events import JobWatched, WatcherJoined
from tabswarm.scheduler.losses import undeliver
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.telling import retell, tell_watcher


def watcher_joined(state: SwarmState, event: WatcherJoined) -> None:
    """Somebody looks on."""
    if event.application in state.applications:
        state.watchers[event.peer] = event.application


def job_watched(state: SwarmState, event: JobWatched) -> None:
    """Tell a watcher what the job is, what there is of it, and from now on what its driver is told; or tell the driver
    once more (a console that was opened anew, and has a result from before)."""
    drives = state.drivers.get(event.peer, "")
    application = state.applications.get(state.watchers.get(event.peer, drives))
    job = application.jobs.get(event.job) if application is not None else None
    if application is None or job is None:
        error, reason = _why_not(application, event.job)
        state.tell(RefuseJob(peer=event.peer, cause=state.event, request=event.request, error=error, reason=reason))
        return
    plan = job.plan
    state.tell(
        DescribeJob(
            peer=event.peer,
            cause=state.event,
            request=event.request,
            job=job.id,
            application=application.id,
            action=plan.action,
            call_site=plan.call_site,
            partitions=plan.partitions,
            finish=plan.finish,
        )
    )
    if drives:
        undeliver(state, application, job)
        retell(state, application, job)
    else:
        tell_watcher(state, application, job, event.peer)


def _why_not(application: Application | None, job: str) -> tuple[str, str]:
    report = application.history.get(job) if application is not None else None
    if report is None:
        return "ResultsGone", f"no job {job} is known of this application"
    if report.error:
        error, _, reason = report.error.partition(": ")
        return error, reason
    return "ResultsGone", f"the driver of {job} ({report.action}) has fetched its results, and they were not kept"
