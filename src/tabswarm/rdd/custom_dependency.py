"""How a user's own RDD hangs on another: a formula where one will do, else an array.

    OneToOneDependency(rdd)                            partition i needs partition i
    RangeDependency(rdd, inStart, outStart, length)    partitions outStart ... need partitions inStart ..., one each
    AllDependency(rdd)                                 every partition needs every partition
    ArrayDependency(rdd, [[0, 1], [1, 2]])             partition i needs those in the i-th list, in that order

A wrong one is a `ValueError` at the line that makes the RDD, not in a task.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tabswarm.plan.dependency import AllPartitions, Edges, NarrowDependency, OneToOne, Span
from tabswarm.plan.lineage import MAX_EDGES
from tabswarm.rdd.structure import Structure


class CustomDependency(Protocol):
    """Any of the four."""

    @property
    def rdd(self) -> Structure[Any]:
        """The parent."""

    def lower(self, partitions: int) -> NarrowDependency:
        """As a plan has it, for a child of so many partitions; `ValueError` where it does not fit."""


@dataclass(frozen=True)
class OneToOneDependency:
    """Partition `i` needs partition `i` of `rdd`."""

    rdd: Structure[Any]

    def lower(self, partitions: int) -> NarrowDependency:
        parents = self.rdd.getNumPartitions()
        if partitions > parents:
            raise ValueError(
                f"a one-to-one dependency of {partitions} partitions on the {parents} of {self.rdd!r}: "
                f"partition {parents} would have no parent"
            )
        return OneToOne(self.rdd._id)


@dataclass(frozen=True)
class RangeDependency:
    """The `length` partitions from `outStart` on need the partitions of `rdd` from `inStart` on, one each."""

    rdd: Structure[Any]
    inStart: int
    outStart: int
    length: int

    def lower(self, partitions: int) -> NarrowDependency:
        for start, count, whose in (
            (self.inStart, self.rdd.getNumPartitions(), f"of {self.rdd!r}"),
            (self.outStart, partitions, "of the RDD itself"),
        ):
            if start < 0 or self.length < 0 or start + self.length > count:
                raise ValueError(f"{self.length} partitions from {start} on do not lie within the {count} {whose}")
        return Span(self.rdd._id, self.inStart, self.outStart, self.length)


@dataclass(frozen=True)
class AllDependency:
    """Every partition needs every partition of `rdd`."""

    rdd: Structure[Any]

    def lower(self, partitions: int) -> NarrowDependency:
        _count(partitions * self.rdd.getNumPartitions())
        return AllPartitions(self.rdd._id)


@dataclass(frozen=True)
class ArrayDependency:
    """Partition `i` needs the partitions `parents[i]` of `rdd`, in that order; a list may be empty."""

    rdd: Structure[Any]
    parents: Sequence[Sequence[int]]

    def lower(self, partitions: int) -> NarrowDependency:
        if len(self.parents) != partitions:
            raise ValueError(
                f"an array of dependencies has {len(self.parents)} lists, and the RDD {partitions} partitions: "
                "one list a partition"
            )
        count = self.rdd.getNumPartitions()
        edges: list[tuple[int, ...]] = []
        for partition, indices in enumerate(self.parents):
            try:
                edge = tuple(operator.index(index) for index in indices)
            except TypeError:
                raise ValueError(
                    f"the parents of partition {partition} are a list of whole numbers, not {indices!r:.100}"
                ) from None
            wrong = [index for index in edge if not 0 <= index < count]
            if wrong:
                raise ValueError(
                    f"partition {partition} hangs on partition {wrong[0]} of {self.rdd!r}, which has {count}"
                )
            edges.append(edge)
        _count(sum(map(len, edges)))
        return Edges(self.rdd._id, tuple(edges))


def _count(edges: int) -> None:
    if edges > MAX_EDGES:
        raise ValueError(f"a dependency of {edges:,} edges; a job has at most {MAX_EDGES:,}")
