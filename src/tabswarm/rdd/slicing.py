"""How `parallelize` cuts a collection into slices: the very elements of each slice are PySpark's.

PySpark pickles a collection in batches and its JVM cuts the list of *batches*, so that slices of 11 elements in 4 are
2, 4, 2 and 3 long. Programs that look at partitions (`glom`, `mapPartitionsWithIndex`) see the same here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

BATCH = 1024
"""The most elements in a batch (PySpark's default)."""


def slice_bounds(length: int, slices: int) -> Iterator[tuple[int, int]]:
    """Where each slice of a collection of `length` starts and ends.

    >>> list(slice_bounds(11, 4)), list(slice_bounds(5, 3))
    ([(0, 2), (2, 6), (6, 8), (8, 11)], [(0, 1), (1, 3), (3, 5)])
    """
    batch = max(1, min(length // slices, BATCH))
    batches = -(-length // batch)
    for index in range(slices):
        start, end = index * batches // slices, (index + 1) * batches // slices
        yield min(start * batch, length), min(end * batch, length)


def slices_of(values: Sequence[T], slices: int) -> Iterator[list[T]]:
    """The elements of each slice.

    >>> list(slices_of("abc", 2))
    [['a'], ['b', 'c']]
    """
    for start, end in slice_bounds(len(values), slices):
        yield list(values[start:end])
