"""Actions that describe numbers: count, mean, variance, extremes, histograms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from tabswarm.plan.operators import MapPartitions
from tabswarm.rdd.answers import AS_LIST
from tabswarm.rdd.partition_functions import CountInBuckets, describe_partition, extremes_of_partition
from tabswarm.rdd.structure import Structure
from tabswarm.rdd.summaries import AsFigure, AsHistogram
from tabswarm.rdd.type_variables import T, T_co
from tabswarm.stat_counter import StatCounter

_EVEN = 1e-10
"""Buckets whose widths differ by less are even, as in PySpark: a record's bucket is then computed, not searched."""


class Statistics(Structure[T_co]):
    """`stats` and what it holds, `histogram`."""

    def stats(self) -> StatCounter:
        """Count, mean, variance and extremes in one pass.

        >>> stats = sc.parallelize([1, 2, 3, 4], 2).stats()
        >>> stats.count(), stats.mean(), stats.max()
        (4, 2.5, 4)
        """
        counter: StatCounter = _figure(self, "")
        return counter

    def mean(self) -> Any:
        """The mean of the records.

        >>> sc.parallelize([1, 2, 3]).mean()
        2.0
        """
        return _figure(self, "mean")

    def variance(self) -> Any:
        """The variance of the records.

        >>> sc.parallelize([1, 2, 3]).variance()
        0.6666666666666666
        """
        return _figure(self, "variance")

    def stdev(self) -> Any:
        """The standard deviation of the records.

        >>> sc.parallelize([1, 2, 3]).stdev()
        0.816496580927726
        """
        return _figure(self, "stdev")

    def sampleVariance(self) -> Any:
        """The variance of what the records are a sample of: divided by N-1.

        >>> sc.parallelize([1, 2, 3]).sampleVariance()
        1.0
        """
        return _figure(self, "sampleVariance")

    def sampleStdev(self) -> Any:
        """The standard deviation of what the records are a sample of.

        >>> sc.parallelize([1, 2, 3]).sampleStdev()
        1.0
        """
        return _figure(self, "sampleStdev")

    def histogram(self: Structure[T], buckets: int | Sequence[T]) -> tuple[Sequence[T], list[int]]:
        """How many records lie in each bucket, with the buckets' borders.

        `buckets` are the borders, sorted: [1, 10, 20] means 1 <= x < 10 and 10 <= x <= 20; what lies outside is not
        counted. Or it is a number of even buckets between the smallest and the largest record. None and NaN are
        never counted. Borders may be anything that has an order.

        >>> numbers = sc.parallelize(range(51), 2)
        >>> numbers.histogram(2), numbers.histogram([0, 5, 25, 50])
        (([0, 25, 50], [25, 26]), ([0, 5, 25, 50], [5, 20, 26]))
        >>> sc.parallelize(["ab", "ac", "b", "bd", "ef"]).histogram(("a", "b", "c"))
        (('a', 'b', 'c'), [2, 2])
        """
        if isinstance(buckets, int):
            return _even_histogram(self, buckets)
        check_borders(buckets)
        return _histogram(self, buckets, even_width(buckets))


def _figure(rdd: Structure[Any], name: str) -> Any:
    return rdd.ctx._answer(rdd._apply(MapPartitions, describe_partition), AsFigure(name))


def _histogram(rdd: Structure[T], borders: Sequence[T], width: Any) -> tuple[Sequence[T], list[int]]:
    counted = rdd._apply(MapPartitions, CountInBuckets(borders, width))
    made: tuple[Sequence[T], list[int]] = rdd.ctx._answer(counted, AsHistogram(borders))
    return made


def _even_histogram(rdd: Structure[Any], buckets: int) -> tuple[Sequence[Any], list[int]]:
    found = extremes(rdd, buckets)
    if found is None:
        raise ValueError("can not generate buckets from empty RDD")
    least, most, count = found
    if least == most or buckets == 1:
        return [least, most], [count]
    return _histogram(rdd, *borders_between(least, most, buckets))


def extremes(rdd: Structure[Any], buckets: int) -> tuple[Any, Any, int] | None:
    """The smallest record, the largest, and how many there are; None where there is none. A job of its own."""
    if buckets < 1:
        raise ValueError("number of buckets must be >= 1")
    found = rdd.ctx._answer(rdd._apply(MapPartitions, extremes_of_partition), AS_LIST)
    if not found:
        return None
    least = min(smallest for smallest, _, _ in found)
    most = max(largest for _, largest, _ in found)
    return least, most, sum(count for _, _, count in found)


def borders_between(least: Any, most: Any, buckets: int) -> tuple[list[Any], Any]:
    """The borders of even buckets, and their width."""
    try:
        width = (most - least) / buckets
    except TypeError:
        raise TypeError("Can not generate buckets with non-number in RDD") from None
    if math.isinf(width):
        raise ValueError("Can not generate buckets with infinite value")
    if int(width) * buckets == most - least:
        width = int(width)  # whole numbers stay whole
    return [*(least + i * width for i in range(buckets)), most], width


def check_borders(borders: Sequence[Any]) -> None:
    if not isinstance(borders, list | tuple):
        raise TypeError("buckets should be a list or tuple or number(int or long)")
    if len(borders) < 2:
        raise ValueError("buckets should have more than one value")
    if any(border is None or (isinstance(border, float) and math.isnan(border)) for border in borders):
        raise ValueError("can not have None or NaN in buckets")
    if sorted(borders) != list(borders):
        raise ValueError("buckets should be sorted")
    if len(set(borders)) != len(borders):
        raise ValueError("buckets should not contain duplicated values")


def even_width(borders: Sequence[Any]) -> Any:
    """The width of the buckets where it is the same for all, else None."""
    try:
        widths = [above - below for below, above in pairwise(borders)]
        even = max(widths) - min(widths) < _EVEN
    except TypeError:
        return None
    return (borders[-1] - borders[0]) / (len(borders) - 1) if even else None
