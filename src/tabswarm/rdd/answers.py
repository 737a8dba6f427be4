"""What an action makes of its job's records: one class for each `Finish` of a plan.

A driver that runs an action uses it with the user's live functions; one that attaches later gets it back from the
plan, the functions loaded from what was shipped. So both give the same answer, by the same code.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from typing import Any, Protocol

from tabswarm.errors import ResultsGone
from tabswarm.plan import finish as lowered
from tabswarm.plan.finish import Finish
from tabswarm.rdd.operation import Ship
from tabswarm.shipping.records import write_records

Parts = Iterable[list[Any]]
"""The records of each wanted partition, in order."""
EARLIER_LIMIT = 64 * 1024
"""Bytes of the records that earlier jobs of a `take` found which travel with the next one's plan."""


class Answer(Protocol):
    """The last step of an action."""

    def lower(self, ship: Ship, where: str) -> Finish:
        """As a plan carries it. `where` is `"reduce at job.py:12"`."""

    def make(self, parts: Parts) -> Any:
        """The action's answer."""


@dataclass(frozen=True, slots=True)
class AsList:
    """All records as one list."""

    def lower(self, ship: Ship, where: str) -> Finish:
        return lowered.Listed()

    def make(self, parts: Parts) -> list[Any]:
        records: list[Any] = []
        for part in parts:
            records += part
        return records


AS_LIST = AsList()


@dataclass(frozen=True, slots=True)
class AsSum:
    """The sum of the records; 0 where there are none."""

    def lower(self, ship: Ship, where: str) -> Finish:
        return lowered.Summed()

    def make(self, parts: Parts) -> Any:
        return sum(chain.from_iterable(parts))


@dataclass(frozen=True, slots=True)
class AsReduction:
    """The records put together by `f`; `ValueError` where there are none."""

    f: Callable[[Any, Any], Any]
    empty: str = "Can not reduce() empty RDD"

    def lower(self, ship: Ship, where: str) -> Finish:
        return lowered.Reduced(ship(self.f, f"function of {where}"))

    def make(self, parts: Parts) -> Any:
        records = list(chain.from_iterable(parts))
        if not records:
            raise ValueError(self.empty)
        return put_together(self.f, records[1:], records[0])


@dataclass(frozen=True, slots=True)
class AsFold:
    """The records put together by `op`, beginning with `zero`."""

    op: Callable[[Any, Any], Any]
    zero: Any

    def lower(self, ship: Ship, where: str) -> Finish:
        return lowered.Folded(ship(self.op, f"function of {where}"), ship(self.zero, f"zero value of {where}"))

    def make(self, parts: Parts) -> Any:
        return put_together(self.op, list(chain.from_iterable(parts)), copy.deepcopy(self.zero))


@dataclass(frozen=True, slots=True)
class AsMap:
    """The pairs as a dict; of a key's values the last one stays."""

    def lower(self, ship: Ship, where: str) -> Finish:
        return lowered.Mapped()

    def make(self, parts: Parts) -> dict[Any, Any]:
        return dict(chain.from_iterable(parts))


@dataclass(frozen=True, slots=True)
class AsCounts:
    """The counts of each value added up."""

    def lower(self, ship: Ship, where: str) -> Finish:
        return lowered.Counted()

    def make(self, parts: Parts) -> dict[Any, int]:
        counts: dict[Any, int] = defaultdict(int)
        for record, count in chain.from_iterable(parts):
            counts[record] += count
        return counts


@dataclass(frozen=True, slots=True)
class AsNothing:
    """Nothing; the records are run through all the same, so that the job is waited for."""

    def lower(self, ship: Ship, where: str) -> Finish:
        return lowered.Silent()

    def make(self, parts: Parts) -> None:
        for _ in parts:
            pass


@dataclass(frozen=True, slots=True)
class AsTaken:
    """The first `num` records, after those that earlier jobs of the same action found; `last` says that this job looks
    at the last partition. A driver that sees too few goes on with a further job; whoever attaches cannot."""

    num: int
    earlier: tuple[Any, ...]
    last: bool
    shape: str

    def lower(self, ship: Ship, where: str) -> Finish:
        before = write_records(self.earlier) if self.earlier else b""
        if len(before) > EARLIER_LIMIT:
            return lowered.Taken(-1, shape=self.shape)
        return lowered.Taken(self.num, before, self.last, self.shape)

    def make(self, parts: Parts) -> list[Any]:
        return [*self.earlier, *chain.from_iterable(parts)][: self.num]


@dataclass(frozen=True, slots=True)
class AsReducedByKey:
    """The pairs as a dict, the values of a key put together by `f`."""

    f: Callable[[Any, Any], Any]

    def lower(self, ship: Ship, where: str) -> Finish:
        return lowered.ReducedByKey(ship(self.f, f"function of {where}"))

    def make(self, parts: Parts) -> dict[Any, Any]:
        values: dict[Any, list[Any]] = {}
        for key, value in chain.from_iterable(parts):
            values.setdefault(key, []).append(value)
        return {key: put_together(self.f, found[1:], found[0]) for key, found in values.items()}


@dataclass(frozen=True, slots=True)
class AsFiles:
    """Files in a new folder on the driver's disk. Writing them is the context's part, partition by partition; whoever
    attaches has another disk, and is told so."""

    path: str
    suffix: str
    call: str

    @property
    def is_text(self) -> bool:
        """Whether the records are the bytes of the files; else the files hold the blocks as they are."""
        return self.call == "saveAsTextFile"

    def lower(self, ship: Ship, where: str) -> Finish:
        return lowered.Saved(self.path, self.suffix, self.call)

    def make(self, parts: Parts) -> Any:
        raise ResultsGone(
            f"this job's action was {self.call}({self.path!r}), and only the driver that ran it writes to its disk. To "
            "have the files here, call save(path, job)"
        )


def put_together(f: Callable[[Any, Any], Any], values: Iterable[Any], first: Any) -> Any:
    """`functools.reduce`, in which a StopIteration of the user's function is the error that it is in a task."""
    try:
        return reduce(f, values, first)
    except StopIteration as error:
        raise RuntimeError("Caught StopIteration thrown from user's code; failing the task") from error
