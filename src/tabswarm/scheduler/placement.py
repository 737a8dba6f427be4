"""Who runs what next.

Between applications: the one with the fewest attempts out takes the next turn, so the shares are fair. Within one:
jobs in the order of their submission, a later one filling what an earlier one leaves. Within a job: tasks nearer the
start first, then in the order of their ids.

A task whose functions name a broadcast goes to volunteers that have it (`spreading` sees that they get it).
A task goes where most bytes of its sources are if a slot is free there, else to the least loaded volunteer. Only when
no slot is free anywhere are tasks queued ahead, by the same rule. A slot that falls free while others still queue
takes a task over from one of the full queues.
"""

from __future__ import annotations

import heapq
from collections.abc import Container
from itertools import islice

from tabswarm.plan.cut import BlockKey, ShuffleKey
from tabswarm.plan.observation import AttemptReason
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.commands import AssignTask, SendCode, SendMapOutputs
from tabswarm.scheduler.eligibility import eligible_profiles, is_like_any, untried_exist
from tabswarm.scheduler.jobs import Job
from tabswarm.scheduler.open_tasks import cancel_attempt, give_back
from tabswarm.scheduler.peers import LEVELS, Volunteer
from tabswarm.scheduler.retries import fail_if_nobody_can, fail_if_started_too_often
from tabswarm.scheduler.spreading import has_broadcasts, lacks_and_is_free
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.task_spec import build_spec, locations_of
from tabswarm.scheduler.tasks import Attempt, Move, Task, TaskState
from tabswarm.scheduler.timeline import AttemptRecord

MANY_HOLDERS = 8
"""A shuffle that is spread over more volunteers than this draws its readers nowhere."""
QUEUES_SEEN = 8
"""How many queues a free slot looks at; a thousand peers are never scanned."""


def place_ready_tasks(state: SwarmState) -> None:
    """Assign what can be assigned, then let free slots take over what queues elsewhere; that may make room for more."""
    _place(state)
    while _fill_free_slots(state):
        _place(state)


def _place(state: SwarmState) -> None:
    turns = [(application.assigned, application.number, application) for application in state.applications.values()]
    heapq.heapify(turns)
    skipped: list[Task] = []
    full: dict[tuple[str, ...], None] = {}
    while turns and state.volunteers.room:
        _, number, application = heapq.heappop(turns)
        task = _next_ready(application, full)
        if task is None:
            continue
        job = state.jobs[task.job]
        volunteer = choose(state, application, task)
        if volunteer is None:
            if fail_if_nobody_can(state, application, job, task):
                full = {}
            else:
                skipped.append(task)
                if is_like_any(application, task):
                    full[task.demand] = None
        elif not fail_if_started_too_often(state, job, task):
            assign(state, application, task, volunteer)
        heapq.heappush(turns, (application.assigned, number, application))
    for task in skipped:
        if task.state is TaskState.READY:
            state.jobs[task.job].push_ready(task)


def _next_ready(application: Application, full: Container[tuple[str, ...]]) -> Task | None:
    """The next task of the application, but for those that require what nobody with room offers."""
    for job in list(application.jobs.values()):
        task = job.pop_ready(full)
        if task is not None:
            return task
    return None


def choose(state: SwarmState, application: Application, task: Task, *, only_free: bool = False) -> Volunteer | None:
    """The volunteer for a task, or None where nobody who may run it has room."""
    profiles = eligible_profiles(state, application, task)
    avoid = task.tried if task.tried and untried_exist(state, profiles, task) else {}
    volunteers = state.volunteers
    at_it = [attempt.peer for attempt in task.attempts.values()]

    def allowed(peer: str) -> bool:
        return peer not in avoid and peer not in at_it and has_broadcasts(application, task, peer)

    def nearest(below: int) -> Volunteer | None:
        best, most = None, 0
        for peer, size in held.items():
            volunteer = volunteers.by_id.get(peer)
            if volunteer is None or volunteer.level is None or volunteer.level >= below:
                continue
            if size > most and volunteer.profile in profiles and allowed(peer):
                best, most = volunteer, size
        return best

    held = _bytes_by_holder(application, task)
    free = nearest(LEVELS) or volunteers.least_loaded(profiles, allowed, range(LEVELS))
    if free is not None or only_free:
        return free
    if task.broadcasts and lacks_and_is_free(state, application, task):
        return None
    return nearest(2 * LEVELS) or volunteers.least_loaded(profiles, allowed, range(LEVELS, 2 * LEVELS))


def _bytes_by_holder(application: Application, task: Task) -> dict[str, int]:
    held: dict[str, int] = {}
    for source in task.cut.sources:
        if isinstance(source, BlockKey):
            block = application.blocks.stored[source]
            for holder in block.holders:
                held[holder] = held.get(holder, 0) + block.size
        elif isinstance(source, ShuffleKey):
            table = application.blocks.shuffles[source.shuffle]
            if len(table.bytes_by_holder) <= MANY_HOLDERS:
                for holder, size in table.bytes_by_holder.items():
                    held[holder] = held.get(holder, 0) + size
    return held


def assign(
    state: SwarmState, application: Application, task: Task, volunteer: Volunteer, *, speculative: bool = False
) -> None:
    """Give the task to the volunteer: a lease, a fresh generation for its sinks, and before it what the volunteer has
    not got yet of code and tables."""
    job = state.jobs[task.job]
    task.starts += 1
    sinks = application.blocks.new_generation(key for key, _ in task.cut.sinks)
    record = _record(state, job, task, volunteer, speculative=speculative)
    job.timeline.assigned(record)
    attempt = Attempt(task.starts, volunteer.id, sinks, record, speculative=speculative)
    if not speculative:
        task.move(Move.ASSIGN)
    task.attempts[attempt.number] = attempt
    volunteer.attempts[(task.id, attempt.number)] = None
    job.assigned += 1
    application.assigned += 1
    state.volunteers.settle(volunteer)
    _send_code(state, volunteer, task)
    _send_tables(state, application, volunteer, task)
    state.tell(
        AssignTask(
            peer=volunteer.id,
            cause=state.event,
            spec=build_spec(application, job, task, attempt),
            code=task.code,
            locations=locations_of(application, job, task),
            time_limit=job.plan.task_timeout,
        )
    )


def _record(state: SwarmState, job: Job, task: Task, volunteer: Volunteer, *, speculative: bool) -> AttemptRecord:
    """What observers see of an attempt. It is known by what it writes last."""
    cut = task.cut
    step = cut.steps[cut.sinks[-1][1]]
    if speculative:
        reason = AttemptReason.SPECULATIVE
    elif task.upset:
        reason = AttemptReason.RETRY
    elif task.lost and not job.ledger.is_planned(step.node, step.partition):
        reason = AttemptReason.RECOMPUTED
    else:
        reason = AttemptReason.FIRST
    partitions = 1 if len(cut.sinks) == 1 else len({index for _, index in cut.sinks})
    return AttemptRecord(
        task.id, task.starts, volunteer.id, task.stage, step.node, step.partition, partitions, reason, state.now
    )


def _send_code(state: SwarmState, volunteer: Volunteer, task: Task) -> None:
    known = volunteer.code.setdefault(task.application, {})
    new = tuple(blob for blob in task.code if blob not in known)
    if new:
        known.update(dict.fromkeys(new))
        state.tell(SendCode(peer=volunteer.id, cause=state.event, application=task.application, blobs=new))


def _send_tables(state: SwarmState, application: Application, volunteer: Volunteer, task: Task) -> None:
    for shuffle in dict.fromkeys(source.shuffle for source in task.cut.sources if isinstance(source, ShuffleKey)):
        table = application.blocks.shuffles[shuffle]
        epoch, position = volunteer.tables.get((application.id, shuffle), (table.epoch, 0))
        entries = table.news(epoch, position)
        volunteer.tables[(application.id, shuffle)] = (table.epoch, len(table.log))
        if entries:
            state.tell(
                SendMapOutputs(
                    peer=volunteer.id, cause=state.event, application=application.id, shuffle=shuffle, entries=entries
                )
            )


def _fill_free_slots(state: SwarmState) -> bool:
    """Nobody stays idle beside a queue: move the last task that waits in a full one to a free slot. True if any was
    moved."""
    moved = False
    volunteers = state.volunteers
    tried: dict[str, None] = {}
    while volunteers.has_free_slot():
        peers = (peer for peer in volunteers.with_queue if peer not in tried)
        queues = [volunteers.by_id[peer] for peer in islice(peers, QUEUES_SEEN)]
        if not queues or len(tried) == QUEUES_SEEN:
            break
        fullest = max(queues, key=lambda volunteer: len(volunteer.attempts) - volunteer.slots)
        if _take_over(state, fullest):
            moved = True
        else:
            tried[fullest.id] = None
    return moved


def _take_over(state: SwarmState, fullest: Volunteer) -> bool:
    for task_id, number in reversed(fullest.attempts):
        task = state.tasks[task_id]
        if task.state is not TaskState.ASSIGNED or len(task.attempts) > 1:
            continue
        application = state.applications[task.application]
        volunteer = choose(state, application, task, only_free=True)
        if volunteer is not None and volunteer is not fullest:
            cancel_attempt(state, application, task, task.attempts[number])
            give_back(state, application, task)
            assign(state, application, task, volunteer)
            return True
    return False
