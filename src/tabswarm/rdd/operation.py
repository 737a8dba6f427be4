"""What an RDD does with its parents' records, while its functions are still the user's live functions.

A plan names functions by the hash of what was shipped; an RDD holds them as they are, and they are shipped when the
first action needs them, so that they see the values that their variables have by then (as in PySpark).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from tabswarm.plan.dependency import Dependency, NarrowDependency, Shuffle
from tabswarm.plan.operators import (
    CodeRef,
    Custom,
    Filter,
    FlatMap,
    FlatMapValues,
    Map,
    MapPartitions,
    MapPartitionsWithIndex,
    MapValues,
    Operator,
)
from tabswarm.plan.partitioner import Aggregator, CombineValues, FunctionPartitioner, GroupValues, HashPartitioner
from tabswarm.rdd.code_book import Needs
from tabswarm.rdd.key_partitioner import KeyPartitioner

AnyFunction = Callable[..., Any]
"""A function of the user's, of whatever parameters its operator gives it."""

FunctionOperator = type[
    Map | FlatMap | Filter | MapPartitions | MapPartitionsWithIndex | MapValues | FlatMapValues | Custom
]
"""The operators with a function slot."""


class Ship(Protocol):
    """Makes a function fit to travel: `what` names it in an error (`"the function of map at job.py:12"`)."""

    def __call__(self, value: object, what: str) -> CodeRef: ...


@dataclass(frozen=True, slots=True)
class Applied:
    """An operator with the live function that goes into its slot. `requires` are words that a volunteer must offer to
    run it (see `Node.requires`), and `because` says why, for the error where nobody does: "it starts a process"."""

    operator: FunctionOperator
    function: AnyFunction
    requires: tuple[str, ...] = ()
    because: str = ""

    def lower(self, ship: Ship, where: str) -> Operator:
        """The plan's operator. `where` is `"map at job.py:12"`."""
        return self.operator(ship(self.function, f"function of {where}"))


@dataclass(frozen=True, slots=True)
class Plain:
    """An operator without a function slot."""

    operator: Operator
    requires: tuple[str, ...] = ()
    because: str = ""

    def lower(self, ship: Ship, where: str) -> Operator:
        return self.operator


class Operation(Protocol):
    """What an RDD does: `Applied`, `Plain`, or one of its own (`custom.ComputeOf`)."""

    @property
    def requires(self) -> tuple[str, ...]:
        """Words that a volunteer must offer."""

    @property
    def because(self) -> str:
        """Why it requires them."""

    def lower(self, ship: Ship, where: str) -> Operator:
        """The plan's operator."""


@dataclass(frozen=True, slots=True)
class Combining:
    """How the values of a key are put together: `combineByKey`'s functions. Without `create` the first value is itself
    the combiner."""

    merge_value: AnyFunction
    merge_combiners: AnyFunction
    create: AnyFunction | None = None

    def lower(self, ship: Ship, where: str) -> Aggregator:
        create = None if self.create is None else ship(self.create, f"createCombiner of {where}")
        merge_value = ship(self.merge_value, f"function of {where}")
        if self.merge_combiners is self.merge_value:
            return CombineValues(create, merge_value, merge_value)
        return CombineValues(create, merge_value, ship(self.merge_combiners, f"mergeCombiners of {where}"))


@dataclass(frozen=True, slots=True)
class Grouping:
    """All values of a key become one `ResultIterable`."""

    def lower(self, ship: Ship, where: str) -> Aggregator:
        return GroupValues()


@dataclass(frozen=True, slots=True)
class Shuffling:
    """A shuffle dependency whose functions are still live. `shuffle` is the shuffle's own id."""

    parent: int
    shuffle: int
    partitioner: KeyPartitioner
    aggregator: Combining | Grouping | None = field(default=None)

    def lower(self, ship: Ship, where: str) -> Shuffle:
        count = self.partitioner.numPartitions
        partitioner: HashPartitioner | FunctionPartitioner = HashPartitioner(count)
        if not self.partitioner.is_hash:
            f = ship(self.partitioner.partitionFunc, f"partitionFunc of {where}")
            partitioner = FunctionPartitioner(count, f)
        aggregator = None if self.aggregator is None else self.aggregator.lower(ship, where)
        return Shuffle(self.parent, self.shuffle, partitioner, aggregator)


RddDependency = NarrowDependency | Shuffling
"""How an RDD hangs on a parent."""


class Lowered(NamedTuple):
    """What an RDD became in a plan, and what that needs of a volunteer."""

    operator: Operator
    dependencies: tuple[Dependency, ...]
    needs: Needs
