"""How one job looks from outside: its summary with what is left to do, its graph, how far each node is, what failed.

Everything here is worked out when somebody looks, or once when the job ends, out of the ledger and the timeline.
"""

from __future__ import annotations

from collections.abc import Sequence

from tabswarm.plan.dependency import Dependency, Shuffle
from tabswarm.plan.job_properties import DESCRIPTION, GROUP, tags_of
from tabswarm.plan.lineage import Node
from tabswarm.plan.observation import (
    TEXT,
    AttemptReason,
    FoldedAttempts,
    NodeKind,
    NodeProgress,
    NodeState,
    ObservedAttempt,
    ObservedError,
    ObservedJob,
    ObservedNode,
    ObservedParent,
    ObservedStage,
)
from tabswarm.plan.report import BytesReport
from tabswarm.plan.stages import stages_of
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.archive import Finished
from tabswarm.scheduler.jobs import Job, JobState
from tabswarm.scheduler.ledger import RAN, UNPLANNED, Reason
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.task_spec import computed_steps
from tabswarm.scheduler.telling import waiting_for
from tabswarm.scheduler.timeline import AttemptRecord, StageCount, Timeline, count

ENOUGH = 3
"""Tasks of a stage that must be done before anything is said of the rest; all but one of a smaller stage."""
NODES = 1_000
"""Nodes of a graph that are shown: the last of a larger one."""
TAGS = 20
"""Tags of a job that are shown."""


def observed_job(state: SwarmState, application: Application, job: Job) -> ObservedJob:
    """The summary of a job."""
    timeline = job.timeline
    running = job.state is JobState.RUNNING
    stages = _stages(job)
    return ObservedJob(
        id=job.id,
        application=application.id,
        state=JobState.DONE if job.state is JobState.FETCHED else job.state,
        action=job.plan.action[:TEXT],
        submitted=timeline.submitted,
        program=timeline.program,
        call_site=job.plan.call_site[:TEXT],
        group=job.plan.properties.get(GROUP, "")[:TEXT],
        description=job.plan.properties.get(DESCRIPTION, "")[:TEXT],
        tags=tuple(tag[:TEXT] for tag in tags_of(job.plan.properties)[:TAGS]),
        ended=-1 if running else timeline.ended,
        done=job.done,
        total=job.total,
        running=job.running,
        stages=stages,
        left=_left_of_all(stages) if running else -1,
        waiting_for=waiting_for(state, application, job)[: 2 * TEXT],
        error=f"{job.error}: {job.reason}"[: 10 * TEXT] if job.error else "",
        attempts=timeline.made,
        retries=timeline.reasons.get(AttemptReason.RETRY, 0),
        speculative=timeline.reasons.get(AttemptReason.SPECULATIVE, 0),
        recomputed=timeline.reasons.get(AttemptReason.RECOMPUTED, 0),
        failed=timeline.failed,
        bytes=BytesReport(
            direct=count(job.ledger.direct), relayed=count(job.ledger.relayed), inline=count(job.ledger.inline)
        ),
    )


def _stages(job: Job) -> tuple[ObservedStage, ...]:
    timeline, nothing = job.timeline, StageCount()
    if timeline.lasts is None:
        timeline.lasts = tuple(stage.last for stage in stages_of(job.plan))
    return tuple(
        ObservedStage(index, last, of.tasks, of.done, of.running, _left(of))
        for index, last in enumerate(timeline.lasts)
        for of in (timeline.stages.get(index, nothing),)
    )


def _left(of: StageCount) -> int:
    """Milliseconds that the rest of a stage takes, if its tasks go on as those that are done: on average a running one
    is half through. Nobody can tell before some are done, nor while none runs."""
    rest = of.tasks - of.done
    if not rest:
        return 0
    if not of.running or not of.timed or of.timed < min(ENOUGH, of.tasks - 1):
        return -1
    return max(0, of.ran * (2 * rest - of.running) // (2 * of.timed * of.running))


def _left_of_all(stages: Sequence[ObservedStage]) -> int:
    lefts = [stage.left for stage in stages]
    return -1 if -1 in lefts else sum(lefts)


# --- the graph ------------------------------------------------------------------------------------------------------


def observed_nodes(job: Job) -> tuple[ObservedNode, ...]:
    """The job's graph."""
    written = {
        dependency.parent
        for node in job.plan.nodes
        for dependency in node.dependencies
        if isinstance(dependency, Shuffle)
    }
    return tuple(
        ObservedNode(
            id=node.id,
            name=(node.name or type(node.operator).__name__)[:TEXT],
            operator=type(node.operator).__name__,
            kind=_kind(node),
            partitions=node.partitions,
            stage=job.stages.get(node.id, -1),
            call_site=node.call_site[:TEXT],
            code=node.code[:TEXT],
            parents=_parents(node),
            storage=str(node.storage) if node.storage is not None else "",
            target=node.id == job.plan.target,
            sink=node.id == job.plan.target or node.storage is not None or node.id in written,
        )
        for node in job.plan.nodes[-NODES:]
    )


def _kind(node: Node) -> NodeKind:
    if not node.dependencies:
        return NodeKind.SOURCE
    return NodeKind.SHUFFLE if any(isinstance(d, Shuffle) for d in node.dependencies) else NodeKind.NARROW


def _parents(node: Node) -> tuple[ObservedParent, ...]:
    """Each edge once, though a union may hang on one parent by several dependencies."""
    return tuple(
        dict.fromkeys(
            ObservedParent(dependency.parent, dependency.shuffle if isinstance(dependency, Shuffle) else -1)
            for dependency in node.dependencies
        )
    )


def node_progress(state: SwarmState, job: Job) -> tuple[NodeProgress, ...]:
    """How far each node is, in the order of the graph."""
    running = _running(state, job)
    planned: dict[int, int] = {}
    there: dict[int, None] = {}
    found: list[NodeProgress] = []
    for node in reversed(job.plan.nodes[-NODES:]):  # whoever reads a node stands behind it
        lines = job.ledger.nodes.get(node.id)
        if lines is not None:
            planned[node.id] = node.partitions - lines.vertices.count(UNPLANNED)
        runs = sum(lines.counts.values()) if lines is not None else 0
        done = lines.vertices.count(RAN) if lines is not None else 0
        if planned.get(node.id):
            there.update(dict.fromkeys(_read_by(job, node, planned)))
        wanted = node.id in there or node.id == job.plan.target
        found.append(
            NodeProgress(
                node.id,
                _state_of(planned.get(node.id, 0), done, running.get(node.id, 0), wanted=wanted),
                planned.get(node.id, 0),
                done,
                running.get(node.id, 0),
                runs,
                lines.counts.get(Reason.RECOMPUTED, 0) if lines is not None else 0,
                lines.counts.get(Reason.SPECULATIVE, 0) if lines is not None else 0,
                count(lines.rows) if lines is not None else 0,
            )
        )
    return tuple(reversed(found))


def _state_of(planned: int, done: int, running: int, *, wanted: bool) -> NodeState:
    if running:
        return NodeState.RUNNING
    if planned:
        return NodeState.DONE if done == planned else NodeState.WAITING
    return NodeState.STORED if wanted else NodeState.SKIPPED


def _read_by(job: Job, node: Node, planned: dict[int, int]) -> list[int]:
    """The parents that a node with planned partitions reads something of."""
    partitions: Sequence[int] = range(node.partitions)
    if planned[node.id] < node.partitions:
        vertices = job.ledger.nodes[node.id].vertices
        partitions = [partition for partition, line in enumerate(vertices) if line != UNPLANNED]
    return [d.parent for d in node.dependencies if isinstance(d, Shuffle) or _reads(d, partitions, job)]


def _reads(dependency: Dependency, partitions: Sequence[int], job: Job) -> bool:
    assert not isinstance(dependency, Shuffle)
    of = job.nodes[dependency.parent].partitions
    return any(len(dependency.parents_of(partition, of)) for partition in partitions)


def _running(state: SwarmState, job: Job) -> dict[int, int]:
    """How many partitions of each node are being computed now."""
    if not job.running:
        return {}
    running: dict[int, int] = {}
    for volunteer in state.volunteers.by_id.values():
        for task_id, number in volunteer.attempts:
            task = job.tasks.get(task_id)
            if task is not None and task.attempts[number].started:
                for step in computed_steps(task.cut):
                    running[step.node] = running.get(step.node, 0) + 1
    return running


# --- attempts and errors --------------------------------------------------------------------------------------------


def observed_attempt(record: AttemptRecord) -> ObservedAttempt:
    """One attempt."""
    return ObservedAttempt(
        record.task,
        record.attempt,
        record.volunteer,
        record.stage,
        record.node,
        record.partition,
        record.partitions,
        record.reason,
        record.assigned,
        record.started,
        record.finished,
        record.fetching,
        record.seconds,
        record.fetched,
        record.rows,
        record.written,
        record.outcome,
        record.error,
        record.message,
        record.read,
    )


def observed_errors(timeline: Timeline, since: int) -> tuple[ObservedError, ...]:
    """The kinds of failure that have changed after that change."""
    return tuple(
        ObservedError(
            id=error.id,
            kind=error.first.kind.value,
            type_name=error.first.type_name,
            line=error.first.line,
            count=error.count,
            message=error.first.message,
            traceback=error.first.traceback,
            volunteer=error.record.volunteer,
            task=error.record.task,
            node=error.record.node if error.first.node is None else error.first.node,
            partition=error.record.partition if error.first.partition is None else error.first.partition,
            first=error.at,
            last=error.last,
        )
        for error in timeline.errors.values()
        if error.change > since
    )


def folded_attempts(timeline: Timeline, since: int) -> tuple[FoldedAttempts, ...]:
    """What is only counted, of the stages where that has changed after that change."""
    return tuple(
        FoldedAttempts(stage, of.attempts, of.done, of.failed, of.seconds, of.rows, of.written)
        for stage, of in timeline.folded.items()
        if of.change > since
    )


def archive_job(state: SwarmState, application: Application, job: Job) -> None:
    """The job is over: keep what a report of it needs."""
    state.archive.add(
        Finished(observed_job(state, application, job), observed_nodes(job), node_progress(state, job), job.timeline)
    )
