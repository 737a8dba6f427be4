"""The data that only a driver holds, copied to volunteers when it leaves in good order.

A driver that ends its program while jobs still run says so and waits. What these jobs may read of its data goes to two
volunteers each, what tasks wait for first; then, or after `LEAVE_BUDGET`, the driver may leave. A task finds a copy
where the driver was: it is the same block, of generation 0, and is proved against the hash in the plan.
"""

from __future__ import annotations

from tabswarm.ids import BlockId
from tabswarm.plan.cut import DriverKey
from tabswarm.plan.location import Location
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.commands import CopyBlocks, MayLeave
from tabswarm.scheduler.jobs import JobState
from tabswarm.scheduler.open_tasks import appeared, vanished
from tabswarm.scheduler.peers import Volunteer
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.task_spec import driver_block
from tabswarm.scheduler.tasks import DriverNeed

COPIES = 2
"""Volunteers that should have each block."""
LEAVE_BUDGET = 5000
"""Milliseconds that a driver waits at most."""
AT_ONCE = 16
"""Blocks in one order."""


def driver_wants_to_leave(state: SwarmState, application: Application) -> None:
    """Begin to copy; `let_drivers_leave` says when that is enough."""
    application.leaves_at = state.now + LEAVE_BUDGET
    application.asked = {}


def let_drivers_leave(state: SwarmState) -> None:
    """After each event: order what is still to be copied, and let those drivers go for whom there is no more."""
    for application in state.applications.values():
        if application.leaves_at is None or application.driver is None:
            continue
        wanted = _wanted(application)
        pending = state.now < application.leaves_at and _order(state, application, wanted)
        if not pending:
            application.leaves_at = None
            behind = sum(key not in application.copies for key in wanted)
            state.tell(MayLeave(peer=application.driver, cause=state.event, left_behind=behind))


def _wanted(application: Application) -> dict[DriverKey, tuple[int, bytes]]:
    """Size and root hash of all blocks that running jobs may ask the driver for, those that tasks wait for first."""
    found: dict[DriverKey, tuple[int, bytes]] = {}
    for job in application.jobs.values():
        if job.state is JobState.RUNNING:
            for node, blocks in job.plan.sources.items():
                for partition, block in enumerate(blocks):
                    if block.inline is None and not block.url:
                        found[DriverKey(node, partition)] = (block.size, block.root)
    return dict(
        sorted(found.items(), key=lambda item: DriverNeed(item[0].node, item[0].partition) not in application.consumers)
    )


def _order(state: SwarmState, application: Application, wanted: dict[DriverKey, tuple[int, bytes]]) -> bool:
    """Give orders to volunteers that have none. Whether anything is under way, or will be."""
    driver = application.driver
    assert driver is not None
    takers = [volunteer for volunteer in state.volunteers.by_id.values() if not volunteer.finishing]
    orders: dict[str, list[Location]] = {}
    pending = False
    for key, (size, root) in wanted.items():
        block = driver_block(application.id, key)
        copying = sum(block in volunteer.copying for volunteer in takers)
        pending = pending or copying > 0
        lacking = COPIES - len(application.copies.get(key, ())) - copying
        asked = application.asked.setdefault(key, {})
        for volunteer in sorted(takers, key=lambda volunteer: len(orders.get(volunteer.id, ()))):
            if lacking <= 0:
                break
            if volunteer.id in asked or volunteer.id in application.copies.get(key, ()):
                continue
            pending = True
            if _is_busy(volunteer, orders):
                continue
            asked[volunteer.id] = None
            orders.setdefault(volunteer.id, []).append(Location(block, size, root, (driver,)))
            lacking -= 1
    for peer, locations in orders.items():
        state.volunteers.by_id[peer].copying.update((at.block, None) for at in locations)
        state.tell(CopyBlocks(peer=peer, cause=state.event, locations=tuple(locations)))
    return pending


def _is_busy(volunteer: Volunteer, orders: dict[str, list[Location]]) -> bool:
    """Whether it has an order already, which it will answer first, or enough in this one."""
    return bool(volunteer.copying) or len(orders.get(volunteer.id, ())) >= AT_ONCE


def driver_data_copied(state: SwarmState, peer: str, block: BlockId, *, ordered: bool) -> None:
    """A volunteer has a copy of a driver's block."""
    application = state.applications.get(block.application)
    if application is None or not ordered:
        state.drop_at(peer, (block,))
        return
    application.copies.setdefault(DriverKey(block.node, block.partition), {})[peer] = None
    appeared(state, application, DriverNeed(block.node, block.partition))


def forget_copy(state: SwarmState, application: Application, key: DriverKey, peer: str) -> None:
    """A volunteer has its copy no more."""
    holders = application.copies.get(key, {})
    holders.pop(peer, None)
    if key in application.copies and not holders:
        del application.copies[key]
        need = DriverNeed(key.node, key.partition)
        if not application.exists(need):
            vanished(state, application, need)


def forget_copies_of(state: SwarmState, application: Application, peer: str) -> None:
    """A volunteer is gone."""
    for key in [key for key, holders in application.copies.items() if peer in holders]:
        forget_copy(state, application, key, peer)


def drivers_deadline(state: SwarmState) -> int | None:
    """When the time of the first driver that waits to leave is over."""
    return min((there.leaves_at for there in state.applications.values() if there.leaves_at is not None), default=None)
