"""Transformations that bring equal keys together.

They shuffle, unless the RDD is spread by the same partitioner already: then each key's values are in one partition, and
what is left is a narrow step. Keys are spread by the stable hash, equal on every platform (never `hash()`).
"""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import TYPE_CHECKING, Any

from tabswarm.plan.operators import Map, MapPartitions, Shuffled
from tabswarm.rdd.key_partitioner import KeyPartitioner, PartitionFunction, portable_hash
from tabswarm.rdd.operation import Combining, Grouping, Plain, Shuffling
from tabswarm.rdd.partition_functions import CombineByKey, FromZero, KeyBy, group_by_key
from tabswarm.rdd.structure import Structure, must_be_callable
from tabswarm.rdd.type_variables import C, K, T, T_co, U, V
from tabswarm.result_iterable import ResultIterable

if TYPE_CHECKING:
    from tabswarm.rdd.rdd import RDD


class ByKey(Structure[T_co]):
    """`reduceByKey` and its kin."""

    def reduceByKey(
        self: Structure[tuple[K, V]],
        func: Callable[[V, V], V],
        numPartitions: int | None = None,
        partitionFunc: PartitionFunction = portable_hash,
    ) -> RDD[tuple[K, V]]:
        """The values of each key put together by an associative `func`, on both sides of the shuffle.

        >>> pairs = sc.parallelize([("a", 1), ("b", 1), ("a", 1)])
        >>> sorted(pairs.reduceByKey(lambda x, y: x + y).collect())
        [('a', 2), ('b', 1)]
        """
        must_be_callable(func, "func")
        return _combined(self, Combining(func, func), numPartitions, partitionFunc)

    def combineByKey(
        self: Structure[tuple[K, V]],
        createCombiner: Callable[[V], C],
        mergeValue: Callable[[C, V], C],
        mergeCombiners: Callable[[C, C], C],
        numPartitions: int | None = None,
        partitionFunc: PartitionFunction = portable_hash,
    ) -> RDD[tuple[K, C]]:
        """The values of each key put together into a combiner of another type.

        `createCombiner` makes one of a key's first value, `mergeValue` adds a further value to it, and `mergeCombiners`
        puts two combiners together. The first argument of the latter two may be changed and returned.

        >>> pairs = sc.parallelize([("a", 1), ("b", 1), ("a", 2)])
        >>> grouped = pairs.combineByKey(lambda v: [v], lambda c, v: c + [v], lambda c, d: c + d)
        >>> sorted(grouped.collect())
        [('a', [1, 2]), ('b', [1])]
        """
        must_be_callable(createCombiner, "createCombiner")
        must_be_callable(mergeValue, "mergeValue")
        must_be_callable(mergeCombiners, "mergeCombiners")
        return _combined(self, Combining(mergeValue, mergeCombiners, createCombiner), numPartitions, partitionFunc)

    def aggregateByKey(
        self: Structure[tuple[K, V]],
        zeroValue: U,
        seqFunc: Callable[[U, V], U],
        combFunc: Callable[[U, U], U],
        numPartitions: int | None = None,
        partitionFunc: PartitionFunction = portable_hash,
    ) -> RDD[tuple[K, U]]:
        """The values of each key added to a copy of `zeroValue` by `seqFunc`; `combFunc` puts two results together.

        >>> pairs = sc.parallelize([("a", 1), ("b", 1), ("a", 2)])
        >>> totals = pairs.aggregateByKey((0, 0), lambda a, v: (a[0] + v, a[1] + 1),
        ...                               lambda a, b: (a[0] + b[0], a[1] + b[1]))
        >>> sorted(totals.collect())
        [('a', (3, 2)), ('b', (1, 1))]
        """
        must_be_callable(seqFunc, "seqFunc")
        must_be_callable(combFunc, "combFunc")
        combining = Combining(seqFunc, combFunc, FromZero(zeroValue, seqFunc))
        return _combined(self, combining, numPartitions, partitionFunc)

    def foldByKey(
        self: Structure[tuple[K, V]],
        zeroValue: V,
        func: Callable[[V, V], V],
        numPartitions: int | None = None,
        partitionFunc: PartitionFunction = portable_hash,
    ) -> RDD[tuple[K, V]]:
        """The values of each key put together by `func`, beginning with a copy of `zeroValue`.

        That start is used once for each key in each partition, so it should change nothing (0 for a sum).

        >>> pairs = sc.parallelize([("a", 1), ("b", 1), ("a", 1)])
        >>> sorted(pairs.foldByKey(0, lambda x, y: x + y).collect())
        [('a', 2), ('b', 1)]
        """
        must_be_callable(func, "func")
        return _combined(self, Combining(func, func, FromZero(zeroValue, func)), numPartitions, partitionFunc)

    def groupBy(
        self: Structure[T],
        f: Callable[[T], K],
        numPartitions: int | None = None,
        partitionFunc: PartitionFunction = portable_hash,
    ) -> RDD[tuple[K, ResultIterable[T]]]:
        """The records for which `f` gives the same, as one iterable: `keyBy(f).groupByKey()`.

        >>> groups = sc.parallelize([1, 1, 2, 3, 5, 8]).groupBy(lambda x: x % 2)
        >>> sorted((key, sorted(group)) for key, group in groups.collect())
        [(0, [2, 8]), (1, [1, 1, 3, 5])]
        """
        keyed: RDD[Any] = self._apply(Map, KeyBy(must_be_callable(f)))
        return keyed.groupByKey(numPartitions, partitionFunc)

    def groupByKey(
        self: Structure[tuple[K, V]],
        numPartitions: int | None = None,
        partitionFunc: PartitionFunction = portable_hash,
    ) -> RDD[tuple[K, ResultIterable[V]]]:
        """All values of each key as one iterable, in the order of the map partitions.

        To sum or average, `reduceByKey` or `combineByKey` move far less.

        >>> pairs = sc.parallelize([("a", 1), ("b", 1), ("a", 2)], 2)
        >>> sorted(pairs.groupByKey().mapValues(list).collect())
        [('a', [1, 2]), ('b', [1])]
        """
        partitioner = partitioner_for(self, numPartitions, partitionFunc)
        if self.partitioner == partitioner:
            made: RDD[Any] = self._apply(MapPartitions, group_by_key, keeps_keys=True)
            return made
        return shuffled(self, partitioner, Grouping())

    def partitionBy(
        self: Structure[tuple[K, V]],
        numPartitions: int | None,
        partitionFunc: PartitionFunction = portable_hash,
    ) -> RDD[tuple[K, V]]:
        """The same pairs, each in partition `partitionFunc(key) % numPartitions`.

        >>> pairs = sc.parallelize([1, 2, 3, 4, 2, 4, 1]).map(lambda x: (x, x))
        >>> parts = pairs.partitionBy(2).glom().collect()
        >>> sorted({x for x, _ in parts[0]}), sorted({x for x, _ in parts[1]})
        ([2, 4], [1, 3])
        """
        partitioner = partitioner_for(self, numPartitions, partitionFunc)
        if self.partitioner == partitioner:
            return self._rdd
        return shuffled(self, partitioner, None)


def default_reduce_partitions(rdd: Structure[Any]) -> int:
    """How many reducers where the user does not say: `spark.default.parallelism` where it is set, else as many
    partitions as there are."""
    if rdd.ctx._default_parallelism_is_set:
        return rdd.ctx.defaultParallelism
    return rdd.getNumPartitions()


def checked_partitions(numPartitions: int) -> int:
    """A number of partitions that the user gave, if it is one."""
    count = index(numPartitions)
    if count < 1:
        raise ValueError(f"numPartitions must be positive, not {count}")
    return count


def partitioner_for(rdd: Structure[Any], numPartitions: int | None, partitionFunc: PartitionFunction) -> KeyPartitioner:
    """The partitioner of an operation by key on one RDD."""
    must_be_callable(partitionFunc, "partitionFunc")
    count = default_reduce_partitions(rdd) if numPartitions is None else checked_partitions(numPartitions)
    return KeyPartitioner(count, partitionFunc)


def _combined(
    rdd: Structure[Any], combining: Combining, numPartitions: int | None, partitionFunc: PartitionFunction
) -> RDD[Any]:
    partitioner = partitioner_for(rdd, numPartitions, partitionFunc)
    if rdd.partitioner == partitioner:
        return rdd._apply(MapPartitions, CombineByKey(combining.create, combining.merge_value), keeps_keys=True)
    return shuffled(rdd, partitioner, combining)


def shuffled(rdd: Structure[Any], partitioner: KeyPartitioner, aggregator: Combining | Grouping | None) -> RDD[Any]:
    """The pairs of an RDD, each in the partition that the partitioner says, put together by the aggregator if any."""
    return rdd._derive(
        Plain(Shuffled()),
        partitions=partitioner.numPartitions,
        dependencies=(Shuffling(rdd._id, rdd.ctx._new_id(), partitioner, aggregator),),
        partitioner=partitioner,
    )
