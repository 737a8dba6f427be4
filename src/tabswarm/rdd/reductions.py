"""Actions that put all records together into one value: first within each partition, then here, in partition order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tabswarm.plan.operators import MapPartitions
from tabswarm.rdd.answers import AsCounts, AsFold, AsReduction, AsSum
from tabswarm.rdd.partition_functions import Fold, Reduce, count_values, sum_partition
from tabswarm.rdd.structure import Structure, must_be_callable
from tabswarm.rdd.type_variables import K, T, T_co, U


class Reductions(Structure[T_co]):
    """`reduce`, `fold`, `aggregate`, `sum`, `countByValue`."""

    def reduce(self: Structure[T], f: Callable[[T, T], T]) -> T:
        """All records put together by an associative and commutative `f`; `ValueError` where there are none.

        >>> sc.parallelize([1, 2, 3, 4, 5]).reduce(lambda x, y: x + y)
        15
        """
        reduced: T = self.ctx._answer(self._apply(MapPartitions, Reduce(must_be_callable(f))), AsReduction(f))
        return reduced

    def fold(self: Structure[T], zeroValue: T, op: Callable[[T, T], T]) -> T:
        """All records put together by `op`, beginning with `zeroValue` in each partition and once more at the end.

        Each time with a copy of its own: an `op` that changes its first argument changes nobody else's, nor yours.

        >>> sc.parallelize([1, 2, 3, 4, 5]).fold(0, lambda x, y: x + y)
        15
        """
        folds = self._apply(MapPartitions, Fold(zeroValue, must_be_callable(op, "op")))
        folded: T = self.ctx._answer(folds, AsFold(op, zeroValue))
        return folded

    def aggregate(self: Structure[T], zeroValue: U, seqOp: Callable[[U, T], U], combOp: Callable[[U, U], U]) -> U:
        """Like `fold`, into another type: `seqOp` adds a record, `combOp` puts two partial results together.

        >>> sc.parallelize([1, 2, 3, 4]).aggregate((0, 0), lambda a, x: (a[0] + x, a[1] + 1),
        ...                                        lambda a, b: (a[0] + b[0], a[1] + b[1]))
        (10, 4)
        """
        must_be_callable(combOp, "combOp")
        folds = self._apply(MapPartitions, Fold(zeroValue, must_be_callable(seqOp, "seqOp")))
        folded: U = self.ctx._answer(folds, AsFold(combOp, zeroValue))
        return folded

    def sum(self) -> Any:
        """The sum of the records; 0 where there are none.

        >>> sc.parallelize([1.0, 2.0, 3.0]).sum()
        6.0
        """
        return self.ctx._answer(self._apply(MapPartitions, sum_partition), AsSum())

    def countByValue(self: Structure[K]) -> dict[K, int]:
        """Each distinct record and how often it occurs.

        >>> sorted(sc.parallelize([1, 2, 1, 2, 2], 2).countByValue().items())
        [(1, 2), (2, 3)]
        """
        counts: dict[K, int] = self.ctx._answer(self._apply(MapPartitions, count_values), AsCounts())
        return counts
