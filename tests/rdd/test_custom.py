"""RDDs of the user's own: on the simulated swarm, and with worker processes in `local[2]`."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from operator import add
from typing import Any

import pytest

from tabswarm import Context, ContextInTask, NotShippable, StorageLevel, TaskError
from tabswarm.rdd.custom import CustomRDD
from tabswarm.rdd.custom_dependency import (
    AllDependency,
    ArrayDependency,
    CustomDependency,
    OneToOneDependency,
    RangeDependency,
)
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.rdd.rdd import RDD
from tabswarm.simulation.engine import SimulatedEngine


@pytest.fixture(params=["simulated", "local[2]"], scope="module")
def sc(request: pytest.FixtureRequest) -> Iterator[EngineContext]:
    if request.param == "simulated":
        with EngineContext(SimulatedEngine(seed=3, volunteers=3)) as context:
            yield context
    else:
        with Context("local[2]") as context:
            yield context


class Windows(CustomRDD[list[int]]):
    """All runs of `width` neighbouring numbers, also those that reach over the ends of partitions."""

    def __init__(self, numbers: RDD[int], width: int) -> None:
        self.width = width
        super().__init__(numbers.context)
        self.numbers = numbers
        self._kept = [numbers]

    def dependencies(self) -> Sequence[CustomDependency]:
        count = self.numbers.getNumPartitions()
        return [ArrayDependency(self.numbers, [range(index, count) for index in range(count)])]

    def compute(self, partition: int, parents: list[Iterator[int]]) -> Iterator[list[int]]:
        own = list(parents[0])
        reach = [*own, *(number for part in parents[1:] for number in part)]
        return (reach[start : start + self.width] for start in range(len(own)) if start + self.width <= len(reach))


class Chosen(CustomRDD[Any]):
    """Whatever dependencies a test names; a partition is the list of its parents' records."""

    def __init__(
        self, ctx: EngineContext, count: int, dependencies: Sequence[CustomDependency], partitioner: Any = None
    ) -> None:
        super().__init__(ctx, partitioner)
        self.size = count
        self.chosen = dependencies

    def partitions(self) -> int:
        return self.size

    def dependencies(self) -> Sequence[CustomDependency]:
        return self.chosen

    def compute(self, partition: int, parents: list[Iterator[Any]]) -> Iterable[Any]:
        return [record for parent in parents for record in parent]


class Numbered(CustomRDD[int]):
    """A source: partition `i` has the number `i * factor`."""

    factor = 10

    def partitions(self) -> int:
        return 4

    def compute(self, partition: int, parents: list[Iterator[Any]]) -> Iterable[int]:
        yield partition * self.factor


def test_sliding_windows_over_neighbouring_partitions(sc: EngineContext) -> None:
    for count in (1, 3, 7):
        windows = Windows(sc.range(12, numSlices=count), 5)
        assert windows.collect() == [list(range(start, start + 5)) for start in range(8)]


def test_it_is_an_rdd_like_any_other(sc: EngineContext) -> None:
    numbers = Numbered(sc)
    assert type(numbers.map(str)) is RDD
    assert numbers.map(lambda x: (x % 20, x)).reduceByKey(add).collectAsMap() == {0: 20, 10: 40}
    assert numbers.union(numbers).count() == 8
    assert numbers.zip(numbers.map(str)).first() == (0, "0")
    assert numbers.coalesce(2).glom().collect() == [[0, 10], [20, 30]]
    assert (numbers.take(2), numbers.sum(), numbers.getNumPartitions()) == ([0, 10], 60, 4)
    assert "Numbered" in repr(numbers) and b"Numbered" in numbers.toDebugString()


def test_it_is_persisted_like_any_other(sc: EngineContext) -> None:
    noise = Windows(sc.range(6, numSlices=3), 2).map(lambda run: (run, random.random())).persist()
    assert noise.collect() == noise.collect()
    kept = Numbered(sc).persist(StorageLevel.MEMORY_ONLY)
    assert kept.is_cached if hasattr(kept, "is_cached") else True
    assert kept.collect() == kept.collect() == [0, 10, 20, 30]
    kept.unpersist()


def test_each_kind_of_dependency_brings_the_partitions_that_it_names(sc: EngineContext) -> None:
    four, two = sc.range(4, numSlices=4), sc.parallelize("ab", 2)
    assert Chosen(sc, 3, [OneToOneDependency(four)]).glom().collect() == [[0], [1], [2]]
    assert Chosen(sc, 2, [AllDependency(four)]).glom().collect() == [[0, 1, 2, 3]] * 2
    spans = [RangeDependency(four, 1, 0, 2), RangeDependency(two, 0, 1, 2)]
    assert Chosen(sc, 3, spans).glom().collect() == [[1], [2, "a"], ["b"]]
    arrays = ArrayDependency(four, [[3, 0, 3], [], (2,)])
    assert Chosen(sc, 3, [arrays, AllDependency(two)]).glom().collect() == [
        [3, 0, 3, "a", "b"],
        ["a", "b"],
        [2, "a", "b"],
    ]


def test_its_parents_may_be_shuffled_persisted_or_itself_custom(sc: EngineContext) -> None:
    pairs = sc.parallelize([(x % 3, x) for x in range(9)], 3).reduceByKey(add, 2).persist()
    sorted_pairs = Chosen(sc, 1, [AllDependency(pairs)])
    assert sorted(sorted_pairs.collect()) == [(0, 9), (1, 12), (2, 15)]
    assert Chosen(sc, 2, [ArrayDependency(sorted_pairs, [[0], [0]])]).count() == 6


def test_a_partitioner_that_it_promises_spares_a_shuffle(sc: EngineContext) -> None:
    pairs = sc.parallelize([(x % 3, x) for x in range(9)], 3).partitionBy(2)
    same = Chosen(sc, 2, [OneToOneDependency(pairs)], pairs.partitioner)
    assert same.partitioner == pairs.partitioner
    assert b"+-" not in same.reduceByKey(add).toDebugString().split(b"Chosen")[0]
    assert sorted(same.reduceByKey(add).collect()) == [(0, 9), (1, 12), (2, 15)]
    with pytest.raises(ValueError, match="the partitioner has 2 partitions, and the RDD 1"):
        Chosen(sc, 1, [AllDependency(pairs)], pairs.partitioner)


def test_wrong_dependencies_are_refused_where_the_rdd_is_made(sc: EngineContext) -> None:
    four = sc.range(4, numSlices=4)
    wrong: list[tuple[int, CustomDependency, str]] = [
        (5, OneToOneDependency(four), "partition 4 would have no parent"),
        (4, RangeDependency(four, 2, 0, 3), "3 partitions from 2 on do not lie within the 4 of range"),
        (4, RangeDependency(four, 0, 3, 2), "do not lie within the 4 of the RDD itself"),
        (4, RangeDependency(four, -1, 0, 1), "do not lie within"),
        (2, ArrayDependency(four, [[0]]), "has 1 lists, and the RDD 2 partitions"),
        (1, ArrayDependency(four, [[4]]), "partition 0 hangs on partition 4 of range"),
        (1, ArrayDependency(four, [[-1]]), "hangs on partition -1"),
        (1, ArrayDependency(four, [[0.5]]), "whole numbers"),  # type: ignore[list-item]
        (1, ArrayDependency(four, [0]), "whole numbers"),  # type: ignore[list-item]
        (99_999, AllDependency(sc.range(11, numSlices=11)), "a job has at most 1,000,000"),
    ]
    for count, dependency, words in wrong:
        with pytest.raises(ValueError, match=words):
            Chosen(sc, count, [dependency])
    counts: list[Any] = [-1, 100_001, "3", True]
    for number in counts:
        with pytest.raises(ValueError, match=r"partitions\(\) is a number from 0 to 100,000"):
            Chosen(sc, number, ())
    with pytest.raises(TypeError, match=r"dependencies\(\) is a list of OneToOneDependency.* and not of"):
        Chosen(sc, 4, [four])  # type: ignore[list-item]


def test_what_a_subclass_forgot_is_said(sc: EngineContext) -> None:
    class Nothing(CustomRDD[int]):
        pass

    class Silent(CustomRDD[int]):
        def __init__(self) -> None:
            pass

    class Returns(CustomRDD[int]):
        def partitions(self) -> int:
            return 1

        def compute(self, partition: int, parents: list[Iterator[Any]]) -> Iterable[int]:
            return None  # type: ignore[return-value]

    with pytest.raises(NotImplementedError, match=r"Nothing has no parents, so it must define partitions\(\)"):
        Nothing(sc)
    with pytest.raises(TypeError, match=r"must call super\(\).__init__\(context\)"):
        Silent()
    with pytest.raises(TypeError, match="is made on a Context"):
        Nothing(5)  # type: ignore[arg-type]
    with pytest.raises(TaskError, match=r"compute of .*Returns returned NoneType|compute of Returns returned NoneType"):
        Returns(sc).collect()


def test_what_compute_uses_of_the_driver_is_an_error_that_says_where_the_records_are(sc: EngineContext) -> None:
    class Greedy(Chosen):
        def compute(self, partition: int, parents: list[Iterator[Any]]) -> Iterable[Any]:
            return [self.chosen]

    with pytest.raises(TaskError, match=r"compute of Greedy has no attribute 'chosen'.*`parents`"):
        Greedy(sc, 2, [AllDependency(sc.range(3))]).collect()
    rdd = Numbered(sc)
    with pytest.raises(ContextInTask):
        sc.range(3).map(lambda x: rdd).collect()


def test_an_attribute_that_cannot_travel_fails_at_the_action(sc: EngineContext) -> None:
    import threading

    class Locked(Numbered):
        def __init__(self, ctx: EngineContext) -> None:
            super().__init__(ctx)
            self.lock = threading.Lock()

    with pytest.raises(NotShippable, match="lock"):
        Locked(sc).collect()


def test_an_exception_in_compute_is_told_at_the_users_line(sc: EngineContext) -> None:
    class Broken(Numbered):
        def compute(self, partition: int, parents: list[Iterator[Any]]) -> Iterable[int]:
            return [1 // (partition - 2)]

    with pytest.raises(TaskError, match=r"Broken at .*test_custom\.py:\d+, partition 2: ZeroDivisionError"):
        Broken(sc).map(str).collect()


def test_attributes_set_after_construction_are_seen_by_the_first_action(sc: EngineContext) -> None:
    numbers = Numbered(sc)
    numbers.factor = 3
    assert numbers.collect() == [0, 3, 6, 9]
