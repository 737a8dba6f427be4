"""What RDD methods run inside tasks on their own account: each takes a partition's records and gives a few.

They travel by name, as members of this module, which every worker has; so the module imports next to nothing. Those
that hold a function or a start value of the user's are small classes. A start value is copied before each use: a
worker loads a function once and runs it on many partitions.
"""

from __future__ import annotations

import copy
import heapq
import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from tabswarm.result_iterable import ResultIterable
from tabswarm.stat_counter import StatCounter

Function = Callable[..., Any]


def list_partition(records: Iterator[Any]) -> Iterator[list[Any]]:
    """The partition as one list (`glom`)."""
    yield list(records)


def count_partition(records: Iterator[Any]) -> Iterator[int]:
    """How many records there are."""
    yield sum(1 for _ in records)


def sum_partition(records: Iterator[Any]) -> Iterator[Any]:
    """Their sum."""
    yield sum(records)


def count_values(records: Iterator[Any]) -> Iterable[tuple[Any, int]]:
    """Each distinct record and how often it occurs."""
    counts: dict[Any, int] = {}
    for record in records:
        counts[record] = counts.get(record, 0) + 1
    return counts.items()


def group_by_key(records: Iterator[tuple[Any, Any]]) -> Iterable[tuple[Any, Any]]:
    """All values of each key, where all of them are in this partition already (`groupByKey` without a shuffle)."""
    groups: dict[Any, list[Any]] = {}
    for key, value in records:
        groups.setdefault(key, []).append(value)
    return ((key, ResultIterable(values)) for key, values in groups.items())


def describe_partition(records: Iterator[Any]) -> Iterator[StatCounter]:
    """All figures of its numbers (`stats`)."""
    yield StatCounter(records)


def describe_numbers(records: Iterator[Any]) -> Iterator[StatCounter]:
    """All figures of its records as floats (`meanApprox`)."""
    yield StatCounter(map(float, records))


def describe_sum(records: Iterator[Any]) -> Iterator[StatCounter]:
    """Its sum, as one value among the partitions' (`sumApprox`)."""
    yield StatCounter([float(sum(records))])


def describe_count(records: Iterator[Any]) -> Iterator[StatCounter]:
    """How many records it has, as one value among the partitions' (`countApprox`)."""
    yield StatCounter([float(sum(1 for _ in records))])


def extremes_of_partition(records: Iterator[Any]) -> Iterator[tuple[Any, Any, int]]:
    """The smallest record, the largest, and how many there are, but for None and NaN."""
    count = 0
    least: Any = None
    most: Any = None
    for record in records:
        if not is_no_value(record):
            least = record if count == 0 else min(least, record)
            most = record if count == 0 else max(most, record)
            count += 1
    if count:
        yield least, most, count


def is_no_value(record: Any) -> bool:
    """Whether it is None or NaN, which have no place in an order."""
    return record is None or (isinstance(record, float) and math.isnan(record))


class CountInBuckets:
    """How many records lie between each two borders; the last border belongs to the last bucket."""

    def __init__(self, borders: Sequence[Any], width: Any) -> None:
        self.borders = borders
        self.width = width

    def __call__(self, records: Iterator[Any]) -> Iterator[list[int]]:
        borders, width = self.borders, self.width
        least, most = borders[0], borders[-1]
        counts = [0] * len(borders)
        for record in records:
            if is_no_value(record) or record > most or record < least:
                continue
            bucket = bisect_right(borders, record) - 1 if width is None else int((record - least) / width)
            counts[bucket] += 1
        last = counts.pop()
        counts[-1] += last
        yield counts


class Rank:
    """The `num` largest records or the smallest, by `key` where there is one."""

    def __init__(self, num: int, largest: bool, key: Function | None) -> None:
        self.num = num
        self.largest = largest
        self.key = key

    def __call__(self, records: Iterator[Any]) -> Iterable[Any]:
        pick = heapq.nlargest if self.largest else heapq.nsmallest
        return pick(self.num, records, key=self.key)


class PickPlaces:
    """`(place in the sample, record)` for the records of these numbers, by partition; numbers rise, and may repeat."""

    def __init__(self, wanted: Mapping[int, Sequence[tuple[int, int]]]) -> None:
        self.wanted = wanted

    def __call__(self, partition: int, records: Iterator[Any]) -> Iterator[tuple[int, Any]]:
        at, record = -1, None
        for number, place in self.wanted[partition]:
            while at < number:
                record = next(records)
                at += 1
            yield place, record


class ValuesOf:
    """The values of one key."""

    def __init__(self, key: Any) -> None:
        self.key = key

    def __call__(self, records: Iterator[tuple[Any, Any]]) -> Iterator[Any]:
        wanted = self.key
        return (pair[1] for pair in records if pair[0] == wanted)


class GroupPartitions:
    """Each record with the number of the group that its partition belongs to."""

    def __init__(self, groups: int) -> None:
        self.groups = groups

    def __call__(self, partition: int, records: Iterator[Any]) -> Iterator[tuple[int, Any]]:
        group = partition % self.groups
        return ((group, record) for record in records)


class KeyBy:
    """`(f(record), record)`."""

    def __init__(self, f: Function) -> None:
        self.f = f

    def __call__(self, record: Any) -> tuple[Any, Any]:
        return self.f(record), record


class Reduce:
    """The records put together from the left; nothing for an empty partition."""

    def __init__(self, f: Function) -> None:
        self.f = f

    def __call__(self, records: Iterator[Any]) -> Iterator[Any]:
        for first in records:
            yield reduce(self.f, records, first)
            return


class Fold:
    """The records put together from the left, beginning with a copy of `zero`."""

    def __init__(self, zero: object, op: Function) -> None:
        self.zero = zero
        self.op = op

    def __call__(self, records: Iterator[Any]) -> Iterator[Any]:
        yield reduce(self.op, records, copy.deepcopy(self.zero))


class FromZero:
    """The combiner of a key's first value: it is added to a copy of `zero` (`aggregateByKey`)."""

    def __init__(self, zero: object, add: Function) -> None:
        self.zero = zero
        self.add = add

    def __call__(self, value: Any) -> Any:
        return self.add(copy.deepcopy(self.zero), value)


class Larger:
    """The larger of two by `key`; the first where they are equal, as `max` has it."""

    def __init__(self, key: Function) -> None:
        self.key = key

    def __call__(self, a: Any, b: Any) -> Any:
        return max(a, b, key=self.key)


class Smaller:
    """The smaller of two by `key`; the first where they are equal, as `min` has it."""

    def __init__(self, key: Function) -> None:
        self.key = key

    def __call__(self, a: Any, b: Any) -> Any:
        return min(a, b, key=self.key)


class ForEach:
    """Call `f` on each record, for what it does; no records come out."""

    def __init__(self, f: Function) -> None:
        self.f = f

    def __call__(self, records: Iterator[Any]) -> Iterable[Any]:
        for record in records:
            self.f(record)
        return ()


class ForEachPartition:
    """Call `f` on the iterator over the partition, for what it does; what it yields is run through and dropped."""

    def __init__(self, f: Function) -> None:
        self.f = f

    def __call__(self, records: Iterator[Any]) -> Iterable[Any]:
        made = self.f(records)
        if isinstance(made, Iterable):
            for _ in made:
                pass
        return ()


class CombineByKey:
    """The values of each key put together where all of them are in this partition already."""

    def __init__(self, create: Function | None, merge_value: Function) -> None:
        self.create = create
        self.merge_value = merge_value

    def __call__(self, records: Iterator[tuple[Any, Any]]) -> Iterable[tuple[Any, Any]]:
        create, merge_value = self.create, self.merge_value
        combined: dict[Any, Any] = {}
        for key, value in records:
            if key in combined:
                combined[key] = merge_value(combined[key], value)
            else:
                combined[key] = value if create is None else create(value)
        return combined.items()


class Deal:
    """Each record with the number of the partition it goes to, one after the other as cards are dealt.

    Where a partition begins to deal depends on its index alone, spread so that many small ones don't all begin at 0.
    """

    def __init__(self, partitions: int) -> None:
        self.partitions = partitions

    def __call__(self, index: int, records: Iterator[Any]) -> Iterator[tuple[int, Any]]:
        target = index * 0x9E3779B1 % 2**32 % self.partitions
        for record in records:
            target = (target + 1) % self.partitions
            yield target, record


def nothing_of(records: Iterable[Any]) -> tuple[()]:
    """Nothing: all records are computed all the same."""
    for _ in records:
        pass
    return ()
