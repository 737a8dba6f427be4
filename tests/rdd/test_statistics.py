"""`stats`, `histogram` and their kin, compared with the definitions and with what PySpark documents."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from tests.driver.loop_swarm import loop_swarm

from tabswarm.rdd.engine_context import EngineContext


@pytest.fixture(scope="module")
def sc() -> Iterator[EngineContext]:
    with loop_swarm(2) as swarm, EngineContext(swarm.engine()) as context:
        yield context


def test_figures_of_numbers_in_several_partitions(sc: EngineContext) -> None:
    numbers = sc.parallelize([1.0, 2.0, 3.0, 6.0], 3)
    assert (numbers.mean(), numbers.variance(), numbers.sampleVariance()) == (3.0, 3.5, 14 / 3)
    assert (numbers.stdev(), numbers.sampleStdev()) == (math.sqrt(3.5), math.sqrt(14 / 3))
    assert numbers.stats().asDict(sample=True)["variance"] == 3.5


def test_figures_of_nothing(sc: EngineContext) -> None:
    assert sc.parallelize([], 3).stats().count() == sc.emptyRDD().stats().count() == 0
    assert math.isnan(sc.parallelize([], 3).variance())


HISTOGRAMS: list[tuple[list[Any], Any, Any]] = [
    ([], [0, 10], ([0, 10], [0])),
    ([10.01, -0.01], [0, 10], ([0, 10], [0])),
    ([1, 2, 3, 4], [0, 10], ([0, 10], [4])),
    ([1, 2, 3, 4, 5, 6], [0, 5, 11], ([0, 5, 11], [4, 2])),
    ([10.01, -0.01], [0, 4, 5, 11], ([0, 4, 5, 11], [0, 0, 1])),
    ([1, 2, 3, 4, 5, 6, 20.0], [0, 10, 20], ([0, 10, 20], [6, 1])),
    ([10, float("nan"), None, 5], [0, 10], ([0, 10], [2])),
    ([0, 5, float("inf")], [0, 1, float("inf")], ([0, 1, float("inf")], [1, 2])),
    ([1, 2, 3, 4], 1, ([1, 4], [4])),
    ([7, 7, 7], 3, ([7, 7], [3])),
    ([1, 2, 3, 4, float("nan"), None], 2, ([1, 2.5, 4], [2, 2])),
    (list(range(51)), 2, ([0, 25, 50], [25, 26])),
    (["ab", "ac", "b", "bd", "ef"], ["a", "b", "c"], (["a", "b", "c"], [2, 2])),
    (["ab", "ef"], 1, (["ab", "ef"], [2])),
    ([(1, 2), (3, 4)], ((1, 0), (5, 0)), (((1, 0), (5, 0)), [2])),
]


@pytest.mark.parametrize(("records", "buckets", "expected"), HISTOGRAMS)
def test_histograms(sc: EngineContext, records: list[Any], buckets: Any, expected: Any) -> None:
    assert sc.parallelize(records, 3).histogram(buckets) == expected


@pytest.mark.parametrize(
    ("records", "buckets", "error", "words"),
    [
        ([], 1, ValueError, "empty RDD"),
        ([None, math.nan], 2, ValueError, "empty RDD"),
        ([1], 0, ValueError, ">= 1"),
        ([1], [1], ValueError, "more than one"),
        ([1], [2, 1], ValueError, "sorted"),
        ([1], [1, 1], ValueError, "duplicated"),
        ([1], [None, 1], ValueError, "None or NaN"),
        ([1], [1, math.nan], ValueError, "None or NaN"),
        ([1], "ab", TypeError, "list or tuple"),
        ([1], 2.0, TypeError, "list or tuple"),
        (["a", "b"], 2, TypeError, "non-number"),
        ([0, math.inf], 2, ValueError, "infinite"),
    ],
)
def test_buckets_that_cannot_be(
    sc: EngineContext, records: list[Any], buckets: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        sc.parallelize(records, 2).histogram(buckets)
