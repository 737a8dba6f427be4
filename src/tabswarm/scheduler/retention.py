"""Which blocks may go, and when.

A stored block stays while any of these holds:

- it is a target that its driver has not fetched;
- its node is persisted;
- a running job's plan has its node;
- it is a *lasting* one (a shuffle's or a fork's) and the driver has a handle to its node.

Otherwise it goes at once. `sweep` asks this of one node's blocks, and is called whenever one of the reasons ends.
"""

from __future__ import annotations

from collections.abc import Iterable

from tabswarm.plan.cut import BlockKey, MapOutputKey, SinkKey
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.jobs import Job
from tabswarm.scheduler.spreading import drop_broadcast
from tabswarm.scheduler.swarm_state import SwarmState


def is_kept(application: Application, key: SinkKey) -> bool:
    """Whether any reason to keep the stored block is left."""
    owner = application.blocks.owner(key)
    if isinstance(key, BlockKey) and (key in application.targets or key.node in application.persisted):
        return True
    if application.in_use.get(owner):
        return True
    return application.blocks.stored[key].lasting and not application.ended and owner not in application.released


def sweep(state: SwarmState, application: Application, node: int) -> None:
    """Drop those blocks of a node that nothing keeps; try again when the last running job with the node ends."""
    for key in list(application.blocks.by_owner.get(node, ())):
        if not is_kept(application, key):
            drop_block(state, application, key)
    if application.in_use.get(node):
        application.expiring[node] = None
        return
    application.expiring.pop(node, None)
    if node in application.released and node not in application.blocks.by_owner:
        del application.released[node]
        for shuffle in application.blocks.forget_shuffles(node):
            for volunteer in state.volunteers.by_id.values():
                volunteer.tables.pop((application.id, shuffle), None)


def drop_block(state: SwarmState, application: Application, key: SinkKey) -> None:
    """Take a block out of the table and tell its holders."""
    block = application.blocks.drop(key)
    for holder in block.holders:
        state.drop_at(holder, (block.id,))


def release(state: SwarmState, application: Application, nodes: Iterable[int]) -> None:
    """The driver has no handle to these nodes left."""
    for node in nodes:
        drop_broadcast(state, application, node, for_good=True)
        application.released[node] = None
        sweep(state, application, node)


def unpersist(state: SwarmState, application: Application, node: int) -> None:
    """The persisted blocks of a node may go; what a running job has of it stays until that ends."""
    drop_broadcast(state, application, node, for_good=False)
    application.persisted.pop(node, None)
    application.stores.pop(node, None)
    for key in application.blocks.by_owner.get(node, ()):
        if not isinstance(key, MapOutputKey):
            application.blocks.stored[key].lasting = False
    sweep(state, application, node)


def release_all(state: SwarmState, application: Application) -> None:
    """The program is over, so there is no handle to anything."""
    for node in list(application.persisted):
        unpersist(state, application, node)
    application.ended = True
    for node in dict.fromkeys([*application.blocks.by_owner, *application.released]):
        sweep(state, application, node)


def use_nodes(application: Application, job: Job) -> None:
    """A job runs: nothing of its nodes may go."""
    for node in job.nodes.values():
        application.in_use[node.id] = application.in_use.get(node.id, 0) + 1


def leave_nodes(state: SwarmState, application: Application, job: Job) -> None:
    """A job does not run any more: what only it kept goes."""
    for node in job.nodes:
        application.in_use[node] -= 1
        if not application.in_use[node]:
            del application.in_use[node]
            if node in application.expiring or application.ended:
                sweep(state, application, node)
