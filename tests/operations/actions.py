"""Cases: what actions bring to the driver."""

from __future__ import annotations

import statistics
from collections import Counter
from functools import reduce
from operator import add
from typing import Any

from tests.operations.case import Case, Sc, unordered
from tests.operations.records import NUMBERS, ODD_KEYS, PAIRS, WORDS, by_key


def numbers(sc: Sc) -> Any:
    return sc.parallelize(NUMBERS, 4)


def count_in(found: dict[Any, int], record: Any) -> dict[Any, int]:
    found[record] = found.get(record, 0) + 1
    return found


def merge_counts(one: dict[Any, int], other: dict[Any, int]) -> dict[Any, int]:
    for record, count in other.items():
        one[record] = one.get(record, 0) + count
    return one


def rounded(values: Any) -> list[float]:
    return [round(value, 9) for value in values]


def describe(sc: Sc) -> list[float]:
    rdd, stats = numbers(sc), numbers(sc).stats()
    return rounded(
        [
            *(rdd.mean(), rdd.variance(), rdd.stdev(), rdd.sampleVariance(), rdd.sampleStdev()),
            *(stats.count(), stats.mean(), stats.sum(), stats.min(), stats.max(), stats.stdev()),
        ]
    )


def plain_describe() -> list[float]:
    mean, variance, stdev = statistics.fmean(NUMBERS), statistics.pvariance(NUMBERS), statistics.pstdev(NUMBERS)
    return rounded(
        [
            *(mean, variance, stdev, statistics.variance(NUMBERS), statistics.stdev(NUMBERS)),
            *(len(NUMBERS), mean, sum(NUMBERS), min(NUMBERS), max(NUMBERS), stdev),
        ]
    )


def estimates(sc: Sc) -> list[bool]:
    rdd = sc.range(2000, numSlices=3)
    return [
        rdd.countApprox(60_000) == 2000,
        rdd.sumApprox(60_000) == sum(range(2000)),
        rdd.meanApprox(60_000) == 999.5,
        1800 < rdd.countApproxDistinct(0.03) < 2200,
    ]


def drawn(sc: Sc) -> list[Any]:
    rdd = numbers(sc)
    few, many = rdd.takeSample(False, 10, 1), rdd.takeSample(True, 200, 2)
    return [
        len(few),
        set(few) <= set(NUMBERS) and max(Counter(few).values()) <= max(Counter(NUMBERS).values()),
        len(many),
        few == rdd.takeSample(False, 10, 1),
        sorted(rdd.takeSample(False, 1000)),
    ]


CASES = [
    Case(
        "count, first, take, isEmpty",
        lambda sc: [
            numbers(sc).count(),
            numbers(sc).first(),
            numbers(sc).take(25),
            numbers(sc).filter(lambda x: x > 49).take(5),
            numbers(sc).isEmpty(),
            numbers(sc).filter(lambda x: x > 1000).isEmpty(),
        ],
        lambda: [len(NUMBERS), NUMBERS[0], NUMBERS[:25], [x for x in NUMBERS if x > 49], False, True],
    ),
    Case(
        "reduce, fold, sum, max, min",
        lambda sc: [
            numbers(sc).reduce(add),
            sc.parallelize(WORDS, 3).reduce(add),
            numbers(sc).fold(0, add),
            numbers(sc).sum(),
            numbers(sc).max(),
            numbers(sc).min(key=lambda x: -x),
        ],
        lambda: [sum(NUMBERS), reduce(add, WORDS), sum(NUMBERS), sum(NUMBERS), max(NUMBERS), max(NUMBERS)],
    ),
    Case(
        "aggregate and its trees",
        lambda sc: [
            unordered(sc.parallelize(WORDS, 3).aggregate({}, count_in, merge_counts).items()),
            unordered(sc.parallelize(WORDS, 7).treeAggregate({}, count_in, merge_counts, 3).items()),
            sc.range(100, numSlices=9).treeReduce(add, 3),
        ],
        lambda: [unordered(Counter(WORDS).items())] * 2 + [sum(range(100))],
    ),
    Case(
        "counts by key and by value",
        lambda sc: [
            unordered(sc.parallelize(PAIRS, 3).countByKey().items()),
            unordered(sc.parallelize(WORDS, 3).countByValue().items()),
            unordered(sc.parallelize(PAIRS, 3).reduceByKeyLocally(add).items()),
            unordered(sc.parallelize(ODD_KEYS, 3).collectAsMap().items()),
        ],
        lambda: [
            unordered(Counter(WORDS).items()),
            unordered(Counter(WORDS).items()),
            unordered((key, sum(values)) for key, values in by_key(PAIRS).items()),
            unordered(dict(ODD_KEYS).items()),
        ],
    ),
    Case(
        "lookup",
        lambda sc: [
            sc.parallelize(PAIRS, 3).lookup("to"),
            sc.parallelize(PAIRS, 3).partitionBy(4).lookup("be"),
            sc.parallelize(PAIRS, 3).sortByKey().lookup("the"),
            sc.parallelize(ODD_KEYS, 2).lookup(None),
            sc.parallelize(PAIRS, 3).lookup("absent"),
        ],
        lambda: [by_key(PAIRS)["to"], by_key(PAIRS)["be"], by_key(PAIRS)["the"], [1], []],
    ),
    Case(
        "top and takeOrdered",
        lambda sc: [
            numbers(sc).top(5),
            numbers(sc).takeOrdered(5),
            sc.parallelize(WORDS, 3).top(3, key=lambda word: (len(word), word)),
            numbers(sc).takeOrdered(3, key=lambda x: -x),
        ],
        lambda: [
            sorted(NUMBERS, reverse=True)[:5],
            sorted(NUMBERS)[:5],
            sorted(WORDS, key=lambda word: (len(word), word), reverse=True)[:3],
            sorted(NUMBERS, reverse=True)[:3],
        ],
    ),
    Case("mean, variance and the rest of the statistics", describe, plain_describe),
    Case(
        "histogram",
        lambda sc: [
            sc.range(51, numSlices=3).histogram(2),
            sc.range(51, numSlices=3).histogram([0, 5, 25, 50]),
            sc.parallelize(["ab", "ac", "b", "bd", "ef"], 2).histogram(("a", "b", "c")),
        ],
        lambda: [([0, 25, 50], [25, 26]), ([0, 5, 25, 50], [5, 20, 26]), (("a", "b", "c"), [2, 2])],
    ),
    Case("estimates with all the time they need", estimates, lambda: [True] * 4),
    Case("takeSample", drawn, lambda: [10, True, 200, True, sorted(NUMBERS)]),
    Case(
        "toLocalIterator",
        lambda sc: [list(numbers(sc).toLocalIterator()), list(numbers(sc).toLocalIterator(True))],
        lambda: [NUMBERS, NUMBERS],
    ),
    Case(
        "foreach and foreachPartition give nothing",
        lambda sc: [numbers(sc).foreach(lambda x: None), numbers(sc).foreachPartition(lambda part: None)],
        lambda: [None, None],
    ),
    Case(
        "runJob on some partitions",
        lambda sc: sc.runJob(sc.range(6, numSlices=3), lambda part: [x * x for x in part], [0, 2]),
        lambda: [0, 1, 16, 25],
    ),
]
