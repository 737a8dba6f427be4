"""What sorting runs inside tasks: a sample of the keys, bounds from the samples, runs by the bounds, and their merge.

`bounds[p]` is the largest key of partition p. Keys are only ever compared by `<`, and through the user's `keyfunc`. A
sort is stable: pairs of equal keys keep their order, map partition after map partition.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, islice
from math import exp, log
from typing import Any

from tabswarm.rdd.draws import generator

KeyFunction = Callable[[Any], Any]
Pair = tuple[Any, Any]

RUN = 16
"""Pairs that travel as one record: enough that the record costs little, few enough that large values fit into one."""


def identity(key: Any) -> Any:
    """The key itself: PySpark's default `keyfunc`."""
    return key


class SortPairs:
    """The pairs of a partition in the order of their keys. Sorted stretches are found and merged, not sorted again."""

    def __init__(self, ascending: bool, keyfunc: KeyFunction) -> None:
        self.ascending = ascending
        self.keyfunc = keyfunc

    def __call__(self, pairs: Iterator[Pair]) -> list[Pair]:
        keyfunc = self.keyfunc
        return sorted(pairs, key=lambda pair: keyfunc(pair[0]), reverse=not self.ascending)


class SampleKeys:
    """One record: how many pairs there are, and the keys of at most `size` of them, each as likely as any other.

    Algorithm L (Li, 1994): the number of pairs to pass over is drawn, so most of them are not even looked at.
    """

    def __init__(self, size: int) -> None:
        self.size = size

    def __call__(self, partition: int, pairs: Iterator[Pair]) -> Iterable[tuple[int, list[Any]]]:
        keys = [key for key, _ in islice(pairs, self.size)]
        seen = len(keys)
        numbers = generator(1, partition)
        weight = 1.0
        while seen >= self.size:
            weight *= exp(log(1.0 - numbers.random()) / self.size)
            passed = min(int(log(1.0 - numbers.random()) / log(1.0 - weight)), 1 << 62) if weight < 1.0 else 0
            skipped = sum(1 for _ in islice(pairs, passed))
            found = next(pairs, None)
            if found is None:
                seen += skipped
                break
            seen += skipped + 1
            keys[int(numbers.random() * self.size)] = found[0]
        yield seen, keys


class FindBounds:
    """One record: the bounds between `count` partitions that hold about as many pairs each, from all samples."""

    def __init__(self, count: int, keyfunc: KeyFunction) -> None:
        self.count = count
        self.keyfunc = keyfunc

    def __call__(self, partition: int, samples: list[Iterator[tuple[int, list[Any]]]]) -> Iterable[list[Any]]:
        found = [sample for sampled in samples for sample in sampled if sample[1]]
        keyfunc = self.keyfunc
        if all(seen == len(keys) for seen, keys in found):
            weighted = [(key, 1.0) for _, keys in found for key in keys]
        else:
            weighted = [(key, seen / len(keys)) for seen, keys in found for key in keys]
        weighted.sort(key=lambda key_weight: keyfunc(key_weight[0]))
        ends = list(accumulate(weight for _, weight in weighted))
        if not ends:
            yield []
            return
        # The first key whose share of the pairs reaches past i/count of all.
        places = (bisect_left(ends, True, key=_past(ends[-1] * i / self.count)) for i in range(1, self.count))
        yield [weighted[min(place, len(weighted) - 1)][0] for place in places]


def _past(mark: float) -> Callable[[float], bool]:
    return lambda end: end > mark


class CutRuns:
    """Pairs, sorted and cut at the bounds: records `(partition to go to, pairs that stand one after the other)`.

    In descending order the largest keys go to partition 0.
    """

    def __init__(self, count: int, ascending: bool, keyfunc: KeyFunction) -> None:
        self.count = count
        self.ascending = ascending
        self.keyfunc = keyfunc

    def __call__(self, partition: int, parents: list[Iterator[Any]]) -> Iterable[tuple[int, list[Pair]]]:
        unsorted, [found] = parents
        bounds = [self.keyfunc(bound) for bound in found]
        pairs = SortPairs(self.ascending, self.keyfunc)(unsorted)
        start = 0
        for target, end in enumerate(self._ends(pairs, bounds)):
            for at in range(start, end, RUN):
                yield target, pairs[at : min(at + RUN, end)]
            start = max(start, end)

    def _ends(self, pairs: list[Pair], bounds: list[Any]) -> Iterator[int]:
        """Where the pairs of each partition end."""
        keyfunc, ascending = self.keyfunc, self.ascending
        for bound in bounds if ascending else reversed(bounds):
            yield bisect_left(pairs, True, key=lambda pair: bool(bound < keyfunc(pair[0])) is ascending)
        yield len(pairs)


class MergeRuns:
    """The pairs of all runs that came to a partition, in order."""

    def __init__(self, ascending: bool, keyfunc: KeyFunction) -> None:
        self.sort = SortPairs(ascending, keyfunc)

    def __call__(self, runs: Iterator[tuple[int, list[Pair]]]) -> list[Pair]:
        return self.sort(pair for _, run in runs for pair in run)
