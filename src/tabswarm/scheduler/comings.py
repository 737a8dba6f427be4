"""Peers come and go: what a volunteer or a driver brings, and what goes with it.

A volunteer that leaves is never a task's fault: its tasks are given back without a count, and all its locations go in
the same step. A driver that leaves takes only what nobody else holds: source data that does not stand in the plan.
"""

from __future__ import annotations

from tabswarm.ids import BlockId
from tabswarm.plan.cut import BlockKey, DriverKey, MapOutputKey, SinkKey
from tabswarm.plan.observation import TEXT, Outcome
from tabswarm.scheduler.absence import look_after
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.block_locations import DRIVER_GENERATION, BlockTable, key_of
from tabswarm.scheduler.churn import note_loss
from tabswarm.scheduler.commands import TellFailed
from tabswarm.scheduler.commits import find_lease
from tabswarm.scheduler.copies import orders_end
from tabswarm.scheduler.driver_copies import forget_copies_of, forget_copy
from tabswarm.scheduler.eligibility import eligible_profiles, untried_exist
from tabswarm.scheduler.endings import fail, let_go_if_taken
from tabswarm.scheduler.events import (
    BlocksLost,
    DriverJoined,
    DriverLeft,
    FetchFailed,
    ResourcesChanged,
    VolunteerJoined,
    VolunteerLeft,
)
from tabswarm.scheduler.jobs import Job, JobState
from tabswarm.scheduler.losses import lose_location, undeliver
from tabswarm.scheduler.open_tasks import appeared, driver_needs, end_lease, give_back, give_up_queue, rest, vanished
from tabswarm.scheduler.peers import Volunteer
from tabswarm.scheduler.rests import note_arrival, note_departure, strike
from tabswarm.scheduler.spreading import forget_refusals
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.task_spec import describe
from tabswarm.scheduler.tasks import Task
from tabswarm.scheduler.telling import retell

UNAVAILABLE = "unavailable"
"""How a `FetchFailed.reason` begins where the holder itself says that it lacks the block."""


def volunteer_joined(state: SwarmState, event: VolunteerJoined) -> None:
    """A volunteer is there. One that joins again without having left starts afresh."""
    if event.peer in state.volunteers.by_id:
        volunteer_left(state, VolunteerLeft(peer=event.peer, reason="joined again"))
    volunteer = Volunteer(
        event.peer, event.kind, event.name, event.slots, event.memory, event.python, event.capabilities, state.now
    )
    state.volunteers.add(volunteer)
    note_arrival(state, volunteer)


def volunteer_left(state: SwarmState, event: VolunteerLeft) -> None:
    """A volunteer is gone: its locations and its leases go in this step."""
    if event.peer not in state.volunteers.by_id:
        return
    volunteer = state.volunteers.remove(event.peer)
    note_departure(state, event.peer)
    orders_end(state, volunteer)
    returned: list[Task] = []
    for task_id, number in volunteer.attempts:
        task = state.tasks[task_id]
        end_lease(state, state.applications[task.application], task, task.attempts[number], Outcome.LOST)
        give_back(state, state.applications[task.application], task)
        returned.append(task)
    if not volunteer.finishing:
        note_loss(state, event.peer)
    for application in state.applications.values():
        for key in list(application.blocks.by_holder.get(event.peer, ())):
            if len(application.blocks.stored[key].holders) == 1:
                application.blocks.remember(key)
            lose_location(state, application, key, event.peer)
        forget_copies_of(state, application, event.peer)
        forget_refusals(application, event.peer)
    for task in returned:
        task.tried.pop(event.peer, None)


def resources_changed(state: SwarmState, event: ResourcesChanged) -> None:
    """A volunteer has other slots: what no longer fits its queue is taken back, latest first."""
    volunteer = state.volunteers.by_id.get(event.peer)
    if volunteer is None:
        return
    state.volunteers.resize(volunteer, event.slots, event.memory)
    give_up_queue(state, volunteer)


def blocks_lost(state: SwarmState, event: BlocksLost) -> None:
    """A volunteer has these blocks no more."""
    for block in event.blocks:
        lose_block(state, block, event.peer)


def lose_block(state: SwarmState, block: BlockId, holder: str) -> None:
    """A holder lacks a block; nothing happens if that generation does not count any more, or it was no holder."""
    application = state.applications.get(block.application)
    if application is None:
        return
    key = key_of(block)
    if isinstance(key, BlockKey) and block.generation == DRIVER_GENERATION:
        forget_copy(state, application, DriverKey(key.node, key.partition), holder)
        return
    stored = application.blocks.stored.get(key)
    if stored is not None and stored.id == block and holder in stored.holders:
        lose_location(state, application, key, holder)


def fetch_failed(state: SwarmState, event: FetchFailed) -> None:
    """An attempt lacks a source: it goes back, preferably to somebody else, and counts for nothing. The location goes
    if the holder says itself that it lacks the block, or sent other bytes than it should."""
    lease = find_lease(state, event.peer, event.task, event.attempt)
    if lease is None:
        return
    task, attempt = lease
    application, job = state.applications[task.application], state.jobs[task.job]
    attempt.record.message = event.reason[:TEXT]
    end_lease(state, application, task, attempt, Outcome.UNFETCHED)
    task.tried[event.peer] = task.tried.get(event.peer, 0) + 1
    give_back(state, application, task)
    source = _source_of(application, task, event.block)
    holder = event.holder or event.peer  # its own store
    lacks = event.corrupt or event.reason.startswith(UNAVAILABLE)
    if isinstance(source, DriverKey) and lacks and holder == application.driver:
        _driver_lacks(state, application, job, task, source, event.reason)
    elif isinstance(source, DriverKey) and lacks and holder in application.copies.get(source, ()):
        forget_copy(state, application, source, holder)
        if event.corrupt:
            state.drop_at(holder, (event.block,))
    elif isinstance(source, BlockKey | MapOutputKey) and lacks:
        stored = application.blocks.stored.get(source)
        wrote = stored is not None and stored.id == event.block and stored.writer == holder
        lose_block(state, event.block, holder)
        volunteer = state.volunteers.by_id.get(holder)
        if event.corrupt and volunteer is not None:
            state.drop_at(holder, (event.block,))
            if wrote:
                strike(state, volunteer)
    else:
        rest(state, task)


def _source_of(application: Application, task: Task, block: BlockId) -> DriverKey | SinkKey | None:
    """Which source of the task a block is, if any: nobody brings down what is none of his task's."""
    if block.application != application.id:
        return None
    key = key_of(block)
    if isinstance(key, BlockKey):
        driver = DriverKey(key.node, key.partition)
        if block.generation == DRIVER_GENERATION:
            return driver if driver in task.cut.sources else None
        return key if key in task.needs else None
    shuffles = [getattr(source, "shuffle", None) for source in task.cut.sources]
    return key if key.shuffle in shuffles else None


def _driver_lacks(
    state: SwarmState, application: Application, job: Job, task: Task, source: DriverKey, reason: str
) -> None:
    """The driver has the data no more, or other data; one volunteer's word for it is enough only where it is alone."""
    if len(task.tried) < 2 and untried_exist(state, eligible_profiles(state, application, task), task):
        return
    text = f"{describe(job, source.node)}, partition {source.partition}: the driver cannot give its data: {reason}"
    fail(state, job, "SourceUnavailable", text)


def driver_joined(state: SwarmState, event: DriverJoined) -> None:
    """A driver is there, with the source data it holds, and hears of everything that it may not know yet."""
    application = state.applications.get(event.application)
    if application is None:
        state.last_application += 1
        blocks = BlockTable(event.application)
        application = Application(event.application, state.last_application, blocks)
        state.applications[event.application] = application
    state.drivers[event.peer] = application.id
    application.alarm = None
    application.ended = False
    for job in application.jobs.values():
        job.starved_since = None
    there = application.driver is not None
    if there:
        for need in driver_needs(application):
            vanished(state, application, need)
    application.driver, application.name = event.peer, event.name or application.name
    for need in driver_needs(application):
        appeared(state, application, need)
    for job in list(application.jobs.values()):
        if job.state is JobState.DONE and job.taken:
            continue  # kept for whoever asks for it
        undeliver(state, application, job)
        retell(state, application, job)
    for job_id in application.unheard:
        error, _, reason = application.history[job_id].error.partition(": ")
        state.tell(TellFailed(peer=event.peer, cause=state.event, job=job_id, error=error, reason=reason, causes=()))
    application.unheard = {}


def driver_left(state: SwarmState, event: DriverLeft) -> None:
    """A driver is gone. Its application goes on with what does not need it; tasks that do wait for it."""
    watched = state.applications.get(state.watchers.pop(event.peer, ""))
    for job in list(watched.jobs.values()) if watched is not None else ():
        if job.watchers.pop(event.peer, None) is not None:
            let_go_if_taken(state, job)
    application = state.applications.get(state.drivers.pop(event.peer, ""))
    if application is None or application.driver != event.peer:
        return
    others = [peer for peer, of in state.drivers.items() if of == application.id]
    needs = driver_needs(application)
    for need in needs:
        vanished(state, application, need)
    application.driver = others[-1] if others else None
    application.leaves_at = None
    for need in needs:
        if application.exists(need):
            appeared(state, application, need)
    for job in application.jobs.values():
        undeliver(state, application, job)
    if application.driver is None:
        application.idle_since = state.now
        look_after(state, application)
