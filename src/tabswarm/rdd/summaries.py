"""Answers that are less than the records: figures, counts, the largest few. See `rdd/answers.py`."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from tabswarm.bounded_float import BoundedFloat
from tabswarm.plan import finish as lowered
from tabswarm.plan.finish import Finish
from tabswarm.rdd.answers import Parts
from tabswarm.rdd.confidence import estimated_mean, estimated_sum
from tabswarm.rdd.operation import Ship
from tabswarm.rdd.sketch import estimate, merged
from tabswarm.shipping.records import write_records
from tabswarm.stat_counter import StatCounter


@dataclass(frozen=True, slots=True)
class AsRanked:
    """The `num` largest records, the largest first, or the smallest."""

    num: int
    largest: bool
    key: Callable[[Any], Any] | None

    def lower(self, ship: Ship, where: str) -> Finish:
        return lowered.Ranked(self.num, self.largest, self.key and ship(self.key, f"key of {where}"))

    def make(self, parts: Parts) -> list[Any]:
        pick = heapq.nlargest if self.largest else heapq.nsmallest
        return pick(self.num, chain.from_iterable(parts), key=self.key)


@dataclass(frozen=True, slots=True)
class AsPlaced:
    """The records of pairs `(place, record)`, in the order of their places."""

    def lower(self, ship: Ship, where: str) -> Finish:
        return lowered.Placed()

    def make(self, parts: Parts) -> list[Any]:
        return [record for _, record in sorted(chain.from_iterable(parts), key=lambda placed: placed[0])]


@dataclass(frozen=True, slots=True)
class AsFigure:
    """What `StatCounter`'s method `name` says of the counters put together, or the counter itself."""

    name: str = ""

    def lower(self, ship: Ship, where: str) -> Finish:
        return lowered.Figure(self.name)

    def make(self, parts: Parts) -> Any:
        counter = all_of(chain.from_iterable(parts))
        return getattr(counter, self.name)() if self.name else counter


@dataclass(frozen=True, slots=True)
class AsHistogram:
    """The buckets, and how many records are in each."""

    buckets: Sequence[Any]

    def lower(self, ship: Ship, where: str) -> Finish:
        return lowered.Histogram(write_records([self.buckets]))

    def make(self, parts: Parts) -> tuple[Sequence[Any], list[int]]:
        counts = [0] * (len(self.buckets) - 1)
        for part in chain.from_iterable(parts):
            counts = [one + other for one, other in zip(counts, part)]
        return self.buckets, counts


@dataclass(frozen=True, slots=True)
class AsDistinct:
    """How many distinct records there are, from the registers of the partitions' sketches."""

    precision: int

    def lower(self, ship: Ship, where: str) -> Finish:
        return lowered.Distinct(self.precision)

    def make(self, parts: Parts) -> int:
        return estimate(merged(chain.from_iterable(parts)), self.precision)


@dataclass(frozen=True, slots=True)
class AsEstimate:
    """A figure of all partitions. Whoever attaches has waited for all of them, and gets the exact one."""

    figure: str
    confidence: float

    def lower(self, ship: Ship, where: str) -> Finish:
        return lowered.Estimated(self.figure, self.confidence)

    def make(self, parts: Parts) -> Any:
        there = list(parts)
        return self.make_of(there, len(there))

    def make_of(self, parts: Sequence[list[Any]], total: int) -> BoundedFloat | int:
        """The figure, from these of `total` partitions."""
        seen = all_of(chain.from_iterable(parts))
        if self.figure == "mean":
            return estimated_mean(seen, len(parts), total, self.confidence)
        found = estimated_sum(seen, len(parts), total, self.confidence)
        return round(found) if self.figure == "count" else found


def all_of(counters: Any) -> StatCounter:
    """One counter of all that these have seen."""
    whole = StatCounter()
    for counter in counters:
        whole.mergeStats(counter)
    return whole
