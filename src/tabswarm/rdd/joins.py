"""Transformations that bring together what several RDDs of pairs have for a key.

Each RDD is spread by one and the same partitioner, and meets the others partition by partition. One that is spread so
already is not shuffled again, so joining what was partitioned alike moves nothing; one that stands in a join twice is
shuffled once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tabswarm.plan.dependency import OneToOne
from tabswarm.plan.operators import Custom
from tabswarm.rdd.by_key import checked_partitions, shuffled
from tabswarm.rdd.groups_of_keys import CoGroup, Join
from tabswarm.rdd.key_partitioner import KeyPartitioner, portable_hash
from tabswarm.rdd.operation import AnyFunction, Applied
from tabswarm.rdd.partitions import common_partitioner
from tabswarm.rdd.structure import Structure, must_be_rdd, same_context
from tabswarm.rdd.type_variables import K, T_co, U, V
from tabswarm.result_iterable import ResultIterable

if TYPE_CHECKING:
    from tabswarm.rdd.rdd import RDD


class Joins(Structure[T_co]):
    """`join`, `cogroup` and their kin."""

    def join(
        self: Structure[tuple[K, V]], other: Structure[tuple[K, U]], numPartitions: int | None = None
    ) -> RDD[tuple[K, tuple[V, U]]]:
        """`(key, (left, right))` for each two pairs of the same key, one of this RDD and one of the other.

        Without `numPartitions` there are as many partitions as both have together (PySpark's rule), or as each has
        where both are partitioned alike: then nothing is shuffled.

        >>> left = sc.parallelize([("a", 1), ("b", 4)])
        >>> right = sc.parallelize([("a", 2), ("a", 3)])
        >>> sorted(left.join(right).collect())
        [('a', (1, 2)), ('a', (1, 3))]
        """
        return together((self, other), Join(False, False), numPartitions)

    def leftOuterJoin(
        self: Structure[tuple[K, V]], other: Structure[tuple[K, U]], numPartitions: int | None = None
    ) -> RDD[tuple[K, tuple[V, U | None]]]:
        """As `join`, and `(key, (left, None))` for each pair whose key the other RDD does not have.

        >>> left = sc.parallelize([("a", 1), ("b", 4)])
        >>> right = sc.parallelize([("a", 2)])
        >>> sorted(left.leftOuterJoin(right).collect())
        [('a', (1, 2)), ('b', (4, None))]
        """
        return together((self, other), Join(False, True), numPartitions)

    def rightOuterJoin(
        self: Structure[tuple[K, V]], other: Structure[tuple[K, U]], numPartitions: int | None = None
    ) -> RDD[tuple[K, tuple[V | None, U]]]:
        """As `join`, and `(key, (None, right))` for each pair of the other RDD whose key this one does not have.

        >>> left = sc.parallelize([("a", 2)])
        >>> right = sc.parallelize([("a", 1), ("b", 4)])
        >>> sorted(left.rightOuterJoin(right).collect())
        [('a', (2, 1)), ('b', (None, 4))]
        """
        return together((self, other), Join(True, False), numPartitions)

    def fullOuterJoin(
        self: Structure[tuple[K, V]], other: Structure[tuple[K, U]], numPartitions: int | None = None
    ) -> RDD[tuple[K, tuple[V | None, U | None]]]:
        """As `join`, and each pair whose key the other side does not have, with None for the missing value.

        >>> left = sc.parallelize([("a", 1), ("b", 4)])
        >>> right = sc.parallelize([("a", 2), ("c", 8)])
        >>> sorted(left.fullOuterJoin(right).collect())
        [('a', (1, 2)), ('b', (4, None)), ('c', (None, 8))]
        """
        return together((self, other), Join(True, True), numPartitions)

    def cogroup(
        self: Structure[tuple[K, V]], other: Structure[tuple[K, U]], numPartitions: int | None = None
    ) -> RDD[tuple[K, tuple[ResultIterable[V], ResultIterable[U]]]]:
        """For each key of either RDD: all values of the one, and all values of the other.

        >>> left = sc.parallelize([("a", 1), ("b", 4)])
        >>> right = sc.parallelize([("a", 2)])
        >>> [(key, list(v), list(w)) for key, (v, w) in sorted(left.cogroup(right).collect())]
        [('a', [1], [2]), ('b', [4], [])]
        """
        return together((self, other), CoGroup(), numPartitions)

    def groupWith(
        self: Structure[tuple[K, Any]], other: Structure[tuple[K, Any]], *others: Structure[tuple[K, Any]]
    ) -> RDD[tuple[K, tuple[ResultIterable[Any], ...]]]:
        """`cogroup` of two or more RDDs.

        >>> ages = sc.parallelize([("ann", 31), ("bob", 47)])
        >>> towns = sc.parallelize([("ann", "Ulm")])
        >>> pets = sc.parallelize([("bob", "cat"), ("bob", "dog")])
        >>> [(name, *map(list, found)) for name, found in sorted(ages.groupWith(towns, pets).collect())]
        [('ann', [31], ['Ulm'], []), ('bob', [47], [], ['cat', 'dog'])]
        """
        return together((self, other, *others), CoGroup(), None)


def together(
    rdds: Sequence[Structure[Any]],
    f: AnyFunction,
    numPartitions: int | None,
    *,
    keeps_keys: bool = True,
) -> RDD[Any]:
    """`f(partition, [iterator for each RDD])` over RDDs of pairs, where equal keys of all of them meet."""
    for rdd in rdds:
        must_be_rdd(rdd)
    same_context(rdds)
    partitioner = _meeting(rdds, numPartitions)
    spread: dict[int, Structure[Any]] = {}
    for rdd in rdds:
        if rdd._id not in spread:
            spread[rdd._id] = rdd if rdd.partitioner == partitioner else shuffled(rdd, partitioner, None)
    parents = tuple(spread[rdd._id] for rdd in rdds)
    return rdds[0]._derive(
        Applied(Custom, f),
        partitions=partitioner.numPartitions,
        parents=parents,
        dependencies=tuple(OneToOne(parent._id) for parent in parents),
        partitioner=partitioner if keeps_keys else None,
    )


def _meeting(rdds: Sequence[Structure[Any]], numPartitions: int | None) -> KeyPartitioner:
    """The partitioner by which the RDDs meet.

    That of all of them where they have the same, whatever its function; else the stable hash.
    """
    common = common_partitioner(rdds)
    if numPartitions is not None:
        count = checked_partitions(numPartitions)
    elif rdds[0].ctx._default_parallelism_is_set:
        count = rdds[0].ctx.defaultParallelism
    elif common is not None:
        count = common.numPartitions
    else:
        count = sum(rdd.getNumPartitions() for rdd in rdds)
    if common is not None and common.numPartitions == count:
        return common
    return KeyPartitioner(count, portable_hash)
