"""Running through an RDD of any size in the driver, one partition after the other."""

from __future__ import annotations

from collections.abc import Iterator

from tabswarm.rdd.structure import Structure
from tabswarm.rdd.type_variables import T_co


class LocalIteration(Structure[T_co]):
    """`toLocalIterator`."""

    def toLocalIterator(self, prefetchPartitions: bool = False) -> Iterator[T_co]:
        """An iterator over all records that holds one partition at a time. A partition's job starts when the iterator
        comes to it; with `prefetchPartitions` one earlier, so that it computes while you look at the one before.
        Partitions that you never come to are never computed.

        >>> list(sc.parallelize(range(10), 3).toLocalIterator())
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        """
        return self.ctx._iterate(self, ahead=1 if prefetchPartitions else 0)
