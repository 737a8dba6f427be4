"""All that can happen, as the scheduler hears of it. A shell (the coordinator, the simulator) turns messages into
these."""

from __future__ import annotations

import msgspec

from tabswarm.ids import BlockId
from tabswarm.plan.lineage import Plan
from tabswarm.plan.location import Held
from tabswarm.plan.task import Failure, Run, SinkReport, Update


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Common to all events; a history of them can be written down and read back."""


class Tick(_Event, frozen=True):
    """The time is `now`, in integer milliseconds of a clock that never goes back."""

    now: int


class Configured(_Event, frozen=True):
    """The first event where the defaults do not fit: how long, in milliseconds, results are kept without a driver, and
    how long a job waits for source data that only its driver had."""

    results_kept: int
    source_patience: int


class VolunteerJoined(_Event, frozen=True):
    """A volunteer is there with `slots` task slots and room for `memory` bytes of blocks. `python` is its version,
    "3.14"."""

    peer: str
    kind: str
    name: str
    slots: int
    memory: int
    python: str
    capabilities: tuple[str, ...] = ()


class VolunteerLeft(_Event, frozen=True):
    """A volunteer is gone, with its tasks and its blocks."""

    peer: str
    reason: str = ""


class ResourcesChanged(_Event, frozen=True):
    """A volunteer has other slots or memory now."""

    peer: str
    slots: int
    memory: int


class DriverJoined(_Event, frozen=True):
    """A driver is there for this application; it holds the application's driver-side source blocks."""

    peer: str
    application: str
    name: str = ""


class DriverLeft(_Event, frozen=True):
    """The driver's connection is gone. Its application goes on."""

    peer: str


class JobSubmitted(_Event, frozen=True):
    """A driver wants a plan's target partitions. The same (application, request) again names the same job. `keep`: its
    results stay after the driver has them."""

    peer: str
    request: int
    plan: Plan
    keep: bool = False


class WatcherJoined(_Event, frozen=True):
    """Somebody looks on at an application, beside its driver or after it; `DriverLeft` says when no more."""

    peer: str
    application: str


class JobWatched(_Event, frozen=True):
    """A watcher wants to be told of a job as a driver is; or a driver to be told of it again."""

    peer: str
    request: int
    job: str


class JobCancelled(_Event, frozen=True):
    """A driver does not want the job any more; or a watcher, `peer`, who stops it where it still runs."""

    job: str
    peer: str = ""


class ApplicationStopped(_Event, frozen=True):
    """The program is over: all of the application goes."""

    application: str


class ProgramEnded(_Event, frozen=True):
    """The driver leaves in good order and for good: no handle is left, jobs go on and results are kept for a time."""

    peer: str
    application: str


class ResultsFetched(_Event, frozen=True):
    """The driver, or a watcher, has the job's results; its targets may go where nothing and nobody else needs them."""

    peer: str
    job: str


class ResultMissing(_Event, frozen=True):
    """The driver, or a watcher, cannot have a target block from `holder`, or (`corrupt`) got other bytes; without a
    holder: the bytes in the message were others."""

    peer: str
    job: str
    block: BlockId
    holder: str
    corrupt: bool = False


class NodesReleased(_Event, frozen=True):
    """The driver has no handle to these nodes left."""

    application: str
    nodes: tuple[int, ...]


class NodeUnpersisted(_Event, frozen=True):
    """The persisted blocks of a node may go."""

    application: str
    node: int


class TaskStarted(_Event, frozen=True):
    """All sources of the attempt are in the volunteer's store. As the volunteer says (-1: it does not) they have `read`
    bytes, of which it fetched `fetched` from others in `seconds`."""

    peer: str
    task: int
    attempt: int
    read: int = -1
    fetched: int = -1
    seconds: float = -1.0


class TaskFinished(_Event, frozen=True):
    """The attempt wrote its sinks. A partial run's sinks are not among them."""

    peer: str
    task: int
    attempt: int
    sinks: tuple[SinkReport, ...]
    runs: tuple[Run, ...]
    seconds: float
    updates: tuple[Update, ...] = ()


class TaskFailed(_Event, frozen=True):
    """The attempt failed."""

    peer: str
    task: int
    attempt: int
    failure: Failure


class FetchFailed(_Event, frozen=True):
    """The attempt lacks a source: `holder` could not be reached, has not got it, or (`corrupt`) sent other bytes."""

    peer: str
    task: int
    attempt: int
    block: BlockId
    holder: str
    reason: str
    corrupt: bool = False


class BlocksLost(_Event, frozen=True):
    """A peer has these blocks no more."""

    peer: str
    blocks: tuple[BlockId, ...]


class BlocksCopied(_Event, frozen=True):
    """A volunteer has these of the blocks that it was last asked to copy; the others it could not get."""

    peer: str
    blocks: tuple[BlockId, ...]


class BlocksAnnounced(_Event, frozen=True):
    """A volunteer is back, and still holds these blocks from before it was taken for gone."""

    peer: str
    blocks: tuple[Held, ...]


class VolunteerFinishing(_Event, frozen=True):
    """A volunteer's person asked it to finish and then stop."""

    peer: str


class BytesMoved(_Event, frozen=True):
    """Block bytes moved for an application since the last such event. Where `peer` says what it fetched, `told_relayed`
    of it came through the relay, which counts that itself as `relayed`."""

    application: str
    direct: int = 0
    relayed: int = 0
    peer: str = ""
    told_relayed: int = 0


Event = (
    Tick
    | Configured
    | VolunteerJoined
    | VolunteerLeft
    | ResourcesChanged
    | DriverJoined
    | DriverLeft
    | WatcherJoined
    | JobSubmitted
    | JobWatched
    | JobCancelled
    | ApplicationStopped
    | ProgramEnded
    | ResultsFetched
    | ResultMissing
    | NodesReleased
    | NodeUnpersisted
    | TaskStarted
    | TaskFinished
    | TaskFailed
    | FetchFailed
    | BlocksLost
    | BlocksCopied
    | BlocksAnnounced
    | VolunteerFinishing
    | BytesMoved
)
