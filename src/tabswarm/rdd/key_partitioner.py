"""By what rule an RDD's keys were spread over its partitions, so that the next operation by key need not spread them
again.

Two RDDs with equal partitioners have each key in the same partition: what meets by key there meets without a shuffle.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from tabswarm.shipping.stable_hash import stable_hash

PartitionFunction = Callable[[Any], int]
"""Gives a key's number; the partition is that number modulo the number of partitions."""

portable_hash: PartitionFunction = stable_hash
"""PySpark's name for the hash that operations by key use when they are given no other."""


class KeyPartitioner:
    """`partitionFunc(key) % numPartitions`, PySpark's `Partitioner`.

    >>> KeyPartitioner(4, portable_hash) == KeyPartitioner(4, portable_hash), KeyPartitioner(4, portable_hash)(6)
    (True, 2)
    """

    __slots__ = ("numPartitions", "partitionFunc")

    def __init__(self, numPartitions: int, partitionFunc: PartitionFunction) -> None:
        self.numPartitions = numPartitions
        self.partitionFunc = partitionFunc

    @property
    def is_hash(self) -> bool:
        """Whether it is the stable hash, which every worker has."""
        return self.partitionFunc is stable_hash

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, KeyPartitioner)
            and self.numPartitions == other.numPartitions
            and self.partitionFunc == other.partitionFunc
        )

    def __hash__(self) -> int:
        return hash((self.numPartitions, self.partitionFunc))

    def __call__(self, key: Hashable) -> int:
        return self.partitionFunc(key) % self.numPartitions
