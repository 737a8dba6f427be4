"""Broadcasts travel as a tree: once or twice from the driver, and then from volunteer to volunteer.

A task whose functions name a broadcast goes only to volunteers that have it. Where one with a free slot lacks it, it is
ordered to copy it, before any task, from the holder that serves fewest; a holder serves `FAN_OUT` at a time, so the
number of holders triples while a copy takes. The driver is asked only while nobody else can serve: `FROM_DRIVER` times
in all where nothing fails. Few tasks bring the broadcast to few volunteers. Who could not get it in `TRIES` orders is
given tasks all the same, and fetches it with the task's other sources.

Copies are counted as those of all data of the driver's (`driver_copies`): the same block, of generation 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from tabswarm.ids import BlockId
from tabswarm.plan.cut import DriverKey
from tabswarm.plan.location import Location
from tabswarm.scheduler.applications import Application, Spread
from tabswarm.scheduler.block_locations import DRIVER_GENERATION
from tabswarm.scheduler.commands import CopyBlocks, DropBlocks
from tabswarm.scheduler.driver_copies import forget_copy
from tabswarm.scheduler.eligibility import eligible_profiles
from tabswarm.scheduler.jobs import Job
from tabswarm.scheduler.peers import LEVELS
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.task_spec import driver_block
from tabswarm.scheduler.tasks import Task

FAN_OUT = 2
"""Volunteers that one holder serves at a time."""
FROM_DRIVER = 2
"""Volunteers that get a broadcast from the driver, before others serve it."""
TRIES = 2
"""Orders to one volunteer that could not carry them out."""


def has_broadcasts(application: Application, task: Task, peer: str) -> bool:
    """Whether a volunteer may be given the task as far as its broadcasts go."""
    for key in task.broadcasts:
        if peer not in application.copies.get(key, ()):
            spread = application.spreads.get(key)
            if spread is None or spread.refused.get(peer, 0) < TRIES:
                return False
    return True


def lacks_and_is_free(state: SwarmState, application: Application, task: Task) -> bool:
    """Whether somebody with a free slot could run the task if he had its broadcasts, so that queueing it with those who
    have them is no gain."""
    profiles = eligible_profiles(state, application, task)

    def lacks(peer: str) -> bool:
        return peer not in task.tried and not has_broadcasts(application, task, peer)

    return state.volunteers.least_loaded(profiles, lacks, range(LEVELS)) is not None


def spread_broadcasts(state: SwarmState) -> None:
    """Order copies of what ready tasks name, as far as somebody can serve them."""
    orders: dict[str, list[Location]] = {}
    for application in state.applications.values():
        for job in application.jobs.values():
            for task, waiting in _waiting(job):
                _order(state, application, job, task, waiting, orders)
    for peer, locations in orders.items():
        state.volunteers.by_id[peer].copying.update((at.block, None) for at in locations)
        state.tell(CopyBlocks(peer=peer, cause=state.event, locations=tuple(locations)))


def _waiting(job: Job) -> Iterator[tuple[Task, int]]:
    """For each set of broadcasts one ready task that names them, and about how many there are."""
    for heap in job.ready.values():
        task = next((job.tasks[number] for _, number in heap if number in job.tasks), None)
        if task is not None and task.broadcasts:
            yield task, len(heap)


def _order(
    state: SwarmState,
    application: Application,
    job: Job,
    task: Task,
    waiting: int,
    orders: dict[str, list[Location]],
) -> None:
    profiles = eligible_profiles(state, application, task)
    for key in task.broadcasts:
        spread = application.spreads.setdefault(key, Spread())
        block, data = driver_block(application.id, key), job.plan.sources[key.node][0]
        lacking = waiting - len(spread.taking)
        for volunteer in state.volunteers.with_free_slot(profiles):
            if lacking <= 0:
                break
            has = volunteer.id in application.copies.get(key, ()) or spread.refused.get(volunteer.id, 0) >= TRIES
            if has or volunteer.copying:
                continue
            server = _server(application, key, spread, volunteer.id)
            if server is None:
                break
            spread.taking[volunteer.id] = server
            orders.setdefault(volunteer.id, []).append(Location(block, data.size, data.root, (server,)))
            lacking -= 1


def _server(application: Application, key: DriverKey, spread: Spread, taker: str) -> str | None:
    """Who serves the next copy; None where all are busy."""
    serving = list(spread.taking.values())
    holders = application.copies.get(key, {})
    driver = application.driver
    if driver is not None:
        first = len(holders) + serving.count(driver) < FROM_DRIVER
        if first or taker in spread.refused:
            return driver
    free = [holder for holder in holders if serving.count(holder) < FAN_OUT]
    return min(free, key=serving.count) if free else None


def order_ended(state: SwarmState, block: BlockId, peer: str, *, failed: bool) -> None:
    """An order of copies is answered, or its volunteer is gone; what was dropped meanwhile goes there too."""
    application = state.applications.get(block.application)
    key = DriverKey(block.node, block.partition)
    if block.generation != DRIVER_GENERATION or application is None or key not in application.spreads:
        return
    spread = application.spreads[key]
    if spread.taking.pop(peer, None) is not None and failed:
        spread.refused[peer] = spread.refused.get(peer, 0) + 1
    if spread.dropped:
        forget_copy(state, application, key, peer)
        if peer in state.volunteers.by_id:  # at once: what is ordered next may be the same
            state.tell(DropBlocks(peer=peer, cause=state.event, blocks=(block,)))
        if not spread.taking:
            del application.spreads[key]


def drop_broadcast(state: SwarmState, application: Application, node: int, *, for_good: bool) -> None:
    """The copies of a broadcast may go, those that are under way only `for_good` (nothing happens for another node)."""
    key = DriverKey(node, 0)
    spread = application.spreads.get(key)
    if spread is None:
        return
    for peer in list(application.copies.get(key, ())):
        forget_copy(state, application, key, peer)
        state.drop_at(peer, (driver_block(application.id, key),))
    spread.dropped = for_good
    spread.refused = {}
    if not spread.taking:
        del application.spreads[key]


def forget_refusals(application: Application, peer: str) -> None:
    """A volunteer is gone: if it comes back, it is asked again."""
    for spread in application.spreads.values():
        spread.refused.pop(peer, None)
