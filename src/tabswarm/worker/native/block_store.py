"""The blocks that this volunteer holds: one file each, segments back to back, and the index of them in memory."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import mmap
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tabswarm.ids import BlockId
from tabswarm.plan.location import Held
from tabswarm.shipping.block_hash import root_hash
from tabswarm.transport.neighbours import Place
from tabswarm.transport.relay import FetchedBlock, Served
from tabswarm.worker.native.frames import Portion, Wrote

CHUNK = 1 << 20
"""Bytes handed to the transport at a time."""


class StoredBlock(NamedTuple):
    """Where a block lies. `offsets` has one entry more than there are segments."""

    path: Path
    offsets: tuple[int, ...]
    hashes: bytes
    root: bytes

    @property
    def size(self) -> int:
        """All bytes of the block."""
        return self.offsets[-1]


class BlockStore:
    """Blocks by id, in a folder of this volunteer's own. `remove` ends it.

    While more than `budget` bytes lie in that folder, new blocks go to a second one, which `overflow` makes when it is
    needed: where the first folder is in memory, the second is on disk. Without `overflow` there is no second one.
    """

    def __init__(self, directory: Path, budget: int = 0, overflow: Callable[[], Path] | None = None) -> None:
        self.directory = directory
        self.disk: Path | None = None
        self._budget = budget
        self._overflow = overflow
        self._blocks: dict[BlockId, StoredBlock] = {}
        self._names = itertools.count()
        self.size = 0
        self._first = 0

    def __contains__(self, block: BlockId) -> bool:
        return block in self._blocks

    def __len__(self) -> int:
        return len(self._blocks)

    def fresh_prefix(self) -> str:
        """The start of file names that nobody else uses, as an absolute path."""
        return str(self._directory() / f"{next(self._names)}-")

    def _directory(self) -> Path:
        if self._first <= self._budget or self._overflow is None:
            return self.directory
        if self.disk is None:
            try:
                self.disk = self._overflow()
            except OSError:  # no disk to write to: memory is what there is
                return self.directory
        return self.disk

    def add(self, wrote: Wrote) -> None:
        """A worker process wrote this block."""
        self._put(wrote.report.block, Path(wrote.path), wrote.sizes, wrote.hashes)

    def _put(self, block: BlockId, path: Path, sizes: tuple[int, ...], hashes: bytes) -> None:
        self.drop((block,))
        offsets = tuple(itertools.accumulate(sizes, initial=0))
        self._blocks[block] = StoredBlock(path, offsets, hashes, root_hash(hashes))
        self.size += offsets[-1]
        self._first += offsets[-1] if path.parent == self.directory else 0

    def held(self) -> tuple[Held, ...]:
        """All blocks, with what proves that they are those that were committed."""
        return tuple(Held(block, stored.size, stored.root) for block, stored in self._blocks.items())

    async def keep(self, fetched: FetchedBlock) -> None:
        """Take a copy of another volunteer's block, all of its segments."""
        path = Path(f"{self.fresh_prefix()}copy")
        await asyncio.to_thread(path.write_bytes, fetched.data)
        self._put(fetched.block, path, fetched.sizes, fetched.hashes)

    def drop(self, blocks: Iterable[BlockId]) -> None:
        """Forget blocks; whoever has one mapped reads on."""
        for block in blocks:
            stored = self._blocks.pop(block, None)
            if stored is not None:
                self.size -= stored.size
                self._first -= stored.size if stored.path.parent == self.directory else 0
                with contextlib.suppress(FileNotFoundError):
                    stored.path.unlink()

    def drop_application(self, application: str) -> None:
        """Forget all blocks of an application."""
        self.drop([block for block in self._blocks if block.application == application])

    def drop_fetched(self, inputs: Iterable[Iterable[Portion]], prefix: str) -> None:
        """Remove the files in which a task's fetched sources lay, but no block of our own."""
        for portions in inputs:
            for portion in portions:
                if portion.path.startswith(prefix):
                    Path(portion.path).unlink(missing_ok=True)

    def drop_files(self, prefix: str) -> None:
        """Remove whatever files an attempt left that did not end well. Looks through the whole folder."""
        for path in Path(prefix).parent.glob(Path(prefix).name + "*"):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def portion(self, block: BlockId, index: int, holder: str) -> Portion | None:
        """Where a worker process finds a segment, or None where the block is not here. `holder` is who we are."""
        stored = self._blocks.get(block)
        if stored is None or not 0 <= index < len(stored.offsets) - 1:
            return None
        start, end = stored.offsets[index : index + 2]
        return Portion(
            block, index, holder, stored.hashes, stored.root, path=str(stored.path), offset=start, length=end - start
        )

    async def place(self, block: BlockId, segment: int, _: str) -> Place | None:
        """Where a segment lies, for a process of this host; None where the block is not here."""
        found = self.portion(block, segment, "")
        return None if found is None else Place(found.path, found.offset, found.length, found.hashes)

    async def look_up(self, block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
        """Serve a block to another peer; None where it is not here."""
        stored = self._blocks.get(block)
        if stored is None:
            return None
        count = len(stored.offsets) - 1
        wanted = range(count) if segments is None else segments
        if any(not 0 <= segment < count for segment in wanted):
            return None
        spans = [(stored.offsets[segment], stored.offsets[segment + 1]) for segment in wanted]
        sizes = tuple(end - start for start, end in spans)
        return Served(sizes=sizes, hashes=stored.hashes, chunks=_chunks(_mapped(stored.path), spans))

    def clear(self) -> None:
        """Forget everything."""
        self.drop(list(self._blocks))

    def remove(self) -> None:
        """Forget everything, and the folders."""
        self._blocks.clear()
        self.size = self._first = 0
        for directory in (self.directory, self.disk):
            if directory is not None:
                shutil.rmtree(directory, ignore_errors=True)


def _mapped(path: Path) -> memoryview:
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return memoryview(b"")
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _chunks(data: memoryview, spans: Iterable[tuple[int, int]]) -> Iterator[memoryview]:
    for start, end in spans:
        for at in range(start, end, CHUNK):
            yield data[at : min(at + CHUNK, end)]
