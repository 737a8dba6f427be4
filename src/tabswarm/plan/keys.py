"""Logical names inside one plan: a vertex, what a task must find before it starts, and what it writes.

Unlike a `BlockId`, a key says nothing of generations: the scheduler finds the generation when it assigns the task.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec


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
