"""RDDs as sets and bags: records compared by value, across partitions.

Records are brought together by the stable hash, so they must be values that can be keys (a list cannot; a tuple can).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tabswarm.plan.dependency import Strided
from tabswarm.plan.operators import Cartesian, Keys, MapPartitions
from tabswarm.rdd.by_key import partitioner_for, shuffled
from tabswarm.rdd.groups_of_keys import InBoth, OnlyLeft, as_keys, distinct_keys, distinct_pairs
from tabswarm.rdd.joins import together
from tabswarm.rdd.key_partitioner import portable_hash
from tabswarm.rdd.operation import Plain
from tabswarm.rdd.structure import Structure, must_be_rdd, same_context
from tabswarm.rdd.type_variables import K, T_co, U, V

if TYPE_CHECKING:
    from tabswarm.rdd.rdd import RDD


class Sets(Structure[T_co]):
    """`distinct`, `intersection`, `subtract`, `cartesian`."""

    def distinct(self, numPartitions: int | None = None) -> RDD[T_co]:
        """Each distinct record once.

        >>> sorted(sc.parallelize([1, 1, 2, 3]).distinct().collect())
        [1, 2, 3]
        """
        partitioner = partitioner_for(self, numPartitions, portable_hash)
        pairs = self._apply(MapPartitions, distinct_pairs)
        return shuffled(pairs, partitioner, None)._apply(MapPartitions, distinct_keys)

    def intersection(self, other: Structure[Any]) -> RDD[T_co]:
        """The records that both RDDs have, each once.

        >>> left = sc.parallelize([1, 10, 2, 3, 4, 5])
        >>> right = sc.parallelize([1, 6, 2, 3, 7, 8])
        >>> sorted(left.intersection(right).collect())
        [1, 2, 3]
        """
        must_be_rdd(other)
        pairs = [rdd._apply(MapPartitions, distinct_pairs) for rdd in (self, other)]
        return together(pairs, InBoth(), None, keeps_keys=False)

    def subtract(self, other: Structure[Any], numPartitions: int | None = None) -> RDD[T_co]:
        """The records that the other RDD does not have; duplicates stay.

        >>> left = sc.parallelize([("a", 1), ("b", 4), ("b", 5), ("a", 3)])
        >>> right = sc.parallelize([("a", 3), ("c", None)])
        >>> sorted(left.subtract(right).collect())
        [('a', 1), ('b', 4), ('b', 5)]
        """
        must_be_rdd(other)
        pairs = self._apply(MapPartitions, as_keys), other._apply(MapPartitions, distinct_pairs)
        return together(pairs, OnlyLeft(), numPartitions)._plain(Keys())

    def subtractByKey(
        self: Structure[tuple[K, V]], other: Structure[tuple[K, Any]], numPartitions: int | None = None
    ) -> RDD[tuple[K, V]]:
        """The pairs whose key the other RDD does not have.

        >>> left = sc.parallelize([("a", 1), ("b", 4), ("b", 5), ("a", 2)])
        >>> right = sc.parallelize([("a", 3), ("c", None)])
        >>> sorted(left.subtractByKey(right).collect())
        [('b', 4), ('b', 5)]
        """
        return together((self, other), OnlyLeft(), numPartitions)

    def cartesian(self, other: Structure[U]) -> RDD[tuple[T_co, U]]:
        """Each pair of a record of this RDD and one of the other. There is a partition for each two partitions.

        >>> rdd = sc.parallelize([1, 2])
        >>> sorted(rdd.cartesian(rdd).collect())
        [(1, 1), (1, 2), (2, 1), (2, 2)]
        """
        must_be_rdd(other)
        same_context((self, other))
        mine, others = self._partitions, other.getNumPartitions()
        made: RDD[Any] = self._derive(
            Plain(Cartesian()),
            partitions=mine * others,
            parents=(self, other),
            dependencies=(Strided(self._id, others, mine), Strided(other._id, 1, others)),
        )
        return made
