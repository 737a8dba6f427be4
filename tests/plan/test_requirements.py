"""Which nodes share a task when they require different things of a volunteer."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.random_plans import NO_CODE, plans
from tests.plan.test_cut import Shelf, brute_force_needed, chain, mapped, numbers, run_on_one_slot, targets, vertices_of

from tabswarm.errors import PlanRefused
from tabswarm.plan.cut import CutTask, MapOutputKey, cut
from tabswarm.plan.dependency import OneToOne, Shuffle
from tabswarm.plan.lineage import Node, Plan, check
from tabswarm.plan.operators import Shuffled, Zip
from tabswarm.plan.partitioner import CombineValues, FunctionPartitioner, HashPartitioner
from tabswarm.plan.requirements import requires_of_writer

WISHES = st.sampled_from([(), (), ("native",), ("tab",), ("python3.12",), ("native", "python3.13")])


@st.composite
def wishful_plans(draw: st.DrawFn) -> Plan:
    """Plans whose nodes require this and that, and whose shuffles run functions on the map side or do not."""
    plan = draw(plans())
    nodes = []
    for node in plan.nodes:
        dependencies = tuple(
            msgspec.structs.replace(hangs, partitioner=FunctionPartitioner(hangs.partitioner.partitions, NO_CODE))
            if isinstance(hangs, Shuffle) and draw(st.booleans())
            else hangs
            for hangs in node.dependencies
        )
        nodes.append(msgspec.structs.replace(node, requires=draw(WISHES), dependencies=dependencies))
    return msgspec.structs.replace(plan, nodes=tuple(nodes))


def wishes_of(plan: Plan, task: CutTask) -> list[set[str]]:
    """What each node of the task requires, and what its map outputs' readers do."""
    nodes = {node.id: node for node in plan.nodes}
    wishes = [set(nodes[node].requires) for node, _ in vertices_of(task)]
    written = {key.shuffle for key, _ in task.sinks if isinstance(key, MapOutputKey)}
    for node in plan.nodes:
        for hangs in node.dependencies:
            if isinstance(hangs, Shuffle) and hangs.shuffle in written:
                wishes.append(set(requires_of_writer(node, hangs)))
    return wishes


@settings(max_examples=400, deadline=None)
@given(wishful_plans(), st.data())
def test_no_task_requires_more_than_one_of_its_nodes_does_and_one_slot_can_still_finish(
    plan: Plan, data: st.DataObject
) -> None:
    check(plan)
    tasks = cut(plan, targets(plan), Shelf())
    for task in tasks:
        wishes = wishes_of(plan, task)
        assert set().union(*wishes) in [*wishes, set()]
    computed = [vertex for task in tasks for vertex in vertices_of(task)]
    assert len(computed) == len(set(computed))
    assert set(computed) == brute_force_needed(plan)
    run_on_one_slot(plan, data.draw(st.permutations(tasks)), Shelf())

    stored = [key for task in tasks for key, _ in task.sinks]
    survivors = Shelf(set(data.draw(st.lists(st.sampled_from(stored), unique=True)) if stored else []))
    again = cut(plan, [key for key in targets(plan) if key not in survivors.keys], survivors)
    for task in again:
        wishes = wishes_of(plan, task)
        assert set().union(*wishes) in [*wishes, set()]
    run_on_one_slot(plan, again, survivors)


def wanting(node: Node, *words: str) -> Node:
    return msgspec.structs.replace(node, requires=words)


def tasks_of(*nodes: Node) -> list[list[tuple[int, int]]]:
    plan = chain(*nodes)
    return [vertices_of(task) for task in cut(plan, targets(plan), Shelf())]


def test_what_requires_nothing_goes_with_what_does() -> None:
    source = numbers(1, 1)
    piped = wanting(mapped(2, source), "native")
    assert tasks_of(source, piped, mapped(3, piped)) == [[(1, 0), (2, 0), (3, 0)]]


def test_what_requires_more_goes_with_what_requires_some_of_it() -> None:
    source = numbers(1, 1)
    piped = wanting(mapped(2, source), "native")
    assert tasks_of(source, piped, wanting(mapped(3, piped), "native", "gpu")) == [[(1, 0), (2, 0), (3, 0)]]


def test_two_wishes_that_clash_are_cut_apart() -> None:
    source = numbers(1, 1)
    piped = wanting(mapped(2, source), "native")
    plain = mapped(3, piped)
    assert tasks_of(source, piped, plain, wanting(mapped(4, plain), "tab")) == [[(1, 0), (2, 0), (3, 0)], [(4, 0)]]


def test_two_branches_of_a_fork_that_clash_are_cut_apart_though_they_meet_again() -> None:
    source = numbers(1, 1)
    left, right = wanting(mapped(2, source), "native"), wanting(mapped(3, source), "tab")
    both = Node(id=4, operator=Zip(), partitions=1, dependencies=(OneToOne(2), OneToOne(3)))
    assert tasks_of(source, left, right, both) == [[(1, 0)], [(3, 0)], [(2, 0), (4, 0)]]


def test_a_map_side_is_written_apart_where_the_reducers_functions_require_another_volunteer() -> None:
    source = wanting(numbers(1, 1), "tab")
    combine = CombineValues(None, NO_CODE, NO_CODE)
    by_key = Shuffle(1, 100, HashPartitioner(1), combine)
    reduced = Node(id=2, operator=Shuffled(), partitions=1, dependencies=(by_key,), requires=("python3.12",))
    plan = chain(source, reduced)
    computing, writing, reading = cut(plan, targets(plan), Shelf())
    assert vertices_of(computing) == [(1, 0)]
    assert vertices_of(writing) == []
    assert [key for key, _ in writing.sinks] == [MapOutputKey(100, 0)]
    assert vertices_of(reading) == [(2, 0)]


def test_a_shuffle_without_functions_asks_nothing_of_those_who_write_for_it() -> None:
    source = wanting(numbers(1, 1), "tab")
    spread = Shuffle(1, 100, HashPartitioner(1))
    reduced = Node(id=2, operator=Shuffled(), partitions=1, dependencies=(spread,), requires=("native",))
    plan = chain(source, reduced)
    assert [vertices_of(task) for task in cut(plan, targets(plan), Shelf())] == [[(1, 0)], [(2, 0)]]


@pytest.mark.parametrize("words", [("",), tuple(f"w{number}" for number in range(11))])
def test_a_node_that_requires_nonsense_is_refused(words: tuple[str, ...]) -> None:
    source = wanting(numbers(1, 1), *words)
    with pytest.raises(PlanRefused, match="node 1 requires"):
        check(Plan(application="a", nodes=(source,), target=1, partitions=(0,)))
