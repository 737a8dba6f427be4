"""Actions that pick, sample, reduce in levels or run through, compared with plain Python."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from operator import add
from typing import Any

import pytest
from tests.driver.loop_swarm import loop_swarm

from tabswarm.errors import TaskError
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.simulation.engine import SimulatedEngine


@pytest.fixture(scope="module", params=["coordinator", "simulated with churn"])
def sc(request: pytest.FixtureRequest) -> Iterator[EngineContext]:
    if request.param == "coordinator":
        with loop_swarm(2) as swarm, EngineContext(swarm.engine()) as context:
            yield context
    else:
        with EngineContext(SimulatedEngine(seed=11, volunteers=3, churn=300)) as context:
            yield context


def test_the_largest_and_the_smallest_few(sc: EngineContext) -> None:
    numbers = sc.parallelize([10, 4, 2, 12, 3, 4], 4)
    assert (numbers.top(3), numbers.takeOrdered(3)) == ([12, 10, 4], [2, 3, 4])
    assert (numbers.top(99), numbers.takeOrdered(0), numbers.top(0)) == ([12, 10, 4, 4, 3, 2], [], [])
    assert numbers.takeOrdered(2, key=lambda x: -x) == [12, 10]
    assert sc.emptyRDD().top(3) == sc.parallelize([], 3).takeOrdered(3) == []
    with pytest.raises(ValueError, match="cannot be negative"):
        numbers.takeOrdered(-1)


@pytest.mark.parametrize("depth", [1, 2, 3, 10])
@pytest.mark.parametrize("partitions", [1, 2, 9, 40])
def test_a_reduction_in_levels_gives_what_one_in_one_gives(sc: EngineContext, depth: int, partitions: int) -> None:
    numbers = sc.range(30, numSlices=partitions)
    assert numbers.treeReduce(add, depth) == sum(range(30))
    assert numbers.treeAggregate([0, 0], _count, _both, depth) == [sum(range(30)), 30]


def _count(found: list[int], number: int) -> list[int]:
    found[0] += number
    found[1] += 1
    return found


def _both(one: list[int], other: list[int]) -> list[int]:
    one[0] += other[0]
    one[1] += other[1]
    return one


def test_a_reduction_in_levels_of_nothing(sc: EngineContext) -> None:
    for nothing in (sc.emptyRDD(), sc.parallelize([], 7)):
        assert nothing.treeAggregate(5, add, max) == 5
        with pytest.raises(ValueError, match=r"^Cannot reduce empty RDD\.$"):
            nothing.treeReduce(add)
    with pytest.raises(ValueError, match="Depth cannot be smaller than 1 but got 0"):
        sc.range(3).treeReduce(add, 0)
    with pytest.raises(ValueError, match="Depth cannot be smaller than 1 but got -1"):
        sc.range(3).treeAggregate(0, add, add, -1)


def test_a_zero_that_the_users_own_program_holds_is_never_changed(sc: EngineContext) -> None:
    mine: list[int] = []
    numbers = sc.parallelize([[1], [2], [3]], 3)

    def extended(a: list[int], b: list[int]) -> list[int]:
        a.extend(b)
        return a

    assert numbers.fold(mine, extended) == numbers.aggregate(mine, extended, extended) == [1, 2, 3]
    assert mine == []


def test_values_by_key_come_to_the_driver(sc: EngineContext) -> None:
    pairs = sc.parallelize([("a", 1), ("b", 2), ("a", 3), (None, 4)], 3)
    assert pairs.reduceByKeyLocally(add) == {"a": 4, "b": 2, None: 4}
    assert (pairs.lookup("a"), pairs.lookup(None), pairs.lookup("c")) == ([1, 3], [4], [])
    assert sc.emptyRDD().lookup(1) == [] and sc.emptyRDD().reduceByKeyLocally(add) == {}


def test_a_lookup_in_a_partitioned_rdd_looks_at_one_partition_only() -> None:
    engine = SimulatedEngine(seed=1)
    with EngineContext(engine) as sc:
        spread = sc.parallelize([(i, str(i)) for i in range(100)], 4).partitionBy(10)
        assert spread.lookup(42) == ["42"]
        assert spread.mapValues(len).lookup(42) == [2]
        for report in engine.reports():
            assert report.nodes[-1].first == 1


@pytest.mark.parametrize(("with_replacement", "num"), [(False, 0), (False, 7), (False, 30), (False, 99), (True, 99)])
def test_a_sample_has_the_exact_size_and_comes_from_the_records(
    sc: EngineContext, with_replacement: bool, num: int
) -> None:
    letters = sc.parallelize("abcdefghijklmnopqrstuvwxyz", 5)
    sample = letters.takeSample(with_replacement, num, 5)
    assert len(sample) == (num if with_replacement else min(num, 26))
    assert set(sample) <= set("abcdefghijklmnopqrstuvwxyz")
    assert with_replacement or len(set(sample)) == len(sample)
    assert sample == letters.takeSample(with_replacement, num, 5)
    assert sample == sc.parallelize("abcdefghijklmnopqrstuvwxyz", 2).takeSample(with_replacement, num, 5)


def test_every_record_is_as_likely_to_be_drawn(sc: EngineContext) -> None:
    uneven = sc.parallelize(range(10), 2).flatMap(lambda n: [n] if n < 5 else [n, n + 10, n + 20])
    drawn = Counter(record for seed in range(40) for record in uneven.takeSample(False, 5, seed))
    assert sum(drawn.values()) == 200 and len(drawn) == 20
    assert all(2 <= count <= 22 for count in drawn.values())


def test_samples_that_cannot_be(sc: EngineContext) -> None:
    assert sc.emptyRDD().takeSample(True, 5) == sc.parallelize([], 3).takeSample(False, 5) == []
    with pytest.raises(ValueError, match="Sample size cannot be negative"):
        sc.range(3).takeSample(False, -1)
    with pytest.raises(ValueError, match="Sample size cannot be greater than"):
        sc.range(3).takeSample(True, 1 << 63)


@pytest.mark.parametrize("prefetch", [False, True])
def test_a_local_iterator_gives_all_records_in_order(sc: EngineContext, prefetch: bool) -> None:
    assert list(sc.range(10, numSlices=4).toLocalIterator(prefetchPartitions=prefetch)) == list(range(10))
    assert list(sc.emptyRDD().toLocalIterator(prefetch)) == []


@pytest.mark.parametrize(("prefetch", "jobs"), [(False, 2), (True, 3)])
def test_a_local_iterator_computes_no_partition_that_nobody_comes_to(prefetch: bool, jobs: int) -> None:
    with EngineContext(SimulatedEngine(seed=1)) as sc:
        tracker = sc.statusTracker()
        records = sc.range(10, numSlices=10).toLocalIterator(prefetch)
        assert tracker.getJobIdsForGroup() == []
        assert [next(records), next(records)] == [0, 1]
        assert tracker.getJobIdsForGroup() == list(range(jobs))
        del records
        assert tracker.getActiveJobsIds() == []


def test_a_local_iterator_tells_of_an_error_where_it_comes_to_it(sc: EngineContext) -> None:
    records = sc.range(4, numSlices=4).map(lambda x: 1 // (2 - x)).toLocalIterator()
    assert [next(records), next(records)] == [0, 1]
    with pytest.raises(TaskError, match="ZeroDivisionError"):
        next(records)


def test_a_distinct_count_is_near_and_the_same_for_every_partitioning(sc: EngineContext) -> None:
    for make in (int, float, str, _pair):
        found = sc.range(3000, numSlices=2).map(make).countApproxDistinct(0.03)
        assert 2700 < found < 3300
        assert found == sc.range(3000, numSlices=9).map(make).countApproxDistinct(0.03)
    assert sc.parallelize([i % 20 for i in range(1000)], 7).countApproxDistinct() == 20
    assert sc.emptyRDD().countApproxDistinct() == 0
    with pytest.raises(ValueError, match=r"greater than 0\.000017"):
        sc.range(3).countApproxDistinct(0.00000001)


def _pair(n: int) -> tuple[int, int]:
    return n, -n


STOPPERS: dict[str, Callable[[EngineContext, Any], object]] = {
    "reduce": lambda sc, f: sc.range(4, numSlices=4).reduce(f),
    "fold": lambda sc, f: sc.range(4, numSlices=4).fold(0, f),
    "combOp": lambda sc, f: sc.range(4, numSlices=4).aggregate(0, add, f),
    "reduceByKeyLocally": lambda sc, f: sc.parallelize([(1, 1), (1, 2)], 2).reduceByKeyLocally(f),
    "foreach": lambda sc, f: sc.range(4).foreach(f),
}


@pytest.mark.parametrize("action", STOPPERS)
def test_a_stopiteration_of_the_users_function_ends_no_loop_of_ours(sc: EngineContext, action: str) -> None:
    def stop(*_: object) -> None:
        raise StopIteration

    with pytest.raises((RuntimeError, TaskError), match="StopIteration"):
        STOPPERS[action](sc, stop)


def test_the_largest_of_many_random_lists_is_what_python_finds(sc: EngineContext) -> None:
    chance = random.Random(3)
    for _ in range(5):
        values = [chance.randrange(50) for _ in range(chance.randrange(60))]
        rdd = sc.parallelize(values, 6)
        assert rdd.top(5, key=lambda x: x % 10) == sorted(values, key=lambda x: x % 10, reverse=True)[:5]
        assert rdd.takeOrdered(5, key=lambda x: x % 10) == sorted(values, key=lambda x: x % 10)[:5]
