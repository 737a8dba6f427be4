"""A volunteer is back with blocks that it kept while its session was broken: a frozen tab, a laptop that slept.

What it says it holds counts again where (generation, size, root) are those of what was committed and somebody may still
want it; the rest it is told to drop. A block that was computed again meanwhile stays the one that counts, and so does
one that is being computed again: a task that has started is not stopped. Tasks that would make again what is back, or
that were only there for such tasks, are given up, and what is still needed is cut from what exists now.
"""

from __future__ import annotations

from tabswarm.ids import BlockId
from tabswarm.plan.cut import BlockKey, SinkKey
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.block_locations import StoredBlock, key_of
from tabswarm.scheduler.commits import put_block
from tabswarm.scheduler.endings import finish_if_done
from tabswarm.scheduler.events import BlocksAnnounced
from tabswarm.scheduler.losses import cut_anew, needer
from tabswarm.scheduler.open_tasks import appeared, close_task, withdraw
from tabswarm.scheduler.retention import drop_block, is_kept
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.tasks import Move, ShuffleNeed, TaskState


def blocks_announced(state: SwarmState, event: BlocksAnnounced) -> None:
    """Take back the locations that still count, and have the others dropped."""
    if event.peer not in state.volunteers.by_id:
        return
    back: dict[str, dict[SinkKey, StoredBlock]] = {}
    for held in event.blocks:
        application = state.applications.get(held.block.application)
        if application is None or not _count_again(application, held.block, held.size, held.root, event.peer, back):
            state.drop_at(event.peer, (held.block,))
    for application_id, blocks in back.items():
        _take_back(state, state.applications[application_id], blocks, event.peer)


def _count_again(
    application: Application,
    block: BlockId,
    size: int,
    root: bytes,
    peer: str,
    back: dict[str, dict[SinkKey, StoredBlock]],
) -> bool:
    """Whether a block counts (again). One that others hold gets its holder at once, a lost one is noted in `back`."""
    key = key_of(block)
    stored = application.blocks.stored.get(key)
    known = stored or application.blocks.lost.get(key)
    if known is None or (known.id, known.size, known.root) != (block, size, root):
        return False
    if stored is None:
        back.setdefault(application.id, {})[key] = known
    elif peer not in stored.holders:
        stored.copying.pop(peer, None)  # it was about to be asked for a copy
        application.blocks.add_holder(key, peer)
    return True


def _take_back(state: SwarmState, application: Application, blocks: dict[SinkKey, StoredBlock], peer: str) -> None:
    makers = {task.id: task for key in blocks if (task := application.promised.get(key)) is not None}
    needless = []
    for task in makers.values():
        if task.state is TaskState.RUNNING or any(key not in blocks for key, _ in task.cut.sinks):
            for key, _ in task.cut.sinks:
                if (late := blocks.pop(key, None)) is not None:
                    state.drop_at(peer, (late.id,))
        else:
            needless.append(task)
    for task in needless:
        if task.state is TaskState.ASSIGNED:
            withdraw(state, application, task)
    for key, block in blocks.items():
        block.holders, block.copying, block.refused = {peer: None}, {}, {}
        put_block(state, application, key, block)
    for key in blocks:
        if isinstance(key, BlockKey):
            appeared(state, application, key)
        elif not application.blocks.shuffles[key.shuffle].absent:
            appeared(state, application, ShuffleNeed(key.shuffle))
    if needless:
        cut_anew(state, application, (TaskState.BLOCKED, TaskState.READY), [task.id for task in needless])
        _drop_needless(state, application)
    for job_id in dict.fromkeys(
        job_id for key in blocks if isinstance(key, BlockKey) for job_id in application.targets.get(key, ())
    ):
        finish_if_done(state, application, state.jobs[job_id])
    for key in blocks:
        if key in application.blocks.stored and not is_kept(application, key):
            drop_block(state, application, key)


def _drop_needless(state: SwarmState, application: Application) -> None:
    """Tasks that somebody has and has not begun, and whose sinks nobody needs any more."""
    for job in application.jobs.values():
        for task in [task for task in job.tasks.values() if task.state is TaskState.ASSIGNED]:
            keys = [key for key, _ in task.cut.sinks]
            kept = any(isinstance(key, BlockKey) and key.node in application.persisted for key in keys)
            if not kept and all(needer(state, application, key) is None for key in keys):
                close_task(state, application, task, Move.DROP)
                job.total -= 1
