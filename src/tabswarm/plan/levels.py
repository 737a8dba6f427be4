"""Levels: the one idea that keeps every cut acyclic.

Each vertex gets a level such that levels never fall along an edge, and rise along every edge that must be cut (a
shuffle, a fork that branches into other partitions, a drastic coalesce). A task is made of vertices of *one* level
which hang together. An edge between two tasks therefore always rises, so no path leaves a task and comes back,
whichever tasks of one level are put together afterwards.

The first pass gives each vertex the lowest level it can have. The second lifts a vertex to its users' level where that
spares a sink: in `deep.zip(shallow)` the shallow side is computed in the task that zips.
"""

from __future__ import annotations

from tabswarm.plan.keys import MapOutputKey, ShuffleKey
from tabswarm.plan.needed import Needed


def assign_levels(needed: Needed) -> list[int]:
    """A level for each vertex of `needed`, by index."""
    levels: list[int] = []
    after: dict[int, int] = {}
    for inputs in needed.inputs:
        level = 0
        for source in inputs:
            if isinstance(source, int):
                level = max(level, levels[source] + needed.apart[source])
            elif isinstance(source, ShuffleKey):
                if source.shuffle not in after:
                    maps = needed.maps_of.get(source.shuffle, ())
                    after[source.shuffle] = max((levels[map_side] + 1 for map_side in maps), default=0)
                level = max(level, after[source.shuffle])
        levels.append(level)
    _lift(needed, levels, after)
    return levels


def _lift(needed: Needed, levels: list[int], after: dict[int, int]) -> None:
    """Raise each vertex as far as its users allow, where it then joins one of them. Users are looked at before it."""
    for index in range(len(levels) - 1, -1, -1):
        users = needed.users[index]
        if not users or needed.apart[index]:
            continue
        highest = min(levels[user] for user in users)
        for key in needed.writes[index]:
            if isinstance(key, MapOutputKey) and key.shuffle in after:
                highest = min(highest, after[key.shuffle] - 1)
        if highest > levels[index] and any(levels[user] == highest for user in users):
            levels[index] = highest
