"""A task ends well: its sinks get a location, all in one step, or nothing happens at all.

Only the attempt that holds the lease commits. Anything else is late: it changes nothing but a counter, and its blocks
are dropped where they lie.
"""

from __future__ import annotations

import heapq
from bisect import insort

from tabswarm.ids import BlockId
from tabswarm.plan.cut import BlockKey, MapOutputKey, SinkKey
from tabswarm.plan.task import Failure, FailureKind, Run, SinkReport
from tabswarm.scheduler.accumulators import refuse_too_many, take_updates
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.block_locations import StoredBlock, key_of
from tabswarm.scheduler.churn import keep_twice_if_worth
from tabswarm.scheduler.endings import finish_if_done
from tabswarm.scheduler.events import TaskFinished, TaskStarted
from tabswarm.scheduler.jobs import Job
from tabswarm.scheduler.open_tasks import appeared, close_task
from tabswarm.scheduler.retries import attempt_failed
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.task_spec import computed_steps
from tabswarm.scheduler.tasks import FLOOR, Attempt, Move, ShuffleNeed, Task, TaskState
from tabswarm.scheduler.telling import keep_small, listeners
from tabswarm.scheduler.timeline import count, told


def find_lease(state: SwarmState, peer: str, task: int, attempt: int) -> tuple[Task, Attempt] | None:
    """The open attempt that this peer may report on; None (and counted) if there is none."""
    found = state.tasks.get(task)
    lease = found.attempts.get(attempt) if found is not None else None
    if found is None or lease is None or lease.peer != peer:
        state.late += 1
        return None
    return found, lease


def started(state: SwarmState, event: TaskStarted) -> None:
    """All sources are in the volunteer's store: from now on their loss does not matter to this attempt."""
    lease = find_lease(state, event.peer, event.task, event.attempt)
    if lease is None or lease[1].started:
        return
    task, attempt = lease
    if task.state is TaskState.ASSIGNED:
        task.move(Move.START)
    attempt.started = True
    task.begun += 1
    attempt.since = state.now
    record = attempt.record
    record.read, record.fetched, record.fetching = told(event.read), told(event.fetched), event.seconds
    state.jobs[task.job].timeline.started(record, state.now)
    heapq.heappush(state.watched, (state.now + FLOOR, task.id, attempt.number))
    state.jobs[task.job].running += 1


def finished(state: SwarmState, event: TaskFinished) -> None:
    """Commit, if the lease is good and what was promised is there."""
    lease = find_lease(state, event.peer, event.task, event.attempt)
    if lease is None:
        _drop_late(state, event)
        return
    task, attempt = lease
    application, job = state.applications[task.application], state.jobs[task.job]
    written = {report.block: report for report in event.sinks if report.block in attempt.sinks}
    runs = _runs_of(task, event.runs)
    lacking = _lacking(job, task, attempt, written, runs)
    if lacking is not None:
        failure = Failure(
            kind=FailureKind.WORKER_DIED,
            message=f"reported the end of task {task.id} without its block {lacking}",
            node=task.cut.steps[-1].node,
            partition=task.cut.steps[-1].partition,
        )
        attempt_failed(state, task, attempt, failure)
        return
    volunteer = state.volunteers.by_id[event.peer]
    record = attempt.record
    record.seconds = event.seconds
    record.rows, record.written = _rows(task, runs), count(sum([report.size for report in written.values()]))
    volunteer.tasks += 1
    volunteer.seconds += max(event.seconds, 0.0)
    volunteer.rows = count(volunteer.rows + record.rows)
    job.ledger.record(event.peer, volunteer.name, volunteer.kind, runs.values(), speculative=attempt.speculative)
    if attempt.started:
        insort(task.pace.times, state.now - attempt.since)
    job.done += 1
    take_updates(state, application, job, [u for u in event.updates if (u.node, u.partition) in runs])
    new: list[SinkKey] = []
    for block, key in attempt.sinks.items():
        if block in written:
            _store(state, application, job, attempt, key, written[block])
            new.append(key)
    for key in close_task(state, application, task, Move.COMMIT, attempt):
        application.wanted.setdefault(key, False)
    for key in new:
        if isinstance(key, BlockKey):
            appeared(state, application, key)
        elif not application.blocks.shuffles[key.shuffle].absent:
            appeared(state, application, ShuffleNeed(key.shuffle))
    for job_id in dict.fromkeys(
        job_id for key in new if isinstance(key, BlockKey) for job_id in application.targets.get(key, ())
    ):
        finish_if_done(state, application, state.jobs[job_id])
    refuse_too_many(state, job)


def _runs_of(task: Task, reported: tuple[Run, ...]) -> dict[tuple[int, int], Run]:
    """The reported runs that the task can have made, each once."""
    own = {(step.node, step.partition) for step in computed_steps(task.cut)}
    runs: dict[tuple[int, int], Run] = {}
    for run in reported:
        if (run.node, run.partition) in own:
            runs.setdefault((run.node, run.partition), run)
    return runs


def _rows(task: Task, runs: dict[tuple[int, int], Run]) -> int:
    """How many records came out of the steps that the task writes."""
    rows = 0
    for index in dict.fromkeys([index for _, index in task.cut.sinks]):
        step = task.cut.steps[index]
        run = runs.get((step.node, step.partition))
        rows += run.records if run is not None else 0
    return count(rows)


def _lacking(
    job: Job,
    task: Task,
    attempt: Attempt,
    written: dict[BlockId, SinkReport],
    runs: dict[tuple[int, int], Run],
) -> str | None:
    """The first sink that is not there although it has to be: only a partial run may leave out its sink, and a target
    never may."""
    for (block, key), (_, index) in zip(attempt.sinks.items(), task.cut.sinks, strict=True):
        if block in written:
            continue
        step = task.cut.steps[index]
        run = runs.get((step.node, step.partition))
        if key in job.targets or isinstance(key, MapOutputKey) or (run is not None and not run.partial):
            return str(block)
    return None


def _store(
    state: SwarmState, application: Application, job: Job, attempt: Attempt, key: SinkKey, report: SinkReport
) -> None:
    waiting = application.targets.get(key, {}) if isinstance(key, BlockKey) else {}
    persisted = isinstance(key, BlockKey) and key.node in application.persisted
    block = StoredBlock(
        report.block,
        report.size,
        report.root,
        report.segments,
        holders={attempt.peer: None},
        job=job.id,
        lasting=not waiting and not persisted,
        inline=report.inline if waiting else None,
        writer=attempt.peer,
        made_in=state.now - attempt.since if attempt.started else 0,
    )
    put_block(state, application, key, block)


def put_block(state: SwarmState, application: Application, key: SinkKey, block: StoredBlock) -> None:
    """The key has this block from now on; drivers that wait for it are told at the end of the event."""
    application.blocks.put(key, block)
    application.short[key] = None
    keep_twice_if_worth(state, application, key)
    if isinstance(key, BlockKey):
        waiting = application.targets.get(key, {})
        for job_id in waiting:
            target_of = state.jobs[job_id]
            if target_of.uncommitted.pop(key, key) is None:
                target_of.untold[key] = None
                for untold in target_of.watchers.values():
                    untold[key] = None
                keep_small(target_of, key, block)
                state.news[job_id] = target_of
        if not any(listeners(application, state.jobs[job_id]) for job_id in waiting):
            block.inline = None  # nobody hears of it now; what is kept, the jobs have


def _drop_late(state: SwarmState, event: TaskFinished) -> None:
    """Blocks of an attempt that nobody waits for; but what is committed (this may be a report told twice) stays."""
    late = []
    for report in event.sinks:
        application = state.applications.get(report.block.application)
        block = application.blocks.stored.get(key_of(report.block)) if application is not None else None
        if block is None or block.id != report.block:
            late.append(report.block)
    if late:
        state.drop_at(event.peer, late)
