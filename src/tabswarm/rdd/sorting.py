"""Transformations that put pairs in order.

A sort over several partitions is lazy and static: the input is stored and sampled in one pass, one task finds bounds
from the samples, and each stored partition is sorted, cut at the bounds and sent on. The driver takes no part, and
nothing upstream runs twice (PySpark counts, samples and sorts its input in three jobs).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tabswarm.plan.dependency import AllPartitions, OneToOne
from tabswarm.plan.operators import Custom, Map, MapPartitions, MapPartitionsWithIndex, Values
from tabswarm.rdd.by_key import checked_partitions, default_reduce_partitions, partitioner_for, shuffled
from tabswarm.rdd.key_partitioner import KeyPartitioner, PartitionFunction, portable_hash
from tabswarm.rdd.operation import Applied
from tabswarm.rdd.partition_functions import KeyBy
from tabswarm.rdd.sorted_runs import CutRuns, FindBounds, MergeRuns, SampleKeys, SortPairs, identity
from tabswarm.rdd.structure import Structure, must_be_callable
from tabswarm.rdd.type_variables import K, T, T_co, V

if TYPE_CHECKING:
    from tabswarm.rdd.rdd import RDD

KEYS_PER_PARTITION = 20
"""Keys for each partition to be made that decide the bounds (PySpark's figure)."""
KEYS_AT_MOST = 100_000
"""About as many keys as all samples together hold, where partitions are many."""


class Sorting(Structure[T_co]):
    """`sortByKey`, `sortBy`, `repartitionAndSortWithinPartitions`."""

    def sortByKey(
        self: Structure[tuple[K, V]],
        ascending: bool | None = True,
        numPartitions: int | None = None,
        keyfunc: Callable[[K], Any] = identity,
    ) -> RDD[tuple[K, V]]:
        """The pairs in the order of their keys, or of `keyfunc(key)`: over all partitions, and within each.

        Nothing runs before an action does, and the input runs once. Equal keys keep their order.

        >>> pairs = sc.parallelize([("a", 1), ("b", 2), ("1", 3), ("d", 4), ("2", 5)])
        >>> pairs.sortByKey().first()
        ('1', 3)
        >>> pairs.sortByKey(False, 2).collect()
        [('d', 4), ('b', 2), ('a', 1), ('2', 5), ('1', 3)]
        """
        must_be_callable(keyfunc, "keyfunc")
        count = default_reduce_partitions(self) if numPartitions is None else checked_partitions(numPartitions)
        if count <= 1 or self._partitions == 0:
            whole = self._rdd.coalesce(1) if self._partitions > 1 else self
            return whole._apply(MapPartitions, SortPairs(bool(ascending), keyfunc), keeps_keys=True)
        return _sorted(self, bool(ascending), count, keyfunc)

    def sortBy(
        self: Structure[T], keyfunc: Callable[[T], Any], ascending: bool = True, numPartitions: int | None = None
    ) -> RDD[T]:
        """The records in the order of `keyfunc(record)`, which is called once for each.

        >>> pairs = sc.parallelize([("a", 1), ("b", 2), ("1", 3), ("d", 4), ("2", 5)])
        >>> pairs.sortBy(lambda pair: pair[0]).collect()
        [('1', 3), ('2', 5), ('a', 1), ('b', 2), ('d', 4)]
        """
        keyed: RDD[Any] = self._apply(Map, KeyBy(must_be_callable(keyfunc, "keyfunc")))
        return keyed.sortByKey(ascending, numPartitions)._plain(Values())

    def repartitionAndSortWithinPartitions(
        self: Structure[tuple[K, V]],
        numPartitions: int | None = None,
        partitionFunc: PartitionFunction = portable_hash,
        ascending: bool = True,
        keyfunc: Callable[[K], Any] = identity,
    ) -> RDD[tuple[K, V]]:
        """`partitionBy`, and each partition in the order of its keys.

        >>> pairs = sc.parallelize([(0, 5), (3, 8), (2, 6), (0, 8), (3, 8), (1, 3)])
        >>> pairs.repartitionAndSortWithinPartitions(2, lambda x: x % 2, True).glom().collect()
        [[(0, 5), (0, 8), (2, 6)], [(1, 3), (3, 8), (3, 8)]]
        """
        must_be_callable(keyfunc, "keyfunc")
        partitioner = partitioner_for(self, numPartitions, partitionFunc)
        spread = self if self.partitioner == partitioner else shuffled(self, partitioner, None)
        return spread._apply(MapPartitions, SortPairs(bool(ascending), keyfunc), keeps_keys=True)


def _sorted(data: Structure[Any], ascending: bool, count: int, keyfunc: Callable[[Any], Any]) -> RDD[Any]:
    samples = data._apply(MapPartitionsWithIndex, SampleKeys(_sample_size(count, data.getNumPartitions())))
    bounds = samples._derive(
        Applied(Custom, FindBounds(count, keyfunc)), partitions=1, dependencies=(AllPartitions(samples._id),)
    )
    runs = data._derive(
        Applied(Custom, CutRuns(count, ascending, keyfunc)),
        parents=(data, bounds),
        dependencies=(OneToOne(data._id), AllPartitions(bounds._id)),
    )
    # A hash of small integers is their value, so each run goes where it was cut for.
    sent = shuffled(runs, KeyPartitioner(count, portable_hash), None)
    return sent._apply(MapPartitions, MergeRuns(ascending, keyfunc))


def _sample_size(count: int, partitions: int) -> int:
    """How many keys each partition gives: all that matter where there are few, else thrice its even share (Spark's
    margin for uneven partitions).

    >>> _sample_size(2, 2), _sample_size(1000, 1000)
    (60, 100)
    """
    wanted = count * KEYS_PER_PARTITION
    return max(-(-3 * wanted // partitions), min(wanted, KEYS_AT_MOST // partitions))
