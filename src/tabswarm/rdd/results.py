"""Actions that bring records to the driver, or run a function on them for what it does.

An action is one more node of the lineage, and a job for it: what it computes in a partition is a record like any other.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator

from tabswarm.plan.operators import MapPartitions, Take
from tabswarm.rdd.answers import AS_LIST, AsNothing, AsSum, AsTaken
from tabswarm.rdd.partition_functions import ForEach, ForEachPartition, count_partition
from tabswarm.rdd.structure import Structure, must_be_callable
from tabswarm.rdd.type_variables import T, T_co


class Results(Structure[T_co]):
    """`collect`, `count`, `take`, `first`, `foreach`."""

    def collect(self) -> list[T_co]:
        """All records, as one list in the order of the partitions.

        >>> sc.parallelize([3, 1, 2], 2).collect()
        [3, 1, 2]
        """
        records: list[T_co] = self.ctx._answer(self, AS_LIST)
        return records

    def collectWithJobGroup(self, groupId: str, description: str, interruptOnCancel: bool = False) -> list[T_co]:
        """`collect` within a job group. PySpark deprecates it: use `sc.setJobGroup`, and `InheritableThread`.

        >>> import warnings
        >>> with warnings.catch_warnings(action="ignore"):
        ...     sc.parallelize([1, 2]).collectWithJobGroup("some group", "some description")
        [1, 2]
        """
        warnings.warn(
            "collectWithJobGroup is deprecated, as in PySpark: call sc.setJobGroup in the thread that collects",
            FutureWarning,
            stacklevel=2,
        )
        with self.ctx._properties.kept():
            self.ctx.setJobGroup(groupId, description, interruptOnCancel)
            return self.collect()

    def count(self) -> int:
        """The number of records.

        >>> sc.parallelize([2, 3, 4]).count()
        3
        """
        number: int = self.ctx._answer(self._apply(MapPartitions, count_partition), AsSum())
        return number

    def take(self, num: int) -> list[T_co]:
        """The first `num` records. One partition is tried first, then as many more as the answer so far suggests.

        >>> sc.range(100, numSlices=100).filter(lambda x: x > 90).take(3)
        [91, 92, 93]
        """
        return self._take(num, "list")

    def _take(self, num: int, shape: str) -> list[T_co]:
        """`take` for the action of that shape: what whoever attaches makes of it."""
        items: list[T_co] = []
        total = self._partitions
        scanned = 0
        while len(items) < num and scanned < total:
            more = _partitions_to_try(num, len(items), scanned)
            wanted = range(scanned, min(scanned + more, total))
            answer = AsTaken(num, tuple(items), scanned + more >= total, shape)
            items = self.ctx._answer(self._plain(Take(num - len(items))), answer, wanted)
            scanned += more
        return items[: max(num, 0)]

    def first(self) -> T_co:
        """The first record; `ValueError` where there is none.

        >>> sc.parallelize([2, 3, 4]).first()
        2
        """
        records = self._take(1, "first")
        if records:
            return records[0]
        raise ValueError("RDD is empty")

    def isEmpty(self) -> bool:
        """Whether there are no records at all. Looks no further than the first one found.

        >>> sc.parallelize([]).isEmpty(), sc.parallelize([1]).isEmpty()
        (True, False)
        """
        return self._partitions == 0 or len(self._take(1, "empty")) == 0

    def foreach(self: Structure[T], f: Callable[[T], object]) -> None:
        """Call `f` on each record, where the record is: for what it does, not for what it returns.

        >>> sc.parallelize([1, 2]).foreach(lambda x: None)
        """
        self.ctx._answer(self._apply(MapPartitions, ForEach(must_be_callable(f))), AsNothing())

    def foreachPartition(self: Structure[T], f: Callable[[Iterator[T]], Iterable[object] | None]) -> None:
        """Call `f` on the iterator over each partition, where the partition is.

        >>> sc.parallelize([1, 2]).foreachPartition(lambda records: None)
        """
        self.ctx._answer(self._apply(MapPartitions, ForEachPartition(must_be_callable(f))), AsNothing())


def _partitions_to_try(wanted: int, found: int, scanned: int) -> int:
    """How many more partitions the next round of `take` looks at: PySpark's rule.

    >>> _partitions_to_try(10, 0, 0), _partitions_to_try(10, 0, 1), _partitions_to_try(10, 1, 1)
    (1, 4, 4)
    """
    if scanned == 0:
        return 1
    if found == 0:
        return scanned * 4
    guess = int(1.5 * wanted * scanned / found) - scanned
    return min(max(guess, 1), scanned * 4)
