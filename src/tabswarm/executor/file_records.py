"""The records in the bytes of a file: lines, records of one length, or records that somebody saved."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from tabswarm.executor.text_lines import byte_lines_of, lines_of
from tabswarm.plan.operators import FixedRecords, StoredRecords, TextLines
from tabswarm.shipping.class_registry import ClassRegistry
from tabswarm.shipping.records import iter_chunks


def records_of_file(
    operator: TextLines | StoredRecords | FixedRecords, data: bytes | memoryview, classes: ClassRegistry | None
) -> Iterable[Any]:
    """The records of one partition of a file.

    >>> list(records_of_file(FixedRecords(2), b"aabb", None))
    [b'aa', b'bb']
    """
    match operator:
        case TextLines(use_unicode):
            return lines_of(data) if use_unicode else byte_lines_of(data)
        case FixedRecords(length):
            return (bytes(data[start : start + length]) for start in range(0, len(data), length))
        case StoredRecords():
            return chain.from_iterable(iter_chunks(data, classes=classes))
