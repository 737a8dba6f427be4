"""A job begins: its plan is checked, pruned against what the application has, and cut into tasks."""

from __future__ import annotations

from tabswarm.errors import PlanRefused
from tabswarm.plan.cut import cut
from tabswarm.plan.lineage import check
from tabswarm.plan.observation import TEXT
from tabswarm.scheduler.applications import Application, Store
from tabswarm.scheduler.commands import AcceptJob, RefuseJob, TellDone, TellFailed
from tabswarm.scheduler.endings import finish_if_done
from tabswarm.scheduler.events import JobSubmitted
from tabswarm.scheduler.jobs import Job, new_job
from tabswarm.scheduler.losses import undeliver
from tabswarm.scheduler.open_tasks import add_tasks
from tabswarm.scheduler.retention import use_nodes
from tabswarm.scheduler.retries import fail_if_nobody_can
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.telling import retell
from tabswarm.scheduler.timeline import Timeline


def submitted(state: SwarmState, event: JobSubmitted) -> None:
    """Accept the job or say why not. The same (application, request) again names the same job."""
    application = state.applications.get(event.plan.application)
    if application is None or state.drivers.get(event.peer) != application.id:
        _refuse(state, event, f"{event.peer} is no driver of application {event.plan.application}")
        return
    known = application.requests.get(event.request)
    if known is not None:
        _again(state, application, event, known)
        return
    try:
        check(event.plan)
    except PlanRefused as error:
        _refuse(state, event, str(error))
        return
    state.last_job += 1
    timeline = Timeline(state.now, application.name[:TEXT])
    job = new_job(f"j{state.last_job}", event.request, event.plan, event.keep, timeline)
    state.jobs[job.id] = application.jobs[job.id] = job
    application.requests[event.request] = job.id
    use_nodes(application, job)
    for node in event.plan.nodes:
        if node.storage is not None:
            application.persisted[node.id] = max(1, node.storage.replication)
            application.stores[node.id] = Store(node)
    for key in job.targets:
        application.targets.setdefault(key, {})[job.id] = None
        if key in application.blocks.stored:
            del job.uncommitted[key]
            job.untold[key] = None
    wanted = [key for key in job.uncommitted if key not in application.promised]
    add_tasks(state, application, job, cut(job.plan, wanted, application) if wanted else (), first=True)
    state.tell(AcceptJob(peer=event.peer, cause=state.event, request=event.request, job=job.id, total=job.total))
    finish_if_done(state, application, job)
    _fail_if_hopeless(state, application, job)


def _fail_if_hopeless(state: SwarmState, application: Application, job: Job) -> None:
    """A job with a task that nobody here can ever run ends before anything of it runs."""
    seen: dict[tuple[str, ...], None] = {(): None}
    for task in list(job.tasks.values()):
        if task.requires not in seen:
            seen[task.requires] = None
            if fail_if_nobody_can(state, application, job, task):
                return


def _refuse(state: SwarmState, event: JobSubmitted, reason: str) -> None:
    state.tell(RefuseJob(peer=event.peer, cause=state.event, request=event.request, error="PlanRefused", reason=reason))


def _again(state: SwarmState, application: Application, event: JobSubmitted, job_id: str) -> None:
    """A request told twice (the session broke): name the job again, and its end if it has one."""
    job = application.jobs.get(job_id)
    total = job.total if job is not None else application.history[job_id].total
    state.tell(AcceptJob(peer=event.peer, cause=state.event, request=event.request, job=job_id, total=total))
    if job is not None:
        undeliver(state, application, job)
        retell(state, application, job)
        return
    report = application.history[job_id]
    if report.error:
        error, _, reason = report.error.partition(": ")
        state.tell(TellFailed(peer=event.peer, cause=state.event, job=job_id, error=error, reason=reason, causes=()))
    else:
        state.tell(TellDone(peer=event.peer, cause=state.event, job=job_id))
