"""Runs under PySpark's own interpreter: does each piece of work that a line of its input names, and answers when done.

    word_count 2 /tmp/text.txt      ->  done 123456
    tiny_tasks 2 2000               ->  done 2000
    jobs 1 200                      ->  done 200

The first word names the work, the second says how many cores; a context is started for them when it is first needed,
and stays until another number of cores is asked for (PySpark has one context a process).
"""

from __future__ import annotations

import sys
from operator import add

from pyspark import SparkConf, SparkContext

_STARTED: dict[int, SparkContext] = {}


def context(cores: int) -> SparkContext:
    """A started context, with its Python workers warm."""
    if cores not in _STARTED:
        for other in _STARTED.values():
            other.stop()
        _STARTED.clear()
        conf = SparkConf().set("spark.ui.enabled", "false").set("spark.ui.showConsoleProgress", "false")
        sc = SparkContext(f"local[{cores}]", "benchmark", conf=conf)
        sc.setLogLevel("OFF")
        sc.parallelize(range(100), 8).map(lambda x: x + 1).count()
        _STARTED[cores] = sc
    return _STARTED[cores]


def word_count(sc: SparkContext, path: str) -> int:
    """The benchmark's word count; returns how many words there are."""
    words = sc.textFile(path, 8).flatMap(lambda line: line.split())
    return sum(count for _, count in words.map(lambda word: (word, 1)).reduceByKey(add, 4).collect())


def tiny_tasks(sc: SparkContext, number: str) -> int:
    """One job of so many partitions of one record."""
    return int(sc.parallelize(range(int(number)), int(number)).count())


def jobs(sc: SparkContext, number: str) -> int:
    """So many jobs of one partition, one after the other."""
    one = sc.parallelize([1], 1)
    return sum(one.count() for _ in range(int(number)))


WORK = {"word_count": word_count, "tiny_tasks": tiny_tasks, "jobs": jobs}


def main() -> None:
    """Answer each line."""
    for line in sys.stdin:
        name, cores, argument = line.split(maxsplit=2)
        print("done", WORK[name](context(int(cores)), argument.rstrip("\n")), flush=True)


if __name__ == "__main__":
    main()
