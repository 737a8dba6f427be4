"""Estimate pi by throwing darts at a square: python examples/pi.py [MILLIONS]

Each partition throws with a seed of its own, so the answer is the same on one machine and on a swarm of phones.
"""

import random
import sys
from collections.abc import Iterator
from operator import add

from tabswarm import Context

darts = int(float(sys.argv[1] if len(sys.argv) > 1 else "1") * 1_000_000)
PARTITIONS = 16


def throw(partition: int, numbers: Iterator[int]) -> Iterator[int]:
    """How many of the partition's darts land within the circle."""
    dice = random.Random(partition).random
    yield sum(dice() ** 2 + dice() ** 2 <= 1 for _ in numbers)


with Context(appName="pi") as sc:
    hits = sc.range(darts, numSlices=PARTITIONS).mapPartitionsWithIndex(throw).reduce(add)

print(f"pi is about {4 * hits / darts:.4f} ({darts:,} darts)")
