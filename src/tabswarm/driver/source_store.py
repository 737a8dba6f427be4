"""The data that only the driver holds, served to volunteers that ask for it: a block is read when it is wanted.

A volunteer of this host is told which part of which file to read; what lies in no file is written to one of its own.

Files are read in threads, so that a slow disk holds up neither the control session nor other transfers.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from tabswarm.driver.file_ranges import FileRanges
from tabswarm.ids import BlockId, BlockKind
from tabswarm.rdd.engine import BlockReader
from tabswarm.shipping.block_hash import segment_hash
from tabswarm.transport.neighbours import Place
from tabswarm.transport.relay import Served
from tabswarm.transport.threads import in_thread

CHUNK = 1 << 20
"""Bytes handed to the transport at a time."""


class SourceStore:
    """Which reader has the data of which node."""

    def __init__(self, application: str) -> None:
        self._application = application
        self._readers: dict[int, BlockReader] = {}
        self._failures: dict[int, str] = {}
        self._lock = threading.Lock()

    def provide(self, node: int, reader: BlockReader) -> None:
        """Serve this node's partitions from now on."""
        with self._lock:
            self._readers[node] = reader

    def release(self, nodes: Iterable[int]) -> None:
        """Serve these nodes no more."""
        with self._lock:
            for node in nodes:
                self._readers.pop(node, None)
                self._failures.pop(node, None)

    async def look_up(self, block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
        """The block's bytes; None where it is none of ours. Raises what the reader raises."""
        reader = self._reader(block)
        if reader is None or segments not in (None, (0,)):
            return None
        try:
            return await in_thread(_served, reader, block.partition)
        except OSError as error:
            self._failures[block.node] = str(error)
            raise

    async def place(self, block: BlockId, segment: int, where: str) -> Place | None:
        """Where a volunteer of this host finds the block: in a file of the user's, or written to `where`. None where it
        is none of ours. Raises what the reader raises."""
        reader = self._reader(block)
        if reader is None or segment != 0:
            return None
        try:
            return await in_thread(_placed, reader, block.partition, where)
        except OSError as error:
            self._failures[block.node] = str(error)
            raise

    def why(self, nodes: Iterable[int]) -> str:
        """Why one of these nodes could not be read; empty where they could."""
        return next((self._failures[node] for node in nodes if node in self._failures), "")

    def _reader(self, block: BlockId) -> BlockReader | None:
        if block.application != self._application or block.kind is not BlockKind.PARTITION:
            return None
        with self._lock:
            return self._readers.get(block.node)


def _placed(reader: BlockReader, partition: int, where: str) -> Place | None:
    if isinstance(reader, FileRanges) and (place := reader.place(partition)) is not None:
        return place
    if not where:
        return None
    data = reader(partition)
    Path(where).write_bytes(data)
    return Place(where, 0, len(data), segment_hash(data), given=True)


def _served(reader: BlockReader, partition: int) -> Served:
    data = memoryview(reader(partition))
    chunks = (data[start : start + CHUNK] for start in range(0, len(data), CHUNK))
    return Served(sizes=(len(data),), hashes=segment_hash(data), chunks=chunks)
