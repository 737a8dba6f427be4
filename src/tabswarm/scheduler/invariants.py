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
from tabswarm.scheduler.retries import MAX_STARTS, most_failures
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


def _require(holds: bool, what: str, *of: object) -> None:
    """`what` is filled in only where it is needed: this is called a thousand times an event."""
    if not holds:
        raise InvariantBroken(what.format(*of))


def _check_blocks(state: SwarmState, application: Application) -> None:
    blocks = application.blocks
    held = 0
    for key, block in blocks.stored.items():
        _require(key_of(block.id) == key, "1: {} is stored as {}", block.id, key)
        _require(block.id.application == application.id, "14: {} stores {}", application.id, block.id)
        _require(0 < block.id.generation <= blocks.last_generation, "1: {} may be made again", block.id)
        _require(bool(block.holders), "7: {} is stored nowhere", block.id)
        for holder in block.holders:
            _require(holder in state.volunteers.by_id, "7: {} left and holds {}", holder, block.id)
            _require(key in blocks.by_holder.get(holder, {}), "7: {} does not know that it holds {}", holder, block.id)
        _check_copies(state, application, key)
        _require(key in blocks.by_owner.get(blocks.owner(key), {}), "16: nobody owns {}", block.id)
        _require(key not in application.promised, "5: {} exists and is made again", block.id)
        held += len(block.holders)
    _require(not blocks.lost.keys() & blocks.stored.keys(), "7: a block is lost and stored")
    _require(len(blocks.lost) <= LOST, "16: lost blocks are remembered without end")
    _require(sum(map(len, blocks.by_holder.values())) == held, "7: a holder lists a block that is not stored")
    _require(sum(map(len, blocks.by_owner.values())) == len(blocks.stored), "16: a node owns a block that is gone")
    for shuffle, table in blocks.shuffles.items():
        there = [
            partition for partition in range(table.map_partitions) if MapOutputKey(shuffle, partition) in blocks.stored
        ]
        _require(len(there) + len(table.absent) == table.map_partitions, "6: shuffle {} miscounts", shuffle)
        told = {entry.partition: entry for entry in table.log}
        for partition in there:
            block = blocks.stored[MapOutputKey(shuffle, partition)]
            entry = told.get(partition)
            _require(
                entry is not None and entry.generation == block.id.generation and entry.holders == tuple(block.holders),
                "8: the log of shuffle {} does not have {}",
                shuffle,
                block.id,
            )


def _check_copies(state: SwarmState, application: Application, key: SinkKey) -> None:
    """7, 24: a copy under way has one who makes it, and nothing is copied more often than it should be; a block that is
    short waits for somebody to take a copy."""
    block = application.blocks.stored[key]
    for peer in block.copying:
        taker = state.volunteers.by_id.get(peer)
        _require(taker is not None and block.id in taker.copying, "7: {} does not copy {}", peer, block.id)
        _require(peer not in block.holders, "7: {} has {} and is to copy it", peer, block.id)
    wanted = copies_wanted(application, key)
    _require(not block.copying or len(block.copying) <= wanted, "24: {} is copied too often", block.id)
    _require(key in application.starved or not is_short(state, application, key), "20: nobody looks after {}", block.id)


def _check_indices(application: Application) -> None:
    for key, task in application.promised.items():
        _require(task.job in application.jobs, "16: task {} of a job that is over promises {}", task.id, key)
        _require(task.id in application.jobs[task.job].tasks, "16: task {} is over and promises {}", task.id, key)
    for need, tasks in application.consumers.items():
        for task in tasks.values():
            _require(task.id in application.jobs[task.job].tasks, "16: task {} is over and waits for {}", task.id, need)
    for key, jobs in application.targets.items():
        for job_id in jobs:
            _require(job_id in application.jobs, "16: {} is a target of {}, which is over", key, job_id)
    in_use: dict[int, int] = {}
    for job in application.jobs.values():
        for node in job.nodes if job.state is JobState.RUNNING else ():
            in_use[node] = in_use.get(node, 0) + 1
    _require(in_use == application.in_use, "16: nodes in use are miscounted")
    _require(not application.wanted, "19: wanted keys were not looked at")
    _require(len(application.history) <= HISTORY, "16: the history grows")


def _check_job(application: Application, job: Job) -> None:
    _require(job.state in (JobState.RUNNING, JobState.DONE), "16: {} is {} and still there", job.id, job.state)
    _require(
        (job.state is JobState.RUNNING) == bool(job.uncommitted), "19: {} is {}: {}", job.id, job.state, job.uncommitted
    )
    for key in job.targets:
        kept = key in job.delivered or key in job.kept
        known = key in application.blocks.stored or key in job.uncommitted or kept
        _require(known, "19: {} lost sight of {}", job.id, key)
    for key in job.uncommitted:
        _require(key in application.promised, "19: nobody makes {}, a target of {}", key, job.id)
    for node, ledger in job.ledger.nodes.items():
        first = ledger.counts.get(Reason.FIRST, 0)
        _require(first <= ledger.vertices.count(RAN), "4: node {} of {} has too many first runs", node, job.id)
    for accumulator, node, partition in job.updates:
        ran = node in job.ledger.nodes and job.ledger.nodes[node].vertices[partition] == RAN
        _require(ran, "13: {}/{} of {} added to accumulator {} and did not run", node, partition, job.id, accumulator)
    size = sum(len(update.data) for update in job.updates.values())
    _require(size == job.update_bytes, "16: {} miscounts the {} bytes of its updates", job.id, size)
    open_tasks = len(job.tasks)
    _require(job.done + open_tasks == job.total, "16: {} counts {} + {} of {}", job.id, job.done, open_tasks, job.total)


def _check_task(state: SwarmState, application: Application, job: Job, task: Task) -> None:
    name = f"task {task.id} ({task.state})"
    _require(task.job == job.id and task.application == application.id, "14: {} is of {}", name, task.job)
    _require(state.tasks.get(task.id) is task, "16: {} is not among the open tasks", name)
    for need in task.needs:
        _require(task.id in application.consumers.get(need, {}), "6: {} would not hear of {}", name, need)
        _require((need in task.missing) != application.exists(need), "6: {} is wrong about {}", name, need)
    if task.state is TaskState.BLOCKED:
        _require(bool(task.missing), "20: {} waits for nothing", name)
    elif task.state is not TaskState.RUNNING:
        _require(not task.missing, "6: {} lacks {}", name, list(task.missing))
    if task.state is TaskState.READY:
        ready = (task.cut.level, task.id) in job.ready.get(task.demand, ())
        queued = ready or (task.rests_until, task.id) in state.resting
        _require(queued, "20: {} is in no queue", name)
    leased = task.state in (TaskState.ASSIGNED, TaskState.RUNNING)
    peers = {attempt.peer for attempt in task.attempts.values()}
    _require(bool(peers) == leased and len(peers) == len(task.attempts), "9: {} has attempts of {}", name, list(peers))
    for peer in peers:
        profile = state.volunteers.by_id[peer].profile
        offers = profile.offers(task.requires)
        _require(offers, "9: {} requires {}, and {} offers {}", name, task.requires, peer, profile.words)
    _require(len(peers) <= 2, "24: {} has {} attempts", name, len(peers))
    _require(
        (task.state is TaskState.RUNNING) == any(attempt.started for attempt in task.attempts.values()),
        "9: {} and its attempts disagree",
        name,
    )
    most = most_failures(state.jobs[task.job])
    _require(len(task.failures) < most and task.starts <= MAX_STARTS, "10: {} goes on failing", name)


def _lacks(application: Application, need: Need) -> Iterator[SinkKey]:
    if isinstance(need, BlockKey):
        yield need
    elif isinstance(need, ShuffleNeed):
        for partition in application.blocks.shuffles[need.shuffle].absent:
            yield MapOutputKey(need.shuffle, partition)


def _check_progress(application: Application) -> None:
    """Take away again and again what waits only for what can go on; nothing may be left, or it waits in a circle."""
    open_tasks = [task for job in application.jobs.values() for task in job.tasks.values()]
    blocked = [task for task in open_tasks if task.state is TaskState.BLOCKED]
    lacked = {need: list(_lacks(application, need)) for task in blocked for need in task.missing}
    for need, keys in lacked.items():
        for key in keys:
            _require(key in application.promised, "19: tasks wait for {} of {}, which nobody makes", key, need)
    can_go_on = {key for task in open_tasks if task.state is not TaskState.BLOCKED for key, _ in task.cut.sinks}
    waiting = blocked
    while waiting:
        lacked = {
            need: left for need, keys in lacked.items() if (left := [key for key in keys if key not in can_go_on])
        }
        stuck = [task for task in waiting if any(need in lacked for need in task.missing)]
        held = {task.id for task in stuck}
        can_go_on |= {key for task in waiting if task.id not in held for key, _ in task.cut.sinks}
        _require(len(stuck) < len(waiting), "19: tasks {} wait for each other", [task.id for task in stuck])
        waiting = stuck
    driver = any(isinstance(need, DriverNeed) for need in application.consumers) and application.driver is None
    running = any(job.state is JobState.RUNNING for job in application.jobs.values())
    moving = any(task.state is not TaskState.BLOCKED for task in open_tasks)
    _require(moving or driver or not running, "19: {} stands still and waits for nobody", application.id)


def _check_leases(state: SwarmState) -> None:
    leases = {
        (task.id, attempt.number): attempt.peer for task in state.tasks.values() for attempt in task.attempts.values()
    }
    held = {lease: volunteer.id for volunteer in state.volunteers.by_id.values() for lease in volunteer.attempts}
    _require(leases == held, "9: leases {} are not what volunteers hold: {}", leases, held)
    for application in state.applications.values():
        jobs = list(application.jobs.values())
        for job in jobs:
            attempts = [attempt for task in job.tasks.values() for attempt in task.attempts.values()]
            _require(job.assigned == len(attempts), "9: {} miscounts its attempts", job.id)
            _require(job.running == sum(attempt.started for attempt in attempts), "9: {} miscounts what runs", job.id)
        _require(application.assigned == sum(job.assigned for job in jobs), "9: {} miscounts", application.id)


def _check_bounds(state: SwarmState) -> None:
    jobs = {job_id: job for application in state.applications.values() for job_id, job in application.jobs.items()}
    _require(jobs == state.jobs, "16: a job is known in one place only")
    _require(sum(len(job.tasks) for job in jobs.values()) == len(state.tasks), "16: an open task of no job")
    for there in state.applications.values():
        for key, holders in there.copies.items():
            _require(bool(holders), "7: nobody has a copy of {}", key)
            for holder in holders:
                _require(holder in state.volunteers.by_id, "7: {} left and has a copy of {}", holder, key)
        looked_after = there.driver is not None or (there.alarm, there.id) in state.alarms
        _require(looked_after, "16: {} has no driver, and nobody ends it", there.id)
    for job in jobs.values():
        kept = sum(len(result.inline or b"") for result in job.kept.values())
        _require(kept == job.kept_bytes <= KEPT_BYTES, "16: {} keeps {} bytes of results", job.id, kept)
        for watcher in job.watchers:
            _require(state.watchers.get(watcher) == job.application, "14: {} watches {}", watcher, job.id)
    for volunteer in state.volunteers.by_id.values():
        for application in [*volunteer.code, *(known for known, _ in volunteer.tables)]:
            _require(application in state.applications, "16: {} remembers {}, which is over", volunteer.id, application)
        _require(
            len(volunteer.attempts) <= volunteer.capacity
            or all(state.tasks[task].state is TaskState.RUNNING for task, _ in volunteer.attempts)
            or volunteer.level is None,
            "20: {} has more than it can take",
            volunteer.id,
        )
    active = {volunteer.id for volunteer in state.volunteers.by_id.values() if volunteer.is_active}
    _require(state.volunteers.takers.keys() == active, "20: who takes tasks is miscounted")
    _require(sum(state.volunteers.active.values()) == len(active), "20: who takes tasks is miscounted by profile")
    for volunteer in state.volunteers.by_id.values():
        _require(
            volunteer.resting == (volunteer.id in state.volunteers.aside), "23: {} rests without end", volunteer.id
        )
        idle = volunteer.is_active or all(
            state.tasks[task].attempts[number].started for task, number in volunteer.attempts
        )
        _require(idle, "23: {} takes no task and has some", volunteer.id)
    admitted = [volunteer for volunteer in state.volunteers.by_id.values() if volunteer.admitted]
    others = [
        volunteer for volunteer in state.volunteers.by_id.values() if volunteer.is_active and not volunteer.admitted
    ]
    could = [v.id for v in state.volunteers.by_id.values() if v.slots and not v.finishing and v.strikes < BARRED]
    _require(bool(admitted or others) or not could, "23: {} rest while nobody else works", could)
    _require(not admitted or not others, "23: {} rest and work beside others", [volunteer.id for volunteer in admitted])
    for peer in state.volunteers.finishing:
        _require(state.volunteers.by_id[peer].finishing, "20: {} may not leave and did not ask to", peer)
    for buckets in state.volunteers.buckets.values():
        for level, bucket in enumerate(buckets):
            for peer in bucket:
                volunteer = state.volunteers.by_id[peer]
                load = len(volunteer.attempts) * LEVELS // volunteer.slots
                _require(volunteer.level == level == load, "20: {} stands in the wrong bucket", peer)


def _check_idle(state: SwarmState) -> None:
    if not state.volunteers.room:
        return
    for task in state.tasks.values():
        if task.state is TaskState.READY and task.rests_until is None:
            volunteer = choose(state, state.applications[task.application], task)
            _require(volunteer is None, "21: task {} is ready and {} has room", task.id, volunteer and volunteer.id)
