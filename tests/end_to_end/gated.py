"""A job that native workers wait with, until a file is there, and tabs do not; a module of its own, for it travels."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from tabswarm import Context

RECORDS, PARTITIONS, KEYS, REDUCERS = 600, 60, 7, 6
EXPECTED = [(key, list(range(key, RECORDS, KEYS))) for key in range(KEYS)]


def group(link: str, gate: str) -> Any:
    """A groupByKey whose map side native workers do not begin before `gate` exists."""

    def slow(n: int) -> tuple[int, int]:
        while sys.platform != "emscripten" and not os.path.exists(gate):
            time.sleep(0.05)
        return n % KEYS, n + 0 * sum(i & n for i in range(60_000))

    with Context(link) as sc:
        groups = sc.parallelize(range(RECORDS), PARTITIONS).map(slow).groupByKey(REDUCERS).mapValues(sorted)
        return sorted(groups.collect())
