"""Reductions in several levels, so that the driver gets a few values and not one a partition."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tabswarm.plan.operators import MapPartitions, MapPartitionsWithIndex
from tabswarm.rdd.answers import AsReduction
from tabswarm.rdd.partition_functions import Fold, GroupPartitions, Reduce
from tabswarm.rdd.structure import Structure, must_be_callable
from tabswarm.rdd.type_variables import T, T_co, U


class Tree(Structure[T_co]):
    """`treeReduce`, `treeAggregate`."""

    def treeReduce(self: Structure[T], f: Callable[[T, T], T], depth: int = 2) -> T:
        """`reduce`, in `depth` levels.

        >>> numbers = sc.parallelize([-5, -4, -3, -2, -1, 1, 2, 3, 4], 10)
        >>> [numbers.treeReduce(lambda a, b: a + b, depth) for depth in (1, 2, 5)]
        [-5, -5, -5]
        """
        _check_depth(depth)
        if self.getNumPartitions() == 0:
            raise ValueError("Cannot reduce empty RDD.")
        reduced = self._apply(MapPartitions, Reduce(must_be_callable(f)))
        value: T = self.ctx._answer(_levels(reduced, f, depth), AsReduction(f, "Cannot reduce empty RDD."))
        return value

    def treeAggregate(
        self: Structure[T], zeroValue: U, seqOp: Callable[[U, T], U], combOp: Callable[[U, U], U], depth: int = 2
    ) -> U:
        """`aggregate`, in `depth` levels; `zeroValue` begins each partition, and nothing else.

        >>> numbers = sc.parallelize([-5, -4, -3, -2, -1, 1, 2, 3, 4], 10)
        >>> [numbers.treeAggregate(0, lambda a, b: a + b, lambda a, b: a + b, depth) for depth in (1, 2, 10)]
        [-5, -5, -5]
        """
        _check_depth(depth)
        must_be_callable(combOp, "combOp")
        if self.getNumPartitions() == 0:
            return zeroValue
        folded = self._apply(MapPartitions, Fold(zeroValue, must_be_callable(seqOp, "seqOp")))
        value: U = self.ctx._answer(_levels(folded, combOp, depth), AsReduction(combOp))
        return value


def _check_depth(depth: int) -> None:
    if depth < 1:
        raise ValueError(f"Depth cannot be smaller than 1 but got {depth}.")


def _levels(values: Structure[Any], f: Callable[[Any, Any], Any], depth: int) -> Structure[Any]:
    """One value a partition, put together until few enough are left: PySpark's rule for how many that is."""
    left: float = values.getNumPartitions()
    scale = max(math.ceil(left ** (1 / depth)), 2)
    while left > scale + left / scale:
        left /= scale
        groups = int(left)
        numbered = values._apply(MapPartitionsWithIndex, GroupPartitions(groups))
        values = numbered.reduceByKey(f, groups).values()
    return values
