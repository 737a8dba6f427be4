"""Cases: what tasks share with the driver, and blocks that outlive their job."""

from __future__ import annotations

from operator import add
from typing import Any

from tests.operations.case import Case, Sc
from tests.operations.records import NUMBERS, WORDS


def counted(sc: Sc) -> list[Any]:
    seen = sc.accumulator(0)
    sc.parallelize(NUMBERS, 4).foreach(lambda x: seen.add(x))
    return [seen.value, sc.parallelize(NUMBERS, 4).count()]


def looked_up(sc: Sc) -> list[Any]:
    lengths = sc.broadcast({word: len(word) for word in WORDS})
    total = sc.parallelize(WORDS, 3).map(lambda word: lengths.value[word]).sum()
    lengths.unpersist()
    return [total, sc.parallelize(WORDS, 2).map(lambda word: lengths.value[word]).max()]


def kept(sc: Sc) -> list[Any]:
    squares = sc.parallelize(NUMBERS, 4).map(lambda x: (x % 7, x * x)).cache()
    answers = [squares.count(), sorted(squares.reduceByKey(add).collect()), squares.values().sum()]
    squares.unpersist()
    return [*answers, squares.values().max()]


def plain_kept() -> list[Any]:
    sums: dict[int, int] = {}
    for x in NUMBERS:
        sums[x % 7] = sums.get(x % 7, 0) + x * x
    return [len(NUMBERS), sorted(sums.items()), sum(sums.values()), max(x * x for x in NUMBERS)]


CASES = [
    Case("an accumulator", counted, lambda: [sum(NUMBERS), len(NUMBERS)]),
    Case("a broadcast", looked_up, lambda: [sum(map(len, WORDS)), max(map(len, WORDS))]),
    Case("a cached RDD", kept, plain_kept),
]
