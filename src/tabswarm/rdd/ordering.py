"""Actions that pick records by their order: the largest and the smallest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tabswarm.plan.operators import MapPartitions
from tabswarm.rdd.partition_functions import Larger, Rank, Smaller
from tabswarm.rdd.structure import Structure, must_be_callable
from tabswarm.rdd.summaries import AsRanked
from tabswarm.rdd.type_variables import T, T_co


class Ordering(Structure[T_co]):
    """`max`, `min`, `top`, `takeOrdered`."""

    def max(self: Structure[T], key: Callable[[T], Any] | None = None) -> T:
        """The largest record, by `key` where one is given; `ValueError` where there are none.

        >>> sc.parallelize([1.0, 5.0, 43.0, 10.0]).max(), sc.parallelize([9, 10]).max(key=str)
        (43.0, 9)
        """
        larger: Callable[[Any, Any], Any] = max if key is None else Larger(must_be_callable(key, "key"))
        return self._rdd.reduce(larger)

    def min(self: Structure[T], key: Callable[[T], Any] | None = None) -> T:
        """The smallest record, by `key` where one is given; `ValueError` where there are none.

        >>> sc.parallelize([2.0, 5.0, 43.0]).min(), sc.parallelize([9, 10]).min(key=str)
        (2.0, 10)
        """
        smaller: Callable[[Any, Any], Any] = min if key is None else Smaller(must_be_callable(key, "key"))
        return self._rdd.reduce(smaller)

    def top(self: Structure[T], num: int, key: Callable[[T], Any] | None = None) -> list[T]:
        """The `num` largest records, the largest first, by `key` where one is given; all where there are fewer.

        >>> sc.parallelize([10, 4, 2, 12, 3]).top(2), sc.parallelize([10, 4, 2, 12, 3], 2).top(3, key=str)
        ([12, 10], [4, 3, 2])
        """
        return _ranked(self, num, True, key)

    def takeOrdered(self: Structure[T], num: int, key: Callable[[T], Any] | None = None) -> list[T]:
        """The `num` smallest records, the smallest first, by `key` where one is given; all where there are fewer.

        >>> numbers = sc.parallelize([10, 1, 2, 9, 3, 4, 5, 6, 7], 2)
        >>> numbers.takeOrdered(3), numbers.takeOrdered(3, key=lambda x: -x)
        ([1, 2, 3], [10, 9, 7])
        """
        if num < 0:
            raise ValueError("top N cannot be negative.")
        return [] if num == 0 else _ranked(self, num, False, key)


def _ranked(rdd: Structure[T], num: int, largest: bool, key: Callable[[T], Any] | None) -> list[T]:
    if key is not None:
        must_be_callable(key, "key")
    picked = rdd._apply(MapPartitions, Rank(num, largest, key))
    records: list[T] = rdd.ctx._answer(picked, AsRanked(num, largest, key))
    return records
