"""Each operator of the plan, against what plain Python says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from tabswarm.executor import TaskFailed
from tabswarm.plan import operators as op

from .tasks import Program


def one_step(make: Any, values: Iterable[Any], partition: int = 0) -> list[Any]:
    """The records of one operator over driver's values; `make` takes the program and gives the operator."""
    program = Program()
    given = program.step(op.Parallelize(), program.values(values))
    program.keep(program.step(make(program), given, partition=partition))
    return program.records()


def test_map_flat_map_and_filter_do_what_python_does() -> None:
    assert one_step(lambda p: op.Map(p.code(lambda x: x + 1)), [1, 2]) == [2, 3]
    assert one_step(lambda p: op.FlatMap(p.code(lambda x: range(x))), [1, 2]) == [0, 0, 1]
    assert one_step(lambda p: op.Filter(p.code(lambda x: x % 2)), [1, 2, 3]) == [1, 3]
    assert one_step(lambda p: op.Map(p.code(str)), [1, 2]) == ["1", "2"]


def test_operators_on_pairs_leave_keys_alone() -> None:
    pairs = [("a", 1), ("b", 2)]
    assert one_step(lambda p: op.MapValues(p.code(lambda v: -v)), pairs) == [("a", -1), ("b", -2)]
    assert one_step(lambda p: op.FlatMapValues(p.code(range)), pairs) == [("a", 0), ("b", 0), ("b", 1)]
    assert one_step(lambda p: op.Keys(), pairs) == ["a", "b"]
    assert one_step(lambda p: op.Values(), pairs) == [1, 2]
    assert one_step(lambda p: op.Keys(), ["xy", [3, 4, 5]]) == ["x", 3]


def test_map_partitions_sees_an_iterator_and_the_index() -> None:
    def total(records: Iterator[int]) -> Iterator[int]:
        yield next(records) * 100
        yield sum(records)

    assert one_step(lambda p: op.MapPartitions(p.code(total)), [1, 2, 3]) == [100, 5]
    with_index = lambda index, records: [(index, list(records))]  # noqa: E731
    assert one_step(lambda p: op.MapPartitionsWithIndex(p.code(with_index)), [1, 2], partition=6) == [(6, [1, 2])]


def test_split_cuts_contiguous_runs_that_cover_all() -> None:
    runs = [one_step(lambda p: op.Split(3), range(8), partition=index) for index in (3, 4, 5)]
    assert runs == [[0, 1], [2, 3, 4], [5, 6, 7]]


def test_coalesce_and_union_keep_the_parents_order() -> None:
    program = Program()
    parents = [program.step(op.Parallelize(), program.values([i, i])) for i in range(3)]
    program.keep(program.step(op.Coalesce(), *parents))
    assert program.records() == [0, 0, 1, 1, 2, 2]
    program = Program()
    program.keep(program.step(op.Union(), program.step(op.Parallelize(), program.values("ab"))))
    assert program.records() == ["a", "b"]


def test_a_coalesce_of_nothing_is_empty() -> None:
    program = Program()
    program.keep(program.step(op.Coalesce()))
    assert program.records() == []


def two_parents(operator: op.Operator, left: Iterable[Any], right: Iterable[Any]) -> list[Any]:
    program = Program()
    one = program.step(op.Parallelize(), program.values(left))
    other = program.step(op.Parallelize(), program.values(right))
    program.keep(program.step(operator, one, other))
    return program.records()


def test_zip_pairs_records_and_refuses_unequal_lengths() -> None:
    assert two_parents(op.Zip(), [1, 2], "ab") == [(1, "a"), (2, "b")]
    with pytest.raises(TaskFailed, match="same number of elements in each partition: the second has fewer"):
        two_parents(op.Zip(), [1, 2], "a")
    with pytest.raises(TaskFailed, match="same number of elements in each partition: the first has fewer"):
        two_parents(op.Zip(), [1], "ab")


def test_cartesian_gives_every_pair() -> None:
    assert two_parents(op.Cartesian(), [1, 2], "ab") == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]


def test_a_custom_rdd_gets_an_iterator_for_each_parent_partition() -> None:
    program = Program()
    parents = [program.step(op.Parallelize(), program.values([i, i + 1])) for i in (10, 20)]
    weave = lambda partition, inputs: [(partition, *row) for row in zip(*inputs)]  # noqa: E731
    program.keep(program.step(op.Custom(program.code(weave)), *parents, partition=4))
    assert program.records() == [(4, 10, 20), (4, 11, 21)]


@pytest.mark.parametrize("numbers", [range(10), range(0), range(5, 0, -2), range(3), range(0, 2**70, 2**68)])
@pytest.mark.parametrize("slices", [1, 3, 7])
def test_a_range_is_cut_as_pyspark_cuts_it(numbers: range, slices: int) -> None:
    cut = []
    for partition in range(slices):
        program = Program()
        operator = op.Range(numbers.start, numbers.stop, numbers.step, slices)
        program.keep(program.step(operator, partition=partition))
        cut.append(program.records())
    size = len(numbers)
    start = [int(index * size / slices) for index in range(slices + 1)]  # PySpark's own formula
    assert cut == [[numbers[i] for i in range(start[p], start[p + 1])] for p in range(slices)]


def test_a_stop_iteration_of_the_users_is_an_error_and_never_a_silent_end() -> None:
    def stops(record: int) -> int:
        return next(iter(())) if record == 2 else record

    for make in (op.Map, op.Filter, op.FlatMap):
        with pytest.raises(TaskFailed, match="StopIteration"):
            one_step(
                lambda p, make=make: make(p.code(stops if make is not op.FlatMap else lambda x: [stops(x)])), [1, 2, 3]
            )


def test_a_function_that_gives_no_iterable_is_the_users_error() -> None:
    with pytest.raises(TaskFailed, match="'NoneType' object is not iterable"):
        one_step(lambda p: op.MapPartitions(p.code(lambda records: None)), [1])


def test_every_operator_of_the_plan_has_an_implementation() -> None:
    from tabswarm.executor.operators import _APPLY

    assert {*_APPLY, op.Take} == set(op.Operator.__args__)
