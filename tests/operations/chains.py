"""Steps of random chains: what each does to an RDD of whole numbers, and what the same is in one loop over a list.

Most keep to multisets of numbers, because where a hash spreads records is nobody's business; those in `IN_ORDER` keep
the order as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from operator import add
from typing import Any

Numbers = list[int]
Rdd = Any
"""An RDD of whole numbers, tabswarm's or PySpark's."""
Step = tuple[Callable[[Rdd], Rdd], Callable[[Numbers], Numbers]]


def groups(numbers: Numbers, modulus: int = 5) -> dict[int, Numbers]:
    found: dict[int, Numbers] = {}
    for number in numbers:
        found.setdefault(number % modulus, []).append(number)
    return found


def summed(numbers: Numbers) -> Numbers:
    return [key * 1000 + sum(values) for key, values in groups(numbers).items()]


def paired(rdd: Rdd) -> Rdd:
    return rdd.map(lambda x: (x % 5, x))


def halves(numbers: Numbers) -> Numbers:
    return [x // 2 for x in numbers if x % 2]


def joined(rdd: Rdd, how: str, count: int | None) -> Rdd:
    """Left and right sides that overlap in part; `None` counts as 7."""
    left, right = rdd.map(lambda x: (x % 7, x % 3)), rdd.filter(lambda x: x % 2).map(lambda x: (x % 11, x % 4))
    made: Rdd = getattr(left, how)(right, count)
    return made.map(lambda pair: pair[0] * 100 + sum(7 if value is None else value for value in pair[1])).distinct()


def joined_plainly(numbers: Numbers, keep_left: bool, keep_right: bool) -> Numbers:
    left, right = [(x % 7, x % 3) for x in numbers], [(x % 11, x % 4) for x in numbers if x % 2]
    found = [key * 100 + v + w for key, v in left for other, w in right if key == other]
    if keep_left:
        found += [key * 100 + v + 7 for key, v in left if key not in dict(right)]
    if keep_right:
        found += [key * 100 + 7 + w for key, w in right if key not in dict(left)]
    return list(set(found))


IN_ORDER: dict[str, Step] = {
    "map": (lambda rdd: rdd.map(lambda x: x * 3 + 1), lambda numbers: [x * 3 + 1 for x in numbers]),
    "filter": (lambda rdd: rdd.filter(lambda x: x % 3 != 0), lambda numbers: [x for x in numbers if x % 3 != 0]),
    "flatMap": (lambda rdd: rdd.flatMap(lambda x: [x, -x]), lambda numbers: [y for x in numbers for y in (x, -x)]),
    "zip": (
        lambda rdd: rdd.zip(rdd.map(lambda x: x + 1)).map(lambda pair: pair[0] - 2 * pair[1]),
        lambda numbers: [-x - 2 for x in numbers],
    ),
    "zipWithIndex": (
        lambda rdd: rdd.zipWithIndex().map(lambda pair: pair[0] * (pair[1] % 4)),
        lambda numbers: [x * (index % 4) for index, x in enumerate(numbers)],
    ),
    "coalesce": (lambda rdd: rdd.coalesce(2), lambda numbers: numbers),
    "split": (lambda rdd: rdd.split(2), lambda numbers: numbers),
    "cache": (lambda rdd: rdd.cache(), lambda numbers: numbers),
    "sortBy": (
        lambda rdd: rdd.sortBy(lambda x: x % 4, numPartitions=3),
        lambda numbers: sorted(numbers, key=lambda x: x % 4),
    ),
    "sortByKey downwards": (
        lambda rdd: paired(rdd).sortByKey(False, 2, lambda key: -key).values(),
        lambda numbers: sorted(numbers, key=lambda x: -(x % 5), reverse=True),
    ),
    "glom": (lambda rdd: rdd.glom().flatMap(list), lambda numbers: numbers),
    "sample of all": (lambda rdd: rdd.sample(False, 1.0, 4), lambda numbers: numbers),
    "a union after": (
        lambda rdd: rdd.union(rdd.filter(lambda x: x > 0)),
        lambda numbers: numbers + [x for x in numbers if x > 0],
    ),
}
SPREAD: dict[str, Step] = {
    "repartition": (lambda rdd: rdd.repartition(3), lambda numbers: numbers),
    "reduceByKey": (
        lambda rdd: paired(rdd).reduceByKey(add, 3).map(lambda pair: pair[0] * 1000 + pair[1]),
        summed,
    ),
    "groupByKey": (
        lambda rdd: paired(rdd).groupByKey(2).map(lambda pair: pair[0] * 1000 + sum(pair[1])),
        summed,
    ),
    "groupBy": (
        lambda rdd: rdd.groupBy(lambda x: x % 5).map(lambda pair: pair[0] * 1000 + sum(pair[1])),
        summed,
    ),
    "aggregateByKey": (
        lambda rdd: (
            paired(rdd).aggregateByKey(0, lambda a, x: a + x, add, 2).map(lambda pair: pair[0] * 1000 + pair[1])
        ),
        summed,
    ),
    "partitionBy": (lambda rdd: paired(rdd).partitionBy(3, lambda key: key // 2).values(), lambda numbers: numbers),
    "distinct": (lambda rdd: rdd.distinct(), lambda numbers: list(set(numbers))),
    "subtract": (
        lambda rdd: rdd.subtract(rdd.filter(lambda x: x % 2).map(lambda x: x // 2), 2),
        lambda numbers: [x for x in numbers if x not in halves(numbers)],
    ),
    "intersection": (
        lambda rdd: rdd.intersection(rdd.filter(lambda x: x % 2).map(lambda x: x // 2)),
        lambda numbers: list(set(numbers) & set(halves(numbers))),
    ),
    "join": (lambda rdd: joined(rdd, "join", None), lambda numbers: joined_plainly(numbers, False, False)),
    "leftOuterJoin": (
        lambda rdd: joined(rdd, "leftOuterJoin", 2),
        lambda numbers: joined_plainly(numbers, True, False),
    ),
    "rightOuterJoin": (
        lambda rdd: joined(rdd, "rightOuterJoin", 3),
        lambda numbers: joined_plainly(numbers, False, True),
    ),
    "fullOuterJoin": (lambda rdd: joined(rdd, "fullOuterJoin", 1), lambda numbers: joined_plainly(numbers, True, True)),
    "a join with itself": (
        lambda rdd: (lambda pairs: pairs.join(pairs, 2).values().map(lambda two: two[0] * two[1] % 97).distinct())(
            paired(rdd)
        ),
        lambda numbers: list({x * y % 97 for x in numbers for y in numbers if x % 5 == y % 5}),
    ),
    "subtractByKey": (
        lambda rdd: paired(rdd).subtractByKey(rdd.filter(lambda x: x < 0).map(lambda x: (x % 5, x))).values(),
        lambda numbers: [x for x in numbers if not any(y < 0 and y % 5 == x % 5 for y in numbers)],
    ),
    "groupWith": (
        lambda rdd: (
            paired(rdd)
            .groupWith(paired(rdd.map(abs)), paired(rdd.filter(bool)))
            .map(lambda found: found[0] * 100 + sum(len(list(side)) for side in found[1]))
        ),
        lambda numbers: [
            key * 100 + count
            for key, count in Counter(
                x % 5 for side in (numbers, map(abs, numbers), filter(bool, numbers)) for x in side
            ).items()
        ],
    ),
    "cartesian": (
        lambda rdd: rdd.cartesian(rdd.filter(lambda x: 0 < x < 4)).map(lambda two: two[0] + two[1]).distinct(3),
        lambda numbers: list({x + y for x in numbers for y in numbers if 0 < y < 4}),
    ),
    "randomSplit": (
        lambda rdd: (lambda parts: parts[1].union(parts[0]))(rdd.randomSplit([1, 2], 9)),
        lambda numbers: numbers,
    ),
    "repartitionAndSortWithinPartitions": (
        lambda rdd: paired(rdd).repartitionAndSortWithinPartitions(2, ascending=False).values(),
        lambda numbers: numbers,
    ),
}
STEPS = {**IN_ORDER, **SPREAD}
NOT_PYSPARKS = ("split", "sortByKey downwards")
"""PySpark has no `split`, and compares keys with values of `keyfunc`."""


def play(rdd: Rdd, numbers: Numbers, chain: Iterable[str]) -> tuple[Rdd, Numbers, bool]:
    """The RDD and the list after these steps, and whether the order of the records is still known.

    Stops where products of products would come out, and leaves out what hangs on an order that is not known.
    """
    in_order = True
    for name in chain:
        on_rdd, plainly = STEPS[name]
        if not in_order and name == "zipWithIndex":
            continue
        rdd, numbers = on_rdd(rdd), plainly(numbers)
        in_order = in_order and name in IN_ORDER
        if len(numbers) > 1000 or rdd.getNumPartitions() > 20:
            break
    return rdd, numbers, in_order
