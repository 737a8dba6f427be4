"""How the partitions of a node hang on those of its parents.

*Narrow* dependencies are formulas where one will do, and arrays of edges where the user brings his own; each answers
one question, `parents_of(partition)`. A *shuffle* is no edge list at all: every child partition needs every map
partition.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tabswarm.plan.partitioner import Aggregator, Partitioner


class _Narrow(msgspec.Struct, frozen=True, tag=str.lower, tag_field="dep"):
    """Common to the narrow dependencies: the id of the parent node."""

    parent: int


class OneToOne(_Narrow, frozen=True):
    """Child partition `i` needs parent partition `i`."""

    def parents_of(self, partition: int, parent_partitions: int) -> Sequence[int]:
        return (partition,)


class Span(_Narrow, frozen=True):
    """Child partitions `out_start .. out_start + length` need parent partitions `in_start ...`, one each (a union)."""

    in_start: int
    out_start: int
    length: int

    def parents_of(self, partition: int, parent_partitions: int) -> Sequence[int]:
        offset = partition - self.out_start
        return (self.in_start + offset,) if 0 <= offset < self.length else ()


class Strided(_Narrow, frozen=True):
    """Child partition `i` needs parent partition `i // divisor % modulo` (the two sides of a product, and `split`)."""

    divisor: int
    modulo: int

    def parents_of(self, partition: int, parent_partitions: int) -> Sequence[int]:
        return (partition // self.divisor % self.modulo,)


class AllPartitions(_Narrow, frozen=True):
    """Every child partition needs every parent partition."""

    def parents_of(self, partition: int, parent_partitions: int) -> Sequence[int]:
        return range(parent_partitions)


class Edges(_Narrow, frozen=True):
    """Child partition `i` needs the parent partitions `edges[i]`, in that order (coalesce, and users' own RDDs)."""

    edges: tuple[tuple[int, ...], ...]

    def parents_of(self, partition: int, parent_partitions: int) -> Sequence[int]:
        return self.edges[partition]


class Shuffle(msgspec.Struct, frozen=True, tag="shuffle", tag_field="dep"):
    """Every child partition gets, from each partition of `parent`, the records whose key the partitioner sends there.

    `shuffle` is the shuffle's own id, from the counter that also gives node ids. With an aggregator and `map_side`,
    values are put together by key before they travel.
    """

    parent: int
    shuffle: int
    partitioner: Partitioner
    aggregator: Aggregator | None = None
    map_side: bool = True


NarrowDependency = OneToOne | Span | Strided | AllPartitions | Edges
Dependency = NarrowDependency | Shuffle
