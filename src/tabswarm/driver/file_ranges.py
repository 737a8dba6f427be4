"""Ranges of files on the driver's disk, as the partitions of an RDD: looked at when the RDD is made, read when a
volunteer asks.

A file that has changed since (by size and modification time) is refused, and never read as something else: the parts of
one RDD belong to one state of its files.
"""

from __future__ import annotations

import bz2
import gzip
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from tabswarm.transport.neighbours import Place

BLOCK = 32 << 20
"""The most bytes of one range (Hadoop's block size for local files)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes `start` to `end` of a file as it was, by size and modification time, when the RDD was made.

    Of a packed file they are bytes of what it holds unpacked.
    """

    path: str
    start: int
    end: int
    file_size: int
    modified: int


class FileRanges:
    """The partitions of one RDD of files: `sizes` in bytes, and `read` for one of them. `call` is what made it, for
    errors. With `unpacks`, files whose names say that they are packed are served unpacked."""

    def __init__(self, pieces: Sequence[Piece], call: str, *, unpacks: bool = False) -> None:
        self.pieces = list(pieces)
        self._call = call
        self._unpacks = unpacks

    @property
    def sizes(self) -> list[int]:
        """The size of each partition in bytes."""
        return [piece.end - piece.start for piece in self.pieces]

    def __call__(self, partition: int) -> bytes:
        return self.read(partition)

    def place(self, partition: int) -> Place | None:
        """Where the bytes of a partition lie on this disk; None where they are packed. Raises as `read` does."""
        piece = self.pieces[partition]
        if self._is_packed(piece):
            return None
        must_be_unchanged(piece, os.stat(piece.path), self._call)
        unchanged = (piece.file_size, piece.modified)
        return Place(os.path.abspath(piece.path), piece.start, piece.end - piece.start, unchanged=unchanged)

    def read(self, partition: int) -> bytes:
        """The bytes of a partition. Raises `OSError` where the file is gone or has changed since."""
        piece = self.pieces[partition]
        with open(piece.path, "rb") as file:
            must_be_unchanged(piece, os.fstat(file.fileno()), self._call)
            if self._is_packed(piece):
                with unpacked(piece.path, file) as content:
                    data = content.read(piece.end)
            else:
                file.seek(piece.start)
                data = file.read(piece.end - piece.start)
        if len(data) != piece.end - piece.start:
            call = self._call
            raise OSError(f"{piece.path} is shorter than it was when {call} looked at it: call {call} again")
        return data

    def _is_packed(self, piece: Piece) -> bool:
        return self._unpacks and is_packed(piece.path)


def piece_of(path: str, status: os.stat_result, start: int = 0, end: int | None = None) -> Piece:
    """A range of a file as it is now; by default all of it."""
    return Piece(path, start, status.st_size if end is None else end, status.st_size, status.st_mtime_ns)


def must_be_unchanged(piece: Piece, status: os.stat_result, call: str) -> None:
    """Raise `OSError` where the file is another than `call` saw."""
    if (status.st_size, status.st_mtime_ns) != (piece.file_size, piece.modified):
        raise OSError(f"{piece.path} has changed since {call} looked at it: call {call} again")


def split_size(sizes: Sequence[int], min_partitions: int) -> int:
    """How many bytes a range has, so that files of these sizes give at least so many ranges: Hadoop's rule.

    >>> split_size([100, 50], 3)
    50
    """
    return max(1, min(sum(sizes) // max(min_partitions, 1), BLOCK))


def is_packed(path: str) -> bool:
    """Whether a file is packed, by its name: as Hadoop tells.

    >>> is_packed("words.txt.gz"), is_packed("words.txt")
    (True, False)
    """
    return path.endswith((".gz", ".bz2"))


def unpacked(path: str, file: BinaryIO) -> gzip.GzipFile | bz2.BZ2File:
    """The content of a packed file."""
    return gzip.GzipFile(fileobj=file, mode="rb") if path.endswith(".gz") else bz2.BZ2File(file, "rb")
