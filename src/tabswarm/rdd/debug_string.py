"""An RDD's lineage as text, for `toDebugString`: one line an RDD, parents below their child.

A chain of narrow steps stays at one indentation; a shuffle (`+-`) and the parents of an RDD with several indent, so
that a lineage of any length can be read.
"""

from __future__ import annotations

from typing import Any

from tabswarm.rdd.operation import Shuffling
from tabswarm.rdd.structure import Structure


def debug_string(rdd: Structure[Any]) -> str:
    """The lines, joined by newlines. What hangs on an RDD that was shown before is not shown again."""
    lines: list[str] = []
    shown: set[int] = set()
    pending: list[tuple[Structure[Any], str, str]] = [(rdd, "", "")]
    while pending:
        node, indent, lead = pending.pop()
        again = node._id in shown
        marks = (" [persisted]" if node._storage else "") + (" (see above)" if again else "")
        lines.append(f"{indent}{lead}({node.getNumPartitions()}) {node._title()} [{node._id}]{marks}")
        if again:
            continue
        shown.add(node._id)
        for parent, dependency in reversed(list(zip(node._parents, node._dependencies))):
            if isinstance(dependency, Shuffling):
                pending.append((parent, indent + " " * len(lead), "+-"))
            elif len(node._parents) > 1:
                pending.append((parent, indent + " " * len(lead), "| "))
            else:
                pending.append((parent, indent + " " * len(lead), ""))
    return "\n".join(lines)
