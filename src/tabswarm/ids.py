"""Names of things that travel: applications, jobs, tasks, peers and blocks.

An id says who a thing is and never what may be done with it: ids are no secrets, tokens are. Ids come from counters
(nodes, tasks, generations) or from the coordinator's shell (peers, applications), so that the scheduler needs no
randomness and the same events give the same ids on every run.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

import msgspec

SwarmId = NewType("SwarmId", str)
ApplicationId = NewType("ApplicationId", str)
JobId = NewType("JobId", str)
PeerId = NewType("PeerId", str)
TaskId = NewType("TaskId", int)
"""Unique within a coordinator's life; a task that is run again because its block was lost is a new task."""
NodeId = NewType("NodeId", int)
"""An RDD's id. Nodes and shuffles of one application draw from the same counter, so no two of them share a number."""


class BlockKind(StrEnum):
    """What a block holds: the records of one partition of a node, or what one map partition wrote for a shuffle."""

    PARTITION = "rdd"
    MAP_OUTPUT = "map"


class BlockId(msgspec.Struct, frozen=True, array_like=True, order=True):
    """The name of one block: whose it is, what it is of, and which attempt at it.

    `node` is the node's id for a partition and the shuffle's id for a map output. A block that had to be computed again
    is a new `generation`: readers never mix two generations of one partition.

    >>> str(BlockId("a1", BlockKind.MAP_OUTPUT, 7, 3, 0))
    'a1/map/7/3/0'
    """

    application: str
    kind: BlockKind
    node: int
    partition: int
    generation: int

    def __str__(self) -> str:
        return f"{self.application}/{self.kind.value}/{self.node}/{self.partition}/{self.generation}"
