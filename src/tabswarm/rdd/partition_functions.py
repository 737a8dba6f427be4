"""What RDD methods run inside tasks on their own account: each takes a partition's records and gives a few.

They travel by name, as members of this module, which every worker has; so the module imports next to nothing. Those
that hold a function or a start value of the user's are small classes. A start value is copied before each use: a
worker loads a function once and runs it on many partitions.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import Any

from tabswarm.result_iterable import ResultIterable

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
