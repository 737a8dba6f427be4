"""Cases: what brings equal keys or equal records together."""

from __future__ import annotations

from collections import Counter
from operator import add
from typing import Any

from tests.operations.case import Case, Sc, unordered
from tests.operations.records import NUMBERS, ODD_KEYS, OTHER_KEYS, PAIRS, WORDS, by_key


def append(found: list[Any], value: Any) -> list[Any]:
    found.append(value)
    return found


def lists(pairs: Any) -> list[Any]:
    """Groups as lists, in an order of their own."""
    return unordered((key, list(values)) for key, values in pairs)


def groups(sets: Any) -> list[Any]:
    """What `cogroup` gives, as lists."""
    return unordered((key, [list(values) for values in found]) for key, found in sets)


def joined(left: list[Any], right: list[Any], *, keep_left: bool = False, keep_right: bool = False) -> list[Any]:
    lefts, rights = by_key(left), by_key(right)
    return unordered(
        (key, (one, other))
        for key in {**lefts, **rights}
        for one in lefts.get(key, [None] if keep_right else [])
        for other in rights.get(key, [None] if keep_left else [])
    )


def two(sc: Sc) -> tuple[Any, Any]:
    return sc.parallelize(ODD_KEYS, 3), sc.parallelize(OTHER_KEYS, 2)


def all_joins(sc: Sc) -> list[Any]:
    left, right = two(sc)
    return [
        unordered(left.join(right).collect()),
        unordered(left.leftOuterJoin(right, 1).collect()),
        unordered(left.rightOuterJoin(right, 4).collect()),
        unordered(left.fullOuterJoin(right).collect()),
        unordered(left.join(left).collect()),
    ]


def plain_joins() -> list[Any]:
    return [
        joined(ODD_KEYS, OTHER_KEYS),
        joined(ODD_KEYS, OTHER_KEYS, keep_left=True),
        joined(ODD_KEYS, OTHER_KEYS, keep_right=True),
        joined(ODD_KEYS, OTHER_KEYS, keep_left=True, keep_right=True),
        joined(ODD_KEYS, ODD_KEYS),
    ]


def cogroups(sc: Sc) -> list[Any]:
    left, right = two(sc)
    return [groups(left.cogroup(right).collect()), groups(left.groupWith(right, left).collect())]


def plain_cogroup(*sides: list[Any]) -> list[Any]:
    keys = by_key([pair for side in sides for pair in side])
    return groups((key, [by_key(side).get(key, []) for side in sides]) for key in keys)


def numbers_of_partitions(sc: Sc) -> list[int]:
    left, right = two(sc)
    alike = left.partitionBy(4), right.partitionBy(4)
    made = [
        left.join(right),
        left.join(right, 7),
        left.groupWith(right, left),
        alike[0].join(alike[1]),
        alike[0].mapValues(str).cogroup(alike[1].filter(bool)),
        alike[0].join(right),
        left.subtract(right),
        left.subtractByKey(right, 2),
        left.intersection(right),
        left.distinct(),
        left.groupByKey(),
        left.reduceByKey(add, 9),
        left.cartesian(right),
        left.union(right),
        left.sortByKey(numPartitions=3, keyfunc=str),
    ]
    return [rdd.getNumPartitions() for rdd in made]


def iterations(sc: Sc) -> list[Any]:
    """Ranks along links, as PageRank has them, with links that stay where they are."""
    links = sc.parallelize([(n, [n * 2 % 10, n * 3 % 10]) for n in range(10)], 3).partitionBy(4).cache()
    ranks = links.mapValues(lambda _: 1)
    for _ in range(3):
        ranks = links.join(ranks).values().flatMap(lambda pair: [(to, pair[1]) for to in pair[0]]).reduceByKey(add, 4)
    return sorted(ranks.collect())


def plain_iterations() -> list[Any]:
    ranks = dict.fromkeys(range(10), 1)
    for _ in range(3):
        following: Counter[int] = Counter()
        for n, rank in ranks.items():
            following.update({n * 2 % 10: rank})
            following.update({n * 3 % 10: rank})
        ranks = dict(following)
    return sorted(ranks.items())


CASES = [
    Case(
        "reduceByKey",
        lambda sc: sorted(sc.parallelize(WORDS, 4).map(lambda word: (word, 1)).reduceByKey(add, 3).collect()),
        lambda: sorted(Counter(WORDS).items()),
    ),
    Case(
        "groupByKey",
        lambda sc: lists(sc.parallelize(ODD_KEYS, 3).groupByKey(2).collect()),
        lambda: lists(by_key(ODD_KEYS).items()),
    ),
    Case(
        "combineByKey",
        lambda sc: lists(sc.parallelize(PAIRS, 4).combineByKey(lambda value: [value], append, add).collect()),
        lambda: lists(by_key(PAIRS).items()),
    ),
    Case(
        "aggregateByKey and foldByKey",
        lambda sc: [
            lists(sc.parallelize(PAIRS, 4).aggregateByKey([], append, add, 2).collect()),
            sorted(sc.parallelize(PAIRS, 4).foldByKey(0, add).collect()),
        ],
        lambda: [lists(by_key(PAIRS).items()), sorted((key, sum(values)) for key, values in by_key(PAIRS).items())],
    ),
    Case(
        "groupBy",
        lambda sc: lists(sc.parallelize(NUMBERS, 3).groupBy(lambda x: x % 7, 2).collect()),
        lambda: lists(by_key([(x % 7, x) for x in NUMBERS]).items()),
    ),
    Case(
        "partitionBy with a function",
        lambda sc: [
            sorted(part)
            for part in sc.range(10, numSlices=3).map(lambda x: (x, x)).partitionBy(5, lambda k: -k).glom().collect()
        ],
        lambda: [[(x, x) for x in range(10) if -x % 5 == index] for index in range(5)],
    ),
    Case("joins", all_joins, plain_joins),
    Case(
        "cogroup and groupWith",
        cogroups,
        lambda: [plain_cogroup(ODD_KEYS, OTHER_KEYS), plain_cogroup(ODD_KEYS, OTHER_KEYS, ODD_KEYS)],
    ),
    Case("numbers of partitions", numbers_of_partitions, lambda: [5, 7, 8, 4, 4, 6, 5, 2, 5, 3, 3, 9, 6, 5, 3]),
    Case("ranks along links", iterations, plain_iterations),
    Case(
        "distinct",
        lambda sc: unordered(sc.parallelize([3, 1, 2, 3, None, "a", "a", (1, 2), (1, 2)], 3).distinct(2).collect()),
        lambda: unordered({3, 1, 2, None, "a", (1, 2)}),
    ),
    Case(
        "intersection",
        lambda sc: unordered(sc.parallelize(NUMBERS, 3).intersection(sc.range(-10, 60, 3, 2)).collect()),
        lambda: unordered(set(NUMBERS) & set(range(-10, 60, 3))),
    ),
    Case(
        "subtract and subtractByKey",
        lambda sc: [
            unordered(sc.parallelize(NUMBERS * 2, 3).subtract(sc.range(-10, 60, 3, 2)).collect()),
            unordered(two(sc)[0].subtractByKey(two(sc)[1]).collect()),
        ],
        lambda: [
            unordered(x for x in NUMBERS * 2 if x not in range(-10, 60, 3)),
            unordered(pair for pair in ODD_KEYS if pair[0] not in by_key(OTHER_KEYS)),
        ],
    ),
]
