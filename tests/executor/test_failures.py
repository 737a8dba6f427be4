"""What leaves the worker when a task fails: text, with the user's own line."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tabswarm.errors import CannotCompile, CodeRefused, ResultNotSerialisable
from tabswarm.executor import TaskFailed
from tabswarm.executor.failures import MESSAGE_LIMIT, TRACEBACK_LIMIT, capped
from tabswarm.plan import operators as op
from tabswarm.plan.partitioner import CombineValues, GroupValues
from tabswarm.plan.task import Failure, FailureKind

from .tasks import Program, as_job


def failure_of(function: Any, values: Any = (1,), then: Any = None) -> Failure:
    """The failure of a map over values, at node 20 and partition 3."""
    program = Program()
    given = program.step(op.Parallelize(), program.values(values), node=10, partition=3)
    step = program.step(op.Map(program.code(function)), given, node=20, partition=3)
    if then is not None:
        step = program.step(op.Map(program.code(then)), step, node=30, partition=3)
    program.keep(step)
    with pytest.raises(TaskFailed) as failed:
        program.run()
    return failed.value.failure


def test_an_error_names_type_message_node_partition_and_the_users_line() -> None:
    divide = as_job(
        """
def divide(x):
    return 1 / (x - 1)

divide
"""
    )
    failure = failure_of(divide)
    assert failure.kind is FailureKind.RAISED
    assert (failure.type_name, failure.message) == ("ZeroDivisionError", "division by zero")
    assert (failure.node, failure.partition, failure.line) == (20, 3, "job.py:2")


def test_the_guilty_step_of_a_fused_chain_is_found() -> None:
    first, second = as_job("bad = lambda x: x.nothing\n(bad, lambda x: x)")
    assert failure_of(first, then=second).node == 20
    assert failure_of(second, then=first).node == 30
    assert failure_of(int, values=["no number"], then=second).node == 20


def test_the_line_is_of_the_users_deepest_frame_and_not_of_a_library() -> None:
    parse = as_job(
        """
import json

def helper(text):
    return json.loads(text)

def parse(text):
    return helper(text)

parse
"""
    )
    failure = failure_of(parse, values=["{"])
    assert failure.line == "job.py:4"
    assert "job.py" in failure.traceback and "decoder.py" in failure.traceback


def test_without_a_frame_of_the_users_the_line_is_the_nodes_call_site() -> None:
    assert failure_of(int, values=["no number"]).line == "job.py:20"


def test_the_traceback_shows_none_of_our_frames() -> None:
    failure = failure_of(as_job("lambda x: x.nothing"))
    assert "executor" not in failure.traceback
    assert failure.traceback.startswith('Traceback (most recent call last):\n  File "job.py", line 1, in <lambda>')


def test_causes_are_told_too() -> None:
    chained = as_job(
        """
def chained(x):
    try:
        x.nothing
    except AttributeError as error:
        raise ValueError("no good") from error

chained
"""
    )
    failure = failure_of(chained)
    assert failure.line == "job.py:5"
    assert "direct cause" in failure.traceback and "AttributeError" in failure.traceback
    assert "executor" not in failure.traceback


class Nasty(Exception):
    def __str__(self) -> str:
        raise SystemExit("from str()")

    __repr__ = __str__


class Huge(Exception):
    def __str__(self) -> str:
        return "é" * 100_000_000


class Odd(Exception):
    def __str__(self) -> str:
        return "\udc80 and \ud800"


@pytest.mark.parametrize("kind", [Nasty, Huge, Odd])
def test_whatever_an_exceptions_own_methods_do_its_text_is_small_and_can_travel(kind: type[Exception]) -> None:
    def fail(record: int) -> int:
        raise kind

    failure = failure_of(fail)
    assert failure.kind is FailureKind.RAISED
    assert len(failure.message.encode()) <= MESSAGE_LIMIT
    assert len(failure.traceback.encode()) <= TRACEBACK_LIMIT
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(failure), type=Failure) == failure


def test_a_deep_recursion_is_an_error_like_any_other() -> None:
    forever = as_job("def f(x): return f(x)\nf")
    failure = failure_of(forever)
    assert failure.type_name == "RecursionError"
    assert failure.line == "job.py:1"
    assert len(failure.traceback.encode()) <= TRACEBACK_LIMIT


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_no_exception_of_the_users_ends_the_worker(error: type[BaseException]) -> None:
    def fail(record: int) -> int:
        raise error("mine")

    assert failure_of(fail).type_name == error.__name__


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (MemoryError(), FailureKind.OUT_OF_MEMORY),
        (CannotCompile("newer"), FailureKind.CANNOT_COMPILE),
        (CodeRefused("other bytes"), FailureKind.CODE_REFUSED),
        (ResultNotSerialisable("a lock"), FailureKind.NOT_SERIALISABLE),
    ],
)
def test_some_errors_have_kinds_of_their_own(error: Exception, kind: FailureKind) -> None:
    class Refusing(Program):
        def load(self, root: str, /) -> Any:
            raise error

    program = Refusing()
    program.keep(program.step(op.Map(program.code(None)), program.step(op.Parallelize(), program.values([1]))))
    with pytest.raises(TaskFailed) as failed:
        program.run()
    assert failed.value.failure.kind is kind
    assert failed.value.failure.node == 2


def test_a_record_that_no_block_can_hold_is_named_with_its_place() -> None:
    failure = failure_of(lambda x: {"answer": [x, (n for n in [x])]})
    assert failure.kind is FailureKind.NOT_SERIALISABLE
    assert "generator" in failure.message
    assert "answer" in failure.message


@pytest.mark.parametrize("aggregator", ["none", "group", "combine"])
def test_a_key_that_cannot_be_hashed_is_pythons_type_error(aggregator: str) -> None:
    program = Program()
    pairs = program.step(op.Parallelize(), program.values([([1], 2)]), node=10)
    add = program.code(lambda a, b: a + b)
    chosen = {"none": None, "group": GroupValues(), "combine": CombineValues(None, add, add)}[aggregator]
    program.spread(pairs, 2, chosen)
    with pytest.raises(TaskFailed) as failed:
        program.run()
    assert failed.value.failure.type_name == "TypeError"
    assert "unhashable type: 'list'" in failed.value.failure.message


def test_records_that_are_no_pairs_are_told_so() -> None:
    program = Program()
    add = program.code(lambda a, b: a + b)
    program.spread(program.step(op.Parallelize(), program.values([17])), 2, CombineValues(None, add, add))
    with pytest.raises(TaskFailed) as failed:
        program.run()
    assert "(key, value) pairs" in failed.value.failure.message


def test_an_error_in_a_reducer_names_its_line() -> None:
    program = Program()
    bad = program.code(as_job("def join(a, b):\n    return a + b.nothing\njoin"))
    pairs = program.step(op.Parallelize(), program.values([("a", 1), ("a", 2)]), node=10)
    program.spread(pairs, 2, CombineValues(None, bad, bad))
    with pytest.raises(TaskFailed) as failed:
        program.run()
    assert failed.value.failure.line == "job.py:2"
    assert failed.value.failure.node == 10


@pytest.mark.parametrize("limit", [60, 100, 4096])
@pytest.mark.parametrize("text", ["x" * 5000, "é" * 5000, "\udc80" * 5000, "short"])
def test_capped_text_never_exceeds_its_limit(text: str, limit: int) -> None:
    assert len(capped(text, limit).encode()) <= limit
