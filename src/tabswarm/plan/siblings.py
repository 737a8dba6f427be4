"""Combining: many tiny tasks of one shape become few.

A task costs messages and bookkeeping, whatever it computes, so partitions that are tiny (a folder of small files) or
very many share tasks. What is combined depends on the plan alone, never on who is there: the same job is cut the same
way on every swarm.
"""

from __future__ import annotations

from collections.abc import Sequence

TINY_BYTES = 512 * 1024
"""Small source files share a task up to this many bytes (in a standard library's `*.py`, 94 % are under 64 KiB)."""
MANY_TASKS = 256
"""Beyond this many tasks of one level and shape, neighbours share a task: that still feeds dozens of volunteers
evenly."""


def group_siblings(file_bytes: Sequence[int | None]) -> list[range]:
    """Which neighbours among tasks of one level and shape share a task, as ranges of their indices.

    `file_bytes[i]` is how many bytes of files task `i` reads, or None where it reads something else.

    >>> group_siblings([300_000, 100_000, 200_000, 1_000_000])
    [range(0, 2), range(2, 3), range(3, 4)]
    >>> group_siblings([None, None])
    [range(0, 1), range(1, 2)]
    """
    at_most = -(-len(file_bytes) // MANY_TASKS)
    groups: list[range] = []
    start, total = 0, 0
    for index, size in enumerate(file_bytes):
        if size is None:
            full = index - start >= at_most
        else:
            full = total + size > TINY_BYTES and index - start >= at_most
        if index > start and full:
            groups.append(range(start, index))
            start, total = index, 0
        total += size or 0
    if file_bytes:
        groups.append(range(start, len(file_bytes)))
    return groups
