"""Whole files as records `(path, bytes)`, several small ones in a partition: what `wholeTextFiles` and `binaryFiles`
read.

Neighbours share a partition as long as it stays below the total divided by the number of partitions asked for, as in
Hadoop's combining of files. Contents are served as they lie on the disk: who wants them unpacked or decoded does that
in the task.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from tabswarm.driver.file_ranges import Piece, must_be_unchanged, piece_of
from tabswarm.driver.text_paths import files_of
from tabswarm.errors import RecordTooLarge
from tabswarm.shipping.records import RECORD_LIMIT, RecordWriter

OVERHEAD = 512
"""The most bytes that a record takes in its block beside its content and its path."""


class WholeFiles:
    """The partitions of one `wholeTextFiles` or `binaryFiles`: `sizes` are upper bounds in bytes, and calling it gives
    the block of one of them."""

    def __init__(self, name: str | os.PathLike[str], min_partitions: int, call: str) -> None:
        self._call = call
        pieces = [piece_of(path, os.stat(path)) for path in files_of(name, call)]
        for piece in pieces:
            if piece.end > RECORD_LIMIT - OVERHEAD - len(piece.path):
                raise RecordTooLarge(
                    f"{piece.path} has {piece.end:,} bytes, and a record at most {RECORD_LIMIT:,}: read it in parts, "
                    "by textFile or binaryRecords"
                )
        self.groups = grouped(pieces, min_partitions)

    @property
    def sizes(self) -> list[int]:
        """The most bytes that each partition's block has."""
        return [
            sum(piece.end + len(os.fsencode(piece.path)) + OVERHEAD for piece in group) + OVERHEAD
            for group in self.groups
        ]

    def __call__(self, partition: int) -> bytes:
        """A partition's records as a block. Raises `OSError` where a file is gone or has changed since."""
        writer = RecordWriter(compress=False)
        chunks: list[bytes] = []
        for piece in self.groups[partition]:
            with open(piece.path, "rb") as file:
                must_be_unchanged(piece, os.fstat(file.fileno()), self._call)
                writer.write((f"file:{piece.path}", file.read(piece.end)))
            chunks += writer.take_chunks()
        return b"".join((*chunks, writer.finish()))


def grouped(pieces: Sequence[Piece], min_partitions: int) -> list[list[Piece]]:
    """Neighbouring files together, none so large that fewer than the wanted partitions could come of it."""
    goal = sum(piece.end for piece in pieces) / max(min_partitions, 1)
    groups: list[list[Piece]] = []
    size = 0
    for piece in pieces:
        if not groups or size + piece.end > goal:
            groups.append([])
            size = 0
        groups[-1].append(piece)
        size += piece.end
    return groups
