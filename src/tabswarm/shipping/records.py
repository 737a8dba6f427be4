"""Blocks of records: chunks of pickled lists, compressed where it pays.

A block is a run of chunks, each `kind, stored size, raw size` (one byte and two little-endian 32-bit numbers) and the
stored bytes; a block joined to another is a block. A chunk's pickle is about 256 KiB, so a reader that streams holds
little and a large record stands alone. The declared raw size is checked against the limit before anything is
decompressed, and enforced while it is.

>>> block = write_records([("a", 1), ("b", 2)])
>>> read_records(block)
[('a', 1), ('b', 2)]
>>> read_records(block + block, limit=10)
Traceback (most recent call last):
    ...
tabswarm.errors.RecordTooLarge: a chunk declares ... bytes; the limit is 10
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from tabswarm.errors import RecordRefused, RecordTooLarge
from tabswarm.shipping import compression
from tabswarm.shipping.class_registry import SHIPPED, ClassRegistry
from tabswarm.shipping.record_pickler import RecordPickler, describe_failure
from tabswarm.shipping.record_reader import read_chunk

HEADER = struct.Struct("<BII")
_PLAIN, _ZSTD = 0, 1

TARGET_CHUNK = 256 * 1024
"""The pickle size that a chunk aims at, in bytes."""

DEFAULT_LIMIT = 1 << 30
"""The most raw bytes that a block (where it is streamed: a chunk) may declare, unless the caller says otherwise."""

RECORD_LIMIT = 256 << 20
"""The most raw bytes of one chunk that a writer makes; a larger one is one huge record."""

_FIRST_BATCH = 32
_LARGEST_BATCH = 1 << 16


class RecordWriter:
    """Writes one block, record by record or list by list.

    `classes` are the program's classes that may stand in records (by default those of this process); `compress=False`
    is for blocks that never leave the machine.

    >>> writer = RecordWriter()
    >>> writer.write(1); writer.write_batch([2, 3])
    >>> read_records(writer.finish()), writer.count
    ([1, 2, 3], 3)
    """

    def __init__(
        self, *, classes: ClassRegistry | None = None, compress: bool = True, record_limit: int = RECORD_LIMIT
    ) -> None:
        self.count = 0
        self._classes = SHIPPED if classes is None else classes
        self._compress = compress and compression.AVAILABLE
        self._record_limit = record_limit
        self._chunks: list[bytes] = []
        self._waiting: list[object] = []
        self._batch = _FIRST_BATCH
        self._uncompressed = 0  # chunks to leave alone, after one that compression did not make smaller

    def write(self, record: object) -> None:
        """Add one record."""
        self._waiting.append(record)
        if len(self._waiting) >= self._batch:
            self._flush()

    def write_batch(self, records: list[Any]) -> None:
        """Add the records of a list; the list is not kept."""
        if self._waiting:
            self._waiting.extend(records)
            records, self._waiting = self._waiting, []
        start = 0
        while len(records) - start >= self._batch:
            end = start + self._batch
            self._add(records[start:end])
            start = end
        self._waiting = records[start:]

    def take_chunks(self) -> list[bytes]:
        """The chunks written so far, handed over: for a block that goes to a disk or a socket as it grows."""
        chunks, self._chunks = self._chunks, []
        return chunks

    def finish(self) -> bytes:
        """The rest of the block (all of it, where nothing was taken before)."""
        if self._waiting:
            self._flush()
        return b"".join(self.take_chunks())

    def _flush(self) -> None:
        records, self._waiting = self._waiting, []
        self._add(records)

    def _add(self, records: list[object]) -> None:
        buffer = BytesIO()
        try:
            RecordPickler(buffer, self._classes).dump(records)
        except RecursionError as error:
            raise describe_failure(records, self._classes, error) from None
        except Exception as error:
            raise describe_failure(records, self._classes, error) from error
        raw = buffer.getbuffer()
        size = len(raw)
        if size > self._record_limit:
            if len(records) > 1:
                for record in records:
                    self._add([record])
                return
            raise RecordTooLarge(
                f"record {self.count} takes {size:,} bytes, over the limit of {self._record_limit:,}: "
                f"it starts {records[0]!r:.100}. Make smaller records of it"
            )
        self.count += len(records)
        # Sizes of records vary; grow at most eightfold at a time.
        ideal = len(records) * TARGET_CHUNK // size
        self._batch = max(1, min(ideal, len(records) * 8, _LARGEST_BATCH))
        stored: bytes | memoryview = raw
        kind = _PLAIN
        if self._compress and size >= 256:
            if self._uncompressed:
                self._uncompressed -= 1
            else:
                packed = compression.compress(raw)
                if len(packed) < size * 0.9:
                    stored, kind = packed, _ZSTD
                else:
                    self._uncompressed = 7
        self._chunks.append(HEADER.pack(kind, len(stored), size) + stored)


def write_records(records: Iterable[object], *, classes: ClassRegistry | None = None, compress: bool = True) -> bytes:
    """The records as one block. Raises `ResultNotSerialisable`, which names the offender's type and place."""
    writer = RecordWriter(classes=classes, compress=compress)
    if isinstance(records, list):
        writer.write_batch(records)
    else:
        for record in records:
            writer.write(record)
    return writer.finish()


def read_records(
    data: bytes | memoryview, *, classes: ClassRegistry | None = None, limit: int = DEFAULT_LIMIT
) -> list[Any]:
    """All records of a block, of at most `limit` raw bytes together."""
    records: list[Any] = []
    for chunk in _chunks(memoryview(data), SHIPPED if classes is None else classes, limit, whole=True):
        records += chunk
    return records


def raw_size(data: bytes | memoryview) -> int:
    """How many bytes the records of a sound block have unpacked, by its chunks' headers alone.

    >>> block = write_records(["spam" * 1000])
    >>> len(block) < 200, 4000 < raw_size(block) < 4100
    (True, True)
    """
    position = total = 0
    while position + HEADER.size <= len(data):
        _, stored, raw = HEADER.unpack_from(data, position)
        position += HEADER.size + stored
        total += raw
    return total


def iter_records(
    data: bytes | memoryview, *, classes: ClassRegistry | None = None, limit: int = DEFAULT_LIMIT
) -> Iterator[Any]:
    """The records of a block one after the other, a chunk in memory at a time (each of at most `limit` raw bytes)."""
    for chunk in iter_chunks(data, classes=classes, limit=limit):
        yield from chunk


def iter_chunks(
    data: bytes | memoryview, *, classes: ClassRegistry | None = None, limit: int = DEFAULT_LIMIT
) -> Iterator[list[Any]]:
    """The records of a block as lists, a chunk at a time: the fast way to stream."""
    return _chunks(memoryview(data), SHIPPED if classes is None else classes, limit, whole=False)


def _chunks(data: memoryview, classes: ClassRegistry, limit: int, *, whole: bool) -> Iterator[list[Any]]:
    position, size = 0, len(data)
    while position < size:
        if size - position < HEADER.size:
            raise RecordRefused(f"a block ends inside a chunk's header, {size - position} bytes from its end")
        kind, stored, raw = HEADER.unpack_from(data, position)
        position += HEADER.size
        if raw > limit:
            raise RecordTooLarge(f"a chunk declares {raw:,} bytes; the limit is {limit:,}")
        if whole:
            limit -= raw
        if stored > size - position:
            raise RecordRefused(f"a chunk declares {stored:,} stored bytes where {size - position:,} are left")
        content = data[position : position + stored]
        position += stored
        if kind == _ZSTD:
            yield read_chunk(compression.decompress(content, raw), classes)
        elif kind == _PLAIN and stored == raw:
            yield read_chunk(bytes(content), classes)
        else:
            raise RecordRefused(f"a chunk of unknown kind {kind}, or whose sizes contradict each other")
