"""What `groupByKey` gives for a key: PySpark's `ResultIterable`, under the same attributes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from typing import Generic, TypeVar

T = TypeVar("T")


class ResultIterable(Generic[T], Iterable[T]):
    """The values of one key: can be iterated over again and again, and has a length.

    `data` holds the values, `index` and `maxindex` are PySpark's (0 and the length). Two of them are equal only if they
    are the same object, as in PySpark: compare `list(...)` of each.

    >>> values = ResultIterable([1, 2])
    >>> len(values), list(values), values.maxindex
    (2, [1, 2], 2)
    """

    __slots__ = ("data", "index", "maxindex")

    def __init__(self, data: Iterable[T]) -> None:
        self.data = data
        self.index = 0
        self.maxindex = len(data) if isinstance(data, Sized) else 0

    def __iter__(self) -> Iterator[T]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)  # type: ignore[arg-type]

    def __repr__(self) -> str:
        return f"ResultIterable({self.data!r})"
