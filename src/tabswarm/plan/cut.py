"""From a plan to tasks: what is needed, which of it shares a task, and what each task reads and writes.

Pure functions over plain data, in three steps: prune (`needed.py`), level (`levels.py`), and group what hangs together
on one level (here). What exists already is asked through `Stock`, so the same cut serves a job's start and the
recomputation of what was lost. Needed vertices that are not in stock stand in exactly one task, others in none: that is
the law of computing once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from tabswarm.plan.keys import (
    BlockKey,
    DriverKey,
    MapOutputKey,
    ShuffleKey,
    SinkKey,
    SourceKey,
    Vertex,
)
from tabswarm.plan.levels import assign_levels
from tabswarm.plan.lineage import Plan
from tabswarm.plan.needed import Needed, Stock, find_needed
from tabswarm.plan.operators import FILE_SOURCES
from tabswarm.plan.siblings import group_siblings
from tabswarm.plan.task import FromSource, FromStep, Input, Step

__all__ = [
    "BlockKey",
    "CutTask",
    "DriverKey",
    "MapOutputKey",
    "ShuffleKey",
    "SinkKey",
    "SourceKey",
    "Stock",
    "Vertex",
    "cut",
]


class CutTask(msgspec.Struct, frozen=True, kw_only=True):
    """One task before it has a place: steps in topological order, what must exist before it, what it writes.

    `sinks` pairs each key with the index of the step it holds. `level` is how many tasks stand one behind the other
    before it on the longest way from the start: every source of a task is made on a lower level, so every cut is
    acyclic. A step whose only input is the block of its own vertex computes nothing: it loads that block, to write a
    map output.
    """

    steps: tuple[Step, ...]
    sources: tuple[SourceKey, ...]
    sinks: tuple[tuple[SinkKey, int], ...]
    level: int


def cut(plan: Plan, wanted: Iterable[SinkKey], stock: Stock) -> list[CutTask]:
    """The tasks that make `wanted` from what is in stock; tasks nearer the start come first.

    `wanted` is made even where stock has it.
    """
    needed = find_needed(plan, wanted, stock)
    levels = assign_levels(needed)
    components = _components(needed, levels)
    files = {node.id for node in plan.nodes if isinstance(node.operator, FILE_SOURCES)}
    shapes: dict[tuple[int, tuple[int, ...]], list[list[int]]] = {}
    for component in components:
        shape = tuple(dict.fromkeys(needed.vertices[index].node for index in component))
        if needed.loaded[component[0]]:
            shape += tuple(key.shuffle for key in needed.writes[component[0]] if isinstance(key, MapOutputKey))
        shapes.setdefault((levels[component[0]], shape), []).append(component)
    tasks: list[CutTask] = []
    for (level, _), alike in sorted(shapes.items(), key=lambda item: item[0][0]):
        sizes = [_file_bytes(plan, needed, component, files) for component in alike]
        for group in group_siblings(sizes):
            tasks.append(_task(needed, levels, [alike[index] for index in group], level))
    return tasks


def _components(needed: Needed, levels: Sequence[int]) -> list[list[int]]:
    """Vertices of one level that hang together, each in topological order; in the order of their first partitions."""
    leader = list(range(len(needed.vertices)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    for index, users in enumerate(needed.users):
        for user in users:
            if levels[user] == levels[index]:
                one, other = find(index), find(user)
                leader[max(one, other)] = min(one, other)
    components: dict[int, list[int]] = {}
    for index in range(len(needed.vertices)):
        components.setdefault(find(index), []).append(index)
    return list(components.values())


def _file_bytes(plan: Plan, needed: Needed, component: Sequence[int], files: set[int]) -> int | None:
    """How many bytes of files the component reads, or None where it reads anything else."""
    sizes: list[int] = []
    for index in component:
        node, partition = needed.vertices[index]
        if node in files and not needed.loaded[index]:
            sizes.append(plan.sources[node][partition].size)
        elif any(not isinstance(source, int) for source in needed.inputs[index]):
            return None
    return sum(sizes) if sizes else None


def _task(needed: Needed, levels: Sequence[int], components: Sequence[Sequence[int]], level: int) -> CutTask:
    """One task of one or several components: resolve every input to a step or a source, and find the sinks."""
    place: dict[int, int] = {}
    sources: dict[SourceKey, int] = {}
    steps: list[Step] = []
    sinks: list[tuple[SinkKey, int]] = []
    for component in components:
        for index in component:
            inputs: list[Input] = []
            for source in needed.inputs[index]:
                if isinstance(source, int) and source in place:
                    inputs.append(FromStep(place[source]))
                    continue
                key = BlockKey(*needed.vertices[source]) if isinstance(source, int) else source
                inputs.append(FromSource(sources.setdefault(key, len(sources))))
            place[index] = len(steps)
            vertex = needed.vertices[index]
            steps.append(Step(vertex.node, vertex.partition, tuple(inputs)))
            keys = list(needed.writes[index])
            if any(levels[user] > level for user in needed.users[index]):
                keys.append(BlockKey(*vertex))
            sinks += [(key, place[index]) for key in dict.fromkeys(keys)]
    return CutTask(steps=tuple(steps), sources=tuple(sources), sinks=tuple(sinks), level=level)
