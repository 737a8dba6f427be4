"""Blocks live as often as they should: `persist(..._2)` twice, what is dear while many leave (`churn`) twice as well,
and what a leaving volunteer holds elsewhere.

A block whose holders that stay are fewer than it should have is *short*. Shortness is looked at where it can arise (a
commit, a lost holder, a holder that wants to leave) and where it can end (a volunteer that is free to take a copy); a
volunteer has one order of copies at a time and answers it with what it got. A copy that could not be had is ordered
from another volunteer; where nobody is free to ask, the block waits, untouched, until somebody is.

A volunteer that finishes gets no new task; what it has not begun goes to others at once, what it runs goes on to its
end. From then on others have `DRAIN_BUDGET` to take its blocks over, and then it may leave.
"""

from __future__ import annotations

from tabswarm.ids import BlockId
from tabswarm.plan.cut import BlockKey, SinkKey
from tabswarm.plan.location import Location
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.block_locations import DRIVER_GENERATION, StoredBlock, key_of
from tabswarm.scheduler.churn import is_needed
from tabswarm.scheduler.commands import CopyBlocks, MayLeave
from tabswarm.scheduler.driver_copies import driver_data_copied
from tabswarm.scheduler.events import BlocksCopied, VolunteerFinishing
from tabswarm.scheduler.open_tasks import give_up_queue
from tabswarm.scheduler.peers import Volunteer
from tabswarm.scheduler.spreading import order_ended
from tabswarm.scheduler.swarm_state import SwarmState

DRAIN_BUDGET = 5000
"""Milliseconds that others have to take over the blocks of a volunteer that has finished."""
COPIES_AT_ONCE = 64
"""Blocks in one order of copies."""
TRIES = 2
"""Orders of one block to one volunteer that could not get it."""
SEEN = 8
"""Volunteers looked at for one copy; a thousand are never scanned."""


def volunteer_finishes(state: SwarmState, event: VolunteerFinishing) -> None:
    """A volunteer takes no new task; those that it has not begun are taken back."""
    volunteer = state.volunteers.by_id.get(event.peer)
    if volunteer is None or volunteer.finishing:
        return
    state.volunteers.finish(volunteer)
    give_up_queue(state, volunteer)
    for application in state.applications.values():
        application.short.update(application.blocks.by_holder.get(event.peer, {}))


def blocks_copied(state: SwarmState, event: BlocksCopied) -> None:
    """The answer to an order of copies: what is there has one more holder, what is not is tried elsewhere."""
    volunteer = state.volunteers.by_id.get(event.peer)
    if volunteer is None:
        return
    ordered, volunteer.copying = volunteer.copying, {}
    state.volunteers.freed = True
    for block in event.blocks:
        if block.generation == DRIVER_GENERATION:
            driver_data_copied(state, event.peer, block, ordered=block in ordered)
            continue
        stored = _stored(state, block)
        if stored is not None and event.peer in stored.holders:
            continue
        if block not in ordered or stored is None:
            state.drop_at(event.peer, (block,))
            continue
        state.applications[block.application].blocks.add_holder(key_of(block), event.peer)
    for block in ordered:
        _end_order(state, block, event.peer, failed=block not in event.blocks)


def orders_end(state: SwarmState, volunteer: Volunteer) -> None:
    """A volunteer is gone, and with it the copies that it was about to make."""
    ordered, volunteer.copying = volunteer.copying, {}
    for block in ordered:
        _end_order(state, block, volunteer.id, failed=False)


def _end_order(state: SwarmState, block: BlockId, peer: str, *, failed: bool) -> None:
    order_ended(state, block, peer, failed=failed)
    stored = _stored(state, block)
    if stored is not None:
        stored.copying.pop(peer, None)
        if failed:
            stored.refused[peer] = stored.refused.get(peer, 0) + 1
        state.applications[block.application].short[key_of(block)] = None


def _stored(state: SwarmState, block: BlockId) -> StoredBlock | None:
    application = state.applications.get(block.application)
    stored = application.blocks.stored.get(key_of(block)) if application is not None else None
    return stored if stored is not None and stored.id == block else None


def copies_wanted(application: Application, key: SinkKey) -> int:
    """How many volunteers should hold the block."""
    persisted = application.persisted.get(key.node, 1) if isinstance(key, BlockKey) else 1
    return max(persisted, application.blocks.stored[key].copies)


def staying(state: SwarmState, block: StoredBlock) -> int:
    """How many of its holders are not about to leave."""
    return sum(not state.volunteers.by_id[holder].finishing for holder in block.holders)


def is_short(state: SwarmState, application: Application, key: SinkKey) -> bool:
    """Whether fewer volunteers than should hold the block, or are about to."""
    block = application.blocks.stored[key]
    return staying(state, block) + len(block.copying) < copies_wanted(application, key)


def order_copies(state: SwarmState) -> None:
    """Order a copy of each block that is short, as far as there are volunteers to take it: what open tasks wait for
    and what drivers have not fetched first."""
    orders: dict[str, list[Location]] = {}
    if state.volunteers.freed:
        state.volunteers.freed = False
        for application in state.applications.values():
            application.short.update(application.starved)
            application.starved = {}
    for application in state.applications.values():
        if not application.short:
            continue
        short, application.short = application.short, {}
        keys = [key for key in short if key in application.blocks.stored]
        for key in sorted(keys, key=lambda key: key not in application.targets and key not in application.consumers):
            while is_short(state, application, key):
                block = application.blocks.stored[key]
                taker = _taker(state, block, orders)
                if taker is None:
                    application.starved[key] = None
                    break
                taker.copying[block.id] = None
                block.copying[taker.id] = None
                orders.setdefault(taker.id, []).append(block.location())
    for peer, locations in orders.items():
        state.tell(CopyBlocks(peer=peer, cause=state.event, locations=tuple(locations)))


def _taker(state: SwarmState, block: StoredBlock, orders: dict[str, list[Location]]) -> Volunteer | None:
    """Who takes a copy: the one of the next few that has least to copy. Who is busy with an order gets no other."""
    best: Volunteer | None = None
    seen = 0
    for peer in state.volunteers.takers:
        volunteer = state.volunteers.by_id[peer]
        if peer in block.holders or peer in block.copying or block.refused.get(peer, 0) >= TRIES:
            continue
        seen += 1
        busy = volunteer.copying and peer not in orders
        full = len(volunteer.copying) >= COPIES_AT_ONCE
        if not busy and not full and (best is None or len(volunteer.copying) < len(best.copying)):
            best = volunteer
        if seen == SEEN:
            break
    if best is not None:
        del state.volunteers.takers[best.id]
        state.volunteers.takers[best.id] = None
    return best


def let_leave(state: SwarmState) -> None:
    """Say to those who have finished that they may go: their blocks are with others, or the time for that is over, or
    nobody is there to take them and no job would miss them."""
    for peer in list(state.volunteers.finishing):
        volunteer = state.volunteers.by_id[peer]
        if volunteer.attempts:
            continue
        if volunteer.finished_at is None:
            volunteer.finished_at = state.now
        behind = [
            (application, key)
            for application in state.applications.values()
            for key in application.blocks.by_holder.get(peer, ())
            if not staying(state, application.blocks.stored[key])
        ]
        in_vain = not state.volunteers.takers and not any(is_needed(*block) for block in behind)
        if behind and not in_vain and state.now < volunteer.finished_at + DRAIN_BUDGET:
            continue
        del state.volunteers.finishing[peer]
        state.tell(MayLeave(peer=peer, cause=state.event, left_behind=len(behind)))


def leaving_deadline(state: SwarmState) -> int | None:
    """When the time of the first of those who have finished is over; None where there is none."""
    ends = [state.volunteers.by_id[peer].finished_at for peer in state.volunteers.finishing]
    return min((end + DRAIN_BUDGET for end in ends if end is not None), default=None)
