"""A job's timeline: every attempt at every task, why it was made and what came of it, for those who look on.

The law: nothing is decided by it. The scheduler writes, observers read, and the commands of an event are the same with
and without. It is written always, because somebody may look later; so writing is a few assignments an attempt, and all
that takes work waits until somebody looks (`observed.py`, `observed_job.py`). It is bounded: past `LISTED` attempts a
job's later ones are counted and not listed, past `ERRORS` kinds of failure the later ones are not told apart.

Each attempt has the number of its last change. An observer remembers the number that it has seen and takes what has a
larger one, so any number of observers costs the scheduler nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from tabswarm.plan.observation import LONG_TEXT, TEXT, AttemptReason, Outcome
from tabswarm.plan.task import Failure

LISTED = 20_000
"""Attempts of one job that are listed."""
MOST = 2**53
"""The largest count that is told: past that a page's numbers have gaps."""
ERRORS = 100
"""Kinds of failure of one job that are told apart."""


class AttemptRecord(msgspec.Struct, array_like=True, eq=False, gc=False):
    """One attempt, as `ObservedAttempt` says it, and the number of its last change. An unlisted one is counted when it
    ends."""

    task: int
    attempt: int
    volunteer: str
    stage: int
    node: int
    partition: int
    partitions: int
    reason: AttemptReason
    assigned: int
    change: int = 0
    listed: bool = True
    started: int = -1
    finished: int = -1
    fetching: float = -1.0
    seconds: float = -1.0
    read: int = -1
    fetched: int = -1
    rows: int = 0
    written: int = 0
    outcome: Outcome = Outcome.OPEN
    error: int = -1
    message: str = ""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[AttemptRecord]).decode


@dataclass(slots=True, eq=False)
class ErrorRecord:
    """Failures with the same kind, exception and line; the first of them in full."""

    id: int
    first: Failure
    record: AttemptRecord
    at: int
    count: int = 0
    last: int = -1
    change: int = 0


@dataclass(slots=True, eq=False)
class StageCount:
    """How many tasks a stage has, how many are done and run; the milliseconds that the done ones ran, by how many of
    them said when they started."""

    tasks: int = 0
    done: int = 0
    running: int = 0
    timed: int = 0
    ran: int = 0


@dataclass(slots=True, eq=False)
class Folded:
    """Attempts of a stage that are only counted."""

    attempts: int = 0
    done: int = 0
    failed: int = 0
    seconds: float = 0.0
    rows: int = 0
    written: int = 0
    change: int = 0


@dataclass(slots=True, eq=False)
class Timeline:
    """Of one job. `changes` numbers its changes, `submitted` and `ended` are milliseconds. When the job has failed its
    tasks are `frozen` as they were. `lasts` are the last nodes of its stages, once somebody has asked. When it is over
    its attempts are `packed`, for they are many and few are looked at again."""

    submitted: int = 0
    program: str = ""
    ended: int = -1
    frozen: bool = False
    lasts: tuple[int, ...] | None = None
    changes: int = 0
    attempts: dict[tuple[int, int], AttemptRecord] = field(default_factory=dict)
    packed: bytes = b""
    errors: dict[tuple[str, str, str], ErrorRecord] = field(default_factory=dict)
    folded: dict[int, Folded] = field(default_factory=dict)
    stages: dict[int, StageCount] = field(default_factory=dict)
    made: int = 0
    reasons: dict[AttemptReason, int] = field(default_factory=dict)
    failed: int = 0

    def task_added(self, stage: int) -> None:
        """The stage has one task more."""
        count = self.stages.get(stage)
        if count is None:
            count = self.stages[stage] = StageCount()
        count.tasks += 1
        self.changes += 1

    def task_closed(self, stage: int, *, done: bool) -> None:
        """A task is done, or nobody needs it any more."""
        self.changes += 1
        if done:
            self.stages[stage].done += 1
        elif not self.frozen:
            self.stages[stage].tasks -= 1

    def assigned(self, record: AttemptRecord) -> None:
        """A volunteer has an attempt now."""
        self.made += 1
        self.changes += 1
        record.change = self.changes
        if record.reason is not AttemptReason.FIRST:
            self.reasons[record.reason] = self.reasons.get(record.reason, 0) + 1
        if len(self.attempts) < LISTED:
            self.attempts[record.task, record.attempt] = record
        else:
            record.listed = False

    def started(self, record: AttemptRecord, now: int) -> None:
        """All its sources were there."""
        record.started = now
        self.stages[record.stage].running += 1
        self.changes += 1
        record.change = self.changes

    def broke(self, record: AttemptRecord, failure: Failure, now: int) -> None:
        """It failed by this."""
        self.failed += 1
        record.message = (failure.message or failure.type_name)[:TEXT]
        key = (failure.kind.value, failure.type_name[:TEXT], failure.line[:TEXT])
        error = self.errors.get(key)
        if error is None:
            if len(self.errors) >= ERRORS:
                return
            error = self.errors[key] = ErrorRecord(len(self.errors), _cut(failure), record, now)
        error.count += 1
        error.last = now
        error.change = self.changes + 1  # the record's end is the next change
        record.error = error.id

    def ended_as(self, record: AttemptRecord, outcome: Outcome, now: int) -> None:
        """The lease is over."""
        count = self.stages[record.stage]
        if record.started >= 0:
            count.running -= 1
            if outcome is Outcome.DONE:
                count.timed += 1
                count.ran += now - record.started
        record.finished, record.outcome = now, outcome
        self.changes += 1
        record.change = self.changes
        if not record.listed:
            self._fold(record)

    def since(self, change: int, most: int) -> list[AttemptRecord]:
        """Listed attempts that have changed after that change, in that order, the first `most` of them."""
        if change >= self.changes:
            return []
        records = _decode(self.packed) if self.packed else self.attempts.values()
        later = [record for record in records if record.change > change]
        later.sort(key=lambda record: record.change)
        return later[:most]

    def pack(self) -> int:
        """The job is over. Returns how many attempts are listed."""
        listed = len(self.attempts)
        self.packed, self.attempts = _encode(list(self.attempts.values())), {}
        return listed

    def _fold(self, record: AttemptRecord) -> None:
        folded = self.folded.get(record.stage)
        if folded is None:
            folded = self.folded[record.stage] = Folded()
        folded.attempts += 1
        folded.done += record.outcome is Outcome.DONE
        folded.failed += record.outcome is Outcome.FAILED
        folded.seconds += max(record.seconds, 0.0)
        folded.rows = count(folded.rows + record.rows)
        folded.written = count(folded.written + record.written)
        folded.change = self.changes


def count(number: int) -> int:
    """A number that a volunteer made up, as one that a page can count with.

    >>> count(-1), count(12), count(2**70) == MOST
    (0, 12, True)
    """
    return min(max(number, 0), MOST)


def told(number: int) -> int:
    """The same of one that need not be told: -1 where it was not.

    >>> told(-5), told(12)
    (-1, 12)
    """
    return count(number) if number >= 0 else -1


def _cut(failure: Failure) -> Failure:
    return msgspec.structs.replace(
        failure,
        type_name=failure.type_name[:TEXT],
        message=failure.message[:LONG_TEXT],
        traceback=failure.traceback[:LONG_TEXT],
        line=failure.line[:TEXT],
    )
