"""`CustomRDD`: an RDD whose partitions, dependencies and `compute` are the user's own.

The object itself stays in the driver. What travels is its class, as source, and those of its attributes that are no
RDDs: in a task `compute` is called on a stand-in that has these and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any
from weakref import ref

from tabswarm.plan.lineage import MAX_PARTITIONS
from tabswarm.plan.operators import Custom, Operator
from tabswarm.rdd.custom_dependency import (
    AllDependency,
    ArrayDependency,
    CustomDependency,
    OneToOneDependency,
    RangeDependency,
)
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.rdd.key_partitioner import KeyPartitioner
from tabswarm.rdd.operation import Ship
from tabswarm.rdd.rdd import RDD
from tabswarm.rdd.structure import Structure, same_context
from tabswarm.rdd.type_variables import T_co


class _Settled(type):
    """Makes an instance an RDD once all of its `__init__` is through, in whatever order that sets things."""

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        made = super().__call__(*arguments, **named)
        made._settle()
        return made


class CustomRDD(RDD[T_co], metaclass=_Settled):
    """An RDD of your own: say how many partitions it has, on which partitions of other RDDs each hangs, and what it
    makes of their records.

    A subclass defines `compute`, mostly `dependencies`, and `partitions` where these are not as many as its first
    parent's; its `__init__` calls `super().__init__(context)`. All transformations and actions work on it, and it may
    be persisted. With `partitioner` (of another RDD: `other.partitioner`) it promises that its pairs lie where that
    partitioner puts them, and shuffles by the same one are spared. The class and the attributes of the object travel to
    the volunteers, natively and into tabs; RDDs among the attributes stay behind.

    A source of its own:

    >>> class Squares(CustomRDD):
    ...     def partitions(self):
    ...         return 3
    ...     def compute(self, partition, parents):
    ...         return [partition ** 2]
    >>> Squares(sc).map(lambda x: x + 1).collect()
    [1, 2, 5]

    Sums over a sliding window, which reaches into the next partition:

    >>> class Windows(CustomRDD):
    ...     def __init__(self, numbers, width):
    ...         super().__init__(numbers.context)
    ...         self.numbers, self.width = numbers, width
    ...     def dependencies(self):
    ...         last = self.numbers.getNumPartitions() - 1
    ...         return [ArrayDependency(self.numbers, [[i, i + 1] if i < last else [i] for i in range(last + 1)])]
    ...     def compute(self, partition, parents):
    ...         own = list(parents[0])
    ...         after = [x for part in parents[1:] for x in part]
    ...         reach = own + after[:self.width - 1]
    ...         return (sum(reach[i:i + self.width]) for i in range(len(own)) if i + self.width <= len(reach))
    >>> Windows(sc.range(10, numSlices=3), 3).collect()
    [3, 6, 9, 12, 15, 18, 21, 24]
    """

    __driver_only__ = ("__init__", "partitions", "dependencies")
    """Methods that a subclass need not have in a task, and may name RDDs in."""

    def __init__(self, ctx: EngineContext, partitioner: KeyPartitioner | None = None) -> None:
        given: object = ctx
        if not isinstance(given, EngineContext):
            kind = type(given).__name__
            raise TypeError(f"a CustomRDD is made on a Context (`rdd.context` of another RDD), not on a {kind}")
        self.ctx = ctx
        self.partitioner = partitioner

    # --- what a subclass says

    def partitions(self) -> int:
        """The number of partitions: as many as the first parent has, unless you say otherwise.

        >>> class Copy(CustomRDD):
        ...     def dependencies(self):
        ...         return [OneToOneDependency(numbers)]
        ...     def compute(self, partition, parents):
        ...         return parents[0]
        >>> numbers = sc.range(4, numSlices=2)
        >>> Copy(sc).getNumPartitions()
        2
        """
        for dependency in self.dependencies():
            return dependency.rdd.getNumPartitions()
        raise NotImplementedError(f"{type(self).__name__} has no parents, so it must define partitions()")

    def dependencies(self) -> Sequence[CustomDependency]:
        """On which partitions of which RDDs the partitions hang: none, unless you say otherwise. A list of
        `OneToOneDependency`, `RangeDependency`, `AllDependency` and `ArrayDependency`.

        >>> class Total(CustomRDD):
        ...     def partitions(self):
        ...         return 1
        ...     def dependencies(self):
        ...         return [AllDependency(numbers)]
        ...     def compute(self, partition, parents):
        ...         return [sum(map(sum, parents))]
        >>> numbers = sc.range(10, numSlices=4)
        >>> Total(sc).collect()
        [45]
        """
        return ()

    def compute(self, partition: int, parents: list[Iterator[Any]]) -> Iterable[Any]:
        """The records of a partition. `parents` has an iterator over the records of each parent partition, dependency
        by dependency, in the order in which they are named. Runs in a task, and there only.

        >>> class Interleaved(CustomRDD):
        ...     def dependencies(self):
        ...         return [OneToOneDependency(letters), OneToOneDependency(letters.map(str.upper))]
        ...     def compute(self, partition, parents):
        ...         small, large = parents
        ...         return (letter for pair in zip(small, large) for letter in pair)
        >>> letters = sc.parallelize(["a", "b"], 2)
        >>> Interleaved(sc).collect()
        ['a', 'A', 'b', 'B']
        """
        raise NotImplementedError(f"{type(self).__name__} must define compute(partition, parents)")

    # --- how it becomes an RDD

    def _settle(self) -> None:
        if "ctx" not in vars(self):
            raise TypeError(f"{type(self).__name__}.__init__ must call super().__init__(context)")
        own = vars(self).keys() - {"ctx", "partitioner"}
        dependencies = list(self.dependencies())
        for dependency in dependencies:
            if not isinstance(dependency, _DEPENDENCIES):
                names = ", ".join(kind.__name__ for kind in _DEPENDENCIES)
                raise TypeError(f"dependencies() is a list of {names}, and not of {type(dependency).__name__}")
        partitions = self.partitions()
        if type(partitions) is not int or not 0 <= partitions <= MAX_PARTITIONS:
            raise ValueError(f"partitions() is a number from 0 to {MAX_PARTITIONS:,}, not {partitions!r:.100}")
        partitioner = self.partitioner
        if partitioner is not None and partitioner.numPartitions != partitions:
            raise ValueError(f"the partitioner has {partitioner.numPartitions} partitions, and the RDD {partitions}")
        lowered = tuple(dependency.lower(partitions) for dependency in dependencies)
        super().__init__(
            self.ctx,
            ComputeOf(ref(self), frozenset(own)),
            partitions=partitions,
            parents=tuple({dependency.rdd._id: dependency.rdd for dependency in dependencies}.values()),
            dependencies=lowered,
            partitioner=partitioner,
        )
        same_context((self, *self._parents))
        self._site = self._site._replace(operation=type(self).__name__)

    @classmethod
    def _class_of_children(cls) -> type[Structure[Any]]:
        return RDD

    def __getattr__(self, name: str) -> Any:
        if vars(self).get(_IN_TASK):
            raise AttributeError(
                f"compute of {type(self).__name__} has no attribute {name!r}: it runs in a task, where RDDs and the "
                "Context are not; the parents' records are in its argument `parents`"
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


_DEPENDENCIES = (OneToOneDependency, RangeDependency, AllDependency, ArrayDependency)
_IN_TASK = "_computes_in_a_task"


class Computing:
    """The `compute` of a CustomRDD as it travels: the class, and those of the attributes that may."""

    def __init__(self, cls: type[CustomRDD[Any]], attributes: dict[str, Any]) -> None:
        self.cls = cls
        self.attributes = attributes

    def __call__(self, partition: int, parents: list[Iterator[Any]]) -> Iterable[Any]:
        stand_in = object.__new__(self.cls)
        vars(stand_in).update(self.attributes, **{_IN_TASK: True})
        made: object = stand_in.compute(partition, parents)
        if not isinstance(made, Iterable):
            raise TypeError(
                f"compute of {self.cls.__name__} returned {type(made).__name__}; it returns an iterable of records"
            )
        return made

    @property
    def __code__(self) -> CodeType | None:
        """Whose frames tell that an exception is this node's."""
        return getattr(self.cls.compute, "__code__", None)


@dataclass(frozen=True, slots=True)
class ComputeOf:
    """The operation of a CustomRDD. `own` are the attributes that its `__init__` set."""

    rdd: ref[CustomRDD[Any]]
    own: frozenset[str]
    requires: tuple[str, ...] = ()
    because: str = ""

    def lower(self, ship: Ship, where: str) -> Operator:
        """The plan's operator, with the attributes as they are now."""
        rdd = self.rdd()
        assert rdd is not None, "an RDD that is lowered is alive"
        attributes = {
            name: value
            for name, value in vars(rdd).items()
            if (name in self.own or not (name.startswith("_") or name in _RDDS_OWN)) and not _stays(value)
        }
        return Custom(ship(Computing(type(rdd), attributes), f"compute of {where}"))


_RDDS_OWN = frozenset(("ctx", "partitioner"))


def _stays(value: object) -> bool:
    """Whether a value belongs to the driver alone: an RDD, a Context, or a collection with one in it."""
    if isinstance(value, dict):
        return any(map(_stays, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return any(isinstance(item, _DRIVERS) for item in value)
    return isinstance(value, _DRIVERS)


_DRIVERS = (Structure, EngineContext, *_DEPENDENCIES)
