"""Data that the driver holds for a source RDD: few bytes stand in the plan itself, more are served on request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tabswarm.plan.lineage import SourceBlock
from tabswarm.rdd.engine import BlockReader
from tabswarm.shipping.block_hash import root_hash, segment_hash

INLINE_LIMIT = 16 * 1024
"""The most bytes of one partition that travel inside the plan."""
INLINE_TOTAL = 4 * 2**20
"""The most bytes of all partitions of one RDD that travel inside the plan: a message has a limit."""


@dataclass(frozen=True, slots=True)
class SourceData:
    """One `SourceBlock` for each partition, and who reads those that are not inline."""

    blocks: tuple[SourceBlock, ...]
    reader: BlockReader | None = None

    @staticmethod
    def of_bytes(partitions: Iterable[bytes]) -> SourceData:
        """Data that is in memory already, with its hashes.

        >>> SourceData.of_bytes([b"few"]).blocks[0].inline
        b'few'
        """
        blocks: list[SourceBlock] = []
        served: dict[int, bytes] = {}
        inline_bytes = 0
        for index, data in enumerate(partitions):
            root = root_hash(segment_hash(data))
            if len(data) <= INLINE_LIMIT and inline_bytes + len(data) <= INLINE_TOTAL:
                inline_bytes += len(data)
                blocks.append(SourceBlock(len(data), root, data))
            else:
                served[index] = data
                blocks.append(SourceBlock(len(data), root))
        return SourceData(tuple(blocks), served.__getitem__ if served else None)

    @staticmethod
    def of_reader(sizes: Iterable[int], read: Callable[[int], bytes]) -> SourceData:
        """Data that is read when a volunteer asks for it: sizes in bytes are known (or guessed), hashes are not."""
        return SourceData(tuple(SourceBlock(size) for size in sizes), read)
