"""Questions to the scheduler that change nothing."""

from __future__ import annotations

from msgspec import structs

from tabswarm.ids import BlockId
from tabswarm.plan.cut import BlockKey, DriverKey, MapOutputKey, ShuffleKey
from tabswarm.plan.report import BytesReport, JobReport, VolunteerReport
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.block_locations import DRIVER_GENERATION, key_of
from tabswarm.scheduler.events import BytesMoved
from tabswarm.scheduler.jobs import JobState
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.tasks import Task
from tabswarm.scheduler.telling import waiting_for


def report(state: SwarmState, job: str | None, application: str | None) -> tuple[JobReport, ...]:
    """Reports in the order of submission: of stopped applications first, then of those that are there."""
    reports: list[JobReport] = []
    for stopped, kept in state.stopped.items():
        if application is None or stopped == application:
            reports.extend(kept)
    for there in state.applications.values():
        if application is None or there.id == application:
            ordered = dict(there.history)
            ordered.update(
                (job_id, open_job.report(waiting_for(state, there, open_job)))
                for job_id, open_job in there.jobs.items()
            )
            reports.extend(ordered[job_id] for job_id in sorted(ordered, key=lambda job_id: int(job_id[1:])))
    return tuple(found for found in reports if job is None or found.id == job)


def volunteers(state: SwarmState) -> tuple[VolunteerReport, ...]:
    """Everybody who is there, in the order of joining."""
    return tuple(
        VolunteerReport(
            id=volunteer.id,
            name=volunteer.name,
            kind=volunteer.kind,
            tasks=volunteer.tasks,
            slots=volunteer.capacity // 2,
        )
        for volunteer in state.volunteers.by_id.values()
    )


def may_fetch(state: SwarmState, requester: str, holder: str, block: BlockId) -> bool:
    """A volunteer may have the sources of its attempts and what it was ordered to copy from their holders, a driver
    or watcher unfetched targets."""
    application = state.applications.get(block.application)
    if application is None:
        return False
    if application.id in (state.drivers.get(requester), state.watchers.get(requester)):
        key = key_of(block)
        return isinstance(key, BlockKey) and key in application.targets and _holds(application, holder, block)
    volunteer = state.volunteers.by_id.get(requester)
    if volunteer is None:
        return False
    if block in volunteer.copying:
        return _has(application, holder, block)
    if not any(
        _is_source(application, state.tasks[task], block)
        for task, _ in volunteer.attempts
        if state.tasks[task].application == application.id
    ):
        return False
    return _has(application, holder, block)


def _has(application: Application, holder: str, block: BlockId) -> bool:
    if block.generation == DRIVER_GENERATION:
        return holder == application.driver or holder in application.copies.get(
            DriverKey(block.node, block.partition), ()
        )
    return _holds(application, holder, block)


def _holds(application: Application, holder: str, block: BlockId) -> bool:
    stored = application.blocks.stored.get(key_of(block))
    return stored is not None and stored.id == block and holder in stored.holders


def _is_source(application: Application, task: Task, block: BlockId) -> bool:
    key = key_of(block)
    if isinstance(key, MapOutputKey):
        return any(isinstance(source, ShuffleKey) and source.shuffle == key.shuffle for source in task.cut.sources)
    if block.generation == DRIVER_GENERATION:
        return DriverKey(key.node, key.partition) in task.cut.sources
    return key in task.cut.sources


def count_bytes(state: SwarmState, event: BytesMoved) -> None:
    """Bytes are counted by application; they go on the account of its oldest running job, else of its latest, also
    after the application has stopped: they are told with a delay."""
    if min(event.direct, event.relayed, event.told_relayed) < 0:
        return
    volunteer = state.volunteers.by_id.get(event.peer)
    if volunteer is not None:
        volunteer.direct += event.direct
        volunteer.relayed += event.told_relayed
    application = state.applications.get(event.application)
    if application is None:
        if kept := state.stopped.get(event.application):
            state.stopped[event.application] = (*kept[:-1], _with_bytes(kept[-1], event))
            state.archive.count_bytes(kept[-1].id, event.direct, event.relayed)
        return
    jobs = list(application.jobs.values())
    job = next((job for job in jobs if job.state is JobState.RUNNING), jobs[-1] if jobs else None)
    if job is not None:
        job.ledger.direct += event.direct
        job.ledger.relayed += event.relayed
    elif application.history:
        latest, known = next(reversed(application.history.items()))
        application.history[latest] = _with_bytes(known, event)
        state.archive.count_bytes(latest, event.direct, event.relayed)


def _with_bytes(report: JobReport, event: BytesMoved) -> JobReport:
    moved = BytesReport(
        direct=report.bytes.direct + event.direct,
        relayed=report.bytes.relayed + event.relayed,
        inline=report.bytes.inline,
    )
    return structs.replace(report, bytes=moved)
