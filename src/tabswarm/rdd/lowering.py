"""From an RDD to a plan: its ancestors as plain data, parents before children.

Functions are shipped here, once for each RDD: an RDD remembers what it was lowered to, so that the same function has
the same hash in every job. A lineage may be thousands of nodes deep, so nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, Protocol

from tabswarm.plan.lineage import Node, Plan, SourceBlock, broadcasts_of
from tabswarm.plan.operators import CodeRef
from tabswarm.rdd.answers import AS_LIST, Answer
from tabswarm.rdd.call_site import CallSite
from tabswarm.rdd.code_book import Needs
from tabswarm.rdd.operation import Lowered, Ship, Shuffling
from tabswarm.rdd.structure import Structure


class BroadcastData(Protocol):
    """What a plan says of a broadcast."""

    @property
    def blocks(self) -> tuple[SourceBlock, ...]: ...

    def line(self) -> str:
        """The user's line that made it. Raises `BroadcastGone` where it was destroyed."""


def lower(
    target: Structure[Any],
    partitions: Iterable[int],
    *,
    application: str,
    action: CallSite,
    ship: Ship,
    task_timeout: int = 0,
    answer: Answer = AS_LIST,
    needs: Callable[[CodeRef], Needs] = lambda ref: Needs(),
    properties: Mapping[str, str] | None = None,
    first_stage: int = 0,
    max_failures: int = 0,
    barriers: Container[int] = (),
    broadcasts: Mapping[int, BroadcastData] | None = None,
    everywhere: tuple[int, ...] = (),
) -> Plan:
    """The plan that computes these partitions of `target`, for the action that the user called and what it makes of
    their records (a list, where nothing is said). `needs` tells what a volunteer must offer to load something that
    `ship` shipped; `broadcasts` are those that there are, `everywhere` those that
    every task gets."""
    nodes: list[Node] = []
    sources: dict[int, tuple[SourceBlock, ...]] = {}
    for rdd in ancestors(target):
        operator, dependencies, required = _lowered(rdd, ship, needs)
        nodes.append(
            Node(
                id=rdd._id,
                operator=operator,
                partitions=rdd.getNumPartitions(),
                dependencies=dependencies,
                name=rdd.name() or rdd._site.operation,
                call_site=rdd._site.line,
                code=rdd._site.code,
                storage=rdd._storage or rdd._checkpoint_level,
                requires=required.words,
                because=required.because,
            )
        )
        if rdd._source is not None:
            sources[rdd._id] = rdd._source.blocks
    named: dict[int, str] = {}
    for number in dict.fromkeys((*broadcasts_of(nodes), *everywhere)):
        data = (broadcasts or {})[number]
        named[number], sources[number] = data.line(), data.blocks
    return Plan(
        application=application,
        nodes=tuple(nodes),
        target=target._id,
        partitions=tuple(partitions),
        sources=sources,
        action=action.operation,
        call_site=action.line,
        task_timeout=task_timeout,
        finish=answer.lower(ship, f"{action.operation} at {action.line}"),
        properties=dict(properties or {}),
        first_stage=first_stage,
        max_failures=max_failures,
        barriers=tuple(node.id for node in nodes if node.id in barriers),
        broadcasts=named,
        everywhere=everywhere,
    )


def ancestors(target: Structure[Any]) -> list[Structure[Any]]:
    """The RDD and all it hangs on, each once, parents before children, in an order that depends on the lineage only."""
    ordered: list[Structure[Any]] = []
    seen: set[int] = set()
    pending: list[tuple[Structure[Any], bool]] = [(target, False)]
    while pending:
        rdd, parents_done = pending.pop()
        if parents_done:
            ordered.append(rdd)
        elif rdd._id not in seen:
            seen.add(rdd._id)
            pending.append((rdd, True))
            pending.extend((parent, False) for parent in reversed(rdd._parents) if parent._id not in seen)
    return ordered


def _lowered(rdd: Structure[Any], ship: Ship, needs: Callable[[CodeRef], Needs]) -> Lowered:
    if rdd._lowered is None:
        where = rdd._title()
        wishes = [Needs(rdd._operation.requires, rdd._operation.because)]

        def ship_and_note(value: object, what: str) -> CodeRef:
            ref = ship(value, what)
            wishes.append(needs(ref))
            return ref

        dependencies = tuple(
            dependency.lower(ship_and_note, where) if isinstance(dependency, Shuffling) else dependency
            for dependency in rdd._dependencies
        )
        operator = rdd._operation.lower(ship_and_note, where)
        words = dict.fromkeys(word for wish in wishes for word in wish.words)
        reasons = dict.fromkeys(wish.because for wish in wishes if wish.because)
        rdd._lowered = Lowered(operator, dependencies, Needs(tuple(words), "; ".join(reasons)))
    return rdd._lowered
