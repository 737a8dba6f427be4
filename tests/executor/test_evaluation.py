"""What is computed once, what is kept, and what a `Take` leaves undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tabswarm.executor import TaskFailed
from tabswarm.plan import operators as op
from tabswarm.plan.partitioner import GroupValues
from tabswarm.plan.task import Run
from tabswarm.shipping.records import read_records

from .tasks import Program


class Calls:
    """Counts the calls of a function, by record."""

    def __init__(self) -> None:
        self.count: Counter[Any] = Counter()

    def __call__(self, record: Any) -> Any:
        self.count[record] += 1
        return record


def numbers(program: Program, count: int = 5) -> Any:
    return program.step(op.Parallelize(), program.values(range(count)))


def partial_nodes(runs: list[Run]) -> set[int]:
    return {run.node for run in runs if run.partial}


def test_a_step_that_several_read_is_computed_once() -> None:
    calls = Calls()
    program = Program()
    shared = program.step(op.Map(program.code(calls)), numbers(program))
    program.keep(program.step(op.Map(program.code(lambda x: -x)), shared))
    program.keep(program.step(op.Map(program.code(lambda x: x * 10)), shared))
    program.keep(program.step(op.Zip(), shared, shared))
    assert program.segments() == [
        [[0, -1, -2, -3, -4]],
        [[0, 10, 20, 30, 40]],
        [[(0, 0), (1, 1), (2, 2), (3, 3), (4, 4)]],
    ]
    assert set(calls.count.values()) == {1}


def test_a_block_that_is_read_on_is_written_in_the_same_pass() -> None:
    calls = Calls()
    program = Program()
    kept = program.keep(program.step(op.Map(program.code(calls)), numbers(program, 1000)))
    program.keep(program.step(op.Filter(program.code(lambda x: x % 2)), kept))
    assert program.segments() == [[list(range(1000))], [list(range(1, 1000, 2))]]
    assert set(calls.count.values()) == {1}


def test_what_one_reader_does_to_a_record_no_other_sees() -> None:
    def spoil(record: list[int]) -> list[int]:
        record.append(99)
        return record

    program = Program()
    lists = program.keep(program.step(op.Map(program.code(lambda x: [x])), numbers(program, 3)))
    for _ in range(3):
        program.keep(program.step(op.Map(program.code(spoil)), lists))
    spoilt = [[[0, 99], [1, 99], [2, 99]]]
    assert program.segments() == [[[[0], [1], [2]]], spoilt, spoilt, spoilt]


def test_a_block_is_written_before_its_one_reader_changes_the_records() -> None:
    program = Program()
    lists = program.keep(program.step(op.Map(program.code(lambda x: [x])), numbers(program, 3)))
    program.keep(program.step(op.Map(program.code(lambda record: record.clear() or record)), lists))
    assert program.segments() == [[[[0], [1], [2]]], [[[], [], []]]]


def test_a_map_output_holds_what_was_there_before_another_reader_changed_it() -> None:
    program = Program()
    pairs = program.step(op.Map(program.code(lambda x: (x % 2, [x]))), numbers(program, 4))
    program.spread(pairs, 1, GroupValues())
    program.keep(
        program.step(
            op.MapValues(
                program.code(lambda value: value.clear()),
            ),
            pairs,
        )
    )
    groups, _ = program.segments()
    assert groups == [[(0, [[0], [2]]), (1, [[1], [3]])]]


def test_records_that_are_no_data_may_pass_from_step_to_step() -> None:
    program = Program()
    made = program.step(op.Map(program.code(lambda x: lambda: x)), numbers(program, 3))
    program.keep(program.step(op.Map(program.code(lambda f: f())), made))
    program.keep(program.step(op.Map(program.code(lambda f: -f())), made))
    assert program.segments() == [[[0, 1, 2]], [[0, -1, -2]]]


def test_a_chain_of_a_thousand_links_does_not_use_up_the_stack() -> None:
    program = Program()
    step = numbers(program, 3)
    for _ in range(1000):
        step = program.step(op.Map(program.code(lambda x: x + 1)), step)
    program.keep(step)
    assert program.records() == [1000, 1001, 1002]


def test_take_reads_no_further_than_it_must_and_says_what_is_partial() -> None:
    calls = Calls()
    program = Program()
    mapped = program.step(op.Map(program.code(calls)), numbers(program), node=20)
    program.keep(program.step(op.Take(2), mapped, node=30))
    result = program.run()
    assert read_records(result.sinks[0].segments[0]) == [0, 1]
    assert set(calls.count) == {0, 1}
    assert partial_nodes(result.runs) == {1, 20}


def test_a_take_that_saw_the_end_leaves_nothing_partial() -> None:
    program = Program()
    program.keep(program.step(op.Take(9), program.keep(numbers(program))))
    result = program.run()
    assert len(result.sinks) == 2
    assert partial_nodes(result.runs) == set()


def test_a_block_that_take_cut_short_is_not_written() -> None:
    program = Program()
    kept = program.keep(program.step(op.Map(program.code(lambda x: x)), numbers(program, 500), node=20))
    program.keep(program.step(op.Take(1), kept, node=30))
    result = program.run()
    assert [sink.report.block.node for sink in result.sinks] == [30]
    assert partial_nodes(result.runs) == {1, 20}


def test_a_take_of_nothing_runs_nothing() -> None:
    calls = Calls()
    program = Program()
    program.keep(program.step(op.Take(0), program.step(op.Map(program.code(calls)), numbers(program))))
    assert program.records() == []
    assert not calls.count


def test_what_is_kept_for_several_readers_is_whole_though_one_takes_few() -> None:
    program = Program()
    kept = program.keep(program.step(op.Map(program.code(lambda x: x)), numbers(program), node=20))
    program.keep(program.step(op.Take(1), kept, node=30))
    program.keep(program.step(op.Map(program.code(lambda x: -x)), kept, node=40))
    result = program.run()
    assert [sink.report.block.node for sink in result.sinks] == [20, 30, 40]
    assert partial_nodes(result.runs) == set()


def test_what_a_users_function_leaves_unread_is_in_the_block_all_the_same() -> None:
    program = Program()
    kept = program.keep(program.step(op.Map(program.code(lambda x: x)), numbers(program, 300)))
    program.keep(program.step(op.MapPartitions(program.code(lambda records: [next(records)])), kept))
    assert program.segments() == [[list(range(300))], [[0]]]


def test_a_step_that_only_loads_its_own_block_is_no_run() -> None:
    program = Program()
    loaded = program.step(op.Map(program.code(None)), program.stored([("a", 1)], node=20), node=20)
    program.spread(loaded, 2)
    result = program.run()
    assert result.runs == []
    assert [pair for segment in result.sinks[0].segments for pair in read_records(segment)] == [("a", 1)]


def test_the_ledger_counts_the_records_that_were_written() -> None:
    program = Program()
    pairs = program.step(op.Map(program.code(lambda x: (x, x))), numbers(program), node=20)
    program.spread(pairs, 2)
    program.keep(program.step(op.Filter(program.code(lambda pair: pair[0] > 1)), pairs, node=30))
    assert program.run().runs == [Run(1, 0, -1, False), Run(20, 0, 5, False), Run(30, 0, 3, False)]


def test_sibling_partitions_share_a_task() -> None:
    program = Program()
    for partition in range(50):
        values = program.step(op.Parallelize(), program.values([partition]), node=1, partition=partition)
        program.keep(program.step(op.Map(program.code(lambda x: x * 2)), values, node=2, partition=partition))
    result = program.run()
    assert [read_records(sink.segments[0]) for sink in result.sinks] == [[2 * index] for index in range(50)]
    assert len(result.runs) == 100


def test_small_blocks_are_in_their_report_and_large_ones_are_not() -> None:
    program = Program()
    program.keep(numbers(program, 10))
    program.keep(program.step(op.Map(program.code(lambda x: bytes([x]) * 50_000)), numbers(program, 2)))
    small, large = program.run(inline_limit=1000).sinks
    assert small.report.inline == small.segments[0]
    assert small.report.size == len(small.segments[0])
    assert large.report.inline is None or len(large.report.inline) <= 1000


def test_partitions_are_computed_one_after_the_other_and_not_opened_all_at_once() -> None:
    alive: list[int] = []
    most = []

    def opened(records: Iterator[int]) -> Iterator[int]:
        alive.append(1)
        most.append(len(alive))
        yield from records
        alive.pop()

    program = Program()
    parents = [program.step(op.MapPartitions(program.code(opened)), numbers(program, 2)) for _ in range(20)]
    program.keep(program.step(op.Coalesce(), *parents))
    assert len(program.records()) == 40
    assert max(most) == 1


@pytest.mark.parametrize("partitions", [1, 3])
def test_a_key_without_a_stable_hash_is_refused_however_many_reducers_there_are(partitions: int) -> None:
    program = Program()
    program.spread(program.step(op.Map(program.code(lambda x: (float("nan"), x))), numbers(program)), partitions)
    with pytest.raises(TaskFailed, match="NaN") as failed:
        program.run()
    assert failed.value.failure.type_name == "tabswarm.errors.StableHashError"
