"""What RDD methods give, compared with plain Python and with what PySpark documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from operator import add
from typing import Any

import pytest
from tests.driver.loop_swarm import loop_swarm

from tabswarm.errors import TaskError
from tabswarm.plan.storage_level import StorageLevel
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.rdd.key_partitioner import portable_hash
from tabswarm.simulation.engine import SimulatedEngine


@pytest.fixture(scope="module", params=["coordinator", "simulated", "simulated with churn"])
def sc(request: pytest.FixtureRequest) -> Iterator[EngineContext]:
    """A context on a real coordinator, and on a simulated swarm from which volunteers vanish."""
    if request.param == "coordinator":
        with loop_swarm(2) as swarm, EngineContext(swarm.engine()) as context:
            yield context
    else:
        churn = 1000 if request.param.endswith("churn") else 0
        with EngineContext(SimulatedEngine(seed=7, volunteers=3, churn=churn)) as context:
            yield context


def test_slices_hold_the_elements_that_pysparks_hold(sc: EngineContext) -> None:
    assert sc.parallelize(list(range(11)), 4).glom().collect() == [[0, 1], [2, 3, 4, 5], [6, 7], [8, 9, 10]]
    assert sc.parallelize([0, 2, 3, 4, 6], 5).glom().collect() == [[0], [2], [3], [4], [6]]
    assert sc.parallelize(range(0, 6, 2), 5).glom().collect() == [[], [0], [], [2], [4]]
    assert sc.parallelize("abc", 2).glom().collect() == [["a"], ["b", "c"]]
    assert sc.parallelize({3: 1}, 1).collect() == [3]
    assert sc.parallelize((x for x in "xy"), 3).glom().collect() == [[], ["x"], ["y"]]
    assert sc.parallelize([], 3).glom().collect() == [[], [], []]
    assert sc.parallelize(range(0), 3).glom().collect() == [[], [], []]


@pytest.mark.parametrize("numbers", [range(10), range(2, 30, 7), range(9, -5, -3), range(5, 5)])
def test_ranges_are_cut_like_lists_and_never_stored(sc: EngineContext, numbers: range) -> None:
    made = sc.range(numbers.start, numbers.stop, numbers.step, 4)
    assert (made.collect(), made.getNumPartitions()) == (list(numbers), 4)


@pytest.mark.parametrize("slices", [0, -1])
def test_a_number_of_slices_that_is_not_positive_is_refused(sc: EngineContext, slices: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        sc.parallelize([1], slices)


def test_reduce_and_fold_put_partitions_together_in_order(sc: EngineContext) -> None:
    letters = sc.parallelize("abcdef", 3)
    assert letters.reduce(add) == "abcdef"
    assert letters.fold("", add) == "abcdef"
    assert letters.fold("-", add) == "--ab-cd-ef"
    assert sc.parallelize([1], 5).reduce(add) == 1
    with pytest.raises(ValueError, match=r"^Can not reduce\(\) empty RDD$"):
        sc.parallelize([], 3).reduce(add)
    with pytest.raises(ValueError, match="Can not reduce"):
        sc.emptyRDD().max()


def test_a_zero_that_can_be_changed_is_not_shared_between_partitions(sc: EngineContext) -> None:
    def collected(found: list[int], x: int) -> list[int]:
        found.append(x)
        return found

    empty: list[int] = []
    assert sc.parallelize([1, 2, 3, 4], 4).aggregate(empty, collected, lambda a, b: a + b) == [1, 2, 3, 4]


def test_sums_and_extremes(sc: EngineContext) -> None:
    numbers = sc.parallelize([5.0, -1.0, 3.0], 2)
    assert (numbers.sum(), numbers.max(), numbers.min(), numbers.max(lambda x: -x)) == (7.0, 5.0, -1.0, -1.0)
    assert (sc.emptyRDD().sum(), sc.parallelize([], 2).sum()) == (0, 0)


def test_take_looks_at_more_partitions_until_it_has_enough(sc: EngineContext) -> None:
    numbers = sc.range(100, numSlices=20)
    assert numbers.take(0) == [] and numbers.take(-1) == []
    assert numbers.take(7) == list(range(7))
    assert numbers.filter(lambda x: x >= 95).take(3) == [95, 96, 97]
    assert numbers.take(1000) == list(range(100))
    assert numbers.first() == 0
    with pytest.raises(ValueError, match=r"^RDD is empty$"):
        numbers.filter(lambda x: False).first()
    assert numbers.filter(lambda x: x == 99).isEmpty() is False
    assert sc.emptyRDD().isEmpty() is True


def test_actions_on_an_rdd_without_partitions_run_no_job(sc: EngineContext) -> None:
    empty = sc.emptyRDD()
    assert (empty.collect(), empty.count(), empty.take(3), empty.getNumPartitions()) == ([], 0, [], 0)
    assert empty.filter(bool).reduceByKey(add).collect() == []
    assert empty.union(sc.parallelize([1], 1)).collect() == [1]


def test_a_shuffle_of_an_rdd_without_partitions_is_empty(sc: EngineContext) -> None:
    assert sc.emptyRDD().reduceByKey(add, 2).glom().collect() == [[], []]


def test_by_key_operations_agree_with_a_dict(sc: EngineContext) -> None:
    pairs = [(word, number) for number, word in enumerate("to be or not to be that is the question to be".split())]
    rdd = sc.parallelize(pairs, 4)
    expected: dict[str, list[int]] = {}
    for word, number in pairs:
        expected.setdefault(word, []).append(number)
    assert {word: list(values) for word, values in rdd.groupByKey(3).collect()} == expected
    assert dict(rdd.reduceByKey(add).collect()) == {word: sum(values) for word, values in expected.items()}
    assert dict(rdd.combineByKey(lambda v: [v], lambda c, v: [*c, v], add, 2).collect()) == expected
    assert dict(rdd.countByKey()) == {word: len(values) for word, values in expected.items()}
    assert dict(rdd.keys().countByValue()) == Counter(rdd.keys().collect())
    assert rdd.collectAsMap() == dict(pairs)
    assert sorted(rdd.flatMapValues(lambda v: [v, -v]).values().collect()) == sorted(
        x for _, v in pairs for x in (v, -v)
    )


def test_operations_on_the_same_partitioner_give_the_same_without_a_shuffle(sc: EngineContext) -> None:
    pairs = sc.parallelize([(x % 5, x) for x in range(40)], 4).partitionBy(3)
    assert dict(pairs.reduceByKey(add).collect()) == {k: sum(range(k, 40, 5)) for k in range(5)}
    assert {k: list(v) for k, v in pairs.groupByKey().collect()} == {k: list(range(k, 40, 5)) for k in range(5)}
    assert dict(pairs.combineByKey(lambda v: 1, lambda c, v: c + 1, add).collect()) == dict.fromkeys(range(5), 8)
    halves = pairs.filter(lambda pair: pair[1] < 20).union(pairs.filter(lambda pair: pair[1] >= 20))
    assert (halves.getNumPartitions(), sorted(halves.collect())) == (3, sorted(pairs.collect()))


def test_keys_go_where_the_partition_function_says(sc: EngineContext) -> None:
    pairs = sc.parallelize([(x, None) for x in range(10)], 3)
    last_first = pairs.partitionBy(5, lambda key: -key)
    assert last_first.keys().glom().map(sorted).collect() == [[0, 5], [4, 9], [3, 8], [2, 7], [1, 6]]
    by_hash = pairs.partitionBy(4).keys().glom().collect()
    assert all(portable_hash(key) % 4 == index for index, keys in enumerate(by_hash) for key in keys)
    with pytest.raises(ValueError, match="positive"):
        pairs.partitionBy(0)


def test_coalesce_repartition_and_split_keep_every_record(sc: EngineContext) -> None:
    numbers = sc.range(23, numSlices=7)
    assert numbers.coalesce(3).glom().collect() == [list(range(6)), list(range(6, 13)), list(range(13, 23))]
    dealt = numbers.repartition(4).glom().collect()
    assert sorted(x for part in dealt for x in part) == list(range(23))
    assert max(map(len, dealt)) - min(map(len, dealt)) <= 7
    assert numbers.split(3).collect() == list(range(23))
    assert numbers.split(3).getNumPartitions() == 21


def test_zip_pairs_records_and_refuses_unequal_partitions(sc: EngineContext) -> None:
    numbers = sc.range(7, numSlices=3)
    assert numbers.zip(numbers.map(lambda x: x * x)).collect() == [(x, x * x) for x in range(7)]
    with pytest.raises(TaskError, match=r"^zip at .*same number of elements.*: the second has fewer"):
        numbers.zip(numbers.zip(numbers).filter(lambda pair: pair[0] != 3)).map(str).count()


def test_foreach_runs_and_gives_nothing(sc: EngineContext) -> None:
    seen: list[int] = []
    assert sc.range(3).foreach(lambda x: seen.append(x)) is None  # type: ignore[func-returns-value]
    assert seen == []  # the list travelled as it was; what tasks add to it stays with them
    with pytest.raises(TaskError, match="seen 2"):
        sc.range(3).foreach(refuse_two)
    with pytest.raises(TaskError, match="seen 2"):
        sc.range(3).foreachPartition(lambda records: [refuse_two(x) for x in records])


def refuse_two(x: int) -> int:
    if x == 2:
        raise RuntimeError("seen 2")
    return x


def test_a_stop_iteration_that_a_function_lets_slip_is_an_error(sc: EngineContext) -> None:
    def slip(x: Any) -> Any:
        return next(iter([]))

    for rdd in (sc.range(3).map(slip), sc.range(3).filter(slip), sc.range(3).flatMap(slip)):
        with pytest.raises(TaskError):
            rdd.collect()
    with pytest.raises(TaskError):
        sc.range(3, numSlices=1).reduce(lambda a, b: next(iter([])))
    for rdd in (sc.range(3).map(slip), sc.range(3).map(lambda x: (1, x)).reduceByKey(lambda a, b: next(iter([])))):
        with pytest.raises(TaskError, match="RuntimeError: Caught StopIteration thrown from user's code; failing the"):
            rdd.collect()


def test_functions_see_their_variables_as_they_are_at_the_first_action(sc: EngineContext) -> None:
    factor = 2
    scaled = sc.range(3).map(lambda x: x * factor)
    factor = 10
    assert scaled.collect() == [0, 10, 20]


def test_a_large_closure_is_warned_of_and_named(sc: EngineContext) -> None:
    import random

    table = random.Random(1).randbytes(1_500_000)
    small = list(range(1000))

    def look_up(x: int) -> int:
        return table[x] + small[0]

    with pytest.warns(UserWarning, match=r"function of map at .*test_semantics.py:\d+ carries 1\.5 MB") as caught:
        assert sc.range(2).map(lambda x: look_up(x)).collect() == [table[0], table[1]]
    message = str(caught[0].message)
    assert "closure variable `look_up` -> closure variable `table` (a bytes of 1.5 MB)" in message
    assert "sc.broadcast(" in message
    zeros = [0] * 2_000_000  # few bytes where they are compressed, and many where they are loaded
    with pytest.warns(UserWarning, match="closure variable `zeros` .a list of"):
        sc.range(1).map(lambda x: zeros[x]).collect()


def test_persisting_marks_and_unpersisting_forgets(sc: EngineContext) -> None:
    kept = sc.range(4).map(lambda x: x + 1).persist(StorageLevel.MEMORY_AND_DISK)
    assert (kept.is_cached, kept.getStorageLevel()) == (True, StorageLevel.MEMORY_AND_DISK)
    assert (kept.sum(), kept.sum()) == (10, 10)
    assert kept.unpersist() is kept
    assert (kept.is_cached, kept.getStorageLevel(), kept.sum()) == (False, StorageLevel.NONE, 10)
    with pytest.raises(TypeError, match="StorageLevel"):
        kept.persist("MEMORY_ONLY")  # type: ignore[arg-type]
