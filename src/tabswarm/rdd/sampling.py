"""Transformations by chance: the same records for a seed, wherever and however often a partition is computed.

Where no seed is given, one is drawn in the driver when the transformation is called: a partition that is computed again
agrees with its first run, and so do two actions on the same RDD. How records are drawn stands in `draws.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from operator import index
from typing import TYPE_CHECKING

from tabswarm.plan.operators import MapPartitionsWithIndex
from tabswarm.rdd.draws import Between, Sample, SampleByKey
from tabswarm.rdd.structure import Structure
from tabswarm.rdd.type_variables import K, T_co, V

if TYPE_CHECKING:
    from tabswarm.rdd.rdd import RDD


class Sampling(Structure[T_co]):
    """`sample`, `randomSplit`, `sampleByKey`."""

    def sample(self, withReplacement: bool, fraction: float, seed: int | None = None) -> RDD[T_co]:
        """Some of the records: each with the probability `fraction`, or `fraction` times on average `withReplacement`.

        A seed draws the same sample each time, and the same as in PySpark. The size is that of a throw of dice, not
        exactly the fraction (`takeSample` gives an exact number).

        >>> numbers = sc.parallelize(range(100), 4)
        >>> 6 <= numbers.sample(False, 0.1, 81).count() <= 14
        True
        """
        if not fraction >= 0:
            raise ValueError("Fraction must be nonnegative.")
        sampled = Sample(bool(withReplacement), float(fraction), _seed(self, seed))
        return self._apply(MapPartitionsWithIndex, sampled, keeps_keys=True)

    def randomSplit(self, weights: Sequence[float], seed: int | None = None) -> list[RDD[T_co]]:
        """The records dealt out by chance to as many RDDs as there are weights, in proportion to these.

        Each of them is computed from this RDD: `cache()` it if that is costly.

        >>> few, many = sc.parallelize(range(500), 1).randomSplit([2, 3], 17)
        >>> len(few.collect() + many.collect()), 150 < few.count() < 250
        (500, True)
        """
        if not all(weight >= 0 for weight in weights):
            raise ValueError("Weights must be nonnegative")
        total = float(sum(weights))
        if not total > 0:
            raise ValueError("Sum of weights must be positive")
        bounds = list(accumulate((weight / total for weight in weights), initial=0.0))
        drawn = _seed(self, seed)
        return [
            self._apply(MapPartitionsWithIndex, Between(low, high, drawn), keeps_keys=True)
            for low, high in pairwise(bounds)
        ]

    def sampleByKey(
        self: Structure[tuple[K, V]],
        withReplacement: bool,
        fractions: Mapping[K, float],
        seed: int | None = None,
    ) -> RDD[tuple[K, V]]:
        """As `sample`, with a fraction for each key; each key that occurs needs one.

        >>> pairs = sc.parallelize(["a", "b"]).cartesian(sc.parallelize(range(1000)))
        >>> counts = pairs.sampleByKey(False, {"a": 0.2, "b": 0.1}, 2).countByKey()
        >>> 100 < counts["a"] < 300, 50 < counts["b"] < 150
        (True, True)
        """
        for fraction in fractions.values():
            assert fraction >= 0.0, f"Negative fraction value: {fraction}"
        sampled = SampleByKey(bool(withReplacement), dict(fractions), _seed(self, seed))
        return self._apply(MapPartitionsWithIndex, sampled, keeps_keys=True)


def _seed(rdd: Structure[T_co], seed: int | None) -> int:
    return rdd.ctx._draw_seed() if seed is None else index(seed)
