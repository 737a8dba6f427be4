"""Rank the nodes of a graph by who links to them: python examples/pagerank.py [FILE [ROUNDS]]

FILE has a line `from to` for each link; without one, the modules of the standard library are ranked by who
imports them. A node without links of its own shares its rank with all, so the ranks always sum to 1.
"""

import sys
from collections.abc import Callable

from graphs import edges

from tabswarm import Context

DAMPING = 0.85
PARTITIONS = 4

links = edges(sys.argv[1] if len(sys.argv) > 1 else None)
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
nodes = sorted({node for link in links for node in link})
count = len(nodes)


def shares(entry: tuple[str, tuple[list[str], float]]) -> list[tuple[str, float]]:
    """What a node's rank gives to each that it links to. It itself gets nothing, and so stays among the ranked."""
    node, (targets, rank) = entry
    return [(node, 0.0), *((target, rank / len(targets)) for target in targets)]


def damped(idle: float) -> Callable[[float], float]:
    """What a node has after a round in which the nodes without links had `idle`: a little, and most of what it got."""
    return lambda got: (1 - DAMPING) / count + DAMPING * (got + idle / count)


with Context(appName="PageRank") as sc:
    grouped = sc.parallelize(links, PARTITIONS).groupByKey(PARTITIONS).mapValues(list)
    alone = sc.parallelize([(node, None) for node in nodes], PARTITIONS)
    # Every node with its targets, spread by node once and for all: the joins below need no shuffle of it.
    graph = alone.leftOuterJoin(grouped, PARTITIONS).mapValues(lambda pair: pair[1] or []).cache()
    ranks = graph.mapValues(lambda targets: 1 / count)
    for _ in range(rounds):
        linked = graph.join(ranks, PARTITIONS).cache()
        idle = linked.filter(lambda entry: not entry[1][0]).map(lambda entry: entry[1][1]).sum()
        ranks = linked.flatMap(shares).reduceByKey(lambda a, b: a + b, PARTITIONS).mapValues(damped(idle))
    best = ranks.takeOrdered(10, key=lambda pair: (-pair[1], pair[0]))

for node, rank in best:
    print(f"{rank:.6f}  {node}")
