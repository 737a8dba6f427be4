"""Actions that say what is known in time: figures from the partitions that are done, with bounds, and sketches."""

from __future__ import annotations

from typing import Any

from tabswarm.bounded_float import BoundedFloat
from tabswarm.plan.operators import MapPartitions
from tabswarm.rdd.partition_functions import describe_count, describe_numbers, describe_sum
from tabswarm.rdd.sketch import Sketch, precision_for
from tabswarm.rdd.structure import Structure
from tabswarm.rdd.summaries import AsDistinct, AsEstimate
from tabswarm.rdd.type_variables import T_co


class Approximate(Structure[T_co]):
    """`countApprox`, `sumApprox`, `meanApprox`, `countApproxDistinct`."""

    def countApprox(self, timeout: int, confidence: float = 0.95) -> int:
        """The number of records, from the partitions that are done after `timeout` milliseconds. What still runs then
        is cancelled; Spark lets it run on for nobody.

        >>> sc.parallelize(range(1000), 10).countApprox(60_000, 1.0)
        1000
        """
        count: int = _estimate(self, describe_count, "count", timeout, confidence)
        return count

    def sumApprox(self, timeout: int, confidence: float = 0.95) -> BoundedFloat:
        """The sum of the records within `timeout` milliseconds, with the bounds between which it lies with that
        confidence; exact where everything was done in time.

        >>> near = sc.parallelize(range(1000), 10).sumApprox(60_000)
        >>> near == sum(range(1000)), near.low, near.high, near.confidence
        (True, 499500.0, 499500.0, 1.0)
        """
        found: BoundedFloat = _estimate(self, describe_sum, "sum", timeout, confidence)
        return found

    def meanApprox(self, timeout: int, confidence: float = 0.95) -> BoundedFloat:
        """The mean of the records within `timeout` milliseconds, as `sumApprox` has the sum.

        >>> sc.parallelize(range(1000), 10).meanApprox(60_000)
        499.5
        """
        found: BoundedFloat = _estimate(self, describe_numbers, "mean", timeout, confidence)
        return found

    def countApproxDistinct(self, relativeSD: float = 0.05) -> int:
        """About how many distinct records there are, with that relative standard deviation.

        A HyperLogLog sketch over the stable hash: the same on every platform, and for every partitioning.

        >>> 900 < sc.parallelize(range(1000)).map(str).countApproxDistinct() < 1100
        True
        """
        precision = precision_for(relativeSD)
        sketched = self._apply(MapPartitions, Sketch(precision))
        count: int = self.ctx._answer(sketched, AsDistinct(precision))
        return count


def _estimate(rdd: Structure[Any], describe: Any, figure: str, timeout: int, confidence: float) -> Any:
    if not 0 <= confidence <= 1:
        raise ValueError(f"confidence is a probability between 0 and 1, not {confidence}")
    if timeout < 0:
        raise ValueError(f"timeout is a number of milliseconds, not {timeout}")
    return rdd.ctx._estimate(rdd._apply(MapPartitions, describe), AsEstimate(figure, confidence), timeout / 1000)
