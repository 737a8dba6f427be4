"""The hash by which a cell's action is known again when the cell is replayed.

Equal hashes mean equal answers: the same operators with the same functions over the same data. Where a node's number
counts from, what a call site's line is called, and whose application it is make no answer, so they are left out: nodes
and shuffles are numbered from 0 in the order in which they appear.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from tabswarm.plan.dependency import Dependency, Shuffle
from tabswarm.plan.lineage import Node, Plan

_LEFT_OUT: dict[str, Any] = {
    "application": "",
    "properties": {},
    "first_stage": 0,
    "call_site": "",
    "max_failures": 0,
    "task_timeout": 0,
    "sources": {},  # a dictionary has an order of its own; these two follow as lists
    "broadcasts": {},
}
_encode = msgspec.msgpack.Encoder().encode


def plan_hash(plan: Plan, roots: Callable[[Plan, int], Sequence[bytes]]) -> str:
    """The plan's hash; `roots` gives the hashes of a source node's blocks."""
    numbers = _Numbers()
    nodes = tuple(_renumbered(node, numbers) for node in plan.nodes)
    sources = [
        (numbers.of(node), [(block.size, root) for block, root in zip(blocks, roots(plan, node))])
        for node, blocks in sorted(plan.sources.items())
    ]
    bare = msgspec.structs.replace(
        plan,
        nodes=nodes,
        target=numbers.of(plan.target),
        barriers=tuple(numbers.of(node) for node in plan.barriers),
        everywhere=tuple(numbers.of(number) for number in plan.everywhere),
        **_LEFT_OUT,
    )
    broadcasts = sorted(numbers.of(number) for number in plan.broadcasts)
    return hashlib.blake2b(_encode((bare, sources, broadcasts)), digest_size=16).hexdigest()


class _Numbers:
    """Numbers in the order of their appearance."""

    def __init__(self) -> None:
        self._known: dict[int, int] = {}

    def of(self, number: int) -> int:
        return self._known.setdefault(number, len(self._known))


def _renumbered(node: Node, numbers: _Numbers) -> Node:
    changes: dict[str, Any] = {
        "id": numbers.of(node.id),
        "dependencies": tuple(_dependency(dependency, numbers) for dependency in node.dependencies),
        "name": "",
        "call_site": "",
        "because": "",
    }
    return msgspec.structs.replace(node, **changes)


def _dependency(dependency: Dependency, numbers: _Numbers) -> Dependency:
    moved = msgspec.structs.replace(dependency, parent=numbers.of(dependency.parent))
    if isinstance(moved, Shuffle):
        return msgspec.structs.replace(moved, shuffle=numbers.of(moved.shuffle))
    return moved
