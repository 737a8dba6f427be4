"""Find clusters of points, their centres broadcast each round: python examples/kmeans.py [FILE [K]]

FILE has a point a line, its coordinates apart by spaces or commas; without one, points are thrown around K places. The
first centres are drawn as k-means++ draws them, so that no two begin in one cluster but by bad luck.
"""

import random
import sys
from collections.abc import Callable
from math import dist

from tabswarm import Broadcast, Context

Point = tuple[float, ...]

PARTITIONS, ROUNDS, STILL = 8, 50, 1e-6
"""It ends after so many rounds, or when no centre moved further than `STILL`."""

path = sys.argv[1] if len(sys.argv) > 1 else None
k = int(sys.argv[2]) if len(sys.argv) > 2 else 5


def thrown(number: int) -> Point:
    """Point `number` of the example's own: around one of K places on a circle."""
    dice = random.Random(number)
    place = random.Random(-1 - number % k)
    return tuple(place.uniform(-10, 10) + dice.gauss(0, 0.5) for _ in range(2))


def parsed(line: str) -> Point:
    """A line's coordinates."""
    return tuple(map(float, line.replace(",", " ").split()))


def nearest(point: Point, centres: list[Point]) -> int:
    """The number of the centre that is nearest."""
    return min(range(len(centres)), key=lambda index: dist(point, centres[index]))


def added(a: tuple[Point, int], b: tuple[Point, int]) -> tuple[Point, int]:
    """Two sums of points, and how many points they are of, put together."""
    return tuple(x + y for x, y in zip(a[0], b[0], strict=True)), a[1] + b[1]


def assigned(centres: Broadcast[list[Point]]) -> Callable[[Point], tuple[int, tuple[Point, int]]]:
    """Gives a point the number of its nearest centre, as a sum of one."""
    return lambda point: (nearest(point, centres.value), (point, 1))


def first_centres(sample: list[Point]) -> list[Point]:
    """k-means++ (Arthur and Vassilvitskii, 2007) on a sample: each further centre far from those before."""
    dice = random.Random(7)
    centres = [dice.choice(sample)]
    while len(centres) < k:
        weights = [min(dist(point, centre) for centre in centres) ** 2 for point in sample]
        centres.append(dice.choices(sample, weights)[0])
    return centres


with Context(appName="k-means") as sc:
    read = sc.textFile(path, PARTITIONS).map(parsed) if path else sc.range(20_000, numSlices=PARTITIONS).map(thrown)
    points = read.cache()
    centres = first_centres(points.takeSample(False, 1000, seed=7))
    rounds, moved = 0, STILL + 1
    while moved > STILL and rounds < ROUNDS:
        shared = sc.broadcast(centres)
        sums = (
            points.map(assigned(shared))
            .reduceByKey(added)
            .mapValues(lambda total: tuple(x / total[1] for x in total[0]))
            .collectAsMap()
        )
        shared.destroy()
        moved = max(dist(centres[index], centre) for index, centre in sums.items())
        centres = [sums.get(index, centre) for index, centre in enumerate(centres)]
        rounds += 1
    shared = sc.broadcast(centres)
    sizes = points.map(lambda point: nearest(point, shared.value)).countByValue()

print(f"{sum(sizes.values()):,} points, {k} clusters, still after {rounds} rounds")
for index in sorted(sizes, key=lambda index: -sizes[index]):
    print(f"{sizes[index]:8,}  " + " ".join(f"{x:9.4f}" for x in centres[index]))
