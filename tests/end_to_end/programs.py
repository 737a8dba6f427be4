"""The programs that must give the same answer everywhere: (what it shows, on a Context, in plain Python)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from operator import add
from pathlib import Path
from typing import Any

from tabswarm import Context

TEXTS = Path(__file__).parents[2]


def word_count(sc: Context) -> Any:
    files = ",".join(map(str, text_files()))
    return sorted(
        sc.textFile(files).flatMap(lambda line: line.split()).map(lambda word: (word, 1)).reduceByKey(add, 5).collect()
    )


def plain_word_count() -> Any:
    words = Counter(word for path in text_files() for word in path.read_text(encoding="utf-8").split())
    return sorted(words.items())


def text_files() -> list[Path]:
    return sorted(TEXTS.glob("*.md"))


def grouping(sc: Context) -> Any:
    pairs = sc.parallelize(range(1000), 7).map(lambda n: (n % 13, n))
    return sorted((key, list(values)) for key, values in pairs.groupByKey(4).collect())


def plain_grouping() -> Any:
    return [(key, list(range(key, 1000, 13))) for key in range(13)]


def fork(sc: Context) -> Any:
    squares = sc.parallelize(range(100), 6).map(lambda n: n * n)
    evens, odds = squares.filter(lambda n: n % 2 == 0), squares.filter(lambda n: n % 2 == 1)
    return sorted(evens.map(lambda n: ("even", n)).union(odds.map(lambda n: ("odd", n))).reduceByKey(add, 2).collect())


def plain_fork() -> Any:
    squares = [n * n for n in range(100)]
    return [("even", sum(n for n in squares if n % 2 == 0)), ("odd", sum(n for n in squares if n % 2 == 1))]


def coalesce_to_one(sc: Context) -> Any:
    return (
        sc.range(10_000, numSlices=100)
        .map(lambda n: n * 3)
        .coalesce(1)
        .mapPartitions(lambda part: [sum(part)])
        .collect()
    )


def plain_coalesce_to_one() -> Any:
    return [sum(n * 3 for n in range(10_000))]


def cached_twice(sc: Context) -> Any:
    kept = sc.parallelize(range(200), 8).map(lambda n: (n % 5, n)).cache()
    return kept.count(), sorted(kept.reduceByKey(add, 3).collect()), kept.values().sum()


def plain_cached_twice() -> Any:
    sums = sorted((key, sum(range(key, 200, 5))) for key in range(5))
    return 200, sums, sum(range(200))


PROGRAMS: dict[str, tuple[Callable[[Context], Any], Callable[[], Any]]] = {
    "word count": (word_count, plain_word_count),
    "shuffle": (grouping, plain_grouping),
    "fork": (fork, plain_fork),
    "coalesce 100 to 1": (coalesce_to_one, plain_coalesce_to_one),
    "cached and used twice": (cached_twice, plain_cached_twice),
}
