"""All that the scheduler can ask for. Each command carries `cause`, the number of the event that made it: a trace
explains itself."""

from __future__ import annotations

import msgspec

from tabswarm.ids import BlockId
from tabswarm.plan.finish import Finish
from tabswarm.plan.location import Location, MapOutput, Result
from tabswarm.plan.task import Failure, TaskSpec, Update


class _Command(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Common to all commands: `peer` is whom to tell, `cause` the number of the event behind it."""

    peer: str
    cause: int


class SendCode(_Command, frozen=True):
    """Send these code blobs, which the volunteer does not have yet."""

    application: str
    blobs: tuple[str, ...]


class SendMapOutputs(_Command, frozen=True):
    """Send these entries of a shuffle's table, which the volunteer does not have yet."""

    application: str
    shuffle: int
    entries: tuple[MapOutput, ...]


class AssignTask(_Command, frozen=True):
    """Run this attempt; everything it needs has been sent before, or is fetched from `locations`."""

    spec: TaskSpec
    code: tuple[str, ...]
    locations: tuple[Location, ...]
    time_limit: int = 0


class CancelAttempt(_Command, frozen=True):
    """Stop this attempt, without a report."""

    task: int
    attempt: int


class DropBlocks(_Command, frozen=True):
    """Nobody needs these blocks any more."""

    blocks: tuple[BlockId, ...]


class CopyBlocks(_Command, frozen=True):
    """Fetch these blocks from their holders and keep them, as one more holder."""

    locations: tuple[Location, ...]


class MayLeave(_Command, frozen=True):
    """A volunteer that wanted to finish and stop has: `left_behind` of its blocks nobody could take over in time."""

    left_behind: int


class EndApplication(_Command, frozen=True):
    """The application is over: its workers, code and blocks go."""

    application: str


class AcceptJob(_Command, frozen=True):
    """The job exists."""

    request: int
    job: str
    total: int


class RefuseJob(_Command, frozen=True):
    """The plan can't be a job. `error` is a class name of `tabswarm.errors`."""

    request: int
    error: str
    reason: str


class DescribeJob(_Command, frozen=True):
    """What a watched job is, and what to make of its results."""

    request: int
    job: str
    application: str
    action: str
    call_site: str
    partitions: tuple[int, ...]
    finish: Finish


class TellProgress(_Command, frozen=True):
    """How far the job is; at most a few times a second of `Tick` time."""

    job: str
    done: int
    total: int
    running: int
    volunteers: int
    waiting_for: str


class TellUpdates(_Command, frozen=True):
    """What committed tasks added to accumulators; told before the results of the same commit."""

    job: str
    updates: tuple[Update, ...]


class TellResults(_Command, frozen=True):
    """Target partitions that are committed and were not told yet (or have moved)."""

    job: str
    results: tuple[Result, ...]


class TellDone(_Command, frozen=True):
    """Every target partition is committed and told."""

    job: str


class TellFailed(_Command, frozen=True):
    """The job ended without an answer."""

    job: str
    error: str
    reason: str
    causes: tuple[Failure, ...]


Command = (
    SendCode
    | SendMapOutputs
    | AssignTask
    | CancelAttempt
    | DropBlocks
    | CopyBlocks
    | MayLeave
    | EndApplication
    | AcceptJob
    | RefuseJob
    | DescribeJob
    | TellProgress
    | TellUpdates
    | TellResults
    | TellDone
    | TellFailed
)
