"""The cut, against brute force: every needed vertex in one task, tasks acyclic, one slot enough."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.random_plans import NO_CODE, plans

from tabswarm.plan.cut import BlockKey, CutTask, DriverKey, MapOutputKey, ShuffleKey, SinkKey, cut
from tabswarm.plan.dependency import Edges, OneToOne, Shuffle, Strided
from tabswarm.plan.lineage import Node, Plan, SourceBlock, check
from tabswarm.plan.operators import Coalesce, Filter, Map, Range, Shuffled, Split, TextLines, Values, Zip
from tabswarm.plan.partitioner import HashPartitioner
from tabswarm.plan.storage_level import StorageLevel
from tabswarm.plan.task import FromSource, FromStep


class Shelf:
    """A stock that is a plain set of keys."""

    def __init__(self, keys: set[SinkKey] | None = None) -> None:
        self.keys: set[SinkKey] = keys or set()

    def has_block(self, node: int, partition: int) -> bool:
        return BlockKey(node, partition) in self.keys

    def has_map_output(self, shuffle: int, partition: int) -> bool:
        return MapOutputKey(shuffle, partition) in self.keys


def targets(plan: Plan) -> list[SinkKey]:
    return [BlockKey(plan.target, partition) for partition in plan.partitions]


def chain(*nodes: Node, sources: dict[int, tuple[SourceBlock, ...]] | None = None) -> Plan:
    plan = Plan(
        application="a",
        nodes=nodes,
        target=nodes[-1].id,
        partitions=tuple(range(nodes[-1].partitions)),
        sources=sources or {},
    )
    check(plan)
    return plan


def numbers(node: int, partitions: int) -> Node:
    return Node(id=node, operator=Range(0, 100, 1), partitions=partitions)


def mapped(node: int, parent: Node, *, cached: bool = False) -> Node:
    storage = StorageLevel.MEMORY_ONLY if cached else None
    return Node(
        id=node,
        operator=Map(NO_CODE),
        partitions=parent.partitions,
        dependencies=(OneToOne(parent.id),),
        storage=storage,
    )


def shuffled(node: int, parent: Node, partitions: int) -> Node:
    dependency = Shuffle(parent.id, node + 100, HashPartitioner(partitions))
    return Node(id=node, operator=Shuffled(), partitions=partitions, dependencies=(dependency,))


def vertices_of(task: CutTask) -> list[tuple[int, int]]:
    """What the task computes: its steps, but for those that only load their own block."""
    return [(step.node, step.partition) for step in task.steps if not loads(task, step.node, step.partition)]


def loads(task: CutTask, node: int, partition: int) -> bool:
    return BlockKey(node, partition) in task.sources


def brute_force_needed(plan: Plan) -> set[tuple[int, int]]:
    """The needed vertices when nothing is in stock, found over every single edge."""
    nodes = {node.id: node for node in plan.nodes}
    needed: set[tuple[int, int]] = set()
    todo = [(plan.target, partition) for partition in plan.partitions]
    while todo:
        vertex = todo.pop()
        if vertex in needed:
            continue
        needed.add(vertex)
        for dependency in nodes[vertex[0]].dependencies:
            parent = nodes[dependency.parent]
            if isinstance(dependency, Shuffle):
                todo += [(parent.id, partition) for partition in range(parent.partitions)]
            else:
                todo += [(parent.id, above) for above in dependency.parents_of(vertex[1], parent.partitions)]
    return needed


def run_on_one_slot(plan: Plan, tasks: list[CutTask], stock: Shelf) -> list[CutTask]:
    """Run the tasks one at a time, each only when its sources exist, and return the order; fails where none can run."""
    maps = {
        dependency.shuffle: next(node.partitions for node in plan.nodes if node.id == dependency.parent)
        for node in plan.nodes
        for dependency in node.dependencies
        if isinstance(dependency, Shuffle)
    }
    there = Shelf(set(stock.keys))
    waiting, order = list(tasks), []

    def exists(key: object) -> bool:
        if isinstance(key, ShuffleKey):
            return all(there.has_map_output(key.shuffle, partition) for partition in range(maps[key.shuffle]))
        return isinstance(key, DriverKey) or key in there.keys

    while waiting:
        ready = next((task for task in waiting if all(exists(key) for key in task.sources)), None)
        assert ready is not None, f"{len(waiting)} tasks wait for each other"
        waiting.remove(ready)
        order.append(ready)
        there.keys.update(key for key, _ in ready.sinks)
    assert all(key in there.keys for key in targets(plan))
    return order


@settings(max_examples=300, deadline=None)
@given(plans(), st.data())
def test_any_plan_is_cut_into_tasks_that_one_slot_can_finish_with_each_needed_vertex_once(
    plan: Plan, data: st.DataObject
) -> None:
    check(plan)
    tasks = cut(plan, targets(plan), Shelf())
    computed = [vertex for task in tasks for vertex in vertices_of(task)]
    assert len(computed) == len(set(computed))
    assert set(computed) == brute_force_needed(plan)
    order = run_on_one_slot(plan, data.draw(st.permutations(tasks)), Shelf())
    stored = [key for task in tasks for key, _ in task.sinks]
    assert len(stored) == len(set(stored))

    survivors = Shelf(set(data.draw(st.lists(st.sampled_from(stored), unique=True)) if stored else []))
    again = cut(plan, [key for key in targets(plan) if key not in survivors.keys], survivors)
    recomputed = [vertex for task in again for vertex in vertices_of(task)]
    assert len(recomputed) == len(set(recomputed))
    assert set(recomputed) <= {vertex for task in order for vertex in vertices_of(task)}
    run_on_one_slot(plan, again, survivors)


@settings(max_examples=200, deadline=None)
@given(plans())
def test_every_step_reads_what_its_node_depends_on_and_every_sink_is_one_of_the_tasks_steps(plan: Plan) -> None:
    nodes = {node.id: node for node in plan.nodes}
    for task in cut(plan, targets(plan), Shelf()):
        for number, step in enumerate(task.steps):
            if loads(task, step.node, step.partition):
                continue
            expected: list[object] = []
            for dependency in nodes[step.node].dependencies:
                if isinstance(dependency, Shuffle):
                    expected.append(("shuffle", dependency.shuffle, step.partition))
                else:
                    parent = nodes[dependency.parent]
                    expected += [
                        (parent.id, above) for above in dependency.parents_of(step.partition, parent.partitions)
                    ]
            if step.node in plan.sources:
                expected.append(("driver", step.node, step.partition))
            got: list[object] = []
            for source in step.inputs:
                if isinstance(source, FromStep):
                    assert source.step < number
                    got.append((task.steps[source.step].node, task.steps[source.step].partition))
                    continue
                assert isinstance(source, FromSource)
                key = task.sources[source.source]
                if isinstance(key, ShuffleKey):
                    got.append(("shuffle", key.shuffle, key.partition))
                elif isinstance(key, DriverKey):
                    got.append(("driver", key.node, key.partition))
                else:
                    got.append((key.node, key.partition))
            assert got == expected
        for sink, number in task.sinks:
            assert sink.partition == task.steps[number].partition


def test_a_chain_of_narrow_nodes_is_one_task_a_partition() -> None:
    source = numbers(1, 3)
    one = mapped(2, source)
    tasks = cut(chain(source, one, mapped(3, one)), [BlockKey(3, p) for p in range(3)], Shelf())
    assert [[(step.node, step.partition) for step in task.steps] for task in tasks] == [
        [(1, p), (2, p), (3, p)] for p in range(3)
    ]
    assert [task.sinks for task in tasks] == [((BlockKey(3, p), 2),) for p in range(3)]


def test_zipping_a_node_with_its_own_image_is_one_task_that_does_not_wait_for_itself() -> None:
    source = numbers(1, 1)
    image = mapped(2, source)
    zipped = Node(id=3, operator=Zip(), partitions=1, dependencies=(OneToOne(1), OneToOne(2)))
    (task,) = cut(chain(source, image, zipped), [BlockKey(3, 0)], Shelf())
    assert len(task.steps) == 3 and not task.sources


def test_zipping_a_node_with_a_shuffle_of_itself_stores_the_node_once() -> None:
    source = numbers(1, 2)
    regrouped = shuffled(2, source, 2)
    zipped = Node(id=3, operator=Zip(), partitions=2, dependencies=(OneToOne(1), OneToOne(2)))
    plan = chain(source, regrouped, zipped)
    tasks = cut(plan, targets(plan), Shelf())
    run_on_one_slot(plan, tasks, Shelf())
    assert sorted(vertex for task in tasks for vertex in vertices_of(task)) == [
        (n, p) for n in (1, 2, 3) for p in (0, 1)
    ]
    assert {key for task in tasks for key, _ in task.sinks if isinstance(key, BlockKey) and key.node == 1}


def test_a_shallow_side_of_a_zip_is_computed_in_the_task_that_zips() -> None:
    source = numbers(1, 2)
    deep = shuffled(2, source, 2)
    shallow = numbers(3, 2)
    zipped = Node(id=4, operator=Zip(), partitions=2, dependencies=(OneToOne(2), OneToOne(3)))
    plan = chain(source, deep, shallow, zipped)
    tasks = cut(plan, targets(plan), Shelf())
    assert len(tasks) == 4
    assert not any(isinstance(key, BlockKey) and key.node == 3 for task in tasks for key, _ in task.sinks)


def test_branches_in_the_same_partition_are_fed_in_one_pass_and_the_fork_is_not_stored() -> None:
    source = numbers(1, 2)
    evens = Node(id=2, operator=Filter(NO_CODE), partitions=2, dependencies=(OneToOne(1),))
    one, other = shuffled(3, evens, 2), shuffled(4, mapped(5, evens), 2)
    zipped = Node(id=6, operator=Zip(), partitions=2, dependencies=(OneToOne(3), OneToOne(4)))
    plan = chain(source, evens, one, mapped(5, evens), other, zipped)
    tasks = cut(plan, targets(plan), Shelf())
    first = [task for task in tasks if task.level == 0]
    assert len(first) == 2
    assert {key for key, _ in first[0].sinks} == {MapOutputKey(103, 0), MapOutputKey(104, 0)}


def test_a_fork_into_other_partitions_is_a_sink_computed_once() -> None:
    source = numbers(1, 1)
    parts = Node(id=2, operator=Split(4), partitions=4, dependencies=(Strided(1, 4, 1),))
    plan = chain(source, parts)
    tasks = cut(plan, targets(plan), Shelf())
    assert [len(task.steps) for task in tasks] == [1, 1, 1, 1, 1]
    assert tasks[0].sinks == ((BlockKey(1, 0), 0),)
    assert all(task.sources == (BlockKey(1, 0),) for task in tasks[1:])


def test_a_drastic_coalesce_computes_its_parents_side_by_side() -> None:
    source = numbers(1, 100)
    single = Node(id=2, operator=Coalesce(), partitions=1, dependencies=(Edges(1, (tuple(range(100)),)),))
    plan = chain(source, single)
    tasks = cut(plan, targets(plan), Shelf())
    assert len(tasks) == 101 and len(tasks[-1].sources) == 100


def test_a_persisted_node_is_written_in_the_same_pass_that_goes_on() -> None:
    source = numbers(1, 2)
    kept = mapped(2, source, cached=True)
    plan = chain(source, kept, mapped(3, kept))
    tasks = cut(plan, targets(plan), Shelf())
    assert [task.sinks for task in tasks] == [((BlockKey(2, p), 1), (BlockKey(3, p), 2)) for p in range(2)]


def test_what_is_in_stock_is_read_and_nothing_above_it_runs() -> None:
    source = numbers(1, 2)
    kept = mapped(2, source, cached=True)
    plan = chain(source, kept, mapped(3, kept))
    tasks = cut(plan, targets(plan), Shelf({BlockKey(2, 0), BlockKey(2, 1)}))
    assert [vertices_of(task) for task in tasks] == [[(3, 0)], [(3, 1)]]


def test_a_map_output_is_written_from_a_stored_block_without_computing_it() -> None:
    source = numbers(1, 2)
    kept = mapped(2, source, cached=True)
    plan = chain(source, kept, shuffled(3, kept, 2))
    tasks = cut(plan, targets(plan), Shelf({BlockKey(2, 0), BlockKey(2, 1)}))
    assert [vertices_of(task) for task in tasks] == [[], [], [(3, 0)], [(3, 1)]]
    assert tasks[0].steps[0].inputs == (FromSource(0),) and tasks[0].sources == (BlockKey(2, 0),)


def test_only_the_lost_map_output_is_made_again() -> None:
    source = numbers(1, 3)
    plan = chain(source, shuffled(2, source, 2))
    stock = Shelf({MapOutputKey(102, 0), MapOutputKey(102, 2)})
    tasks = cut(plan, [MapOutputKey(102, 1)], stock)
    assert [vertices_of(task) for task in tasks] == [[(1, 1)]]


def test_tiny_files_share_a_task_and_large_ones_do_not() -> None:
    sizes = [1000] * 50 + [600_000] * 2
    files = Node(id=1, operator=TextLines(), partitions=52)
    plan = chain(files, mapped(2, files), sources={1: tuple(SourceBlock(size) for size in sizes)})
    tasks = cut(plan, targets(plan), Shelf())
    assert [len(task.sinks) for task in tasks] == [50, 1, 1]


def test_thousands_of_tiny_partitions_become_a_few_hundred_tasks() -> None:
    source = numbers(1, 2000)
    plan = chain(source, Node(id=2, operator=Values(), partitions=2000, dependencies=(OneToOne(1),)))
    tasks = cut(plan, targets(plan), Shelf())
    assert len(tasks) == 250 and sum(len(task.sinks) for task in tasks) == 2000
