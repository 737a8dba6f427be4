"""What a context asks of its engine, and when."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tests.rdd.recording_engine import RecordingEngine

from tabswarm.plan.lineage import Plan, check
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.shipping.block_hash import root_hash, segment_hash


def double(x: int) -> int:
    return 2 * x


def test_code_is_sent_once_with_the_first_job_that_needs_it() -> None:
    engine = RecordingEngine()
    sc = EngineContext(engine)
    doubled = sc.range(4).map(double)
    doubled.collect()
    doubled.filter(bool).collect()
    sc.range(9).map(double).collect()
    first, second, third = engine.code
    assert first and not first.keys() & second.keys()
    assert not third
    for plan in engine.plans:
        check(plan)


def test_code_of_a_job_that_was_refused_is_sent_with_the_next() -> None:
    engine = RecordingEngine()
    sc = EngineContext(engine)
    submit, refusals = engine.submit, [RuntimeError("not now")]

    def refuse_once(plan: Plan, code: dict[str, bytes]) -> Any:
        if refusals:
            raise refusals.pop()
        return submit(plan, code)

    engine.submit = refuse_once  # type: ignore[method-assign, assignment]
    doubled = sc.range(4).map(double)
    with pytest.raises(RuntimeError, match="not now"):
        doubled.collect()
    doubled.collect()
    assert engine.code[0]


def test_nodes_without_a_handle_are_released_in_batches() -> None:
    engine = RecordingEngine()
    sc = EngineContext(engine)
    base = sc.range(4)
    child = base.map(double)
    child_id = child._id
    child.count()
    count_node = engine.plans[0].target
    assert engine.released == []
    del child
    base.collect()
    assert sorted(engine.released) == sorted([child_id, count_node])
    assert base._id not in engine.released


def test_a_child_keeps_its_parents_blocks() -> None:
    engine = RecordingEngine()
    sc = EngineContext(engine)
    child = sc.range(4).map(double)
    child.collect()
    child.collect()
    assert engine.released == []


def test_few_values_stand_in_the_plan_and_many_are_served() -> None:
    engine = RecordingEngine()
    sc = EngineContext(engine)
    few, many = sc.parallelize([1, 2], 2), sc.parallelize([random.Random(x).randbytes(50_000) for x in range(2)], 2)
    few.union(many).collect()
    (plan,) = engine.plans
    check(plan)
    assert all(block.inline is not None for block in plan.sources[few._id])
    assert few._id not in engine.provided
    for index, block in enumerate(plan.sources[many._id]):
        data = engine.provided[many._id](index)
        assert (block.inline, block.size, block.root) == (None, len(data), root_hash(segment_hash(data)))


def test_take_asks_for_one_partition_and_then_for_more() -> None:
    engine = RecordingEngine(lambda plan, partition: [partition] if partition >= 6 else [])
    assert EngineContext(engine).range(100, numSlices=50).take(3) == [6, 7, 8]
    assert [plan.partitions for plan in engine.plans] == [(0,), (1, 2, 3, 4), tuple(range(5, 25))]
    assert [plan.action for plan in engine.plans] == ["take"] * 3


def test_run_job_runs_on_the_partitions_that_are_asked_for() -> None:
    engine = RecordingEngine(lambda plan, partition: [partition * 10])
    sc = EngineContext(engine)
    assert sc.runJob(sc.range(8, numSlices=4), list, [3, 1]) == [30, 10]
    assert engine.plans[0].partitions == (3, 1)


def test_an_action_names_itself_and_the_line_that_called_it() -> None:
    engine = RecordingEngine(lambda plan, partition: [partition])
    sc = EngineContext(engine)
    sc.range(4).first()
    sc.range(4).max()
    assert [plan.action for plan in engine.plans] == ["first", "max"]
    assert all(plan.call_site.startswith("tests/rdd/test_engine_context.py:") for plan in engine.plans)


def test_leaving_a_result_half_read_cancels_its_job() -> None:
    engine = RecordingEngine(lambda plan, partition: [partition])
    sc = EngineContext(engine)
    parts = sc._partitions_of(sc.range(4))
    next(parts)
    parts.close()
    assert engine.jobs[0].cancelled


def test_parallelism_is_the_swarms_unless_the_program_says_otherwise() -> None:
    plain, told = (
        EngineContext(RecordingEngine()),
        EngineContext(RecordingEngine(), conf={"spark.default.parallelism": "7"}),
    )
    assert (plain.defaultParallelism, told.defaultParallelism) == (4, 7)
    for sc, reducers in ((plain, 2), (told, 7)):
        pairs = sc.parallelize([(1, 1)], 2)
        assert pairs.reduceByKey(max).getNumPartitions() == reducers
        assert pairs.reduceByKey(max, 3).getNumPartitions() == 3


def test_stopping_twice_stops_the_engine_once() -> None:
    engine = RecordingEngine()
    with EngineContext(engine) as sc:
        sc.stop()
    assert engine.stops == 1
