"""Cases: sorts and samples."""

from __future__ import annotations

from typing import Any

from tests.operations.case import Case, Sc
from tests.operations.records import NUMBERS, PAIRS, WORDS


def many(sc: Sc) -> Any:
    return sc.range(3000, numSlices=4).map(lambda x: (x * 7919 % 3001, x))


MANY = [(x * 7919 % 3001, x) for x in range(3000)]


def is_a_sample(records: list[Any], of: list[Any], low: float, high: float) -> bool:
    return set(records) <= set(of) and low * len(of) < len(records) < high * len(of)


def samples(sc: Sc) -> list[bool]:
    numbers = sc.range(2000, numSlices=4)
    some, twice = numbers.sample(False, 0.25, 42), numbers.sample(True, 2.0, 42)
    few, rest = numbers.randomSplit([1, 3], 7)
    unseeded = numbers.sample(False, 0.5)
    by_key = numbers.map(lambda x: (x % 2, x)).sampleByKey(False, {0: 0.1, 1: 0.9}, 3)
    return [
        is_a_sample(some.collect(), list(range(2000)), 0.2, 0.3),
        some.collect() == numbers.sample(False, 0.25, 42).collect(),
        is_a_sample(twice.collect(), list(range(2000)), 1.8, 2.2),
        sorted(few.collect() + rest.collect()) == list(range(2000)),
        unseeded.collect() == unseeded.collect(),
        is_a_sample(by_key.collect(), [(x % 2, x) for x in range(2000)], 0.45, 0.55),
    ]


SEEDED = [  # what PySpark 4.3 gave
    [4, 26, 39, 41, 42, 52, 63, 76, 80, 86, 97],
    [0, 3, 5, 6, 7, 9, 12, 15, 15, 16, 17, 26, 31, 34, 36, 37, 38],
    23,
    [[6, 7, 8, 18], [0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19]],
]

CASES = [
    Case("sortByKey", lambda sc: many(sc).sortByKey().collect(), lambda: sorted(MANY)),
    Case("sortByKey downwards", lambda sc: many(sc).sortByKey(False, 3).collect(), lambda: sorted(MANY, reverse=True)),
    Case(
        "sortByKey into parts",
        lambda sc: sc.parallelize(PAIRS, 3).sortByKey(True, 2).glom().map(len).collect(),
        lambda: [10, 8],
    ),
    Case(
        "sortByKey by a function of the key",
        lambda sc: sc.parallelize(PAIRS, 3).sortByKey(True, 3, keyfunc=len).keys().map(len).collect(),
        lambda: sorted(map(len, WORDS)),
        pyspark=False,  # it compares the keys themselves with the function's values, and fails
    ),
    Case(
        "sortByKey of one partition",
        lambda sc: sc.parallelize(PAIRS, 1).sortByKey(numPartitions=1, keyfunc=lambda key: key[::-1]).collect(),
        lambda: sorted(PAIRS, key=lambda pair: pair[0][::-1]),
    ),
    Case(
        "sortBy",
        lambda sc: [
            sc.parallelize(NUMBERS, 4).sortBy(lambda x: x).collect(),
            sc.parallelize(NUMBERS, 4).sortBy(lambda x: -x, False, 2).collect(),
            sc.parallelize(WORDS, 1).sortBy(len).collect(),
        ],
        lambda: [sorted(NUMBERS), sorted(NUMBERS), sorted(WORDS, key=len)],
    ),
    Case(
        "repartitionAndSortWithinPartitions",
        lambda sc: (
            sc.parallelize([(0, 5), (3, 8), (2, 6), (0, 8), (3, 8), (1, 3)], 2)
            .repartitionAndSortWithinPartitions(2, lambda key: key % 2, False)
            .glom()
            .collect()
        ),
        lambda: [[(2, 6), (0, 5), (0, 8)], [(3, 8), (3, 8), (1, 3)]],
    ),
    Case("samples", samples, lambda: [True] * 6),
    Case(
        "a seed draws the sample that it draws in PySpark",
        lambda sc: [
            sc.range(100, numSlices=4).sample(False, 0.1, 81).collect(),
            sc.range(40, numSlices=4).sample(True, 0.5, 5).collect(),
            sc.range(10, numSlices=2).sample(True, 21, 5).countByValue()[3],
            [part.collect() for part in sc.range(20, numSlices=3).randomSplit([2, 3], 17)],
        ],
        lambda: SEEDED,
    ),
]
