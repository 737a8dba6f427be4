"""What had to be computed again: the ancestors of what was lost."""

from __future__ import annotations

from collections.abc import Iterable

from tabswarm.plan.dependency import Shuffle
from tabswarm.plan.keys import BlockKey, MapOutputKey, SinkKey
from tabswarm.plan.lineage import Plan

Vertices = dict[tuple[int, int], None]
"""Node and partition of each."""


def cone(plan: Plan, keys: Iterable[SinkKey]) -> Vertices:
    """Each vertex of the plan that the keys' blocks were made of, and those they are of."""
    nodes = {node.id: node for node in plan.nodes}
    parent_of = {
        dependency.shuffle: dependency.parent
        for node in plan.nodes
        for dependency in node.dependencies
        if isinstance(dependency, Shuffle)
    }
    seen: Vertices = {}
    waiting: list[tuple[int, int]] = []
    for key in keys:
        if isinstance(key, BlockKey) and key.node in nodes:
            waiting.append((key.node, key.partition))
        elif isinstance(key, MapOutputKey) and key.shuffle in parent_of:
            waiting.append((parent_of[key.shuffle], key.partition))
    while waiting:
        vertex = waiting.pop()
        if vertex in seen:
            continue
        seen[vertex] = None
        for dependency in nodes[vertex[0]].dependencies:
            parent = nodes[dependency.parent]
            above = (
                range(parent.partitions)
                if isinstance(dependency, Shuffle)
                else dependency.parents_of(vertex[1], parent.partitions)
            )
            waiting.extend((parent.id, partition) for partition in above)
    return seen
