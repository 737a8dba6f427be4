"""A shuffle whose tasks take long enough to lose volunteers in; a module of its own, for it travels to the tabs."""

from __future__ import annotations

import time

from tabswarm import Context

PARTITIONS, RECORDS, KEYS = 120, 1200, 17


def work(n: int) -> tuple[int, int]:
    """Some 50 ms in a tab."""
    return n % KEYS, n + 0 * sum(range(1_000_000))


def shuffle(link: str) -> float:
    """Run the job on the swarm, check its answer, and return its seconds."""
    with Context(link) as sc:
        began = time.perf_counter()
        groups = sc.parallelize(range(RECORDS), PARTITIONS).map(work).groupByKey(12).mapValues(sorted).collect()
        seconds = time.perf_counter() - began
    assert sorted(groups) == [(key, list(range(key, RECORDS, KEYS))) for key in range(KEYS)]
    return seconds
