"""Pruning: which vertices a job has to compute, and how they hang together.

One walk over the plan from the wanted keys back to what is in stock, by node and never by shuffle edge, so it takes
time in proportion to the vertices and narrow edges that are needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from tabswarm.plan.dependency import AllPartitions, Edges, NarrowDependency, OneToOne, Shuffle, Strided
from tabswarm.plan.keys import BlockKey, DriverKey, MapOutputKey, ShuffleKey, SinkKey, SourceKey, Vertex
from tabswarm.plan.lineage import Node, Plan
from tabswarm.plan.requirements import Clashes


class Stock(Protocol):
    """What exists, or is being made by a task that was cut before."""

    def has_block(self, node: int, partition: int) -> bool:
        """Whether the records of this vertex are stored (or promised)."""

    def has_map_output(self, shuffle: int, partition: int) -> bool:
        """Whether this map output is stored (or promised)."""


class Needed:
    """The needed part of a plan: vertices in topological order, each by its index in the lists below.

    `inputs[v]` are indices of earlier vertices, or keys of sources, in the order of the node's dependencies. `users[v]`
    are the vertices that read v through a narrow edge; `writes[v]` the sinks it has whatever the cut decides: it is
    wanted, persisted, or the map side of a shuffle. `apart[v]`: v must not share a task with its users.
    A *loaded* vertex is in stock, or computed by a task that may not write the map output; it stands here only to have
    that written from its block.
    """

    def __init__(self) -> None:
        self.vertices: list[Vertex] = []
        self.index: dict[Vertex, int] = {}
        self.inputs: list[list[int | SourceKey]] = []
        self.users: list[list[int]] = []
        self.writes: list[list[SinkKey]] = []
        self.apart: list[bool] = []
        self.loaded: list[bool] = []
        self.maps_of: dict[int, list[int]] = {}
        """For each shuffle, the vertices that have to write a map output for it."""

    def add(self, vertex: Vertex) -> int:
        index = self.index[vertex] = len(self.vertices)
        self._append(vertex)
        return index

    def add_loader(self, vertex: Vertex, source: int | SourceKey) -> int:
        """A vertex that is read from its block, in a task of its own where `source` says who computes it."""
        loader = len(self.vertices)
        self._append(vertex)
        self.inputs[loader].append(source)
        self.loaded[loader] = True
        if isinstance(source, int):
            self.users[source].append(loader)
            self.apart[source] = True
        return loader

    def add_writes(self, index: int, shuffles: Iterable[int]) -> None:
        """The vertex writes its map output for each of these."""
        for shuffle in shuffles:
            self.writes[index].append(MapOutputKey(shuffle, self.vertices[index].partition))
            self.maps_of.setdefault(shuffle, []).append(index)

    def _append(self, vertex: Vertex) -> None:
        self.vertices.append(vertex)
        self.inputs.append([])
        self.users.append([])
        self.writes.append([])
        self.apart.append(False)
        self.loaded.append(False)


def find_needed(plan: Plan, wanted: Iterable[SinkKey], stock: Stock) -> Needed:
    """The vertices that making `wanted` takes, given what is in stock."""
    nodes = {node.id: node for node in plan.nodes}
    clashes = Clashes(plan.nodes)
    computed, outputs, keys = _walk_back(plan, nodes, wanted, stock)
    needed = Needed()
    for node in plan.nodes:
        maps = outputs.get(node.id, {})
        partitions = computed.get(node.id, set())
        for partition in sorted(partitions | maps.keys()):
            vertex, key = Vertex(node.id, partition), BlockKey(node.id, partition)
            shuffles = maps.get(partition, [])
            shared = [shuffle for shuffle in shuffles if shuffle not in clashes.shuffles]
            source: int | SourceKey = key
            if partition in partitions:
                source = index = needed.add(vertex)
                if node.id in plan.sources:
                    needed.inputs[index].append(DriverKey(node.id, partition))
                else:
                    _add_inputs(needed, node, nodes, clashes, index)
                if key in keys or node.storage:
                    needed.writes[index].append(key)
                needed.add_writes(index, shared)
            elif shared:
                needed.add_writes(needed.add_loader(vertex, key), shared)
            for shuffle in shuffles:
                if shuffle in clashes.shuffles:
                    needed.add_writes(needed.add_loader(vertex, source), [shuffle])
    _mark_forks(needed, nodes)
    return needed


def _walk_back(
    plan: Plan, nodes: dict[int, Node], wanted: Iterable[SinkKey], stock: Stock
) -> tuple[dict[int, set[int]], dict[int, dict[int, list[int]]], dict[SinkKey, None]]:
    """By node: the partitions to compute; by node and partition: the shuffles to write a map output for; the wanted."""
    computed: dict[int, set[int]] = {}
    outputs: dict[int, dict[int, list[int]]] = {}
    parent_of = {
        dependency.shuffle: dependency.parent
        for node in plan.nodes
        for dependency in node.dependencies
        if isinstance(dependency, Shuffle)
    }
    keys = dict.fromkeys(wanted)

    def need_output(shuffle: int, partition: int) -> None:
        parent = parent_of[shuffle]
        shuffles = outputs.setdefault(parent, {}).setdefault(partition, [])
        if shuffle not in shuffles:
            shuffles.append(shuffle)
            if not stock.has_block(parent, partition):
                computed.setdefault(parent, set()).add(partition)

    for key in keys:
        if isinstance(key, MapOutputKey):
            need_output(key.shuffle, key.partition)
        else:
            computed.setdefault(key.node, set()).add(key.partition)
    for node in reversed(plan.nodes):
        partitions = computed.get(node.id)
        if not partitions:
            continue
        for dependency in node.dependencies:
            parent = nodes[dependency.parent]
            if isinstance(dependency, Shuffle):
                for partition in range(parent.partitions):
                    if not stock.has_map_output(dependency.shuffle, partition):
                        need_output(dependency.shuffle, partition)
                continue
            for partition in partitions:
                for above in dependency.parents_of(partition, parent.partitions):
                    if BlockKey(parent.id, above) in keys or not stock.has_block(parent.id, above):
                        computed.setdefault(parent.id, set()).add(above)
    return computed, outputs, keys


def _add_inputs(needed: Needed, node: Node, nodes: dict[int, Node], clashes: Clashes, index: int) -> None:
    """Say where the inputs of a vertex that hangs on others come from: an earlier vertex, or a source."""
    partition = needed.vertices[index].partition
    inputs = needed.inputs[index]
    for dependency in node.dependencies:
        if isinstance(dependency, Shuffle):
            inputs.append(ShuffleKey(dependency.shuffle, partition))
            continue
        parent = nodes[dependency.parent]
        apart = _is_drastic(dependency, node, parent) or (parent.id, node.id) in clashes.narrow
        for above in dependency.parents_of(partition, parent.partitions):
            source = needed.index.get(Vertex(parent.id, above))
            if source is None:
                inputs.append(BlockKey(parent.id, above))
                continue
            inputs.append(source)
            needed.users[source].append(index)
            if apart:
                needed.apart[source] = True


def _is_drastic(dependency: NarrowDependency, node: Node, parent: Node) -> bool:
    """Whether more parent than child partitions meet here: then the parents are tasks of their own, side by side."""
    if isinstance(dependency, Edges | AllPartitions | Strided):
        return parent.partitions > node.partitions
    return False


def _mark_forks(needed: Needed, nodes: dict[int, Node]) -> None:
    """A vertex that several read is a sink, unless every one of them goes on in the same partition, one to one."""
    for index, users in enumerate(needed.users):
        if len(users) < 2 or needed.apart[index]:
            continue
        vertex = needed.vertices[index]
        for user in users:
            child = needed.vertices[user]
            same = child.partition == vertex.partition and any(
                isinstance(dependency, OneToOne) and dependency.parent == vertex.node
                for dependency in nodes[child.node].dependencies
            )
            if not same:
                needed.apart[index] = True
                break
