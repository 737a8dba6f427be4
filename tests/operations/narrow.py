"""Cases: what is made partition by partition, and how partitions are put together and cut."""

from __future__ import annotations

from itertools import chain
from typing import Any

from tests.operations.case import Case
from tests.operations.records import NUMBERS, PAIRS, WORDS


def plain_slices(values: list[Any], lengths: list[int]) -> list[list[Any]]:
    rest = iter(values)
    return [[next(rest) for _ in range(length)] for length in lengths]


CASES = [
    Case("map", lambda sc: sc.parallelize(NUMBERS, 3).map(lambda x: x * 3).collect(), lambda: [x * 3 for x in NUMBERS]),
    Case(
        "flatMap",
        lambda sc: sc.parallelize(WORDS, 3).flatMap(list).collect(),
        lambda: list(chain.from_iterable(WORDS)),
    ),
    Case(
        "filter",
        lambda sc: sc.parallelize(NUMBERS, 4).filter(lambda x: x % 3 == 0).collect(),
        lambda: [x for x in NUMBERS if x % 3 == 0],
    ),
    Case(
        "a long chain of steps",
        lambda sc: (
            sc.range(200, numSlices=3)
            .map(lambda x: x + 1)
            .filter(lambda x: x % 2)
            .flatMap(lambda x: [x, -x])
            .map(str)
            .keyBy(len)
            .mapValues(int)
            .values()
            .glom()
            .map(sum)
            .collect()
        ),
        lambda: [0, 0, 0],
    ),
    Case(
        "mapPartitions and mapPartitionsWithIndex",
        lambda sc: (
            sc.range(10, numSlices=3)
            .mapPartitions(lambda part: [sum(part)])
            .mapPartitionsWithIndex(lambda index, part: [(index, *part)])
            .collect()
        ),
        lambda: [(0, 3), (1, 12), (2, 30)],
    ),
    Case("glom", lambda sc: sc.parallelize([1, 2, 3, 4, 5], 3).glom().collect(), lambda: [[1], [2, 3], [4, 5]]),
    Case("keyBy", lambda sc: sc.parallelize(WORDS, 2).keyBy(len).collect(), lambda: [(len(w), w) for w in WORDS]),
    Case(
        "keys, values, mapValues, flatMapValues",
        lambda sc: [
            sc.parallelize(PAIRS, 3).keys().collect(),
            sc.parallelize(PAIRS, 3).values().collect(),
            sc.parallelize(PAIRS, 3).mapValues(lambda value: -value).collect(),
            sc.parallelize(PAIRS, 3).flatMapValues(lambda value: range(value % 3)).collect(),
        ],
        lambda: [
            [key for key, _ in PAIRS],
            [value for _, value in PAIRS],
            [(key, -value) for key, value in PAIRS],
            [(key, item) for key, value in PAIRS for item in range(value % 3)],
        ],
    ),
    Case(
        "union",
        lambda sc: (sc.parallelize(NUMBERS, 2).union(sc.parallelize(WORDS, 3)) + sc.parallelize([None], 1)).collect(),
        lambda: [*NUMBERS, *WORDS, None],
    ),
    Case(
        "union of equal partitioners",
        lambda sc: (
            lambda pairs: [
                pairs.union(pairs.mapValues(str)).getNumPartitions(),
                sorted(pairs.union(pairs).collect()),
            ]
        )(sc.parallelize(PAIRS, 3).partitionBy(4)),
        lambda: [4, sorted(PAIRS + PAIRS)],
    ),
    Case(
        "coalesce",
        lambda sc: [sc.range(23, numSlices=7).coalesce(count).glom().map(len).collect() for count in (1, 3, 9)],
        lambda: [[23], [6, 7, 10], [3, 3, 3, 4, 3, 3, 4]],
    ),
    Case(
        "repartition",
        lambda sc: (
            lambda dealt: [dealt.getNumPartitions(), sorted(dealt.collect()), min(dealt.glom().map(len).collect()) > 0]
        )(sc.range(1000, numSlices=2).repartition(20)),
        lambda: [20, list(range(1000)), True],
    ),
    Case(
        "coalesce with a shuffle",
        lambda sc: sorted(sc.parallelize(NUMBERS, 1).coalesce(5, True).collect()),
        lambda: sorted(NUMBERS),
    ),
    Case(
        "split",
        lambda sc: sc.range(7, numSlices=2).split(2).glom().collect(),
        lambda: [[0], [1, 2], [3, 4], [5, 6]],
        pyspark=False,
    ),
    Case(
        "zip",
        lambda sc: (lambda words: words.zip(words.map(len)).collect())(sc.parallelize(WORDS, 3)),
        lambda: [(word, len(word)) for word in WORDS],
    ),
    Case(
        "zipWithIndex",
        lambda sc: [
            sc.parallelize(WORDS, count).filter(lambda word: "t" in word).zipWithIndex().collect() for count in (1, 5)
        ],
        lambda: [[(word, index) for index, word in enumerate(word for word in WORDS if "t" in word)]] * 2,
    ),
    Case(
        "zipWithUniqueId",
        lambda sc: sc.parallelize(["a", "b", "c", "d", "e"], 3).zipWithUniqueId().collect(),
        lambda: [("a", 0), ("b", 1), ("c", 4), ("d", 2), ("e", 5)],
    ),
    Case(
        "pipe",
        lambda sc: [
            sc.parallelize(["1", "2", "", "3\n", 4, "\u6d4b"], 2).pipe("cat").collect(),
            sc.parallelize(range(5), 1).pipe("head -2").collect(),
            sc.parallelize(range(3), 3).pipe("/bin/sh -c 'echo $COLOR'", {"COLOR": "red"}).distinct().collect(),
            sc.parallelize(range(3), 2).pipe("grep 4").collect(),
        ],
        lambda: [["1", "2", "", "3", "4", "\u6d4b"], ["0", "1"], ["red"], []],
        needs_native=True,
    ),
    Case(
        "a barrier",
        lambda sc: sc.parallelize(range(4), 2).barrier().mapPartitions(lambda part: [sum(part)]).collect(),
        lambda: [1, 5],
    ),
    Case(
        "cartesian",
        lambda sc: sorted(sc.range(5, numSlices=2).cartesian(sc.parallelize("abc", 3)).collect()),
        lambda: [(number, letter) for number in range(5) for letter in "abc"],
    ),
    Case(
        "an RDD without partitions",
        lambda sc: (
            lambda empty: [
                empty.getNumPartitions(),
                empty.map(str).collect(),
                empty.union(sc.parallelize([1], 1)).collect(),
                empty.distinct().collect(),
                empty.keyBy(str).groupByKey(2).collect(),
            ]
        )(sc.emptyRDD()),
        lambda: [0, [], [1], [], []],
    ),
    Case(
        "empty partitions",
        lambda sc: [
            sc.parallelize([], 3).glom().collect(),
            sc.parallelize([1], 3).map(str).filter(bool).glom().collect(),
            sc.parallelize([], 3).keyBy(str).sortByKey().collect(),
        ],
        lambda: [[[], [], []], [[], [], ["1"]], []],
    ),
]
