"""Random plans over pairs of small numbers, with every kind of node and dependency, and functions by name.

Every node's records are pairs `(key, value)` of ints, so any node may stand on any other. Functions travel as names
on a shelf: what is tested here is who computes what, not shipping.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from tabswarm.plan import operators as op
from tabswarm.plan.dependency import AllPartitions, Dependency, Edges, OneToOne, Shuffle, Span, Strided
from tabswarm.plan.lineage import Node, Plan, SourceBlock
from tabswarm.plan.partitioner import (
    Aggregator,
    CombineValues,
    FunctionPartitioner,
    GroupValues,
    HashPartitioner,
    Partitioner,
)
from tabswarm.plan.storage_level import StorageLevel
from tabswarm.shipping.block_hash import root_hash, segment_hash

Pair = tuple[int, int]


def _together(partition: int, parents: list[Iterator[Pair]]) -> Iterator[Pair]:
    for index, parent in enumerate(parents):
        for key, value in parent:
            yield key, value + index + partition


SHELF: dict[str, Callable[..., Any]] = {
    "shift": lambda pair: ((pair[0] * 5 + 3) % 11, pair[1] + 1),
    "same_keys": lambda value: value * 2 % 1009,
    "both": lambda pair: [pair, (pair[0] + 1, pair[1] * 3 % 1009)],
    "some": lambda pair: (pair[0] + pair[1]) % 3 != 0,
    "merge": lambda two: (two[0][0], (two[0][1] * 31 + two[1][1]) % 1009),
    "pair_up": lambda number: (number % 7, number),
    "count_line": lambda line: (len(line) % 5, len(line)),
    "together": _together,
    "add": lambda one, other: one + other,
    "first": lambda value: value + 1,
    "total": lambda pair: (pair[0], sum(pair[1])),
    "key": lambda key: key * 3 + 1,
    "indexed": lambda index, pairs: ((key, value + index) for key, value in pairs),
}
"""The functions that plans name."""


class Shelf:
    """Reads functions by name and the driver's values as msgpack, for the executor and the sequential evaluation."""

    def load(self, root: str, /) -> Callable[..., Any]:
        """A function by its name."""
        return SHELF[root]

    def load_values(self, data: bytes, /) -> list[Any]:
        """Pairs that the driver wrote."""
        return [tuple(pair) for pair in msgspec.msgpack.decode(data)]


def ref(name: str) -> op.CodeRef:
    """The slot of a function on the shelf; its only blob has the function's name."""
    return op.CodeRef(name, (name,))


class PlanMaker:
    """Grows a plan node by node."""

    def __init__(self, rng: random.Random, application: str, *, persisted: float = 0.15, widest: int = 4) -> None:
        """`persisted` is the share of nodes that are, `widest` the most partitions that a source or shuffle has."""
        self.rng = rng
        self.widest = widest
        self.persisted = persisted
        self.application = application
        self.nodes: list[Node] = []
        self.of_pairs: list[Node] = []
        self.sources: dict[int, tuple[SourceBlock, ...]] = {}
        self.driver_data: dict[tuple[int, int], bytes] = {}
        self.numbers = 0

    def make(self, size: int) -> Plan:
        """A plan of about `size` nodes whose target is the last one, all or some of its partitions."""
        growths = [self._source, self._narrow, self._narrow, self._shuffle, self._shuffle, self._echo, self._union]
        growths += [self._coalesce, self._zip, self._product, self._custom, self._split]
        self._source()
        while len(self.nodes) < size:
            self.rng.choice(growths)()
        if self.rng.random() < 0.15:
            self.add(op.Take(self.rng.randint(1, 3)), self.nodes[-1].partitions, OneToOne(self.nodes[-1].id))
        target = self.nodes[-1]
        partitions = list(range(target.partitions))
        if self.rng.random() < 0.3:
            partitions = self.rng.sample(partitions, self.rng.randint(1, len(partitions)))
        return Plan(
            application=self.application,
            nodes=tuple(self.nodes),
            target=target.id,
            partitions=tuple(partitions),
            sources=self.sources,
            action="collect",
        )

    def number(self) -> int:
        """The next id of a node or shuffle."""
        self.numbers += 1
        return self.numbers

    def add(self, operator: op.Operator, partitions: int, *dependencies: Dependency) -> Node:
        """A node, sometimes a persisted one. (Groups are made to be consumed at once.)"""
        number = self.number()
        grouped = any(
            isinstance(hangs, Shuffle) and isinstance(hangs.aggregator, GroupValues) for hangs in dependencies
        )
        node = Node(
            id=number,
            operator=operator,
            partitions=partitions,
            dependencies=dependencies,
            name=type(operator).__name__,
            call_site=f"plan.py:{number}",
            storage=self._storage() if not grouped else None,
        )
        self.nodes.append(node)
        if not grouped and not isinstance(operator, op.Range | op.TextLines | op.Zip | op.Cartesian):
            self.of_pairs.append(node)
        return node

    def _storage(self) -> StorageLevel | None:
        if self.rng.random() >= self.persisted:
            return None
        return StorageLevel.MEMORY_ONLY_2 if self.rng.random() < 0.3 else StorageLevel.MEMORY_ONLY

    def any_node(self) -> Node:
        """A node to hang on, the younger the likelier."""
        return self.of_pairs[int(len(self.of_pairs) * self.rng.random() ** 0.5)]

    def _source(self) -> None:
        partitions = self.rng.randint(1 + self.widest // 8, self.widest)
        kind = self.rng.random()
        if kind < 0.25:
            node = self.add(op.Range(0, self.rng.randint(1, 20), 1, partitions), partitions)
            self._map(node, "pair_up")
            return
        if kind < 0.5:
            node = self.add(op.TextLines(), partitions)
            data = [
                "\n".join("x" * self.rng.randint(0, 9) for _ in range(self.rng.randint(1, 4))).encode()
                for _ in range(partitions)
            ]
            self._driver_blocks(node, data, promise=False)
            self._map(node, "count_line")
            return
        node = self.add(op.Parallelize(), partitions)
        values = [
            [(self.rng.randint(0, 9), self.rng.randint(0, 99)) for _ in range(self.rng.randint(0, 5))]
            for _ in range(partitions)
        ]
        self._driver_blocks(node, [msgspec.msgpack.encode(part) for part in values], promise=True)

    def _driver_blocks(self, node: Node, data: list[bytes], *, promise: bool) -> None:
        far = self.rng.random() < 0.5
        blocks = []
        for partition, bytes_ in enumerate(data):
            self.driver_data[(node.id, partition)] = bytes_
            root = root_hash([segment_hash(bytes_)]) if promise else b""
            blocks.append(SourceBlock(len(bytes_), root, None if far else bytes_))
        self.sources[node.id] = tuple(blocks)

    def _map(self, parent: Node, name: str) -> Node:
        return self.add(op.Map(ref(name)), parent.partitions, OneToOne(parent.id))

    def _narrow(self) -> None:
        parent = self.any_node()
        operators: list[op.Operator] = [
            op.Map(ref("shift")),
            op.FlatMap(ref("both")),
            op.Filter(ref("some")),
            op.MapValues(ref("same_keys")),
            op.MapPartitionsWithIndex(ref("indexed")),
        ]
        self.add(self.rng.choice(operators), parent.partitions, OneToOne(parent.id))

    def _shuffled(
        self, parent: Node, partitioner: Partitioner, aggregator: Aggregator | None, *, map_side: bool = True
    ) -> Node:
        dependency = Shuffle(parent.id, self.number(), partitioner, aggregator, map_side)
        return self.add(op.Shuffled(), partitioner.partitions, dependency)

    def _partitioner(self) -> Partitioner:
        partitions = self.rng.randint(1 + self.widest // 8, self.widest)
        return HashPartitioner(partitions) if self.rng.random() < 0.8 else FunctionPartitioner(partitions, ref("key"))

    def _shuffle(self) -> None:
        parent, partitioner, kind = self.any_node(), self._partitioner(), self.rng.random()
        if kind < 0.5:
            map_side = self.rng.random() < 0.8
            create = ref("first") if self.rng.random() < 0.3 and not map_side else None
            aggregator = CombineValues(create, ref("add"), ref("add"))
            self._shuffled(parent, partitioner, aggregator, map_side=map_side)
        elif kind < 0.75:
            grouped = self._shuffled(parent, partitioner, GroupValues(), map_side=self.rng.random() < 0.5)
            self._map(grouped, "total")
        else:
            self._shuffled(parent, partitioner, None)

    def _echo(self) -> None:
        """Something zipped with what became of it behind a further shuffle: tasks that could wait for themselves."""
        partitioner = self._partitioner()
        near = self._shuffled(self.any_node(), partitioner, None)
        changed = self.add(op.MapValues(ref("same_keys")), near.partitions, OneToOne(near.id))
        far = self._shuffled(changed, partitioner, None)
        zipped = self.add(op.Zip(), near.partitions, OneToOne(near.id), OneToOne(far.id))
        self._map(zipped, "merge")

    def _union(self) -> None:
        one, other = self.any_node(), self.any_node()
        if one.partitions + other.partitions <= 2 * self.widest:
            spans = Span(one.id, 0, 0, one.partitions), Span(other.id, 0, one.partitions, other.partitions)
            self.add(op.Union(), one.partitions + other.partitions, *spans)

    def _coalesce(self) -> None:
        parent = self.any_node()
        partitions = self.rng.randint(1, parent.partitions)
        groups = [[p for p in range(parent.partitions) if p % partitions == index] for index in range(partitions)]
        self.add(op.Coalesce(), partitions, Edges(parent.id, tuple(map(tuple, groups))))

    def _zip(self) -> None:
        one = self.any_node()
        other = self._map(one, "shift") if self.rng.random() < 0.7 else one
        zipped = self.add(op.Zip(), one.partitions, OneToOne(one.id), OneToOne(other.id))
        self._map(zipped, "merge")

    def _product(self) -> None:
        left, right = self.any_node(), self.any_node()
        if left.partitions * right.partitions <= 6 and len(self.nodes) < 7:
            strides = Strided(left.id, right.partitions, left.partitions), Strided(right.id, 1, right.partitions)
            self._map(self.add(op.Cartesian(), left.partitions * right.partitions, *strides), "merge")

    def _custom(self) -> None:
        parent = self.any_node()
        partitions = self.rng.randint(1, 3)
        everything = range(parent.partitions)
        picked = [
            tuple(self.rng.sample(everything, self.rng.randint(0, min(2, parent.partitions))))
            for _ in range(partitions)
        ]
        dependency = AllPartitions(parent.id) if self.rng.random() < 0.3 else Edges(parent.id, tuple(picked))
        self.add(op.Custom(ref("together")), partitions, dependency)

    def _split(self) -> None:
        parent, n = self.any_node(), self.rng.randint(2, 3)
        if 2 * parent.partitions * n <= 3 * self.widest:
            self.add(op.Split(n), parent.partitions * n, Strided(parent.id, n, parent.partitions))
