"""Count the triangles of a graph, and who is in most: python examples/triangles.py [FILE]

FILE has a line `a b` for each edge; without one, the graph of the standard library's imports is taken, without its
directions. Each edge points from its node of fewer neighbours to the other, so that no node, however many neighbours it
has, makes many pairs: the count stays near edges x sqrt(edges).
"""

import sys
from collections.abc import Iterable, Iterator
from itertools import combinations
from operator import add

from graphs import edges

from tabswarm import Context

PARTITIONS = 4

pairs = sorted({(min(edge), max(edge)) for edge in edges(sys.argv[1] if len(sys.argv) > 1 else None)})


def towards_the_greater(entry: tuple[str, tuple[tuple[str, int], int]]) -> tuple[str, str]:
    """An edge whose ends know their degrees, from the lesser to the greater."""
    b, ((a, degree_of_a), degree_of_b) = entry
    return (a, b) if (degree_of_a, a) < (degree_of_b, b) else (b, a)


def wedges(entry: tuple[str, Iterable[str]]) -> Iterator[tuple[tuple[str, str], str]]:
    """Each pair of a node's greater neighbours: a triangle where they are neighbours themselves."""
    node, greater = entry
    for a, b in combinations(sorted(greater), 2):
        yield (a, b), node


with Context(appName="triangles") as sc:
    graph = sc.parallelize(pairs, PARTITIONS)
    degrees = graph.flatMap(lambda edge: [(edge[0], 1), (edge[1], 1)]).reduceByKey(add, PARTITIONS)
    directed = (
        graph.join(degrees)  # (a, (b, degree of a))
        .map(lambda entry: (entry[1][0], (entry[0], entry[1][1])))
        .join(degrees)  # (b, ((a, degree of a), degree of b))
        .map(towards_the_greater)
    )
    closing = graph.map(lambda edge: (edge, None))
    triangles = directed.groupByKey(PARTITIONS).flatMap(wedges).join(closing).cache()
    total = triangles.count()
    corners = triangles.flatMap(lambda found: [*found[0], found[1][0]])
    most = corners.map(lambda node: (node, 1)).reduceByKey(add).takeOrdered(10, key=lambda pair: (-pair[1], pair[0]))

print(f"{total:,} triangles")
for node, number in most:
    print(f"{number:8,}  {node}")
