"""Transformations that bring equal keys together.

They shuffle, unless the RDD is spread by the same partitioner already: then each key's values are in one partition, and
what is left is a narrow step. Keys are spread by the stable hash, equal on every platform (never `hash()`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tabswarm.plan.operators import MapPartitions, Shuffled
from tabswarm.rdd.key_partitioner import KeyPartitioner, PartitionFunction, portable_hash
from tabswarm.rdd.operation import Combining, Grouping, Plain, Shuffling
from tabswarm.rdd.partition_functions import CombineByKey, group_by_key
from tabswarm.rdd.structure import Structure, must_be_callable
from tabswarm.rdd.type_variables import C, K, T_co, V
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
        partitioner = _partitioner(self, numPartitions, partitionFunc)
        if self.partitioner == partitioner:
            made: RDD[Any] = self._apply(MapPartitions, group_by_key, keeps_keys=True)
            return made
        return _shuffled(self, partitioner, Grouping())

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
        partitioner = _partitioner(self, numPartitions, partitionFunc)
        if self.partitioner == partitioner:
            return self._rdd
        return _shuffled(self, partitioner, None)


def default_reduce_partitions(rdd: Structure[Any]) -> int:
    """How many reducers where the user does not say: `spark.default.parallelism` where it is set, else as many
    partitions as there are."""
    if rdd.ctx._default_parallelism_is_set:
        return rdd.ctx.defaultParallelism
    return rdd.getNumPartitions()


def _partitioner(rdd: Structure[Any], numPartitions: int | None, partitionFunc: PartitionFunction) -> KeyPartitioner:
    must_be_callable(partitionFunc, "partitionFunc")
    count = default_reduce_partitions(rdd) if numPartitions is None else int(numPartitions)
    if count < 0 or (count == 0 and numPartitions is not None):
        raise ValueError(f"numPartitions must be positive, not {count}")
    return KeyPartitioner(count, partitionFunc)


def _combined(
    rdd: Structure[Any], combining: Combining, numPartitions: int | None, partitionFunc: PartitionFunction
) -> RDD[Any]:
    partitioner = _partitioner(rdd, numPartitions, partitionFunc)
    if rdd.partitioner == partitioner:
        return rdd._apply(MapPartitions, CombineByKey(combining.create, combining.merge_value), keeps_keys=True)
    return _shuffled(rdd, partitioner, combining)


def _shuffled(rdd: Structure[Any], partitioner: KeyPartitioner, aggregator: Combining | Grouping | None) -> RDD[Any]:
    return rdd._derive(
        Plain(Shuffled()),
        partitions=partitioner.numPartitions,
        dependencies=(Shuffling(rdd.id(), rdd.ctx._new_id(), partitioner, aggregator),),
        partitioner=partitioner,
    )
