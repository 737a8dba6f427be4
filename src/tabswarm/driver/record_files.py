"""Files of records on the driver's disk: those that `saveAsPickleFile` wrote, and those of records of one length.

Both are cut between records without reading them.
"""

from __future__ import annotations

import os

from tabswarm.driver.file_ranges import FileRanges, Piece, piece_of, split_size
from tabswarm.driver.text_paths import files_of
from tabswarm.shipping.file_classes import live_classes
from tabswarm.shipping.record_file import read_file


def pickle_files(name: str | os.PathLike[str], min_partitions: int) -> tuple[FileRanges, dict[str, type]]:
    """The partitions of a `pickleFile`, each a run of whole chunks of records; and those of the classes which the files
    name that this program has."""
    paths = files_of(name, "pickleFile")
    statuses = [os.stat(path) for path in paths]
    split = split_size([status.st_size for status in statuses], min_partitions)
    pieces: list[Piece] = []
    named: dict[str, None] = {}
    for path, status in zip(paths, statuses):
        with open(path, "rb") as file:
            bounds, classes = read_file(file, path)
        named.update(dict.fromkeys(classes))
        starts = [bounds[0]]
        for bound in bounds[1:-1]:
            if bound - starts[-1] >= split:
                starts.append(bound)
        ends = [*starts[1:], bounds[-1]]
        pieces += [piece_of(path, status, start, end) for start, end in zip(starts, ends)]
    return FileRanges(pieces, "pickleFile"), live_classes(named)


def checkpoint_files(folder: str) -> FileRanges:
    """The partitions of a checkpoint: each the records of one file."""
    pieces: list[Piece] = []
    for path in files_of(folder, "checkpoint"):
        with open(path, "rb") as file:
            bounds, _ = read_file(file, path)
        pieces.append(piece_of(path, os.stat(path), bounds[0], bounds[-1]))
    return FileRanges(pieces, "checkpoint")


def fixed_records(name: str | os.PathLike[str], length: int, min_partitions: int) -> FileRanges:
    """The partitions of a `binaryRecords`: each a run of records of `length` bytes. `ValueError` for a file that is no
    whole number of them."""
    if length < 1:
        raise ValueError(f"recordLength is a positive number of bytes, not {length!r}")
    paths = files_of(name, "binaryRecords")
    statuses = [os.stat(path) for path in paths]
    records = max(1, split_size([status.st_size for status in statuses], min_partitions) // length)
    pieces: list[Piece] = []
    for path, status in zip(paths, statuses):
        whole, rest = divmod(status.st_size, length)
        if rest:
            raise ValueError(
                f"{path} has {status.st_size:,} bytes: {whole:,} records of {length:,}, and {rest:,} bytes left over"
            )
        for start in range(0, max(status.st_size, 1), records * length):
            pieces.append(piece_of(path, status, start, min(start + records * length, status.st_size)))
    return FileRanges(pieces, "binaryRecords")
