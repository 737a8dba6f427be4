"""A task's life, as one literal table.

    BLOCKED  some source does not exist (yet, or any more)
    READY    all sources exist; it waits for a volunteer
    ASSIGNED a volunteer has it and fetches its sources; a source lost now takes it back
    RUNNING  all sources are in the volunteer's store; their loss elsewhere does not matter any more (when it goes
             and only a copy is left that has not started, the task is ASSIGNED again)
    DONE     its sinks are committed
    DROPPED  nobody needs it any more

Nothing else may change a state: `move` raises on every pair that is not in the table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from tabswarm.ids import BlockId
from tabswarm.plan.cut import BlockKey, CutTask, DriverKey, ShuffleKey, SinkKey, SourceKey
from tabswarm.plan.task import Failure
from tabswarm.scheduler.timeline import AttemptRecord

FLOOR = 2000
"""Milliseconds that an attempt runs before it may count as a straggler."""


class TaskState(StrEnum):
    """Where a task is in its life."""

    BLOCKED = "blocked"
    READY = "ready"
    ASSIGNED = "assigned"
    RUNNING = "running"
    DONE = "done"
    DROPPED = "dropped"


class Move(StrEnum):
    """What happens to a task."""

    SOURCES_EXIST = "sources_exist"
    SOURCE_LOST = "source_lost"
    ASSIGN = "assign"
    START = "start"
    GIVE_BACK = "give_back"
    FALL_BACK = "fall_back"
    COMMIT = "commit"
    DROP = "drop"


TRANSITIONS: dict[TaskState, dict[Move, TaskState]] = {
    TaskState.BLOCKED: {
        Move.SOURCES_EXIST: TaskState.READY,
        Move.DROP: TaskState.DROPPED,
    },
    TaskState.READY: {
        Move.SOURCE_LOST: TaskState.BLOCKED,
        Move.ASSIGN: TaskState.ASSIGNED,
        Move.DROP: TaskState.DROPPED,
    },
    TaskState.ASSIGNED: {
        Move.START: TaskState.RUNNING,
        Move.GIVE_BACK: TaskState.READY,
        Move.COMMIT: TaskState.DONE,
        Move.DROP: TaskState.DROPPED,
    },
    TaskState.RUNNING: {
        Move.FALL_BACK: TaskState.ASSIGNED,
        Move.GIVE_BACK: TaskState.READY,
        Move.COMMIT: TaskState.DONE,
        Move.DROP: TaskState.DROPPED,
    },
    TaskState.DONE: {},
    TaskState.DROPPED: {},
}


class ShuffleNeed(msgspec.Struct, frozen=True):
    """A task needs all map outputs of this shuffle."""

    shuffle: int


class DriverNeed(msgspec.Struct, frozen=True):
    """A task needs bytes that the application's driver holds, so it needs the driver to be there, or a copy of them."""

    node: int
    partition: int


Need = BlockKey | ShuffleNeed | DriverNeed
"""What a task waits for: a block, a shuffle as a whole, or the driver."""


def need_of(source: SourceKey) -> Need:
    """What has to exist before a task with this source may start."""
    if isinstance(source, ShuffleKey):
        return ShuffleNeed(source.shuffle)
    if isinstance(source, DriverKey):
        return DriverNeed(source.node, source.partition)
    return source


@dataclass(slots=True, eq=False)
class Attempt:
    """A lease: this volunteer, and nobody else, may report on this attempt. Its sinks have generations of their own.

    A task has one, or two while a straggler is copied; the second is `speculative`. It started at `since`
    (milliseconds). `record` is what observers see of it.
    """

    number: int
    peer: str
    sinks: dict[BlockId, SinkKey]
    record: AttemptRecord
    started: bool = False
    since: int = 0
    speculative: bool = False


@dataclass(slots=True, eq=False)
class Pace:
    """The tasks of one shape in a job: how many there are, and how many milliseconds each that is done ran, sorted."""

    tasks: int = 0
    times: list[int] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Task:
    """One cut task of a job, with what it still lacks, who is at it, and how it failed so far.

    `failures` are those that count against it; `tried` counts attempts that ended badly by volunteer, so that the next
    one goes elsewhere. `unfetched` counts attempts that lacked a source whose holder is there; after some of these the
    task rests until `rests_until` (milliseconds). `roots` are the function slots of its code, `code` all blobs that
    these need, `requires` the words that a volunteer must offer, `broadcasts` what it must have been sent before.
    `starts` counts the attempts, `begun` those of them that came to run. `pace` is shared with its siblings. For
    observers: it belongs to `stage`, makes what was `lost`, and has been `upset` by an attempt that came to nothing.
    """

    id: int
    application: str
    job: str
    cut: CutTask
    needs: dict[Need, None]
    roots: tuple[str, ...]
    code: tuple[str, ...]
    state: TaskState = TaskState.BLOCKED
    missing: dict[Need, None] = field(default_factory=dict)
    attempts: dict[int, Attempt] = field(default_factory=dict)
    starts: int = 0
    begun: int = 0
    failures: list[Failure] = field(default_factory=list)
    tried: dict[str, int] = field(default_factory=dict)
    unfetched: int = 0
    rests_until: int | None = None
    pace: Pace = field(default_factory=Pace)
    requires: tuple[str, ...] = ()
    broadcasts: tuple[DriverKey, ...] = ()
    stage: int = 0
    lost: bool = False
    upset: bool = False

    @property
    def demand(self) -> tuple[str, ...]:
        """What tells tasks apart that different volunteers may run."""
        if not self.broadcasts:
            return self.requires
        return (*self.requires, f"broadcasts of {self.application}", *(str(key.node) for key in self.broadcasts))

    def move(self, move: Move) -> None:
        """Change the state as the table says."""
        after = TRANSITIONS[self.state].get(move)
        if after is None:
            raise AssertionError(f"task {self.id} is {self.state} and cannot {move}")
        self.state = after

    @property
    def waits_for_sources(self) -> bool:
        """Whether the loss of a source matters to it: it is open and has not started."""
        return self.state in (TaskState.BLOCKED, TaskState.READY, TaskState.ASSIGNED)
