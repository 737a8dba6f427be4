"""Transformations of RDDs of pairs `(key, value)` that leave each pair in its partition."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from tabswarm.plan.operators import FlatMapValues, Keys, MapValues, Values
from tabswarm.rdd.structure import Structure
from tabswarm.rdd.type_variables import K, T_co, U, V

if TYPE_CHECKING:
    from tabswarm.rdd.rdd import RDD


class Pairs(Structure[T_co]):
    """`keys`, `values`, and functions of the value alone."""

    def keys(self: Structure[tuple[K, V]]) -> RDD[K]:
        """The first of each pair.

        >>> sc.parallelize([("a", 1), ("b", 2)]).keys().collect()
        ['a', 'b']
        """
        return self._plain(Keys())

    def values(self: Structure[tuple[K, V]]) -> RDD[V]:
        """The second of each pair.

        >>> sc.parallelize([("a", 1), ("b", 2)]).values().collect()
        [1, 2]
        """
        return self._plain(Values())

    def mapValues(self: Structure[tuple[K, V]], f: Callable[[V], U]) -> RDD[tuple[K, U]]:
        """`(key, f(value))` for each pair. Keys stay where they are, and so does the partitioner.

        >>> sc.parallelize([("a", [1, 2]), ("b", [3])]).mapValues(len).collect()
        [('a', 2), ('b', 1)]
        """
        made: RDD[Any] = self._apply(MapValues, f, keeps_keys=True)
        return made

    def flatMapValues(self: Structure[tuple[K, V]], f: Callable[[V], Iterable[U]]) -> RDD[tuple[K, U]]:
        """`(key, item)` for each item of `f(value)`, for each pair. The partitioner is kept.

        >>> sc.parallelize([("a", "xy"), ("b", "z")]).flatMapValues(list).collect()
        [('a', 'x'), ('a', 'y'), ('b', 'z')]
        """
        made: RDD[Any] = self._apply(FlatMapValues, f, keeps_keys=True)
        return made
