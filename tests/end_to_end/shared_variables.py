"""A program that reads a broadcast and adds to an accumulator; a file of its own, for the tabs get its source."""

from __future__ import annotations

from tabswarm import Context

PARTITIONS = 12


def broadcast_and_count(link: str, data: bytes) -> tuple[list[int], int]:
    """600 bytes of the broadcast, looked up twice over, and how many were looked up."""
    with Context(link) as sc:
        table, looked_up = sc.broadcast(data), sc.accumulator(0)

        def look_up(n: int) -> int:
            looked_up.add(1)
            return table.value[n * 1000]

        numbers = sc.range(600, numSlices=PARTITIONS)
        found = [n for _ in range(2) for n in numbers.map(look_up).collect()]
        return found, looked_up.value
