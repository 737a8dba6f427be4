"""Open tasks and what they wait for: added after a cut, woken by what appears, blocked by what is lost, closed.

Everything is found through three indices of the application, never by a search: `promised` (who makes a key),
`consumers` (who reads one), and each task's own `missing`.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from tabswarm.plan.cut import BlockKey, CutTask, MapOutputKey, ShuffleKey, SinkKey
from tabswarm.plan.observation import Outcome
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.commands import CancelAttempt
from tabswarm.scheduler.jobs import Job
from tabswarm.scheduler.peers import Volunteer
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.task_spec import (
    blobs_of,
    broadcasts_to_have,
    code_refs,
    computed_steps,
    needs_of,
    required_words,
    with_broadcasts,
)
from tabswarm.scheduler.tasks import Attempt, DriverNeed, Move, Need, ShuffleNeed, Task, TaskState

TRIES_AT_ONCE = 2
SHORTEST_REST, LONGEST_REST = 200, 5000
"""Milliseconds that a task rests whose source cannot be fetched; doubled each time."""


def add_tasks(
    state: SwarmState, application: Application, job: Job, cuts: Iterable[CutTask], *, first: bool
) -> list[Task]:
    """Open tasks for what was cut. `first`: these vertices never ran in this job, so the ledger expects a first run."""
    added: list[Task] = []
    for cut in cuts:
        _open_shuffles(application, job, cut)
        refs = code_refs(job, cut)
        cut = with_broadcasts(job, cut, refs)
        state.last_task += 1
        task = Task(
            state.last_task,
            application.id,
            job.id,
            cut,
            needs_of(job, cut),
            roots=tuple(ref.root for ref in refs),
            code=blobs_of(refs),
            requires=required_words(job, cut),
            broadcasts=broadcasts_to_have(job, cut),
            pace=job.pace_of(cut),
            stage=job.stages[cut.steps[cut.sinks[0][1]].node],
            lost=not first,
        )
        task.pace.tasks += 1
        job.timeline.task_added(task.stage)
        for key, _ in cut.sinks:
            application.promised[key] = task
        if first:
            job.ledger.plan_first(computed_steps(cut))
        state.tasks[task.id] = job.tasks[task.id] = task
        job.total += 1
        added.append(task)
    for task in added:
        for need in task.needs:
            application.consumers.setdefault(need, {})[task.id] = task
            if not application.exists(need):
                task.missing[need] = None
        if not task.missing:
            _wake(job, task)
    return added


def _open_shuffles(application: Application, job: Job, cut: CutTask) -> None:
    for key in [*cut.sources, *(sink for sink, _ in cut.sinks)]:
        if isinstance(key, ShuffleKey | MapOutputKey):
            shuffle = job.shuffles[key.shuffle]
            application.blocks.open_shuffle(key.shuffle, shuffle.child, shuffle.map_partitions)


def _wake(job: Job, task: Task) -> None:
    task.move(Move.SOURCES_EXIST)
    task.rests_until = None
    job.push_ready(task)


def appeared(state: SwarmState, application: Application, need: Need) -> None:
    """Something that tasks may wait for exists now."""
    for task in application.consumers.get(need, {}).values():
        if need in task.missing:
            del task.missing[need]
            if not task.missing and task.state is TaskState.BLOCKED:
                _wake(state.jobs[task.job], task)


def vanished(state: SwarmState, application: Application, need: Need) -> None:
    """Something that existed is gone: tasks that have not started wait for it again, and are taken back where they
    were assigned. Tasks that run have it already."""
    for task in list(application.consumers.get(need, {}).values()):
        task.missing[need] = None
        if task.state is TaskState.READY:
            task.move(Move.SOURCE_LOST)
        elif task.state is TaskState.ASSIGNED:
            withdraw(state, application, task)
        else:
            for attempt in [attempt for attempt in task.attempts.values() if not attempt.started]:
                cancel_attempt(state, application, task, attempt)


def driver_needs(application: Application) -> list[DriverNeed]:
    """What open tasks need of the driver's data."""
    return [need for need in application.consumers if isinstance(need, DriverNeed)]


def withdraw(state: SwarmState, application: Application, task: Task) -> None:
    """Take a task back from whoever has it."""
    for attempt in list(task.attempts.values()):
        cancel_attempt(state, application, task, attempt)
    give_back(state, application, task)


def cancel_attempt(state: SwarmState, application: Application, task: Task, attempt: Attempt) -> None:
    """Tell the volunteer to stop, and end the lease."""
    state.tell(CancelAttempt(peer=attempt.peer, cause=state.event, task=task.id, attempt=attempt.number))
    end_lease(state, application, task, attempt, Outcome.CANCELLED)


def end_lease(state: SwarmState, application: Application, task: Task, attempt: Attempt, outcome: Outcome) -> None:
    """The attempt is over, well or badly: whatever it reports from now on is late."""
    del task.attempts[attempt.number]
    job = state.jobs[task.job]
    job.timeline.ended_as(attempt.record, outcome, state.now)
    task.upset = task.upset or outcome in (Outcome.FAILED, Outcome.UNFETCHED, Outcome.LOST)
    job.assigned -= 1
    application.assigned -= 1
    job.running -= attempt.started
    volunteer = state.volunteers.by_id.get(attempt.peer)
    if volunteer is not None:
        del volunteer.attempts[(task.id, attempt.number)]
        state.volunteers.settle(volunteer)


def give_up_queue(state: SwarmState, volunteer: Volunteer) -> None:
    """What does not fit a volunteer's queue any more is taken back, latest first; what it runs, it runs on."""
    for task_id, number in reversed(list(volunteer.attempts)):
        task = state.tasks[task_id]
        if len(volunteer.attempts) <= volunteer.capacity:
            return
        attempt = task.attempts[number]
        if not attempt.started:
            application = state.applications[task.application]
            cancel_attempt(state, application, task, attempt)
            give_back(state, application, task)


def give_back(state: SwarmState, application: Application, task: Task) -> None:
    """A task without an attempt waits for a volunteer again, or for its sources where some went in the meantime. While
    another attempt is left it need not wait."""
    if task.attempts:
        if task.state is TaskState.RUNNING and not any(attempt.started for attempt in task.attempts.values()):
            task.move(Move.FALL_BACK)
        return
    task.move(Move.GIVE_BACK)
    if task.missing:
        task.move(Move.SOURCE_LOST)
        for need in task.missing:
            want_need(application, need)
    else:
        state.jobs[task.job].push_ready(task)


def rest(state: SwarmState, task: Task) -> None:
    """A ready task whose source could not be fetched although its holder is there: two more tries at once, elsewhere if
    there is an elsewhere, and then after growing times."""
    task.unfetched += 1
    if task.state is TaskState.READY and task.unfetched > TRIES_AT_ONCE:
        delay = min(SHORTEST_REST << (task.unfetched - TRIES_AT_ONCE - 1), LONGEST_REST)
        task.rests_until = state.now + delay
        heapq.heappush(state.resting, (task.rests_until, task.id))


def wake_rested(state: SwarmState) -> bool:
    """On a tick: tasks that have rested may be placed again. True if there are any."""
    woken = False
    while state.resting and state.resting[0][0] <= state.now:
        due, task_id = heapq.heappop(state.resting)
        task = state.tasks.get(task_id)
        if task is not None and task.rests_until == due:
            task.rests_until = None
            if task.state is TaskState.READY:
                state.jobs[task.job].push_ready(task)
                woken = True
    return woken


def want_need(application: Application, need: Need) -> None:
    """What a task lacks should be made, unless somebody is at it (`recut` looks)."""
    if isinstance(need, BlockKey):
        application.wanted.setdefault(need, True)
    elif isinstance(need, ShuffleNeed):
        for partition in application.blocks.shuffles[need.shuffle].absent:
            application.wanted.setdefault(MapOutputKey(need.shuffle, partition), True)


def close_task(
    state: SwarmState, application: Application, task: Task, move: Move, winner: Attempt | None = None
) -> list[SinkKey]:
    """The task is committed, by `winner`, or dropped: take it out of every index. Returns what it promised and did not
    store."""
    task.move(move)
    job = state.jobs[task.job]
    for attempt in list(task.attempts.values()):
        if attempt is winner:
            end_lease(state, application, task, attempt, Outcome.DONE)
        else:
            cancel_attempt(state, application, task, attempt)
    task.pace.tasks -= winner is None
    job.timeline.task_closed(task.stage, done=winner is not None)
    broken: list[SinkKey] = []
    for key, _ in task.cut.sinks:
        if application.promised.get(key) is task:
            del application.promised[key]
            if key not in application.blocks.stored:
                broken.append(key)
    for need in task.needs:
        consumers = application.consumers[need]
        del consumers[task.id]
        if not consumers:
            del application.consumers[need]
    del state.tasks[task.id]
    del job.tasks[task.id]
    return broken
