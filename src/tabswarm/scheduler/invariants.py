"""What must be true after every event, whatever happened.

`check_invariants` looks at the whole state and raises on the first thing that is wrong. Tests call it after each
event; the numbers are those of the list of invariants that the design goes by:

    1   a key has one committed generation at most          9   leases: one peer holds an attempt, and knows it
    4,5 a vertex has one first run at most; nothing that    10  failures and starts stay below their caps
        exists is computed again                            14  nothing of one application hangs on another
    6   an assigned task has all its sources                16  what is over leaves nothing behind
    7   locations and copies under way are of volunteers    19  a running job can go on, or waits for somebody named
    13  what was added to accumulators is of vertices that ran and were committed
    23  who rests works only as a last resort, and not for ever
    8   what an assigned task reads cannot change under it  20, 21 no ready task stays beside an idle volunteer
                                                            24  two live attempts at a task at most, and no copy more
                                                                of a block than is wanted
"""

from __future__ import annotations

from collections.abc import Iterator

from tabswarm.plan.cut import BlockKey, MapOutputKey, SinkKey
from tabswarm.scheduler.applications import HISTORY, Application
from tabswarm.scheduler.block_locations import LOST, key_of
from tabswarm.scheduler.copies import copies_wanted, is_short
from tabswarm.scheduler.jobs import Job, JobState
from tabswarm.scheduler.ledger import RAN, Reason
from tabswarm.scheduler.peers import LEVELS
from tabswarm.scheduler.placement import choose
from tabswarm.scheduler.rests import BARRED
from tabswarm.scheduler.retries import MAX_FAILURES, MAX_STARTS
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.tasks import DriverNeed, Need, ShuffleNeed, Task, TaskState
from tabswarm.scheduler.telling import KEPT_BYTES


class InvariantBroken(AssertionError):
    """Something that must always hold does not; the message names it."""


def check_invariants(scheduler: Scheduler) -> None:
    """Raise `InvariantBroken` if anything in the scheduler's state contradicts the list above."""
    state = scheduler.state
    for application in state.applications.values():
        _check_blocks(state, application)
        _check_indices(application)
        for job in application.jobs.values():
            _check_job(application, job)
            for task in job.tasks.values():
                _check_task(state, application, job, task)
        _check_progress(application)
    _check_leases(state)
    _check_bounds(state)
    _check_idle(state)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise InvariantBroken(what)


def _check_blocks(state: SwarmState, application: Application) -> None:
    blocks = application.blocks
    held = 0
    for key, block in blocks.stored.items():
        _require(key_of(block.id) == key, f"1: {block.id} is stored as {key}")
        _require(block.id.application == application.id, f"14: {application.id} stores {block.id}")
        _require(0 < block.id.generation <= blocks.last_generation, f"1: {block.id} may be made again")
        _require(bool(block.holders), f"7: {block.id} is stored nowhere")
        for holder in block.holders:
            _require(holder in state.volunteers.by_id, f"7: {holder} left and holds {block.id}")
            _require(key in blocks.by_holder.get(holder, {}), f"7: {holder} does not know that it holds {block.id}")
        _check_copies(state, application, key)
        _require(key in blocks.by_owner.get(blocks.owner(key), {}), f"16: nobody owns {block.id}")
        _require(key not in application.promised, f"5: {block.id} exists and is made again")
        held += len(block.holders)
    _require(not blocks.lost.keys() & blocks.stored.keys(), "7: a block is lost and stored")
    _require(len(blocks.lost) <= LOST, "16: lost blocks are remembered without end")
    _require(sum(map(len, blocks.by_holder.values())) == held, "7: a holder lists a block that is not stored")
    _require(sum(map(len, blocks.by_owner.values())) == len(blocks.stored), "16: a node owns a block that is gone")
    for shuffle, table in blocks.shuffles.items():
        there = [
            partition for partition in range(table.map_partitions) if MapOutputKey(shuffle, partition) in blocks.stored
        ]
        _require(len(there) + len(table.absent) == table.map_partitions, f"6: shuffle {shuffle} miscounts")
        told = {entry.partition: entry for entry in table.log}
        for partition in there:
            block = blocks.stored[MapOutputKey(shuffle, partition)]
            entry = told.get(partition)
            _require(
                entry is not None and entry.generation == block.id.generation and entry.holders == tuple(block.holders),
                f"8: the log of shuffle {shuffle} does not have {block.id}",
            )


def _check_copies(state: SwarmState, application: Application, key: SinkKey) -> None:
    """7, 24: a copy under way has one who makes it, and nothing is copied more often than it should be; a block that is
    short waits for somebody to take a copy."""
    block = application.blocks.stored[key]
    for peer in block.copying:
        taker = state.volunteers.by_id.get(peer)
        _require(taker is not None and block.id in taker.copying, f"7: {peer} does not copy {block.id}")
        _require(peer not in block.holders, f"7: {peer} has {block.id} and is to copy it")
    wanted = copies_wanted(application, key)
    _require(not block.copying or len(block.copying) <= wanted, f"24: {block.id} is copied too often")
    _require(key in application.starved or not is_short(state, application, key), f"20: nobody looks after {block.id}")


def _check_indices(application: Application) -> None:
    for key, task in application.promised.items():
        _require(task.job in application.jobs, f"16: task {task.id} of a job that is over promises {key}")
        _require(task.id in application.jobs[task.job].tasks, f"16: task {task.id} is over and promises {key}")
    for need, tasks in application.consumers.items():
        for task in tasks.values():
            _require(task.id in application.jobs[task.job].tasks, f"16: task {task.id} is over and waits for {need}")
    for key, jobs in application.targets.items():
        for job_id in jobs:
            _require(job_id in application.jobs, f"16: {key} is a target of {job_id}, which is over")
    in_use: dict[int, int] = {}
    for job in application.jobs.values():
        for node in job.nodes if job.state is JobState.RUNNING else ():
            in_use[node] = in_use.get(node, 0) + 1
    _require(in_use == application.in_use, "16: nodes in use are miscounted")
    _require(not application.wanted, "19: wanted keys were not looked at")
    _require(len(application.history) <= HISTORY, "16: the history grows")


def _check_job(application: Application, job: Job) -> None:
    _require(job.state in (JobState.RUNNING, JobState.DONE), f"16: {job.id} is {job.state} and still there")
    _require(
        (job.state is JobState.RUNNING) == bool(job.uncommitted), f"19: {job.id} is {job.state}: {job.uncommitted}"
    )
    for key in job.targets:
        kept = key in job.delivered or key in job.kept
        known = key in application.blocks.stored or key in job.uncommitted or kept
        _require(known, f"19: {job.id} lost sight of {key}")
    for key in job.uncommitted:
        _require(key in application.promised, f"19: nobody makes {key}, a target of {job.id}")
    for node, ledger in job.ledger.nodes.items():
        first = ledger.counts.get(Reason.FIRST, 0)
        _require(first <= ledger.vertices.count(RAN), f"4: node {node} of {job.id} has too many first runs")
    for accumulator, node, partition in job.updates:
        ran = node in job.ledger.nodes and job.ledger.nodes[node].vertices[partition] == RAN
        _require(ran, f"13: {node}/{partition} of {job.id} added to accumulator {accumulator} and did not run")
    size = sum(len(update.data) for update in job.updates.values())
    _require(size == job.update_bytes, f"16: {job.id} miscounts the {size} bytes of its updates")
    open_tasks = len(job.tasks)
    _require(job.done + open_tasks == job.total, f"16: {job.id} counts {job.done} + {open_tasks} of {job.total}")


def _check_task(state: SwarmState, application: Application, job: Job, task: Task) -> None:
    name = f"task {task.id} ({task.state})"
    _require(task.job == job.id and task.application == application.id, f"14: {name} is of {task.job}")
    _require(state.tasks.get(task.id) is task, f"16: {name} is not among the open tasks")
    for need in task.needs:
        _require(task.id in application.consumers.get(need, {}), f"6: {name} would not hear of {need}")
        _require((need in task.missing) != application.exists(need), f"6: {name} is wrong about {need}")
    if task.state is TaskState.BLOCKED:
        _require(bool(task.missing), f"20: {name} waits for nothing")
        for key in _lacks(application, task):
            _require(key in application.promised, f"19: {name} waits for {key}, which nobody makes")
    elif task.state is not TaskState.RUNNING:
        _require(not task.missing, f"6: {name} lacks {list(task.missing)}")
    if task.state is TaskState.READY:
        queued = (task.cut.level, task.id) in job.ready.get(task.requires, ()) or (
            task.rests_until,
            task.id,
        ) in state.resting
        _require(queued, f"20: {name} is in no queue")
    leased = task.state in (TaskState.ASSIGNED, TaskState.RUNNING)
    peers = {attempt.peer for attempt in task.attempts.values()}
    _require(bool(peers) == leased and len(peers) == len(task.attempts), f"9: {name} has attempts of {list(peers)}")
    for peer in peers:
        profile = state.volunteers.by_id[peer].profile
        _require(
            profile.offers(task.requires), f"9: {name} requires {task.requires}, and {peer} offers {profile.words}"
        )
    _require(len(peers) <= 2, f"24: {name} has {len(peers)} attempts")
    _require(
        (task.state is TaskState.RUNNING) == any(attempt.started for attempt in task.attempts.values()),
        f"9: {name} and its attempts disagree",
    )
    _require(len(task.failures) < MAX_FAILURES and task.starts <= MAX_STARTS, f"10: {name} goes on failing")


def _lacks(application: Application, task: Task) -> Iterator[SinkKey]:
    for need in task.missing:
        if isinstance(need, BlockKey):
            yield need
        elif isinstance(need, ShuffleNeed):
            for partition in application.blocks.shuffles[need.shuffle].absent:
                yield MapOutputKey(need.shuffle, partition)


def _check_progress(application: Application) -> None:
    """Take away again and again what waits only for what can go on; nothing may be left, or it waits in a circle."""
    open_tasks = [task for job in application.jobs.values() for task in job.tasks.values()]
    can_go_on: dict[Need | SinkKey, None] = {}
    waiting = open_tasks
    while waiting:
        stuck = []
        for task in waiting:
            blocked = task.state is TaskState.BLOCKED
            if blocked and any(key not in can_go_on for key in _lacks(application, task)):
                stuck.append(task)
            else:
                can_go_on.update((key, None) for key, _ in task.cut.sinks)
        _require(len(stuck) < len(waiting), f"19: tasks {[task.id for task in stuck]} wait for each other")
        waiting = stuck
    driver = any(isinstance(need, DriverNeed) for need in application.consumers) and application.driver is None
    running = any(job.state is JobState.RUNNING for job in application.jobs.values())
    moving = any(task.state is not TaskState.BLOCKED for task in open_tasks)
    _require(moving or driver or not running, f"19: {application.id} stands still and waits for nobody")


def _check_leases(state: SwarmState) -> None:
    leases = {
        (task.id, attempt.number): attempt.peer for task in state.tasks.values() for attempt in task.attempts.values()
    }
    held = {lease: volunteer.id for volunteer in state.volunteers.by_id.values() for lease in volunteer.attempts}
    _require(leases == held, f"9: leases {leases} are not what volunteers hold: {held}")
    for application in state.applications.values():
        jobs = list(application.jobs.values())
        for job in jobs:
            attempts = [attempt for task in job.tasks.values() for attempt in task.attempts.values()]
            _require(job.assigned == len(attempts), f"9: {job.id} miscounts its attempts")
            _require(job.running == sum(attempt.started for attempt in attempts), f"9: {job.id} miscounts what runs")
        _require(application.assigned == sum(job.assigned for job in jobs), f"9: {application.id} miscounts")


def _check_bounds(state: SwarmState) -> None:
    jobs = {job_id: job for application in state.applications.values() for job_id, job in application.jobs.items()}
    _require(jobs == state.jobs, "16: a job is known in one place only")
    _require(sum(len(job.tasks) for job in jobs.values()) == len(state.tasks), "16: an open task of no job")
    for there in state.applications.values():
        for key, holders in there.copies.items():
            _require(bool(holders), f"7: nobody has a copy of {key}")
            for holder in holders:
                _require(holder in state.volunteers.by_id, f"7: {holder} left and has a copy of {key}")
        looked_after = there.driver is not None or (there.alarm, there.id) in state.alarms
        _require(looked_after, f"16: {there.id} has no driver, and nobody ends it")
    for job in jobs.values():
        kept = sum(len(result.inline or b"") for result in job.kept.values())
        _require(kept == job.kept_bytes <= KEPT_BYTES, f"16: {job.id} keeps {kept} bytes of results")
        for watcher in job.watchers:
            _require(state.watchers.get(watcher) == job.application, f"14: {watcher} watches {job.id}")
    for volunteer in state.volunteers.by_id.values():
        for application in [*volunteer.code, *(known for known, _ in volunteer.tables)]:
            _require(application in state.applications, f"16: {volunteer.id} remembers {application}, which is over")
        _require(
            len(volunteer.attempts) <= volunteer.capacity
            or all(state.tasks[task].state is TaskState.RUNNING for task, _ in volunteer.attempts)
            or volunteer.level is None,
            f"20: {volunteer.id} has more than it can take",
        )
    active = {volunteer.id for volunteer in state.volunteers.by_id.values() if volunteer.is_active}
    _require(state.volunteers.takers.keys() == active, "20: who takes tasks is miscounted")
    _require(sum(state.volunteers.active.values()) == len(active), "20: who takes tasks is miscounted by profile")
    for volunteer in state.volunteers.by_id.values():
        _require(volunteer.resting == (volunteer.id in state.volunteers.aside), f"23: {volunteer.id} rests without end")
        idle = volunteer.is_active or all(
            state.tasks[task].attempts[number].started for task, number in volunteer.attempts
        )
        _require(idle, f"23: {volunteer.id} takes no task and has some")
    admitted = [volunteer for volunteer in state.volunteers.by_id.values() if volunteer.admitted]
    others = [
        volunteer for volunteer in state.volunteers.by_id.values() if volunteer.is_active and not volunteer.admitted
    ]
    could = [v.id for v in state.volunteers.by_id.values() if v.slots and not v.finishing and v.strikes < BARRED]
    _require(bool(admitted or others) or not could, f"23: {could} rest while nobody else works")
    _require(not admitted or not others, f"23: {[volunteer.id for volunteer in admitted]} rest and work beside others")
    for peer in state.volunteers.finishing:
        _require(state.volunteers.by_id[peer].finishing, f"20: {peer} may not leave and did not ask to")
    for buckets in state.volunteers.buckets.values():
        for level, bucket in enumerate(buckets):
            for peer in bucket:
                volunteer = state.volunteers.by_id[peer]
                load = len(volunteer.attempts) * LEVELS // volunteer.slots
                _require(volunteer.level == level == load, f"20: {peer} stands in the wrong bucket")


def _check_idle(state: SwarmState) -> None:
    if not state.volunteers.room:
        return
    for task in state.tasks.values():
        if task.state is TaskState.READY and task.rests_until is None:
            volunteer = choose(state, state.applications[task.application], task)
            _require(volunteer is None, f"21: task {task.id} is ready and {volunteer and volunteer.id} has room")
