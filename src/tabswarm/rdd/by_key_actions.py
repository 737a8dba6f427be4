"""Actions on pairs: the values of a key, or of all keys, to the driver."""

from __future__ import annotations

from collections.abc import Callable

from tabswarm.plan.operators import MapPartitions
from tabswarm.rdd.answers import AS_LIST, AsMap, AsReducedByKey
from tabswarm.rdd.partition_functions import CombineByKey, ValuesOf
from tabswarm.rdd.structure import Structure, must_be_callable
from tabswarm.rdd.type_variables import K, T_co, V


class ByKeyActions(Structure[T_co]):
    """`countByKey`, `collectAsMap`, `reduceByKeyLocally`, `lookup`."""

    def countByKey(self: Structure[tuple[K, V]]) -> dict[K, int]:
        """Each key and how many pairs have it.

        >>> sorted(sc.parallelize([("a", 1), ("b", 1), ("a", 1)]).countByKey().items())
        [('a', 2), ('b', 1)]
        """
        return self._rdd.keys().countByValue()

    def collectAsMap(self: Structure[tuple[K, V]]) -> dict[K, V]:
        """The pairs as a dict; of a key's values the last one stays.

        >>> sc.parallelize([(1, 2), (3, 4)]).collectAsMap()
        {1: 2, 3: 4}
        """
        pairs: dict[K, V] = self.ctx._answer(self, AsMap())
        return pairs

    def reduceByKeyLocally(self: Structure[tuple[K, V]], func: Callable[[V, V], V]) -> dict[K, V]:
        """`reduceByKey`, without a shuffle: the result is a dict in the driver.

        >>> pairs = sc.parallelize([("a", 1), ("b", 1), ("a", 1)], 2)
        >>> sorted(pairs.reduceByKeyLocally(lambda x, y: x + y).items())
        [('a', 2), ('b', 1)]
        """
        combined = self._apply(MapPartitions, CombineByKey(None, must_be_callable(func, "func")))
        reduced: dict[K, V] = self.ctx._answer(combined, AsReducedByKey(func))
        return reduced

    def lookup(self: Structure[tuple[K, V]], key: K) -> list[V]:
        """The values of a key. Where the RDD has a partitioner only the key's own partition is looked at.

        >>> pairs = sc.parallelize([(i, i * i) for i in range(100)], 10)
        >>> pairs.lookup(9), pairs.partitionBy(4).lookup(9), pairs.lookup(1000)
        ([81], [81], [])
        """
        partitions = None if self.partitioner is None else [self.partitioner(key)]
        found: list[V] = self.ctx._answer(self._apply(MapPartitions, ValuesOf(key)), AS_LIST, partitions)
        return found
