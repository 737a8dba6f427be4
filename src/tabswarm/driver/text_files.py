"""The files behind `textFile`, cut into ranges of whole lines as Hadoop cuts them, and read when a volunteer asks.

Hadoop's law: a line belongs to the split in which its first byte lies, but a line that begins exactly at a split's
start belongs to the split before. Here the cuts are moved to the starts of lines when the RDD is made (a small read
at each), so that each range is whole lines and has an exact size. Files ending in `.gz` or `.bz2` cannot be cut and
are one partition. Bytes are served as they are: a byte order mark stays, as it does when Python opens the file.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import BinaryIO

from tabswarm.driver.file_ranges import FileRanges, is_packed, piece_of, split_size, unpacked
from tabswarm.driver.text_paths import files_of

SLACK = 1.1
"""The last split of a file may be this much larger than the others, rather than leaving a tiny one."""
WINDOW = 64 * 1024
"""Bytes read at a time while looking for the end of a line."""


class TextFiles(FileRanges):
    """The partitions of one `textFile`."""

    def __init__(self, name: str | os.PathLike[str], min_partitions: int) -> None:
        paths = files_of(name, "textFile")
        statuses = [os.stat(path) for path in paths]
        split = split_size([status.st_size for status in statuses], min_partitions)
        pieces = [
            piece_of(path, status, start, end)
            for path, status in zip(paths, statuses)
            for start, end in pairwise(
                _packed_bounds(path) if is_packed(path) else _bounds(path, status.st_size, split)
            )
        ]
        super().__init__(pieces, "textFile", unpacks=True)


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


def _packed_bounds(path: str) -> Sequence[int]:
    """The one range of a packed file. It is unpacked once to learn its size, without being kept."""
    size = 0
    with open(path, "rb") as file, unpacked(path, file) as content:
        try:
            while chunk := content.read(1 << 20):
                size += len(chunk)
        except EOFError as error:
            raise OSError(f"{path} ends too early: it was cut off, or is still being written") from error
        except (OSError, zlib.error) as error:
            raise OSError(f"{path} cannot be unpacked: {error}") from error
    return 0, size
