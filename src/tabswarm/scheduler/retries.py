"""A task ends badly: whom that counts against, and whether it is tried again.

    kind               counts  then
    raised             yes     a second volunteer; the same type at the same line twice, or nobody else: the job fails
    not_serialisable   -       the job fails
    cannot_compile     no      volunteers of that Python get no task with that code; none left: the job fails
    code_refused,      yes     another volunteer where there is one; the fourth time the job fails
    timeout, worker_died,
    out_of_memory
    url_unavailable,   yes     a volunteer that has not tried yet; none left, or the fourth time: the job fails. A URL
    url_closed_to_tabs         that is closed to tabs is as good as tried by all of them

A plan may say itself how often a task may fail (`max_failures`, Spark's `spark.task.maxFailures`): then what was raised
is tried again that often, on whoever is there.

A volunteer that leaves, or a source that could not be fetched, is nobody's failure; but a task is started at most
`MAX_STARTS` times in all, so that everything ends.
"""

from __future__ import annotations

from msgspec import structs

from tabswarm.plan.observation import Outcome
from tabswarm.plan.operators import code_of
from tabswarm.plan.task import Failure, FailureKind
from tabswarm.scheduler.applications import Application
from tabswarm.scheduler.eligibility import eligible_profiles, remedy, spell_profiles, spell_requirement, untried_exist
from tabswarm.scheduler.endings import fail
from tabswarm.scheduler.jobs import Job
from tabswarm.scheduler.open_tasks import end_lease, give_back
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.task_spec import describe, requiring
from tabswarm.scheduler.tasks import Attempt, Task

MAX_FAILURES = 4
MAX_STARTS = 100

ERRORS: dict[FailureKind, str] = {
    FailureKind.RAISED: "TaskError",
    FailureKind.NOT_SERIALISABLE: "ResultNotSerialisable",
    FailureKind.CANNOT_COMPILE: "NoEligibleVolunteers",
    FailureKind.CODE_REFUSED: "CodeRefused",
    FailureKind.TIMEOUT: "TaskTimeout",
    FailureKind.WORKER_DIED: "WorkerLost",
    FailureKind.OUT_OF_MEMORY: "WorkerLost",
    FailureKind.URL_UNAVAILABLE: "UrlUnavailable",
    FailureKind.URL_CLOSED_TO_TABS: "UrlUnavailable",
}
"""The class of `tabswarm.errors` with which a job ends."""


_OF_URLS = (FailureKind.URL_UNAVAILABLE, FailureKind.URL_CLOSED_TO_TABS)


def attempt_failed(state: SwarmState, task: Task, attempt: Attempt, failure: Failure) -> None:
    """The attempt that holds the lease failed: try again elsewhere, or end the job."""
    application, job = state.applications[task.application], state.jobs[task.job]
    volunteer = state.volunteers.by_id[attempt.peer]
    volunteer.failed += 1
    partition = failure.partition if failure.partition is not None else task.cut.steps[-1].partition
    failure = structs.replace(failure, partition=partition, volunteer=attempt.peer)
    job.timeline.broke(attempt.record, failure, state.now)
    end_lease(state, application, task, attempt, Outcome.FAILED)
    if failure.kind is FailureKind.CANNOT_COMPILE:
        for root in _roots_at(job, task, failure):
            application.cannot_compile.setdefault(root, {})[volunteer.python] = None
        give_back(state, application, task)
        fail_if_nobody_can(state, application, job, task, failure)
        return
    twice = any((past.type_name, past.line) == (failure.type_name, failure.line) for past in task.failures)
    task.failures.append(failure)
    task.tried[attempt.peer] = task.tried.get(attempt.peer, 0) + 1
    if failure.kind is FailureKind.URL_CLOSED_TO_TABS:
        for peer, other in state.volunteers.by_id.items():
            if other.kind == "tab":
                task.tried.setdefault(peer, 0)
    raised = failure.kind is FailureKind.RAISED
    nobody_else = not untried_exist(state, eligible_profiles(state, application, task), task)
    alone = nobody_else and len(task.tried) == 1
    if (
        failure.kind is FailureKind.NOT_SERIALISABLE
        or len(task.failures) >= most_failures(job)
        or (raised and (twice or alone) and not job.plan.max_failures)
        or (failure.kind in _OF_URLS and nobody_else)
    ):
        fail(state, job, ERRORS[failure.kind], explain(job, task, failure), task.failures)
        return
    give_back(state, application, task)


def most_failures(job: Job) -> int:
    """How often a task of the job may fail in all, by whatever counts."""
    return job.plan.max_failures or MAX_FAILURES


def _roots_at(job: Job, task: Task, failure: Failure) -> tuple[str, ...]:
    """The function slot that could not be compiled, or all of the task's where the failure does not say."""
    node = job.nodes.get(failure.node) if failure.node is not None else None
    ref = code_of(node.operator) if node is not None else None
    return (ref.root,) if ref is not None and ref.root in task.roots else task.roots


def fail_if_nobody_can(
    state: SwarmState, application: Application, job: Job, task: Task, failure: Failure | None = None
) -> bool:
    """End the job if volunteers are there and none of them can ever run the task. True if so."""
    if not state.volunteers.by_id or eligible_profiles(state, application, task):
        return False
    reason = _what_is_lacking(state, job, task) or _what_does_not_compile(state, job, task, failure)
    fail(state, job, "NoEligibleVolunteers", reason, [failure] if failure is not None else [])
    return True


def _what_is_lacking(state: SwarmState, job: Job, task: Task) -> str:
    """Empty where somebody offers all that the task requires."""
    profiles = state.volunteers.profiles
    if any(profile.offers(task.requires) for profile in profiles):
        return ""
    node = next((node for node in requiring(job, task.cut) if set(node.requires) == set(task.requires)), None)
    where = describe(job, node.id if node is not None else task.cut.steps[-1].node)
    because = f", because {node.because}" if node is not None and node.because else ""
    return (
        f"{where} needs {spell_requirement(task.requires)}{because}. "
        f"Here are only: {spell_profiles(profiles)}. {remedy(task.requires)}"
    )


def _what_does_not_compile(state: SwarmState, job: Job, task: Task, failure: Failure | None) -> str:
    versions = ", ".join(dict.fromkeys(profile.python for profile in state.volunteers.profiles))
    what = failure.message if failure is not None else "its code uses newer syntax"
    where = describe(job, task.cut.steps[-1].node)
    return (
        f"no volunteer here can compile the code of {where} (Python {versions}): {what}. "
        "Invite one with a newer Python, or use older syntax."
    )


def explain(job: Job, task: Task, failure: Failure) -> str:
    """One sentence: node with its call site, partition, what happened, and the user's own line."""
    last = task.cut.steps[-1]
    node = failure.node if failure.node is not None and failure.node in job.nodes else last.node
    partition = failure.partition if failure.partition is not None else last.partition
    where = f"{describe(job, node)}, partition {partition}"
    what = ": ".join(text for text in (failure.type_name, failure.message) if text)
    line = f" at {failure.line}" if failure.line else ""
    times = len(task.failures)
    peers = ", ".join(task.tried)
    match failure.kind:
        case FailureKind.RAISED:
            return f"{where}: {what or 'an exception'}{line}"
        case FailureKind.NOT_SERIALISABLE:
            return f"{where}: a record cannot be stored{line}: {failure.message or what}"
        case FailureKind.TIMEOUT:
            return f"{where}: ran past its time limit, {times} times (on {peers}){line}"
        case FailureKind.URL_UNAVAILABLE | FailureKind.URL_CLOSED_TO_TABS:
            return f"{where}: {what} (tried on {times} volunteer{'s' if times > 1 else ''})"
        case FailureKind.CODE_REFUSED:
            return f"{where}: its code could not be loaded, {times} times (on {peers}): {what}"
        case FailureKind.OUT_OF_MEMORY:
            return (
                f"{where}: memory ran out{line}, {times} times (on {peers}): {what}. Give it less at once (more "
                "partitions, fewer records held together), or invite volunteers with more memory"
            )
        case _:
            return f"{where}: took its worker with it {times} times (on {peers}): {what or failure.kind}"


def fail_if_started_too_often(state: SwarmState, job: Job, task: Task) -> bool:
    """End the job if its task was started again and again. True if so."""
    if task.starts < MAX_STARTS:
        return False
    last = task.cut.steps[-1]
    reason = (
        f"{describe(job, last.node)}, partition {last.partition}: started {task.starts} times and never came to an "
        "end, because volunteers left or sources could not be fetched"
    )
    fail(state, job, "WorkerLost", reason, task.failures)
    return True
