"""What somebody who looks on sees of a swarm: plain data behind the console's dashboards and a finished job's report.

Each thing has an id and is told whole when any of it has changed, so whoever keeps the latest by id has the present
picture. All times are integer milliseconds of the coordinator's clock (`Observation.now` is the same clock); -1 stands
for what did not happen, or is not known. Texts of volunteers and programs are cut to `TEXT` characters.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tabswarm.plan.report import BytesReport

TEXT = 200
"""Characters of a name, a line or a message."""
LONG_TEXT = 8_000
"""Characters of a traceback."""


# --- volunteers -----------------------------------------------------------------------------------------------------


class VolunteerState(StrEnum):
    """What a volunteer is about. `fetching` has tasks and runs none yet; a `paused` one offers no slot; a `resting` one
    is given no work for a while, because it came and went too often or had damaged blocks."""

    WORKING = "working"
    FETCHING = "fetching"
    IDLE = "idle"
    PAUSED = "paused"
    FINISHING = "finishing"
    RESTING = "resting"


class ObservedTask(msgspec.Struct, frozen=True, array_like=True):
    """A task that a volunteer has now: of which job, the node and partition that it ends with, the node in words
    (`reduceByKey at job.py:12`), and when it was assigned and started."""

    job: str
    task: int
    attempt: int
    node: int
    partition: int
    title: str
    assigned: int
    started: int = -1


class ObservedVolunteer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One volunteer. `blocks` and `held` are what it holds (number, bytes) and `memory` the bytes that it has room for;
    `done`, `failed`, `seconds` and `rows` are of its attempts so far, `direct` and `relayed` the bytes that it fetched
    from other peers and through the coordinator. `tasks` are at most 16 of the `assigned` that it has now."""

    id: str
    name: str
    kind: str
    python: str
    state: VolunteerState
    slots: int
    memory: int
    joined: int
    tasks: tuple[ObservedTask, ...] = ()
    assigned: int = 0
    blocks: int = 0
    held: int = 0
    done: int = 0
    failed: int = 0
    seconds: float = 0.0
    rows: int = 0
    direct: int = 0
    relayed: int = 0


# --- jobs -----------------------------------------------------------------------------------------------------------


class ObservedStage(msgspec.Struct, frozen=True, array_like=True):
    """The tasks that end in one stage of a job (the nodes between shuffles). `node` is the stage's last. `tasks` are
    all that there are now (a loss adds more), of which so many are `done`, and `running` (assigned and started).

    `left` is how many milliseconds the rest will take, by the tasks that are done and those that run: -1 until enough
    are done to tell, and while none runs."""

    stage: int
    node: int
    tasks: int
    done: int
    running: int
    left: int = -1


class ObservedJob(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One job, running or over. `state` is `running`, `done`, `failed` or `cancelled`; `waiting_for` says what keeps a
    running one from going on.

    `stages` come parents first; those without a task have nothing to do (skipped). `left` is known only when it is for
    every stage that is not done. The counts are of attempts: all that were assigned, and how many of these were
    retries, speculative, or made what was lost again; and how many failed by an error."""

    id: str
    application: str
    state: str
    action: str
    submitted: int
    program: str = ""
    call_site: str = ""
    group: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    ended: int = -1
    done: int = 0
    total: int = 0
    running: int = 0
    stages: tuple[ObservedStage, ...] = ()
    left: int = -1
    waiting_for: str = ""
    error: str = ""
    attempts: int = 0
    retries: int = 0
    speculative: int = 0
    recomputed: int = 0
    failed: int = 0
    bytes: BytesReport = BytesReport(direct=0, relayed=0, inline=0)


# --- one job: its graph ---------------------------------------------------------------------------------------------


class NodeKind(StrEnum):
    """Where a node's records come from: outside, the same partitions of its parents, or a shuffle."""

    SOURCE = "source"
    NARROW = "narrow"
    SHUFFLE = "shuffle"


class ObservedParent(msgspec.Struct, frozen=True, array_like=True):
    """A node that another reads, through a shuffle of this number (-1: through a narrow dependency)."""

    node: int
    shuffle: int = -1


class ObservedNode(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One RDD of the observed job's graph; told once. `operator` is its class in words (`FlatMap`), `call_site` the
    user's line (`job.py:12`) and `code` what stands there, where that is known. `storage` is the level at which it is
    persisted. A `target` is what the action wants; a `sink` is written as blocks (target, persisted, the map side of a
    shuffle)."""

    id: int
    name: str
    operator: str
    kind: NodeKind
    partitions: int
    stage: int = -1
    call_site: str = ""
    code: str = ""
    parents: tuple[ObservedParent, ...] = ()
    storage: str = ""
    target: bool = False
    sink: bool = False


class NodeState(StrEnum):
    """How far a node is. What is `stored` was there when the job began (persisted, or an earlier job's shuffle), and
    was read; what only that would have needed is `skipped`."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STORED = "stored"
    SKIPPED = "skipped"


class NodeProgress(msgspec.Struct, frozen=True, array_like=True):
    """How far a node of the observed job is. `planned` partitions are to be computed (fewer than it has where the
    others are stored or not wanted), `done` were, in `runs` runs of which so many were `recomputed` or `speculative`;
    `rows` came out of those that counted them: the last of a task's steps always does, one in its middle may not."""

    node: int
    state: NodeState
    planned: int
    done: int
    running: int
    runs: int
    recomputed: int
    speculative: int
    rows: int


# --- one job: its attempts and errors -------------------------------------------------------------------------------


class AttemptReason(StrEnum):
    """Why an attempt at a task was made: it was the first, one before it came to nothing, one was too slow, or it makes
    again what had been there and was lost."""

    FIRST = "first"
    RETRY = "retry"
    SPECULATIVE = "speculative"
    RECOMPUTED = "recomputed"


class Outcome(StrEnum):
    """What came of an attempt. `unfetched`: a source could not be had; `lost`: the volunteer left; `cancelled`: it was
    taken back, because another attempt was first, a source was lost, a free volunteer took it, or the job ended."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    UNFETCHED = "unfetched"
    LOST = "lost"
    CANCELLED = "cancelled"


class ObservedAttempt(msgspec.Struct, frozen=True, array_like=True):
    """One attempt at a task, known by (`task`, `attempt`). `node` and `partition` are what it ends with; small
    partitions share a task, so it may have several `partitions`.

    It was `assigned`, then fetched its sources for `fetching` seconds as the volunteer says, waited for a free worker,
    `started`, computed for `seconds` as the volunteer says, sent its report, and was `finished`. Seconds are -1 where
    nobody told. Its sources have `read` bytes, of which it fetched `fetched` from others (-1: not told); it wrote
    `rows` rows in `written` bytes. `error` is the id of its `ObservedError`, or -1."""

    task: int
    attempt: int
    volunteer: str
    stage: int
    node: int
    partition: int
    partitions: int
    reason: AttemptReason
    assigned: int
    started: int = -1
    finished: int = -1
    fetching: float = -1.0
    seconds: float = -1.0
    fetched: int = -1
    rows: int = 0
    written: int = 0
    outcome: Outcome = Outcome.OPEN
    error: int = -1
    message: str = ""
    read: int = -1


class ObservedError(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Failures of the observed job with the same `kind`, exception and line, as one: how many, and the first of them in
    full."""

    id: int
    kind: str
    type_name: str
    line: str
    count: int
    message: str = ""
    traceback: str = ""
    volunteer: str = ""
    task: int = -1
    node: int = -1
    partition: int = -1
    first: int = -1
    last: int = -1


class FoldedAttempts(msgspec.Struct, frozen=True, array_like=True):
    """Attempts of one stage of the observed job that are counted only, because too many are listed already: how many,
    and what those that are done add up to."""

    stage: int
    attempts: int
    done: int
    failed: int
    seconds: float
    rows: int
    written: int


# --- storage --------------------------------------------------------------------------------------------------------


class ObservedStore(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A persisted node of a running application, known by (`application`, `node`): `there` of its partitions are
    stored, in `size` bytes counted once; `held` counts copies too. `holders` has the number of blocks by volunteer."""

    application: str
    node: int
    name: str
    call_site: str
    partitions: int
    level: str
    there: int = 0
    size: int = 0
    held: int = 0
    holders: dict[str, int] = {}
