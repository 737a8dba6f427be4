"""Transformations in which each partition is made from one partition of the parent, record by record or as a whole.

They cost nothing but the function: the executor fuses a chain of them into one loop.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from tabswarm.plan.operators import Filter, FlatMap, Map, MapPartitions, MapPartitionsWithIndex
from tabswarm.rdd.file_content import lines_in
from tabswarm.rdd.partition_functions import KeyBy, list_partition
from tabswarm.rdd.structure import Structure, must_be_callable
from tabswarm.rdd.type_variables import K, T_co, U

if TYPE_CHECKING:
    from tabswarm.rdd.rdd import RDD


class Narrow(Structure[T_co]):
    """`map` and its kin."""

    def map(self, f: Callable[[T_co], U], preservesPartitioning: bool = False) -> RDD[U]:
        """`f(record)` for each record. `preservesPartitioning` promises that `f` keeps each record's key.

        >>> sc.parallelize([1, 2, 3]).map(lambda x: x * 10).collect()
        [10, 20, 30]
        """
        return self._apply(Map, f, keeps_keys=preservesPartitioning)

    def flatMap(self, f: Callable[[T_co], Iterable[U]], preservesPartitioning: bool = False) -> RDD[U]:
        """Each item of `f(record)`, for each record.

        >>> sc.parallelize(["to be", "or not"]).flatMap(str.split).collect()
        ['to', 'be', 'or', 'not']
        """
        return self._apply(FlatMap, f, keeps_keys=preservesPartitioning)

    def filter(self, f: Callable[[T_co], object]) -> RDD[T_co]:
        """The records for which `f(record)` is true.

        >>> sc.parallelize([1, 2, 3, 4]).filter(lambda x: x % 2 == 0).collect()
        [2, 4]
        """
        return self._apply(Filter, f, keeps_keys=True)

    def mapPartitions(self, f: Callable[[Iterator[T_co]], Iterable[U]], preservesPartitioning: bool = False) -> RDD[U]:
        """The items of `f(iterator over the partition's records)`, called once a partition.

        >>> sc.parallelize([1, 2, 3, 4], 2).mapPartitions(lambda records: [sum(records)]).collect()
        [3, 7]
        """
        return self._apply(MapPartitions, f, keeps_keys=preservesPartitioning)

    def mapPartitionsWithIndex(
        self, f: Callable[[int, Iterator[T_co]], Iterable[U]], preservesPartitioning: bool = False
    ) -> RDD[U]:
        """The items of `f(partition's index, iterator over its records)`.

        >>> sc.parallelize("abc", 3).mapPartitionsWithIndex(lambda i, records: [(i, *records)]).collect()
        [(0, 'a'), (1, 'b'), (2, 'c')]
        """
        return self._apply(MapPartitionsWithIndex, f, keeps_keys=preservesPartitioning)

    def mapPartitionsWithSplit(
        self, f: Callable[[int, Iterator[T_co]], Iterable[U]], preservesPartitioning: bool = False
    ) -> RDD[U]:
        """The old name of `mapPartitionsWithIndex`; warns that it is deprecated, as PySpark does.

        >>> import warnings
        >>> with warnings.catch_warnings(action="ignore"):
        ...     sc.parallelize([1, 2, 3, 4], 4).mapPartitionsWithSplit(lambda i, records: [i]).sum()
        6
        """
        warnings.warn(
            "mapPartitionsWithSplit is deprecated; use mapPartitionsWithIndex instead", FutureWarning, stacklevel=2
        )
        return self.mapPartitionsWithIndex(f, preservesPartitioning)

    def lines(self) -> RDD[Any]:
        """The lines of records that are text or bytes (`multiGet(urls).lines()`, as in the paper): at LF, CR and CRLF.

        tabswarm's own (PySpark has no counterpart).

        >>> sc.parallelize(["to be\\nor not\\n", "to be"]).lines().collect()
        ['to be', 'or not', 'to be']
        """
        return self._apply(FlatMap, lines_in)

    def glom(self) -> RDD[list[T_co]]:
        """Each partition as one list.

        >>> sc.parallelize([1, 2, 3, 4], 2).glom().collect()
        [[1, 2], [3, 4]]
        """
        return self._apply(MapPartitions, list_partition)

    def keyBy(self, f: Callable[[T_co], K]) -> RDD[tuple[K, T_co]]:
        """`(f(record), record)` for each record.

        >>> sc.parallelize(["fig", "pear"]).keyBy(len).collect()
        [(3, 'fig'), (4, 'pear')]
        """
        made: RDD[Any] = self._apply(Map, KeyBy(must_be_callable(f)))
        return made
