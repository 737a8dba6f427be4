"""Churn: while much of the swarm goes away, what jobs need and was long in the making lives twice.

A shuffle needs all its map outputs at one time. Where volunteers stay for less time than its map side takes, each one
that goes takes away more than was made since the last one went, and the job never ends, however often it recomputes.
With a second holder a departure costs what the volunteer was computing, and no more.

The swarm is *restless* when the volunteers that went within `MINUTE` with blocks that a job needs are one in `SHARE` of
those who are there, or more. A block is worth a copy where making it took longer than carrying it takes: at least
`WORTH`, and a millisecond for each `CARRIED` bytes. What was found worth a copy keeps it when the swarm is quiet again.
"""

from __future__ import annotations

from tabswarm.plan.cut import SinkKey
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.swarm_state import SwarmState

MINUTE = 60_000
"""Milliseconds."""
SHARE = 4
CARRIED = 4096
"""Bytes that two volunteers move in a millisecond, on the cautious side."""
WORTH = 20
"""Milliseconds that it takes to have a block copied, however small it is."""
REMEMBERED = 1000
"""Departures."""


def is_restless(state: SwarmState) -> bool:
    """Whether enough of the swarm went away of late."""
    while state.departures and state.departures[0] <= state.now - MINUTE:
        state.departures.popleft()
    return 0 < len(state.departures) and len(state.volunteers.by_id) <= SHARE * len(state.departures)


def note_loss(state: SwarmState, peer: str) -> None:
    """A volunteer went without having handed over its blocks, which are still in the tables. If that makes the swarm
    restless, all that jobs need is looked at; from then on each block is when it is stored."""
    if not any(
        is_needed(application, key)
        for application in state.applications.values()
        for key in application.blocks.by_holder.get(peer, ())
    ):
        return
    before = is_restless(state)
    state.departures.append(state.now)
    if len(state.departures) > REMEMBERED:
        state.departures.popleft()
    if before:
        return
    for application in state.applications.values():
        for key in application.blocks.stored:
            keep_twice_if_worth(state, application, key)


def keep_twice_if_worth(state: SwarmState, application: Application, key: SinkKey) -> None:
    """Have a stored block live twice if the swarm is restless, a job needs it, and it was dear. A target is about to be
    fetched, which is a copy too."""
    block = application.blocks.stored[key]
    dear = block.made_in >= max(WORTH, block.size // CARRIED)
    needed = is_needed(application, key) and key not in application.targets
    if dear and block.copies < 2 and needed and is_restless(state):
        block.copies = 2
        application.short[key] = None


def is_needed(application: Application, key: SinkKey) -> bool:
    """Whether a job that runs, or a driver, may still ask for the block."""
    return application.blocks.owner(key) in application.in_use or key in application.targets
