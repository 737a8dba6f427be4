"""From a plan to tasks: which node x partition is needed, and which of them share a task.

Pure functions over plain data. A *vertex* is one node x partition. What exists already is asked through `Stock`, so
the same functions serve a job's start and the recomputation of what was lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

import msgspec

from tabswarm.plan.lineage import Plan
from tabswarm.plan.task import Step


class Vertex(NamedTuple):
    """One partition of one node."""

    node: int
    partition: int


class BlockKey(msgspec.Struct, frozen=True, array_like=True, tag="rdd"):
    """The stored records of a vertex, whatever their generation."""

    node: int
    partition: int


class DriverKey(msgspec.Struct, frozen=True, array_like=True, tag="driver"):
    """The bytes of a vertex that the driver holds."""

    node: int
    partition: int


class ShuffleKey(msgspec.Struct, frozen=True, array_like=True, tag="shuffle"):
    """What reducer `partition` gets from all map outputs of a shuffle; it exists once they all do."""

    shuffle: int
    partition: int


class MapOutputKey(msgspec.Struct, frozen=True, array_like=True, tag="map"):
    """What map partition `partition` wrote for a shuffle, whatever its generation."""

    shuffle: int
    partition: int


SourceKey = BlockKey | DriverKey | ShuffleKey
SinkKey = BlockKey | MapOutputKey


class CutTask(msgspec.Struct, frozen=True, kw_only=True):
    """One task before it has a place: steps in topological order, what must exist before it, what it writes.

    `sinks` pairs each key with the index of the step it holds. `level` is how many tasks stand one behind the other
    before it on the longest way from the start: no task needs one of its own level or above, so every cut is acyclic.
    """

    steps: tuple[Step, ...]
    sources: tuple[SourceKey, ...]
    sinks: tuple[tuple[SinkKey, int], ...]
    level: int


class Stock(Protocol):
    """What exists, or is being made by a task that was cut before."""

    def has_block(self, node: int, partition: int) -> bool:
        """Whether the records of this vertex are stored (or promised)."""

    def has_map_output(self, shuffle: int, partition: int) -> bool:
        """Whether this map output is stored (or promised)."""


def cut(plan: Plan, wanted: Iterable[BlockKey | MapOutputKey], stock: Stock) -> list[CutTask]:
    """The tasks that make `wanted` from what is in stock; tasks nearer the start come first.

    Needed vertices that are not in stock stand in exactly one task, others in none (compute once).
    """
    raise NotImplementedError
