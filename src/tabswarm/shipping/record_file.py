"""Blocks of records as files: a line that says what it is, and the block. What `saveAsPickleFile` writes.

Whoever reads such a file may have it from a stranger, so its records are read by the record reader like any
volunteer's; what stands here only looks at where the chunks begin.
"""

from __future__ import annotations

import os
from typing import BinaryIO

from tabswarm.shipping.records import HEADER

MAGIC = b"tabswarm records 1\n"
"""How every such file begins; the number is the format's."""
_SEQUENCE_FILE = b"SEQ"


def chunk_bounds(file: BinaryIO, name: str) -> list[int]:
    """Where the chunks of records begin in a file, and its end. `ValueError` for what is no such file, or a part of
    one; `name` is what it calls the file.

    >>> from io import BytesIO
    >>> chunk_bounds(BytesIO(MAGIC), "empty")
    [19]
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    start = file.read(len(MAGIC))
    if start.startswith(_SEQUENCE_FILE):
        raise ValueError(
            f"{name} is a Hadoop SequenceFile, as PySpark's saveAsPickleFile writes it; tabswarm reads what its own "
            "saveAsPickleFile wrote. Read it with PySpark and save it as text"
        )
    if start != MAGIC:
        what = "is empty" if not size else "was not written by tabswarm's saveAsPickleFile"
        raise ValueError(f"{name} {what}; a text file is read by textFile, any other by binaryFiles")
    bounds = [len(MAGIC)]
    while bounds[-1] < size:
        header = file.read(HEADER.size)
        if len(header) == HEADER.size:
            _, stored, _ = HEADER.unpack(header)
            bounds.append(bounds[-1] + HEADER.size + stored)
        if len(header) < HEADER.size or bounds[-1] > size:
            raise ValueError(f"{name} ends in the middle of its records: it was cut off, or is damaged")
        file.seek(bounds[-1])
    return bounds
