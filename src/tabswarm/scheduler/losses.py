"""What is lost is computed again: exactly that, and only where it is still needed.

A lost block is *needed* if it is a source of an open task that has not started, or a target that the driver has not
got. Needed and promised by no open task, it is cut again from what exists; the cut finds the cone of ancestors that
went with it. Otherwise nothing happens until somebody asks (a persisted block without a reader stays lost).

New tasks may rest on what open ones promise, and open ones now wait for new ones, so the two cuts together could wait
for each other in a circle although each is acyclic (an older task may make a fork for a new one and at the same time
wait for what the new one makes). That is rare, and found by a walk over the tasks that are blocked; then all blocked
tasks are cut anew together.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from tabswarm.plan.cut import BlockKey, MapOutputKey, SinkKey, cut
from tabswarm.scheduler.absence import look_soon
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.jobs import Job, JobState
from tabswarm.scheduler.open_tasks import add_tasks, close_task, vanished
from tabswarm.scheduler.retention import use_nodes
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.tasks import DriverNeed, Move, Need, ShuffleNeed, Task, TaskState


def lose_location(state: SwarmState, application: Application, key: SinkKey, holder: str) -> None:
    """A holder has a block no more. If it was the last one, tasks that wait for the block are taken back, and the key
    is noted; `recut` decides what to do about it."""
    missing_before = _is_shuffle_whole(application, key)
    if not application.blocks.remove_holder(key, holder):
        application.short[key] = None
        if isinstance(key, BlockKey):
            _tell_moved(state, application, key)
        return
    if isinstance(key, MapOutputKey):
        if missing_before:
            vanished(state, application, ShuffleNeed(key.shuffle))
    else:
        vanished(state, application, key)
        for job_id in application.targets.get(key, ()):
            lose_target(state, state.jobs[job_id], key)
    application.wanted.setdefault(key, True)


def _tell_moved(state: SwarmState, application: Application, key: BlockKey) -> None:
    """Whoever was told of a target by a holder that is gone has to hear who else has it."""
    for job_id in application.targets.get(key, ()):
        job = state.jobs[job_id]
        if key not in job.delivered and key not in job.kept:
            job.untold[key] = None
            for untold in job.watchers.values():
                untold[key] = None
            state.news[job_id] = job


def _is_shuffle_whole(application: Application, key: SinkKey) -> bool:
    return isinstance(key, MapOutputKey) and not application.blocks.shuffles[key.shuffle].absent


def lose_target(state: SwarmState, job: Job, key: BlockKey) -> None:
    """A target that the driver still has to fetch is gone: the job is not done any more."""
    if key in job.delivered or key in job.kept:
        return
    job.uncommitted[key] = None
    job.untold.pop(key, None)
    for untold in job.watchers.values():
        untold.pop(key, None)
    if job.state is JobState.DONE:
        job.move(JobState.RUNNING)
        use_nodes(state.applications[job.application], job)
        look_soon(state, state.applications[job.application])


def undeliver(state: SwarmState, application: Application, job: Job) -> None:
    """The driver may not have, or have no more, what it was sent inside messages: lost blocks of such targets matter
    again."""
    delivered, job.delivered = job.delivered, {}
    for key in delivered:
        if key not in application.blocks.stored and key not in job.kept:
            lose_target(state, job, key)
            application.wanted.setdefault(key, True)


def needer(state: SwarmState, application: Application, key: SinkKey) -> Job | None:
    """The first job that still needs the key."""
    need: Need = ShuffleNeed(key.shuffle) if isinstance(key, MapOutputKey) else key
    for task in application.consumers.get(need, {}).values():
        if task.waits_for_sources:
            return state.jobs[task.job]
    if isinstance(key, BlockKey):
        for job_id in application.targets.get(key, ()):
            job = state.jobs[job_id]
            if key in job.uncommitted:
                return job
    return None


def recut(state: SwarmState, application: Application) -> None:
    """Open tasks for all wanted keys that somebody needs and nobody makes."""
    while application.wanted:
        wanted, application.wanted = application.wanted, {}
        groups: dict[tuple[str, bool], list[SinkKey]] = {}
        for key, lost in wanted.items():
            if key in application.blocks.stored or key in application.promised:
                continue
            job = needer(state, application, key)
            if job is not None:
                groups.setdefault((job.id, lost), []).append(key)
        added: list[Task] = []
        for (job_id, lost), keys in groups.items():
            keys = [key for key in keys if key not in application.promised]
            job = state.jobs[job_id]
            added += add_tasks(state, application, job, cut(job.plan, keys, application), first=not lost)
        if added and _waits_in_a_circle(application, added):
            cut_anew(state, application, (TaskState.BLOCKED,))


def _upstream(application: Application, task: Task) -> Iterator[Task]:
    """The open tasks that make what a task lacks."""
    for need in task.missing:
        if isinstance(need, BlockKey):
            yield from _maker(application, need)
        elif isinstance(need, ShuffleNeed):
            for partition in application.blocks.shuffles[need.shuffle].absent:
                yield from _maker(application, MapOutputKey(need.shuffle, partition))


def _maker(application: Application, key: SinkKey) -> Iterable[Task]:
    task = application.promised.get(key)
    return (task,) if task is not None and task.missing and task.waits_for_sources else ()


def _waits_in_a_circle(application: Application, added: list[Task]) -> bool:
    """Depth first through blocked tasks, from the new ones: does any wait for itself?"""
    finished: dict[int, None] = {}
    on_path: dict[int, None] = {}
    for start in added:
        if start.id in finished:
            continue
        stack: list[tuple[Task, Iterator[Task]]] = [(start, _upstream(application, start))]
        on_path[start.id] = None
        while stack:
            task, rest = stack[-1]
            above = next(rest, None)
            if above is None:
                stack.pop()
                del on_path[task.id]
                finished[task.id] = None
            elif above.id in on_path:
                return True
            elif above.id not in finished:
                on_path[above.id] = None
                stack.append((above, _upstream(application, above)))
    return False


def cut_anew(
    state: SwarmState, application: Application, states: Container[TaskState], needless: Container[int] = ()
) -> None:
    """Give up all tasks of the application in these states (but those that wait for the driver alone, unless they are
    `needless` by their ids) and cut what they were for again, from what exists and from the tasks that are left."""
    blocked = [
        task
        for job in application.jobs.values()
        for task in job.tasks.values()
        if task.state in states
        and (not task.missing or task.id in needless or any(not isinstance(need, DriverNeed) for need in task.missing))
    ]
    histories: dict[SinkKey, Task] = {key: task for task in blocked for key, _ in task.cut.sinks}
    for task in blocked:
        job = state.jobs[task.job]
        close_task(state, application, task, Move.DROP)
        job.total -= 1
    application.wanted = {}
    for job in list(application.jobs.values()):
        keys = [
            key for key in job.uncommitted if key not in application.promised and key not in application.blocks.stored
        ]
        for task in add_tasks(state, application, job, cut(job.plan, keys, application), first=False):
            _inherit(task, histories)


def _inherit(task: Task, histories: dict[SinkKey, Task]) -> None:
    """A task that takes the place of others keeps count of how these failed."""
    for key, _ in task.cut.sinks:
        before = histories.get(key)
        if before is not None and before.starts > task.starts:
            task.starts, task.begun = before.starts, before.begun
            task.failures, task.tried = list(before.failures), dict(before.tried)
            task.upset = before.upset
