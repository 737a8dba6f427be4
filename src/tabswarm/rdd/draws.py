"""Samples as they are drawn inside tasks: the same records for a seed wherever and however often a partition runs.

The generator of a partition is the Mersenne Twister of Python's `random`, whose `random()` gives the same numbers on
every platform and version, seeded with `seed ^ partition`; ten coin flips are thrown away first, for neighbouring seeds
start alike. One number is drawn for each record, in the records' order. That is PySpark's rule, so a seed draws the
very sample here that it draws there.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import repeat
from typing import Any


def generator(seed: int, partition: int) -> random.Random:
    """The source of a partition's numbers.

    >>> round(generator(17, 0).random(), 6), generator(17, 0).random() == generator(16, 1).random()
    (0.815186, True)
    """
    numbers = random.Random(seed ^ partition)
    for _ in range(10):
        numbers.randint(0, 1)
    return numbers


def poisson(numbers: random.Random, mean: float) -> Callable[[], int]:
    """Draws how often a record is taken, `mean` times on average.

    Knuth's way: multiply uniform numbers until the product is below `exp(-mean)`; from 20 on that would underflow
    slowly, and waiting times of the Poisson process are added up until they pass 1.
    """
    draw = numbers.random
    least = math.exp(-mean)

    def by_product() -> int:
        product, count = draw(), 0
        while product > least:
            product *= draw()
            count += 1
        return count

    def by_waiting() -> int:
        waited, count = numbers.expovariate(mean), 0
        while waited < 1.0:
            waited += numbers.expovariate(mean)
            count += 1
        return count

    return by_product if mean < 20.0 else by_waiting


class Sample:
    """Each record with the probability `fraction`, or `fraction` times on average (`sample`)."""

    def __init__(self, with_replacement: bool, fraction: float, seed: int) -> None:
        self.with_replacement = with_replacement
        self.fraction = fraction
        self.seed = seed

    def __call__(self, partition: int, records: Iterator[Any]) -> Iterable[Any]:
        numbers, fraction = generator(self.seed, partition), self.fraction
        if self.with_replacement:
            times = poisson(numbers, fraction)
            return (copy for record in records for copy in repeat(record, times()))
        draw = numbers.random
        return (record for record in records if draw() < fraction)


class Between:
    """The records whose number is at least `low` and less than `high`: one part of `randomSplit`."""

    def __init__(self, low: float, high: float, seed: int) -> None:
        self.low = low
        self.high = high
        self.seed = seed

    def __call__(self, partition: int, records: Iterator[Any]) -> Iterable[Any]:
        draw, low, high = generator(self.seed, partition).random, self.low, self.high
        return (record for record in records if low <= draw() < high)


class SampleByKey:
    """As `Sample`, with a fraction for each key."""

    def __init__(self, with_replacement: bool, fractions: Mapping[Any, float], seed: int) -> None:
        self.with_replacement = with_replacement
        self.fractions = fractions
        self.seed = seed

    def __call__(self, partition: int, records: Iterator[tuple[Any, Any]]) -> Iterable[tuple[Any, Any]]:
        numbers, fractions = generator(self.seed, partition), self.fractions
        if self.with_replacement:
            times = {key: poisson(numbers, fraction) for key, fraction in fractions.items()}
            return ((key, copy) for key, value in records for copy in repeat(value, times[key]()))
        draw = numbers.random
        return ((key, value) for key, value in records if draw() < fractions[key])
