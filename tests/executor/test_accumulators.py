"""What a task's functions add is told by vertex, however the steps are fused."""

from __future__ import annotations

import hashlib
import pickle
from typing import Any

import pytest

from tabswarm.errors import AccumulatorUnreadable
from tabswarm.executor import TaskFailed
from tabswarm.plan import operators as op
from tabswarm.plan.accumulator import Accumulator, AccumulatorParam, AddingAccumulatorParam, param_for
from tabswarm.plan.partitioner import CombineValues
from tabswarm.plan.task import FailureKind
from tabswarm.shipping.records import read_records

from .tasks import Program


def in_task(accumulator: Accumulator[Any]) -> Accumulator[Any]:
    """The accumulator as a shipped function has it."""
    made: Accumulator[Any] = pickle.loads(pickle.dumps(accumulator))
    return made


def counter(aid: int = 1) -> Accumulator[Any]:
    return in_task(Accumulator(aid, 0, param_for(0)))


def added(program: Program) -> list[tuple[int, int, int, Any]]:
    return [(u.accumulator, u.node, u.partition, read_records(u.data)[0]) for u in program.run().updates]


def adding(accumulator: Accumulator[Any], term: Any = 1) -> Any:
    def f(record: Any) -> Any:
        accumulator.add(term)
        return record

    return f


def test_each_step_of_a_fused_chain_has_its_own_update() -> None:
    program, count = Program(), counter()
    first = program.step(op.Map(program.code(adding(count))), program.values([1, 2, 3]))
    kept = program.step(op.Filter(program.code(lambda n: n > 1)), first)
    program.keep(program.step(op.Map(program.code(adding(count, 10))), kept))
    assert added(program) == [(1, 1, 0, 3), (1, 3, 0, 20)]


def test_a_generator_adds_for_its_own_step_while_others_run() -> None:
    program, count = Program(), counter()

    def doubled(records: Any) -> Any:
        for record in records:
            count.add(1)
            yield record
            count.add(1)

    first = program.step(op.Map(program.code(adding(count, 100))), program.values([1, 2]))
    second = program.step(op.MapPartitions(program.code(doubled)), first)
    program.keep(program.step(op.Map(program.code(adding(count, 10_000))), second))
    assert sorted(added(program)) == [(1, 1, 0, 200), (1, 2, 0, 4), (1, 3, 0, 20_000)]


def test_a_step_with_two_readers_adds_once() -> None:
    program, count = Program(), counter()
    shared = program.step(op.Map(program.code(adding(count))), program.values([1, 2, 3]))
    program.keep(program.step(op.Map(program.code(str)), shared))
    program.keep(program.step(op.Map(program.code(float)), shared))
    assert added(program) == [(1, 1, 0, 3)]


def test_combining_before_a_shuffle_adds_for_the_step_that_is_spread() -> None:
    program, count = Program(), counter()

    def add(one: int, other: int) -> int:
        count.add(1)
        return one + other

    pairs = program.step(op.Map(program.code(lambda n: ("k", n))), program.values([1, 2, 3]))
    program.spread(pairs, 2, CombineValues(None, program.code(add), program.code(add)))
    assert added(program) == [(1, 1, 0, 2)]


def test_a_take_adds_what_was_pulled() -> None:
    program, count = Program(), counter()
    mapped = program.step(op.Map(program.code(adding(count))), program.values([1, 2, 3]))
    program.keep(program.step(op.Take(2), mapped))
    assert added(program) == [(1, 1, 0, 2)]


def test_a_zero_that_adding_changes_is_copied_for_each_step() -> None:
    class Lists(AccumulatorParam[list[int]]):
        def zero(self, value: list[int]) -> list[int]:
            return []

        def addInPlace(self, value1: list[int], value2: list[int]) -> list[int]:
            value1.extend(value2)
            return value1

    accumulator: Accumulator[list[int]] = Accumulator(2, [], Lists())
    accumulator._in_task = True
    program = Program()
    first = program.step(op.Map(program.code(adding(accumulator, [1]))), program.values([1, 2]))
    program.keep(program.step(op.Map(program.code(adding(accumulator, [2]))), first))
    _ = counter()  # as any program that ships one: steps take turns from now on
    assert added(program) == [(2, 1, 0, [1, 1]), (2, 2, 0, [2, 2])]


def test_a_value_cannot_be_read_or_set_inside_a_task() -> None:
    count = counter()
    with pytest.raises(AccumulatorUnreadable, match="cannot be accessed inside tasks"):
        _ = count.value
    with pytest.raises(RuntimeError):
        count.value = 7


def test_what_no_record_can_hold_fails_the_task_and_names_it() -> None:
    accumulator: Accumulator[Any] = Accumulator(3, 0, AddingAccumulatorParam(0))
    accumulator._in_task = True
    program = Program()

    def f(record: Any) -> Any:
        accumulator.accum_param.addInPlace = lambda value1, value2: iter(())  # type: ignore[method-assign]
        accumulator.add(1)
        return record

    program.keep(program.step(op.Map(program.code(f)), program.values([1])))
    with pytest.raises(TaskFailed) as failed:
        program.run()
    assert failed.value.failure.kind is FailureKind.NOT_SERIALISABLE


def test_a_task_adds_a_mebibyte_at_most() -> None:
    accumulator: Accumulator[Any] = Accumulator(4, b"", AddingAccumulatorParam(b""))
    accumulator._in_task = True
    program = Program()
    noise = b"".join(hashlib.sha256(n.to_bytes(4, "big")).digest() for n in range(1 << 16))  # cannot be compressed
    program.keep(program.step(op.Map(program.code(adding(accumulator, noise))), program.values([1])))
    with pytest.raises(TaskFailed, match="added to accumulators"):
        program.run()
