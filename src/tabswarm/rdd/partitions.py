"""Transformations that change which records share a partition, and put RDDs together partition by partition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tabswarm.plan.dependency import Edges, OneToOne, Span, Strided
from tabswarm.plan.operators import Coalesce, MapPartitionsWithIndex, Split, Union, Values
from tabswarm.rdd.key_partitioner import KeyPartitioner, portable_hash
from tabswarm.rdd.operation import Plain
from tabswarm.rdd.partition_functions import Deal
from tabswarm.rdd.structure import Structure, must_be_rdd, same_context
from tabswarm.rdd.type_variables import T_co, U

if TYPE_CHECKING:
    from tabswarm.rdd.rdd import RDD


class Partitions(Structure[T_co]):
    """`union`, `coalesce`, `repartition`, `split`."""

    def union(self, other: RDD[U]) -> RDD[T_co | U]:
        """The records of both, duplicates and all: first this RDD's partitions, then the other's.

        Two RDDs with the same partitioner are put together partition by partition instead, and keep it.

        >>> sc.parallelize([1, 2]).union(sc.parallelize([2, 3])).collect()
        [1, 2, 2, 3]
        """
        must_be_rdd(other)
        return union_of((self, other))

    def __add__(self, other: RDD[U]) -> RDD[T_co | U]:
        """`self.union(other)`.

        >>> (sc.parallelize([1]) + sc.parallelize([2])).collect()
        [1, 2]
        """
        return self.union(other)

    def coalesce(self, numPartitions: int, shuffle: bool = False) -> RDD[T_co]:
        """Fewer partitions, each made of neighbouring ones, without moving more than it must.

        With `shuffle=True` records are dealt out evenly, also to more partitions.

        >>> sc.parallelize([1, 2, 3, 4, 5], 3).coalesce(1).glom().collect()
        [[1, 2, 3, 4, 5]]
        """
        if not numPartitions > 0:
            raise ValueError("Number of partitions must be positive.")
        if shuffle:
            dealt = self._apply(MapPartitionsWithIndex, Deal(numPartitions))
            # A hash of small integers is their value, so each record goes where it was dealt to.
            return dealt.partitionBy(numPartitions, portable_hash)._plain(Values())
        parents = self._partitions
        count = min(numPartitions, parents)
        runs = [(index * parents // count, (index + 1) * parents // count) for index in range(count)]
        edges = Edges(self._id, tuple(tuple(range(start, end)) for start, end in runs))
        return self._derive(Plain(Coalesce()), partitions=count, dependencies=(edges,))

    def repartition(self, numPartitions: int) -> RDD[T_co]:
        """As many partitions as asked for, records dealt out evenly by a shuffle.

        >>> sc.parallelize(range(8), 2).repartition(4).getNumPartitions()
        4
        """
        return self.coalesce(numPartitions, shuffle=True)

    def split(self, n: int) -> RDD[T_co]:
        """Each partition cut into `n`, narrow and in order: child `i` gets the `i`-th of `n` contiguous runs.

        tabswarm's own (PySpark has no counterpart without a shuffle): it spreads the work of a few large partitions.

        >>> sc.parallelize([1, 2, 3, 4, 5, 6], 2).split(3).glom().collect()
        [[1], [2], [3], [4], [5], [6]]
        """
        if n < 1:
            raise ValueError(f"split(n) cuts each partition into n > 0 parts, not {n!r}")
        if self._partitions == 0:
            return self._rdd
        dependency = Strided(self._id, n, self._partitions)
        return self._derive(Plain(Split(n)), partitions=self._partitions * n, dependencies=(dependency,))


def union_of(rdds: tuple[Structure[Any], ...]) -> RDD[Any]:
    """The union of one or more RDDs, in their order."""
    same_context(rdds)
    first = rdds[0]
    partitioner = common_partitioner(rdds)
    if partitioner is not None:
        return first._derive(
            Plain(Coalesce()),
            parents=rdds,
            dependencies=tuple(OneToOne(rdd._id) for rdd in rdds),
            partitioner=partitioner,
        )
    spans: list[Span] = []
    total = 0
    for rdd in rdds:
        spans.append(Span(rdd._id, 0, total, rdd.getNumPartitions()))
        total += rdd.getNumPartitions()
    return first._derive(Plain(Union()), partitions=total, parents=rdds, dependencies=tuple(spans))


def common_partitioner(rdds: Sequence[Structure[Any]]) -> KeyPartitioner | None:
    """The partitioner by which all of the RDDs are spread, or None."""
    first = rdds[0].partitioner
    if first is None or any(rdd.partitioner != first for rdd in rdds):
        return None
    return first
