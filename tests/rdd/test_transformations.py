"""Joins, sets, sorts, samples and zips, compared with plain Python; and that nothing is computed twice for them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from operator import add
from typing import Any

import pytest
from tests.rdd.recording_engine import RecordingEngine, plan_of

from tabswarm.errors import TaskError
from tabswarm.plan.dependency import Shuffle
from tabswarm.plan.lineage import check
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.rdd.rdd import RDD
from tabswarm.simulation.engine import SimulatedEngine

LEFT = [("a", 1), ("b", 2), ("a", 3), (None, 4), ((1, 2), 5)]
RIGHT = [("a", "x"), (None, "y"), ("a", "z"), ("c", "w")]


@pytest.fixture(scope="module", params=[0, 1000], ids=["calm", "churn"])
def sc(request: pytest.FixtureRequest) -> Iterator[EngineContext]:
    with EngineContext(SimulatedEngine(seed=11, volunteers=3, churn=request.param, churn_pause=2000)) as context:
        yield context


@pytest.fixture
def dry() -> EngineContext:
    """A context that runs nothing."""
    return EngineContext(RecordingEngine())


def shuffles(rdd: RDD[Any]) -> int:
    plan = plan_of(rdd)
    check(plan)
    return sum(isinstance(hangs, Shuffle) for node in plan.nodes for hangs in node.dependencies)


def by_key(pairs: list[Any]) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def joined(left: list[Any], right: list[Any], outer: str) -> Counter[Any]:
    lefts, rights = by_key(left), by_key(right)
    pairs = []
    for key in {**lefts, **rights}:
        for v in lefts.get(key) or ([None] if outer in ("right", "full") else []):
            for w in rights.get(key) or ([None] if outer in ("left", "full") else []):
                pairs.append((key, (v, w)))
    return Counter(pairs)


def test_joins_give_what_nested_loops_give(sc: EngineContext) -> None:
    left, right = sc.parallelize(LEFT, 3), sc.parallelize(RIGHT, 2)
    assert Counter(left.join(right).collect()) == joined(LEFT, RIGHT, "")
    assert Counter(left.leftOuterJoin(right, 1).collect()) == joined(LEFT, RIGHT, "left")
    assert Counter(left.rightOuterJoin(right, 7).collect()) == joined(LEFT, RIGHT, "right")
    assert Counter(left.fullOuterJoin(right).collect()) == joined(LEFT, RIGHT, "full")
    assert Counter(left.join(left).collect()) == joined(LEFT, LEFT, "")


def test_cogroup_keeps_each_sides_values_apart_and_in_order(sc: EngineContext) -> None:
    left, right = sc.parallelize(LEFT, 3), sc.parallelize(RIGHT, 2)
    found = {key: tuple(list(group) for group in groups) for key, groups in left.groupWith(right, left).collect()}
    assert found == {
        key: (by_key(LEFT).get(key, []), by_key(RIGHT).get(key, []), by_key(LEFT).get(key, []))
        for key in by_key(LEFT + RIGHT)
    }
    assert {key: (list(mine), list(theirs)) for key, (mine, theirs) in left.cogroup(right, 2).collect()} == {
        key: groups[:2] for key, groups in found.items()
    }


def test_a_join_has_pysparks_number_of_partitions(dry: EngineContext) -> None:
    three, two = dry.parallelize(LEFT, 3), dry.parallelize(RIGHT, 2)
    assert three.join(two).getNumPartitions() == 5
    assert three.join(two, 4).getNumPartitions() == 4
    assert three.groupWith(two, three).getNumPartitions() == 8
    assert three.partitionBy(4).join(two.partitionBy(4)).getNumPartitions() == 4
    assert three.intersection(two).getNumPartitions() == 5
    assert three.subtract(two).getNumPartitions() == 5
    for count in (0, -1):
        with pytest.raises(ValueError, match="positive"):
            three.join(two, count)
    set_by_hand = EngineContext(RecordingEngine(), conf={"spark.default.parallelism": "9"})
    pairs = set_by_hand.parallelize(LEFT, 3)
    assert pairs.join(pairs).getNumPartitions() == 9
    assert pairs.distinct().getNumPartitions() == 9


def test_joining_what_is_partitioned_alike_shuffles_nothing(dry: EngineContext) -> None:
    left, right = dry.parallelize(LEFT, 3).partitionBy(4), dry.parallelize(RIGHT, 2).partitionBy(4)
    together = left.mapValues(str).join(right.filter(bool))
    assert shuffles(together) == 2  # those of partitionBy
    assert together.partitioner == left.partitioner
    assert shuffles(together.reduceByKey(max).subtractByKey(right)) == 2
    assert shuffles(left.join(dry.parallelize(RIGHT, 2), 4)) == 2  # only the right side moves
    mine = dry.parallelize([(1, 1)], 2).partitionBy(2, abs)
    assert shuffles(mine.join(mine.mapValues(str))) == 1  # whatever the function, it is the same


def test_an_rdd_joined_with_itself_is_shuffled_once(dry: EngineContext) -> None:
    pairs = dry.parallelize(LEFT, 3)
    assert shuffles(pairs.join(pairs)) == 1
    assert shuffles(pairs.groupWith(pairs, pairs)) == 1


def test_what_is_no_rdd_or_of_another_context_is_refused(dry: EngineContext) -> None:
    pairs, other = dry.parallelize(LEFT, 2), EngineContext(RecordingEngine()).parallelize(RIGHT, 2)
    for method in ("join", "cogroup", "union", "intersection", "subtract", "subtractByKey", "cartesian", "zip"):
        with pytest.raises(TypeError, match="an RDD is needed here, not list"):
            getattr(pairs, method)([("a", 1)])
        with pytest.raises(ValueError, match="two contexts"):
            getattr(pairs, method)(other)
    with pytest.raises(TypeError):
        pairs + "abc"  # type: ignore[operator]


def test_a_key_that_cannot_be_one_is_named_by_its_type(sc: EngineContext) -> None:
    lists = sc.parallelize([([1], 1)], 1)
    for broken in (lists.join(lists), lists.keys().distinct(), lists.reduceByKey(add), lists.groupByKey(3)):
        with pytest.raises(TaskError, match=r"unhashable type: 'list'.*use a tuple for a list"):
            broken.collect()


def test_sets_and_bags(sc: EngineContext) -> None:
    numbers, others = [3, 1, 2, 3, None, 1.0, "a"], [1, "a", "b", None, 2]
    left, right = sc.parallelize(numbers, 3), sc.parallelize(others, 2)
    assert Counter(left.distinct().collect()) == Counter(set(numbers))
    assert left.distinct(2).getNumPartitions() == 2
    assert Counter(left.intersection(right).collect()) == Counter(set(numbers) & set(others))
    assert Counter(left.subtract(right).collect()) == Counter([3, 3])
    assert Counter(left.subtract(right, 1).collect()) == Counter([3, 3])
    pairs = sc.parallelize(LEFT, 2)
    assert Counter(pairs.subtractByKey(sc.parallelize(RIGHT, 3)).collect()) == Counter([("b", 2), ((1, 2), 5)])
    assert left.cartesian(right).collect() == [
        (one, other)
        for mine in left.glom().collect()
        for theirs in right.glom().collect()
        for one in mine
        for other in theirs
    ]
    empty = sc.emptyRDD()
    assert empty.cartesian(left).collect() == left.cartesian(empty).collect() == []
    assert empty.join(pairs).collect() == empty.distinct().collect() == empty.sortByKey().collect() == []


def test_by_key_aggregation_begins_with_a_copy_of_zero(sc: EngineContext) -> None:
    pairs = sc.parallelize([(number % 3, number) for number in range(20)], 4)
    grouped = by_key(pairs.collect())

    def append(found: list[int], value: int) -> list[int]:
        found.append(value)
        return found

    empty: list[int] = []
    assert dict(pairs.aggregateByKey(empty, append, add, 2).collect()) == grouped
    assert dict(pairs.foldByKey(0, add).collect()) == {key: sum(values) for key, values in grouped.items()}
    parity = sc.parallelize(range(10), 3).groupBy(lambda number: number % 2, 2)
    assert {key: list(values) for key, values in parity.collect()} == {0: [0, 2, 4, 6, 8], 1: [1, 3, 5, 7, 9]}


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("ascending", [True, False])
def test_a_sort_is_stable_and_total(sc: EngineContext, count: int, ascending: bool) -> None:
    pairs = [(random.Random(number).randint(0, 40), number) for number in range(300)]
    rdd = sc.parallelize(pairs, 4)
    expected = sorted(pairs, key=lambda pair: pair[0], reverse=not ascending)
    ordered = rdd.sortByKey(ascending, count)
    assert ordered.collect() == expected
    assert ordered.getNumPartitions() == count
    sizes = ordered.glom().map(len).collect()
    assert max(sizes) <= 2 * 300 / count
    by_rest = rdd.sortByKey(ascending, count, keyfunc=lambda key: key % 7)
    assert by_rest.collect() == sorted(pairs, key=lambda pair: pair[0] % 7, reverse=not ascending)
    assert rdd.sortBy(lambda pair: -pair[1], ascending, count).values().collect() == sorted(
        range(300), key=lambda number: -number, reverse=not ascending
    )


def test_a_sort_of_many_records_is_cut_evenly_by_a_sample(sc: EngineContext) -> None:
    numbers = list(range(20_000))
    random.Random(5).shuffle(numbers)
    ordered = sc.parallelize(numbers, 3).sortBy(lambda number: number, numPartitions=4)
    parts = ordered.glom().collect()
    assert [number for part in parts for number in part] == sorted(numbers)
    assert min(map(len, parts)) > 2500


def test_few_or_no_records_can_be_sorted(sc: EngineContext) -> None:
    assert sc.parallelize([], 3).sortByKey().collect() == []
    assert sc.parallelize([(1, 1)], 3).sortByKey(numPartitions=4).collect() == [(1, 1)]
    assert sc.parallelize([(1, 1)] * 9, 3).sortByKey(numPartitions=4).collect() == [(1, 1)] * 9


def test_keys_of_mixed_types_cannot_be_sorted_and_are_named(sc: EngineContext) -> None:
    mixed = sc.parallelize([(None, 1), (2, 2), ("a", 3)], 2)
    with pytest.raises(TaskError, match=r"^sortByKey at .*'<' not supported between instances of"):
        mixed.sortByKey(numPartitions=2).map(str).collect()
    with pytest.raises(TaskError, match=r"^sortByKey at .*ValueError: substring not found at tests/rdd/"):
        mixed.filter(bool).sortByKey(numPartitions=1, keyfunc=lambda key: "".index("x")).map(str).collect()
    assert mixed.sortByKey(numPartitions=2, keyfunc=str).keys().collect() == [2, None, "a"]


def test_partitions_can_be_sorted_each_on_its_own(sc: EngineContext) -> None:
    pairs = sc.parallelize([(number * 7 % 10, number) for number in range(30)], 3)
    parts = pairs.repartitionAndSortWithinPartitions(2, lambda key: key % 2, False).glom().collect()
    assert [[key for key, _ in part] for part in parts] == [
        [8, 8, 8, 6, 6, 6, 4, 4, 4, 2, 2, 2, 0, 0, 0],
        [9, 9, 9, 7, 7, 7, 5, 5, 5, 3, 3, 3, 1, 1, 1],
    ]


def test_a_sample_is_the_same_each_time_and_its_own_for_each_seed(sc: EngineContext) -> None:
    numbers = sc.range(2000, numSlices=4)
    some = numbers.sample(False, 0.3, 10)
    assert some.collect() == some.collect() == numbers.sample(False, 0.3, 10).collect()
    assert some.collect() != numbers.sample(False, 0.3, 20).collect()
    assert 450 < some.count() < 750
    unseeded = numbers.sample(False, 0.5)
    assert unseeded.collect() == unseeded.collect()
    assert unseeded.collect() != numbers.sample(False, 0.5).collect()
    assert 900 < numbers.sample(True, 0.5, 3).count() < 1100
    assert 45_000 < numbers.sample(True, 25, 3).count() < 55_000
    assert numbers.sample(False, 0).count() == 0
    with pytest.raises(ValueError, match=r"Fraction must be nonnegative\."):
        numbers.sample(False, -0.1)
    with pytest.raises(TypeError):
        numbers.sample(False, 0.1, "seed")  # type: ignore[arg-type]


def test_a_random_split_deals_each_record_out_once(sc: EngineContext) -> None:
    numbers = sc.range(1000, numSlices=3)
    parts = [part.collect() for part in numbers.randomSplit([1, 2, 3, 0])]
    assert sorted(number for part in parts for number in part) == list(range(1000))
    assert 100 < len(parts[0]) < 250 and 400 < len(parts[2]) < 600 and parts[3] == []
    with pytest.raises(ValueError, match="Weights must be nonnegative"):
        numbers.randomSplit([1, -1])
    with pytest.raises(ValueError, match="Sum of weights must be positive"):
        numbers.randomSplit([0, 0])


def test_a_sample_by_key_needs_a_fraction_for_each_key(sc: EngineContext) -> None:
    pairs = sc.parallelize(["a", "b"], 2).cartesian(sc.range(1000, numSlices=2))
    counts = pairs.sampleByKey(False, {"a": 0.2, "b": 0.8}, 2).countByKey()
    assert 100 < counts["a"] < 300 and 700 < counts["b"] < 900
    assert 1800 < pairs.sampleByKey(True, {"a": 2, "b": 0}, 2).countByKey()["a"] < 2200
    with pytest.raises(TaskError, match="KeyError"):
        pairs.sampleByKey(False, {"a": 0.2}).collect()
    with pytest.raises(AssertionError, match="Negative fraction value: -1"):
        pairs.sampleByKey(False, {"a": -1})


def test_records_are_numbered_across_partitions(sc: EngineContext) -> None:
    uneven = sc.range(30, numSlices=5).filter(lambda number: number % 7 > 3)
    found = uneven.collect()
    assert uneven.zipWithIndex().collect() == list(zip(found, range(len(found))))
    assert uneven.zipWithIndex().take(2) == [(4, 0), (5, 1)]
    assert sc.parallelize("abc", 1).zipWithIndex().collect() == [("a", 0), ("b", 1), ("c", 2)]
    assert sc.emptyRDD().zipWithIndex().collect() == []
    numbers = [number for _, number in uneven.zipWithUniqueId().collect()]
    assert len(set(numbers)) == len(found)
    assert sc.parallelize("abcde", 3).zipWithUniqueId().collect() == [("a", 0), ("b", 1), ("c", 4), ("d", 2), ("e", 5)]


def test_the_old_name_of_map_partitions_with_index_warns(dry: EngineContext) -> None:
    with pytest.warns(FutureWarning, match="use mapPartitionsWithIndex"):
        dry.range(4).mapPartitionsWithSplit(lambda index, records: [index])


def test_a_parent_that_stands_twice_in_a_lineage_is_computed_once() -> None:
    engine = SimulatedEngine(seed=3, volunteers=3)
    with EngineContext(engine) as context:
        base = context.range(40, numSlices=4).map(lambda number: (number % 5, number))
        for rdd in (
            base.join(base),
            base.zip(base.map(lambda pair: pair)),
            base.sortByKey(numPartitions=3),
            base.zipWithIndex(),
            base.cartesian(base),
            base.subtract(base.filter(lambda pair: pair[0] > 2)),
        ):
            rdd.count()
    for report in engine.reports():
        assert all(node.recomputed == 0 and node.first <= node.partitions for node in report.nodes), report
        # None at all where a job before left the parent's blocks.
        assert all(node.first in (0, node.partitions) for node in report.nodes if node.id == base._id), report
