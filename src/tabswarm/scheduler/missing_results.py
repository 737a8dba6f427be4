"""A driver cannot have a target that it was told of: that holder counts no more, and where it was the last one the
target is computed again, by somebody else if there is somebody else.

A driver says so only when it is sure: the holder itself lacks the block, sent other bytes, or could not be reached for
a good while. The bytes of a small target travel inside a message; those that are not what was committed came from the
block's writer.
"""

from __future__ import annotations

from tabswarm.ids import BlockId
from tabswarm.plan.cut import BlockKey
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.block_locations import StoredBlock, key_of
from tabswarm.scheduler.comings import lose_block
from tabswarm.scheduler.events import ResultMissing
from tabswarm.scheduler.losses import lose_target, recut
from tabswarm.scheduler.rests import strike
from tabswarm.scheduler.swarm_state import SwarmState


def result_missing(state: SwarmState, event: ResultMissing) -> None:
    """Let go of the location, and strike the writer of damaged bytes. What is said of a block that counts no more, of
    a target of somebody else's, or of no target, changes nothing."""
    job = state.jobs.get(event.job)
    key = key_of(event.block)
    if job is None or not isinstance(key, BlockKey) or key not in job.targets:
        return
    application = state.applications[job.application]
    if event.block.application != application.id or event.peer not in (application.driver, *job.watchers):
        return
    stored = application.blocks.stored.get(key)
    current = stored if stored is not None and stored.id == event.block else None
    if not event.holder:
        holder = writer = _forget_inline(state, application, key, event.block, current)
    else:
        holder = event.holder if current is not None and event.holder in current.holders else ""
        writer = current.writer if current is not None and event.corrupt else ""
    if not holder:
        return
    lose_block(state, event.block, holder)
    volunteer = state.volunteers.by_id.get(holder)
    if volunteer is not None:
        state.drop_at(holder, (event.block,))
        if holder == writer:
            strike(state, volunteer)
    recut(state, application)
    again = application.promised.get(key)
    if again is not None:
        again.tried.setdefault(holder, 1)


def _forget_inline(
    state: SwarmState, application: Application, key: BlockKey, block: BlockId, current: StoredBlock | None
) -> str:
    """The bytes that the scheduler keeps of a target are not what was committed: they go, for every job that wants it.
    Gives the writer; empty where none are kept."""
    writer = ""
    if current is not None:
        current.inline = None
        writer = current.writer
    for job_id in application.targets.get(key, ()):
        job = state.jobs[job_id]
        if key in job.delivered:
            del job.delivered[key]
        kept = job.kept.get(key)
        if kept is not None and kept.location.block == block:
            del job.kept[key]
            job.kept_bytes -= len(kept.inline or b"")
            writer = writer or kept.location.holders[0]
            if key not in application.blocks.stored:
                lose_target(state, job, key)
                application.wanted.setdefault(key, True)
    return writer
