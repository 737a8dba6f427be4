"""The driver's own data, handed to the page before a job needs it: the page serves it while Python computes.

What lies in a file is read when the job is submitted, one partition after the other, and not kept here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import msgspec

from tabswarm.console.host import Page
from tabswarm.errors import SourceUnavailable
from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.lineage import Plan
from tabswarm.rdd.engine import BlockReader
from tabswarm.shipping.block_hash import root_hash, segment_hash


class OwnBlocks:
    """Which reader has the data of which node, and what the page has of it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._readers: dict[int, BlockReader] = {}
        self._roots: dict[int, list[bytes]] = {}
        self._handed: set[int] = set()

    def provide(self, node: int, reader: BlockReader) -> None:
        """This node's partitions are read so."""
        self._readers[node] = reader

    def release(self, nodes: Iterable[int]) -> None:
        """Nobody needs these any more."""
        gone = [node for node in nodes if self._readers.pop(node, None) is not None]
        for node in gone:
            self._roots.pop(node, None)
        handed = [node for node in gone if node in self._handed]
        self._handed.difference_update(handed)
        if handed:
            self._page.release(json.dumps(handed))

    def roots(self, plan: Plan, node: int) -> list[bytes]:
        """The hashes of a source's blocks, whether or not the plan has them. Raises `SourceUnavailable`."""
        blocks = plan.sources[node]
        if all(block.root or block.url for block in blocks):
            return [block.root or block.url.encode() for block in blocks]
        if node not in self._roots:
            self._roots[node] = [root_hash(segment_hash(data)) for _, data in self._read(plan, node)]
        return self._roots[node]

    def hand_over(self, plan: Plan) -> None:
        """Give the page all that a job's volunteers may ask for. Raises `SourceUnavailable`."""
        for node in plan.sources:
            if node in self._readers and node not in self._handed:
                for partition, data in self._read(plan, node):
                    block = BlockId(plan.application, BlockKind.PARTITION, node, partition, 0)
                    self._page.provide(json.dumps(msgspec.to_builtins(block)), data, segment_hash(data))
                self._handed.add(node)

    def _read(self, plan: Plan, node: int) -> Iterator[tuple[int, bytes]]:
        reader = self._readers[node]
        for partition, block in enumerate(plan.sources[node]):
            if block.inline is None and not block.url:
                try:
                    yield partition, reader(partition)
                except OSError as error:
                    raise SourceUnavailable(str(error)) from error
