"""A malformed plan is refused before anything is cut, and the refusal names the node."""

from __future__ import annotations

import pytest

from tabswarm.errors import PlanRefused
from tabswarm.plan.dependency import AllPartitions, Dependency, Edges, OneToOne, Shuffle, Span, Strided
from tabswarm.plan.lineage import MAX_PARTITIONS, Node, Plan, SourceBlock, check
from tabswarm.plan.operators import Keys, Parallelize, Range, Shuffled, TextLines
from tabswarm.plan.partitioner import HashPartitioner


def plan_of(*nodes: Node, target: int | None = None, partitions: tuple[int, ...] = (0,)) -> Plan:
    return Plan(application="a", nodes=nodes, target=nodes[-1].id if target is None else target, partitions=partitions)


def numbers(node: int = 1, partitions: int = 2) -> Node:
    return Node(id=node, operator=Range(0, 10, 1), partitions=partitions)


def child(*dependencies: Dependency, partitions: int = 2) -> Node:
    return Node(id=2, operator=Keys(), partitions=partitions, dependencies=dependencies)


def to(partitions: int, shuffle: int = 9, parent: int = 1) -> Shuffle:
    return Shuffle(parent, shuffle, HashPartitioner(partitions))


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (Plan(application="a", nodes=(), target=0, partitions=()), "1 to"),
        (plan_of(numbers(), numbers()), "node 1 stands twice"),
        (plan_of(numbers(-1)), "node -1 stands twice in the plan, or is negative"),
        (plan_of(numbers(partitions=MAX_PARTITIONS + 1)), "100001 partitions"),
        (plan_of(numbers(partitions=-1)), "-1 partitions"),
        (plan_of(numbers(), child(OneToOne(7))), "node 2 hangs on node 7"),
        (plan_of(numbers(), child(OneToOne(2))), "node 2 hangs on node 2"),
        (plan_of(numbers(), child(OneToOne(1), partitions=3)), "partition 2 of node 1, which has 2"),
        (plan_of(numbers(), child(Edges(1, ((0,),)))), "2 partitions and edges for 1"),
        (plan_of(numbers(), child(Edges(1, ((0,), (5,))))), "partition 5 of node 1"),
        (plan_of(numbers(), child(Edges(1, ((0,), (-1,))))), "partition -1 of node 1"),
        (plan_of(numbers(), child(Span(1, 1, 0, 2))), "partition 2 of node 1"),
        (plan_of(numbers(), child(Span(1, -1, 0, 2))), "negative bound"),
        (plan_of(numbers(), child(Strided(1, 0, 2))), "stride of zero"),
        (plan_of(numbers(), child(Strided(1, 1, 9), partitions=9)), "partition 2 of node 1"),
        (plan_of(numbers(), child(to(3))), "another partition count"),
        (plan_of(numbers(), child(to(2), to(2))), "shuffle 9 stands twice"),
        (plan_of(numbers(), child(to(2, shuffle=1))), "share the numbers"),
        (plan_of(numbers(), target=5), "node 5, is not in the plan"),
        (plan_of(numbers(), partitions=(2,)), "no partition 2"),
        (plan_of(numbers(), partitions=(0, 0)), "asked for twice"),
        (plan_of(Node(id=1, operator=TextLines(), partitions=1)), "needs a source block"),
        (
            Plan(
                application="a",
                nodes=(Node(id=1, operator=Parallelize(), partitions=1),),
                target=1,
                partitions=(0,),
                sources={1: (SourceBlock(10),)},
            ),
            "without a hash",
        ),
        (
            Plan(application="a", nodes=(numbers(),), target=1, partitions=(0,), sources={1: (SourceBlock(1),)}),
            "is no source",
        ),
        (
            plan_of(numbers(partitions=20_000), child(AllPartitions(1), partitions=60)),
            "1000000 edges",
        ),
    ],
)
def test_a_malformed_plan_is_refused_in_words_that_name_the_node(plan: Plan, said: str) -> None:
    with pytest.raises(PlanRefused, match=said):
        check(plan)


def test_a_well_formed_plan_with_a_shuffle_and_a_union_passes() -> None:
    shuffled = Node(id=2, operator=Shuffled(), partitions=3, dependencies=(to(3),))
    union = Node(id=3, operator=Keys(), partitions=5, dependencies=(Span(1, 0, 0, 2), Span(2, 0, 2, 3)))
    check(plan_of(numbers(), shuffled, union, partitions=(4, 0)))
