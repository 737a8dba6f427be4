"""How far an estimate from some of the partitions may lie off: Spark's bounds for `sumApprox` and `meanApprox`.

What was not seen is taken to be like what was. A mean's error follows Student's t; an unseen sum's also comes from not
knowing how many values there are.
"""

from __future__ import annotations

import math
from statistics import NormalDist

from tabswarm.bounded_float import BoundedFloat
from tabswarm.stat_counter import StatCounter

_NORMAL_FROM = 100
"""Beyond this many values Student's t and the normal distribution give the same."""


def estimated_mean(seen: StatCounter, partitions: int, total: int, confidence: float) -> BoundedFloat:
    """The mean, from the values of `partitions` of `total` partitions.

    >>> estimated_mean(StatCounter([1.0, 3.0]), 2, 2, 0.95).high
    2.0
    """
    if partitions == total:
        return BoundedFloat(seen.mean(), 1.0, seen.mean(), seen.mean())
    if seen.count() == 0:
        return BoundedFloat(0.0, 0.0, -math.inf, math.inf)
    if seen.count() == 1:
        return BoundedFloat(seen.mean(), confidence, -math.inf, math.inf)
    reach = _factor(seen.count(), confidence) * math.sqrt(seen.sampleVariance() / seen.count())
    return BoundedFloat(seen.mean(), confidence, seen.mean() - reach, seen.mean() + reach)


def estimated_sum(seen: StatCounter, partitions: int, total: int, confidence: float) -> BoundedFloat:
    """The sum of all partitions' sums, of which `partitions` of `total` were seen.

    >>> near = estimated_sum(StatCounter([10.0, 12.0]), 2, 4, 0.9)
    >>> float(near), near.low < 44 < near.high
    (44.0, True)
    """
    if partitions == total:
        return BoundedFloat(seen.sum(), 1.0, seen.sum(), seen.sum())
    if seen.count() == 0:
        return BoundedFloat(0.0, 0.0, -math.inf, math.inf)
    share = partitions / total
    unseen = seen.count() * (1 - share) / share
    mean = seen.mean()
    whole = seen.sum() + mean * unseen
    if seen.count() == 1:
        return BoundedFloat(whole, confidence, -math.inf, math.inf)
    mean_variance = seen.sampleVariance() / seen.count()
    count_variance = seen.count() * (1 - share) / (share * share)
    variance = mean**2 * count_variance + unseen**2 * mean_variance + mean_variance * count_variance
    reach = _factor(seen.count(), confidence) * math.sqrt(variance)
    return BoundedFloat(whole, confidence, whole - reach, whole + reach)


def _factor(count: int, confidence: float) -> float:
    """How many standard deviations to each side hold that share of the probability."""
    if count > _NORMAL_FROM:
        return NormalDist().inv_cdf(0.5 + confidence / 2)
    return student_t(confidence, count - 1)


def student_t(confidence: float, degrees: int) -> float:
    """The t for which |T| <= t has that probability, by bisection.

    >>> round(student_t(0.95, 1), 3), round(student_t(0.95, 10), 3), round(student_t(0.99, 30), 3)
    (12.706, 2.228, 2.75)
    """
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        angle = (low + high) / 2
        if _within(angle, degrees) < confidence:
            low = angle
        else:
            high = angle
    return math.sqrt(degrees) * math.tan(low)


def _within(angle: float, degrees: int) -> float:
    """The probability of |T| <= sqrt(degrees) tan(angle): Abramowitz and Stegun, 26.7.3 and 26.7.4."""
    cosine = math.cos(angle)
    odd = degrees % 2
    term, total = (cosine if odd else 1.0), 0.0
    for k in range(odd, degrees - 1, 2):
        total += term
        term *= cosine * cosine * (k + 1) / (k + 2)
    if odd:
        return 2 / math.pi * (angle + math.sin(angle) * total)
    return math.sin(angle) * total
