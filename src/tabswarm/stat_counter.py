"""Count, mean, variance and extremes of numbers, in one pass and mergeable: PySpark's `StatCounter`.

The running mean and the sum of squared deviations from it follow Welford, and two counters are put together as Chan,
Golub and LeVeque do it ("Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979). So nothing
cancels out where the values are large and lie close together.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from typing import Any

_LOPSIDED = 10
"""From this ratio of counts on the larger counter's mean is corrected, and not a weighted mean built from both."""


class StatCounter:
    """What is known of the values that were merged so far. Values are numbers, or numpy's arrays of one shape.

    >>> StatCounter([1, 2, 3, 4])
    (count: 4, mean: 2.5, stdev: 1.118033988749895, max: 4, min: 1)
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        self.n = 0
        self.mu: Any = 0.0
        self.m2: Any = 0.0
        self.maxValue: Any = float("-inf")
        self.minValue: Any = float("inf")
        for value in values or ():
            self.merge(value)

    def merge(self, value: Any) -> StatCounter:
        """Add one value; gives the counter itself.

        >>> StatCounter().merge(2.0).merge(4.0).mean()
        3.0
        """
        delta = value - self.mu
        self.n += 1
        self.mu = self.mu + delta / self.n
        self.m2 = self.m2 + delta * (value - self.mu)
        self.maxValue = _larger(self.maxValue, value)
        self.minValue = _smaller(self.minValue, value)
        return self

    def mergeStats(self, other: StatCounter) -> StatCounter:
        """Add all that another counter has seen; gives the counter itself.

        >>> StatCounter([1, 2]).mergeStats(StatCounter([3, 4])).sum()
        10.0
        """
        if not isinstance(other, StatCounter):
            raise TypeError(f"Can only merge StatCounter but got {type(other)}")
        if other.n == 0:
            return self
        if self.n == 0:
            self.n, self.mu, self.m2 = other.n, other.mu, other.m2
            self.maxValue, self.minValue = other.maxValue, other.minValue
            return self
        both = self.n + other.n
        delta = other.mu - self.mu
        m2 = self.m2 + other.m2 + delta * delta * self.n * other.n / both
        if other.n * _LOPSIDED < self.n:
            mu = self.mu + delta * other.n / both
        elif self.n * _LOPSIDED < other.n:
            mu = other.mu - delta * self.n / both
        else:
            mu = (self.mu * self.n + other.mu * other.n) / both
        self.n, self.mu, self.m2 = both, mu, m2
        self.maxValue = _larger(self.maxValue, other.maxValue)
        self.minValue = _smaller(self.minValue, other.minValue)
        return self

    def copy(self) -> StatCounter:
        """A counter of its own with the same content."""
        return copy.deepcopy(self)

    def count(self) -> int:
        """How many values there were."""
        return int(self.n)

    def mean(self) -> Any:
        """Their mean; 0.0 where there were none."""
        return self.mu

    def sum(self) -> Any:
        """Their sum."""
        return self.n * self.mu

    def min(self) -> Any:
        """The smallest; infinity where there were none."""
        return self.minValue

    def max(self) -> Any:
        """The largest; minus infinity where there were none."""
        return self.maxValue

    def variance(self) -> Any:
        """The mean squared deviation from the mean; NaN where there were none."""
        return self.m2 / self.n if self.n else math.nan

    def sampleVariance(self) -> Any:
        """The variance of what the values are a sample of: divided by one less; NaN for fewer than two."""
        return self.m2 / (self.n - 1) if self.n > 1 else math.nan

    def stdev(self) -> Any:
        """The square root of `variance()`."""
        return _root(self.variance())

    def sampleStdev(self) -> Any:
        """The square root of `sampleVariance()`."""
        return _root(self.sampleVariance())

    def asDict(self, sample: bool = False) -> dict[str, Any]:
        """All figures by name. As in PySpark, `sample=True` gives deviation and variance of the values themselves,
        and without it those of what they are a sample of.

        >>> StatCounter([1.0, 2.0, 3.0, 4.0]).asDict()["variance"], StatCounter([1.0, 3.0]).asDict(True)["stdev"]
        (1.6666666666666667, 1.0)
        """
        return {
            "count": self.count(),
            "mean": self.mean(),
            "sum": self.sum(),
            "min": self.min(),
            "max": self.max(),
            "stdev": self.stdev() if sample else self.sampleStdev(),
            "variance": self.variance() if sample else self.sampleVariance(),
        }

    def __repr__(self) -> str:
        return (
            f"(count: {self.count()}, mean: {self.mean()}, stdev: {self.stdev()}, max: {self.max()}, min: {self.min()})"
        )


def _larger(a: Any, b: Any) -> Any:
    if _is_array(a) or _is_array(b):
        import numpy

        return numpy.maximum(a, b)
    return max(a, b)


def _smaller(a: Any, b: Any) -> Any:
    if _is_array(a) or _is_array(b):
        import numpy

        return numpy.minimum(a, b)
    return min(a, b)


def _root(value: Any) -> Any:
    return value**0.5 if _is_array(value) else math.sqrt(value)


def _is_array(value: Any) -> bool:
    return bool(getattr(value, "shape", ()))
