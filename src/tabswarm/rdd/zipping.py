"""Records beside others, or beside numbers of their own.

`zipWithIndex` needs to know how many records stand in the partitions before; its plan is static and runs its input
once: each partition is stored and counted in one pass, one task adds the counts up, and the stored partitions are
numbered from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate, count
from typing import TYPE_CHECKING, Any

from tabswarm.plan.dependency import AllPartitions, Edges, OneToOne
from tabswarm.plan.operators import Custom, MapPartitions, MapPartitionsWithIndex, Zip
from tabswarm.rdd.operation import Applied, Plain
from tabswarm.rdd.partition_functions import count_partition
from tabswarm.rdd.structure import Structure, must_be_rdd, same_context
from tabswarm.rdd.type_variables import T_co, U

if TYPE_CHECKING:
    from tabswarm.rdd.rdd import RDD


class Zipping(Structure[T_co]):
    """`zip`, `zipWithIndex`, `zipWithUniqueId`."""

    def zip(self, other: Structure[U]) -> RDD[tuple[T_co, U]]:
        """Pairs of the n-th record of the one and the n-th of the other.

        Both need the same number of partitions, and the same number of records in each.

        >>> numbers = sc.range(3, numSlices=2)
        >>> numbers.zip(numbers.map(str)).collect()
        [(0, '0'), (1, '1'), (2, '2')]
        """
        must_be_rdd(other)
        same_context((self, other))
        if self._partitions != other.getNumPartitions():
            raise ValueError("Can only zip with RDD which has the same number of partitions")
        made: RDD[Any] = self._derive(
            Plain(Zip()), parents=(self, other), dependencies=(OneToOne(self._id), OneToOne(other._id))
        )
        return made

    def zipWithIndex(self) -> RDD[tuple[T_co, int]]:
        """`(record, its number)`: records are numbered from 0, in the order of the partitions.

        Lazy, and computed once: PySpark counts the records of all partitions when it is called, and computes them again
        later.

        >>> sc.parallelize(["a", "b", "c", "d"], 3).zipWithIndex().collect()
        [('a', 0), ('b', 1), ('c', 2), ('d', 3)]
        """
        if self._partitions <= 1:
            return self._apply(MapPartitionsWithIndex, numbered_from_index)
        counts = self._apply(MapPartitions, count_partition)
        before = Edges(counts._id, (tuple(range(self._partitions - 1)),))
        starts = counts._derive(Applied(Custom, running_totals), partitions=1, dependencies=(before,))
        made: RDD[Any] = self._derive(
            Applied(Custom, numbered_from_starts),
            parents=(self, starts),
            dependencies=(OneToOne(self._id), AllPartitions(starts._id)),
        )
        return made

    def zipWithUniqueId(self) -> RDD[tuple[T_co, int]]:
        """`(record, a number that no other has)`: in partition k of n they are k, n+k, 2n+k, ...

        >>> sc.parallelize(["a", "b", "c", "d", "e"], 3).zipWithUniqueId().collect()
        [('a', 0), ('b', 1), ('c', 4), ('d', 2), ('e', 5)]
        """
        return self._apply(MapPartitionsWithIndex, NumberedInSteps(self._partitions))


def running_totals(partition: int, parents: list[Iterator[int]]) -> Iterable[list[int]]:
    """One record: where the numbers of each partition start, from the counts of all but the last.

    >>> list(running_totals(0, [iter([3]), iter([4])]))
    [[0, 3, 7]]
    """
    yield list(accumulate((counted for counts in parents for counted in counts), initial=0))


def numbered_from_starts(partition: int, parents: list[Iterator[Any]]) -> Iterable[tuple[Any, int]]:
    """The first parent's records, numbered from where the second says."""
    records, starts = parents
    return zip(records, count(next(starts)[partition]))


def numbered_from_index(partition: int, records: Iterator[Any]) -> Iterable[tuple[Any, int]]:
    """The records of an only partition, numbered from 0."""
    return zip(records, count())


class NumberedInSteps:
    """The records numbered `partition`, `partition + step`, `partition + 2 * step`, ..."""

    def __init__(self, step: int) -> None:
        self.step = step

    def __call__(self, partition: int, records: Iterator[Any]) -> Iterable[tuple[Any, int]]:
        return zip(records, count(partition, self.step))
