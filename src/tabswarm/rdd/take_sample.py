"""A sample of an exact size, brought to the driver.

The driver draws the numbers of the records, and a second job fetches exactly these; PySpark samples by chance and tries
again until it has enough. So a seed gives the same sample wherever, and however often, a partition runs.
"""

from __future__ import annotations

import random
import sys
from itertools import accumulate

from tabswarm.plan.operators import MapPartitions, MapPartitionsWithIndex
from tabswarm.rdd.answers import AS_LIST
from tabswarm.rdd.partition_functions import PickPlaces, count_partition
from tabswarm.rdd.structure import Structure
from tabswarm.rdd.summaries import AsPlaced
from tabswarm.rdd.type_variables import T_co

_MOST = sys.maxsize - int(10.0 * sys.maxsize**0.5)
"""The largest sample that PySpark takes."""


class TakeSample(Structure[T_co]):
    """`takeSample`."""

    def takeSample(self, withReplacement: bool, num: int, seed: int | None = None) -> list[T_co]:
        """`num` records drawn by chance, in the order of drawing; all of them, shuffled, where there are fewer and none
        is put back. The same seed draws the same, as long as the RDD is the same.

        >>> numbers = sc.parallelize(range(10), 3)
        >>> [len(numbers.takeSample(*how)) for how in ((True, 20, 1), (False, 5, 2), (False, 15, 3))]
        [20, 5, 10]
        >>> numbers.takeSample(False, 4, 7) == numbers.takeSample(False, 4, 7)
        True
        """
        if num < 0:
            raise ValueError("Sample size cannot be negative.")
        if num > _MOST:
            raise ValueError(f"Sample size cannot be greater than {_MOST}.")
        if num == 0 or self.getNumPartitions() == 0:
            return []
        counts: list[int] = self.ctx._answer(self._apply(MapPartitions, count_partition), AS_LIST)
        total = sum(counts)
        if total == 0:
            return []
        chance = random.Random(seed)
        if withReplacement:
            drawn = [chance.randrange(total) for _ in range(num)]
        else:
            drawn = chance.sample(range(total), min(num, total))
        firsts = [0, *accumulate(counts)]
        wanted = _by_partition(drawn, firsts)
        picked = self._apply(MapPartitionsWithIndex, PickPlaces(wanted))
        sample: list[T_co] = self.ctx._answer(picked, AsPlaced(), sorted(wanted))
        return sample


def _by_partition(drawn: list[int], firsts: list[int]) -> dict[int, list[tuple[int, int]]]:
    """For each partition that is drawn from: (the record's number in it, its place in the sample), in that order.

    >>> _by_partition([5, 0, 5], [0, 3, 6])
    {0: [(0, 1)], 1: [(2, 0), (2, 2)]}
    """
    wanted: dict[int, list[tuple[int, int]]] = {}
    partition = 0
    for number, place in sorted((number, place) for place, number in enumerate(drawn)):
        while number >= firsts[partition + 1]:
            partition += 1
        wanted.setdefault(partition, []).append((number - firsts[partition], place))
    return wanted
