"""What a volunteer must offer to run a node, as words, and which nodes must not share a task because of them.

A node *requires* words: a kind of volunteer ("native", "tab"), a Python ("python3.12"), or a capability. A task
requires what all of its nodes do. So that nothing is ruled out which somebody could run, nodes share a task only where
the words of one are among those of the other: `pipe` (native) and a `map` without a wish go together, `pipe` and a map
of bytecode ("python3.12") do not, although a native worker with that Python would do for both.

The law: what hangs together by edges without a clash requires a chain of sets, each within the next; so whatever the
cut puts into one task, one of its nodes alone already requires all that the task does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tabswarm.plan.dependency import Shuffle
from tabswarm.plan.lineage import Node
from tabswarm.plan.partitioner import CombineValues, FunctionPartitioner

Words = frozenset[str]


def requires_of_writer(child: Node, dependency: Shuffle) -> tuple[str, ...]:
    """What the map side of a shuffle requires for the sake of the reader: where functions of the reader's run there,
    what the reader does."""
    has_code = isinstance(dependency.aggregator, CombineValues) or isinstance(
        dependency.partitioner, FunctionPartitioner
    )
    return child.requires if has_code else ()


class Clashes:
    """The edges of a plan along which two nodes must not share a task: `narrow` as (parent, child), `shuffles` by
    their ids, where the parent may not write the map outputs in the task that computes it."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.narrow: dict[tuple[int, int], None] = {}
        self.shuffles: dict[int, None] = {}
        if any(node.requires for node in nodes):
            self._find(nodes)

    def _find(self, nodes: Iterable[Node]) -> None:
        """Put nodes together along the edges in the order of the plan, as long as their words allow it."""
        leader: dict[int, int] = {}
        words: dict[int, Words] = {}

        def find(node: int) -> int:
            while leader[node] != node:
                leader[node] = leader[leader[node]]
                node = leader[node]
            return node

        for node in nodes:
            leader[node.id], words[node.id] = node.id, frozenset(node.requires)
            for dependency in node.dependencies:
                parent = find(dependency.parent)
                if isinstance(dependency, Shuffle):
                    wanted = frozenset(requires_of_writer(node, dependency))
                    if _agree(words[parent], wanted):
                        words[parent] |= wanted
                    else:
                        self.shuffles[dependency.shuffle] = None
                    continue
                child = find(node.id)
                if not _agree(words[parent], words[child]):
                    self.narrow[(dependency.parent, node.id)] = None
                elif parent != child:
                    leader[child] = parent
                    words[parent] |= words[child]


def _agree(one: Words, other: Words) -> bool:
    return one <= other or other <= one
