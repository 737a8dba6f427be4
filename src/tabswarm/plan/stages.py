"""The stages of a plan: the nodes between shuffles. For people, and for PySpark's status calls; nothing is scheduled by
them.

A stage ends where map outputs are written, or at the target. A node that writes for several shuffles (both sides of a
join come from it) does so in one go, so it ends one stage; a node that lies before several ends counts for the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tabswarm.plan.dependency import Shuffle
from tabswarm.plan.lineage import Plan


class Stage(NamedTuple):
    """`last` is the node that the stage ends with; `shuffle` the (first) one that it writes for, None for the plan's
    target; `tasks` how many partitions it has, as Spark counts tasks."""

    last: int
    shuffle: int | None
    tasks: int


def stages_of(plan: Plan) -> tuple[Stage, ...]:
    """The stages, parents before children, the target's at the end."""
    partitions = {node.id: node.partitions for node in plan.nodes}
    stages: dict[int, Stage] = {}
    for node in plan.nodes:
        for dependency in node.dependencies:
            if isinstance(dependency, Shuffle):
                last = dependency.parent
                stages.setdefault(last, Stage(last, dependency.shuffle, partitions[last]))
    return (*stages.values(), Stage(plan.target, None, len(plan.partitions)))


def tasks_of_barriers(plan: Plan, stages: Mapping[int, int]) -> dict[int, int]:
    """For each stage that begins with a barrier, by its index, how many partitions the barrier has. `stages` is what
    `stage_of_nodes` gives."""
    partitions = {node.id: node.partitions for node in plan.nodes}
    return {stages[node]: partitions[node] for node in plan.barriers if node in stages}


def stage_of_nodes(plan: Plan) -> dict[int, int]:
    """For each node the index of its stage."""
    nodes = {node.id: node for node in plan.nodes}
    found: dict[int, int] = {}
    for index, stage in enumerate(stages_of(plan)):
        waiting = [stage.last]
        while waiting:
            node = waiting.pop()
            if node not in found:
                found[node] = index
                waiting.extend(
                    dependency.parent for dependency in nodes[node].dependencies if not isinstance(dependency, Shuffle)
                )
    return found
