"""How a job ends: done, fetched, failed or cancelled; and how an application does.

Whatever the end, nothing of the job stays behind but a report: its open tasks are dropped, its attempts cancelled, its
unfetched targets let go. What other jobs of the application waited for among its tasks is cut again, for them.
"""

from __future__ import annotations

from collections.abc import Sequence

from tabswarm.plan.cut import SinkKey
from tabswarm.plan.task import Failure
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.commands import EndApplication
from tabswarm.scheduler.jobs import Job, JobState
from tabswarm.scheduler.observed_job import archive_job
from tabswarm.scheduler.open_tasks import close_task
from tabswarm.scheduler.retention import drop_block, is_kept, leave_nodes, sweep
from tabswarm.scheduler.swarm_state import STOPPED, SwarmState
from tabswarm.scheduler.tasks import Move
from tabswarm.scheduler.telling import tell_done, tell_failed, tell_results

KEPT_JOBS = 100
"""Jobs of one application whose results are kept."""
CAUSES = 4
"""Failures told with a failed job."""


def finish_if_done(state: SwarmState, application: Application, job: Job) -> None:
    """A running job whose targets are all committed is done."""
    if job.state is not JobState.RUNNING or job.uncommitted:
        return
    job.move(JobState.DONE)
    _drop_tasks(state, application, job)
    leave_nodes(state, application, job)
    tell_results(state, application, job)
    tell_done(state, application, job)
    job.told_done = True
    state.ended[JobState.DONE.value] += 1
    application.idle_since = job.timeline.ended = state.now
    _forget_oldest_kept(state, application)


def fail(state: SwarmState, job: Job, error: str, reason: str, causes: Sequence[Failure] = ()) -> None:
    """End a job without an answer. `error` is a class name of `tabswarm.errors`."""
    _end_without_answer(state, job, JobState.FAILED, error, reason, causes)


def cancel(state: SwarmState, job: Job, reason: str) -> None:
    """Nobody wants the job any more: besides its targets, whatever only it stored goes."""
    application = state.applications[job.application]
    _end_without_answer(state, job, JobState.CANCELLED, "JobCancelled", reason, ())
    for node in job.nodes:
        for key in list(application.blocks.by_owner.get(node, ())):
            if application.blocks.stored[key].job == job.id and not _kept_for_others(application, key):
                drop_block(state, application, key)


def _kept_for_others(application: Application, key: SinkKey) -> bool:
    block = application.blocks.stored[key]
    lasting, block.lasting = block.lasting, False
    kept = is_kept(application, key)
    block.lasting = lasting
    return kept


def _end_without_answer(
    state: SwarmState, job: Job, end: JobState, error: str, reason: str, causes: Sequence[Failure]
) -> None:
    application = state.applications[job.application]
    was_running = job.state is JobState.RUNNING
    if was_running:
        state.ended[end.value] += 1
    job.move(end)
    job.error, job.reason, job.causes = error, reason, list(causes[-CAUSES:])
    total = job.total
    job.timeline.ended, job.timeline.frozen = state.now, True
    _drop_tasks(state, application, job)
    job.total = total
    if was_running:
        leave_nodes(state, application, job)
    tell_failed(state, application, job)
    application.idle_since = state.now
    if application.driver is None:
        application.unheard[job.id] = None
    _forget(state, application, job)


def fetched(state: SwarmState, job: Job, peer: str | None) -> None:
    """Somebody has everything: the driver, or a watcher. A job that lost targets in the meantime need not make them
    again; but one that keeps its results stays for whoever attaches, and one that is watched until nobody does."""
    if not job.told_done:
        return
    if job.watchers.pop(peer or "", None) is None:
        job.taken = True
        if not job.keep:
            job.updates, job.update_bytes = {}, 0  # the driver has added them up, and no other one will
    let_go_if_taken(state, job)


def let_go_if_taken(state: SwarmState, job: Job) -> None:
    """A watcher wants no more of the job: where the driver has it too, that was the last one."""
    if job.taken and not job.watchers and not job.keep:
        _let_go(state, job)


def _forget_oldest_kept(state: SwarmState, application: Application) -> None:
    """Beyond `KEPT_JOBS` that are done, the one that was asked for first keeps its results no longer."""
    done = [job for job in application.jobs.values() if job.keep and job.state is JobState.DONE]
    if len(done) > KEPT_JOBS:
        _let_go(state, done[0])


def _let_go(state: SwarmState, job: Job) -> None:
    application = state.applications[job.application]
    was_running = job.state is JobState.RUNNING
    job.move(JobState.FETCHED)
    _drop_tasks(state, application, job)
    if was_running:
        leave_nodes(state, application, job)
    _forget(state, application, job)


def _drop_tasks(state: SwarmState, application: Application, job: Job) -> None:
    for task in list(job.tasks.values()):
        for key in close_task(state, application, task, Move.DROP):
            application.wanted.setdefault(key, False)
        job.total -= 1


def _forget(state: SwarmState, application: Application, job: Job) -> None:
    """The job is over: its targets go, and only the report stays."""
    for key in job.targets:
        jobs = application.targets.get(key)
        if jobs is not None:
            jobs.pop(job.id, None)
            if not jobs:
                del application.targets[key]
    del application.jobs[job.id]
    del state.jobs[job.id]
    application.remember(job)
    archive_job(state, application, job)
    sweep(state, application, job.plan.target)


def stop_application(state: SwarmState, application: Application) -> None:
    """The program is over: its jobs, blocks and code go, everywhere."""
    for job in list(application.jobs.values()):
        if job.state is JobState.RUNNING:
            cancel(state, job, "the application was stopped")
        else:
            application.remember(job)
            archive_job(state, application, job)
            del state.jobs[job.id]
    application.jobs = {}
    state.drops = {}
    for volunteer in state.volunteers.by_id.values():
        volunteer.code.pop(application.id, None)
        volunteer.tables = {key: seen for key, seen in volunteer.tables.items() if key[0] != application.id}
        state.tell(EndApplication(peer=volunteer.id, cause=state.event, application=application.id))
    for peers in (state.drivers, state.watchers):
        for peer in [peer for peer, of in peers.items() if of == application.id]:
            del peers[peer]
    state.stopped[application.id] = tuple(application.history.values())
    while len(state.stopped) > STOPPED:
        del state.stopped[next(iter(state.stopped))]
    del state.applications[application.id]
