"""What joins and operations on sets run inside tasks: what two or more RDDs have for a key, once all of it is in one
partition.

The law: keys come in the order in which they were first seen, the first parent's before the second's, and each key's
values in the order of its parent's records. Like `partition_functions`, these travel by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tabswarm.result_iterable import ResultIterable

Pairs = Iterator[tuple[Any, Any]]


class CoGroup:
    """For each key a tuple of all its values, one iterable for each parent (`cogroup`)."""

    def __call__(self, partition: int, parents: list[Pairs]) -> Iterable[tuple[Any, Any]]:
        return ((key, tuple(map(ResultIterable, groups))) for key, groups in grouped(parents).items())


class Join:
    """`(key, (left, right))` for each two values of a key. A side that may be missing is None where it is."""

    def __init__(self, left_may_miss: bool, right_may_miss: bool) -> None:
        self.left_may_miss = left_may_miss
        self.right_may_miss = right_may_miss

    def __call__(self, partition: int, parents: list[Pairs]) -> Iterable[tuple[Any, Any]]:
        for key, (lefts, rights) in grouped(parents).items():
            if not lefts and self.left_may_miss:
                lefts = [None]
            if not rights and self.right_may_miss:
                rights = [None]
            for left in lefts:
                for right in rights:
                    yield key, (left, right)


class OnlyLeft:
    """The left pairs whose key the right side does not have, key by key (`subtractByKey`)."""

    def __call__(self, partition: int, parents: list[Pairs]) -> Iterable[tuple[Any, Any]]:
        left, right = parents
        groups = grouped([left])
        for key, _ in right:
            groups.pop(key, None)
        return ((key, value) for key, (values,) in groups.items() for value in values)


class InBoth:
    """Each key that both sides have, once (`intersection`)."""

    def __call__(self, partition: int, parents: list[Pairs]) -> Iterable[Any]:
        left, right = (dict.fromkeys(key for key, _ in pairs) for pairs in parents)
        return (key for key in left if key in right)


def grouped(parents: list[Pairs]) -> dict[Any, tuple[list[Any], ...]]:
    """For each key the lists of its values, one for each parent.

    >>> grouped([iter([("a", 1), ("b", 2), ("a", 3)]), iter([("c", 4), ("a", 5)])])
    {'a': ([1, 3], [5]), 'b': ([2], []), 'c': ([], [4])}
    """
    groups: dict[Any, tuple[list[Any], ...]] = {}
    for index, pairs in enumerate(parents):
        for key, value in pairs:
            if key not in groups:
                groups[key] = tuple([] for _ in parents)
            groups[key][index].append(value)
    return groups


def distinct_pairs(records: Iterator[Any]) -> Iterable[tuple[Any, None]]:
    """Each distinct record once, as the key of a pair."""
    return ((record, None) for record in dict.fromkeys(records))


def distinct_keys(pairs: Pairs) -> Iterable[Any]:
    """Each distinct key once."""
    return dict.fromkeys(key for key, _ in pairs)


def as_keys(records: Iterator[Any]) -> Iterable[tuple[Any, None]]:
    """Each record as the key of a pair."""
    return ((record, None) for record in records)
