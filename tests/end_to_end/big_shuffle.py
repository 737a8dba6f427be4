"""A groupByKey over much data that the volunteers make themselves, and whose answer is small."""

from __future__ import annotations

from random import Random
from typing import Any
from zlib import crc32

from tabswarm import Context

RECORD = 64 * 1024
KEYS = 24


def group(link: str, megabytes: int) -> Any:
    """A groupByKey over so many MiB that do not compress; the answer tells each record's checksum."""
    with Context(link) as sc:
        records = sc.range(megabytes * 16, numSlices=12).map(lambda n: (n % KEYS, (n, Random(n).randbytes(RECORD))))
        groups = records.groupByKey(6).mapValues(lambda values: [(n, crc32(data)) for n, data in sorted(values)])
        return sorted(groups.collect())


def expected(megabytes: int) -> Any:
    """The answer, in plain Python."""
    numbers = range(megabytes * 16)
    return [(key, [(n, crc32(Random(n).randbytes(RECORD))) for n in numbers[key::KEYS]]) for key in range(KEYS)]
