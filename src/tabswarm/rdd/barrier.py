"""Partitions that are to run at the same time, because they talk to each other by ways of their own.

What Spark's barrier is for (MPI, distributed training) needs as many task slots as partitions; where the swarm has
fewer, the action ends at once with an error, as it does there. Tasks start as slots are free: a barrier next to other
jobs waits until theirs end.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from typing import TYPE_CHECKING, Generic

from tabswarm.errors import NoEligibleVolunteers
from tabswarm.plan.lineage import Plan
from tabswarm.rdd.structure import Structure
from tabswarm.rdd.type_variables import T_co, U

if TYPE_CHECKING:
    from tabswarm.rdd.rdd import RDD


class Barriers(Structure[T_co]):
    """`barrier`."""

    def barrier(self) -> RDDBarrier[T_co]:
        """The RDD as one whose next step needs all partitions to run at the same time.

        >>> sc.parallelize([1, 2, 3, 4], 2).barrier().mapPartitions(lambda records: [sum(records)]).collect()
        [3, 7]
        """
        return RDDBarrier(self._rdd)


class RDDBarrier(Generic[T_co]):
    """What `RDD.barrier()` gives: the two transformations that a barrier can begin with."""

    def __init__(self, rdd: RDD[T_co]) -> None:
        self.rdd = rdd

    def mapPartitions(self, f: Callable[[Iterator[T_co]], Iterable[U]], preservesPartitioning: bool = False) -> RDD[U]:
        """`RDD.mapPartitions`, all partitions at the same time.

        >>> sc.range(4, numSlices=2).barrier().mapPartitions(lambda records: [max(records)]).collect()
        [1, 3]
        """
        return _at_once(self.rdd.mapPartitions(f, preservesPartitioning))

    def mapPartitionsWithIndex(
        self, f: Callable[[int, Iterator[T_co]], Iterable[U]], preservesPartitioning: bool = False
    ) -> RDD[U]:
        """`RDD.mapPartitionsWithIndex`, all partitions at the same time.

        >>> sc.range(4, numSlices=2).barrier().mapPartitionsWithIndex(lambda index, records: [index]).sum()
        1
        """
        return _at_once(self.rdd.mapPartitionsWithIndex(f, preservesPartitioning))


def _at_once(rdd: RDD[U]) -> RDD[U]:
    rdd.ctx._barriers.add(rdd._id)
    return rdd


def must_fit(plan: Plan, barriers: Container[int], slots: int) -> None:
    """Refuse a plan in which a barrier has more partitions than the swarm has task slots."""
    for node in plan.nodes:
        if node.id in barriers and node.partitions > slots:
            raise NoEligibleVolunteers(
                f"the barrier of {node.name} at {node.call_site} needs {node.partitions} task slots at the same time, "
                f"and the swarm has {slots}. Wait for more volunteers, or coalesce({slots}) before barrier()"
            )
