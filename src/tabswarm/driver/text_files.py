"""The files behind `textFile`, cut into ranges of whole lines as Hadoop cuts them, and read when a volunteer asks.

Hadoop's law: a line belongs to the split in which its first byte lies, but a line that begins exactly at a split's
start belongs to the split before. Here the cuts are moved to the starts of lines when the RDD is made (a small read
at each), so that each range is whole lines and has an exact size. Files ending in `.gz` or `.bz2` cannot be cut and
are one partition. Bytes are served as they are: a byte order mark stays, as it does when Python opens the file.
"""

from __future__ import annotations

import bz2
import gzip
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

from tabswarm.driver.text_paths import files_of
from tabswarm.transport.neighbours import Place

BLOCK = 32 << 20
"""The most bytes of one split (Hadoop's block size for local files)."""
SLACK = 1.1
"""The last split of a file may be this much larger than the others, rather than leaving a tiny one."""
WINDOW = 64 * 1024
"""Bytes read at a time while looking for the end of a line."""


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


class TextFiles:
    """The partitions of one `textFile`: `sizes` in bytes, and `read` for one of them."""

    def __init__(self, name: str, min_partitions: int) -> None:
        paths = files_of(name)
        statuses = [os.stat(path) for path in paths]
        goal = sum(status.st_size for status in statuses) // max(min_partitions, 1)
        split = max(1, min(goal, BLOCK))
        self.pieces: list[Piece] = []
        for path, status in zip(paths, statuses):
            bounds = _packed_bounds(path) if _is_packed(path) else _bounds(path, status.st_size, split)
            self.pieces += [
                Piece(path, start, end, status.st_size, status.st_mtime_ns) for start, end in pairwise(bounds)
            ]

    @property
    def sizes(self) -> list[int]:
        """The size of each partition in bytes."""
        return [piece.end - piece.start for piece in self.pieces]

    def __call__(self, partition: int) -> bytes:
        return self.read(partition)

    def place(self, partition: int) -> Place | None:
        """Where the bytes of a partition lie on this disk; None where they are packed. Raises as `read` does."""
        piece = self.pieces[partition]
        if _is_packed(piece.path):
            return None
        status = os.stat(piece.path)
        _must_be_unchanged(piece, status)
        unchanged = (piece.file_size, piece.modified)
        return Place(os.path.abspath(piece.path), piece.start, piece.end - piece.start, unchanged=unchanged)

    def read(self, partition: int) -> bytes:
        """The bytes of a partition. Raises `OSError` where the file is gone or has changed since."""
        piece = self.pieces[partition]
        with open(piece.path, "rb") as file:
            _must_be_unchanged(piece, os.fstat(file.fileno()))
            if _is_packed(piece.path):
                with _unpacked(piece.path, file) as unpacked:
                    data = unpacked.read(piece.end)
            else:
                file.seek(piece.start)
                data = file.read(piece.end - piece.start)
        if len(data) != piece.end - piece.start:
            raise OSError(f"{piece.path} is shorter than it was when textFile looked at it: call textFile again")
        return data


def _bounds(path: str, size: int, split: int) -> list[int]:
    """Where the file's ranges begin, and its end."""
    with open(path, "rb") as file:
        bounds = [0]
        for cut in _cuts(size, split):
            bounds.append(max(bounds[-1], _next_line(file, cut, size)))
    return [*bounds, size]


def _cuts(size: int, split: int) -> Iterator[int]:
    """Hadoop's cuts, before they are moved to line starts.

    >>> list(_cuts(100, 30)), list(_cuts(62, 30))
    ([30, 60, 90], [30])
    """
    cut = 0
    while (size - cut) / split > SLACK:
        cut += split
        if cut < size:
            yield cut


def _next_line(file: BinaryIO, position: int, size: int) -> int:
    """The start of the first line after the one in which `position` lies; the size where there is none."""
    file.seek(position)
    while position < size:
        window = file.read(WINDOW)
        if not window:
            return size
        ends = [found for found in (window.find(b"\n"), window.find(b"\r")) if found >= 0]
        if not ends:
            position += len(window)
            continue
        end = min(ends)
        if window[end : end + 1] == b"\r":
            following = window[end + 1 : end + 2] or file.read(1)
            return position + end + (2 if following == b"\n" else 1)
        return position + end + 1
    return size


def _must_be_unchanged(piece: Piece, status: os.stat_result) -> None:
    if (status.st_size, status.st_mtime_ns) != (piece.file_size, piece.modified):
        raise OSError(f"{piece.path} has changed since textFile looked at it: call textFile again")


def _is_packed(path: str) -> bool:
    return path.endswith((".gz", ".bz2"))


def _unpacked(path: str, file: BinaryIO) -> gzip.GzipFile | bz2.BZ2File:
    return gzip.GzipFile(fileobj=file, mode="rb") if path.endswith(".gz") else bz2.BZ2File(file, "rb")


def _packed_bounds(path: str) -> Sequence[int]:
    """The one range of a packed file. It is unpacked once to learn its size, without being kept."""
    size = 0
    with open(path, "rb") as file, _unpacked(path, file) as unpacked:
        try:
            while chunk := unpacked.read(1 << 20):
                size += len(chunk)
        except EOFError as error:
            raise OSError(f"{path} ends too early: it was cut off, or is still being written") from error
        except OSError as error:
            raise OSError(f"{path} cannot be unpacked: {error}") from error
    return 0, size
