"""Blocks of records as files, as `saveAsPickleFile` writes them: a line that says what it is, one that lists the
classes which it may name, and the block.

Whoever reads such a file may have it from a stranger, so its records are read by the record reader like any
volunteer's; what stands here only looks at where the chunks begin.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import BinaryIO

import msgspec

from tabswarm.shipping.records import HEADER

MAGIC = b"tabswarm records 1\n"
"""How every such file begins; the number is the format's."""
LONGEST_LIST = 1 << 20
"""Bytes of the list of classes."""
_SEQUENCE_FILE = b"SEQ"


def head_of(class_ids: Iterable[str]) -> bytes:
    """The two lines before the block.

    >>> head_of(["__main__:Point#12"])
    b'tabswarm records 1\\n["__main__:Point#12"]\\n'
    """
    return MAGIC + json.dumps(list(class_ids)).encode() + b"\n"


def read_file(file: BinaryIO, name: str) -> tuple[list[int], list[str]]:
    """Where the chunks of records begin in a file, and its end; and the classes that they may name. `ValueError` for
    what is no such file, or a part of one; `name` is what it calls the file.

    >>> from io import BytesIO
    >>> read_file(BytesIO(head_of(["a:B"])), "empty")
    ([27], ['a:B'])
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
    line = file.readline(LONGEST_LIST)
    try:
        if not line.endswith(b"\n"):
            raise msgspec.DecodeError
        classes = msgspec.json.decode(line, type=list[str])
    except msgspec.DecodeError:
        raise ValueError(f"{name} ends in the middle of its records: it was cut off, or is damaged") from None
    bounds = [len(MAGIC) + len(line)]
    while bounds[-1] < size:
        header = file.read(HEADER.size)
        if len(header) == HEADER.size:
            _, stored, _ = HEADER.unpack(header)
            bounds.append(bounds[-1] + HEADER.size + stored)
        if len(header) < HEADER.size or bounds[-1] > size:
            raise ValueError(f"{name} ends in the middle of its records: it was cut off, or is damaged")
        file.seek(bounds[-1])
    return bounds, classes
