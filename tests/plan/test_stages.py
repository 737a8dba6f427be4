"""The stages of a plan, as people and PySpark's status calls see them."""

from __future__ import annotations

import doctest
from operator import add

from tests.rdd.recording_engine import RecordingEngine, plan_of

from tabswarm.plan import job_properties
from tabswarm.plan.stages import stage_of_nodes, stages_of
from tabswarm.rdd.engine_context import EngineContext


def test_the_examples_are_true() -> None:
    result = doctest.testmod(job_properties)
    assert result.attempted and not result.failed


def test_a_plan_without_shuffles_is_one_stage() -> None:
    with EngineContext(RecordingEngine()) as sc:
        plan = plan_of(sc.range(10, numSlices=3).map(str))
    (stage,) = stages_of(plan)
    assert (stage.last, stage.shuffle, stage.tasks) == (plan.target, None, 3)
    assert set(stage_of_nodes(plan).values()) == {0}


def test_a_stage_ends_where_map_outputs_are_written_and_parents_come_first() -> None:
    with EngineContext(RecordingEngine()) as sc:
        base = sc.range(10, numSlices=3).map(lambda n: (n % 2, n))
        sums, counts = base.reduceByKey(add, 2), base.mapValues(lambda n: 1).reduceByKey(add, 4)
        plan = plan_of(sums.union(counts).map(str))
    stages, of_nodes = stages_of(plan), stage_of_nodes(plan)
    assert [stage.tasks for stage in stages] == [3, 3, 6]
    assert stages[0].last == base._id and of_nodes[base._id] == 0
    assert of_nodes[sums._id] == of_nodes[counts._id] == 2
    assert len({stage.shuffle for stage in stages}) == 3


def test_a_node_that_both_sides_of_a_join_come_from_ends_one_stage() -> None:
    with EngineContext(RecordingEngine()) as sc:
        pairs = sc.range(10, numSlices=3).map(lambda n: (n, n))
        spread = pairs.partitionBy(2)
        assert len(stages_of(plan_of(spread.join(spread)))) == 2
        assert len(stages_of(plan_of(spread.join(pairs)))) == 3  # pairs; spread; the join
        assert len(stages_of(plan_of(spread.cogroup(pairs)))) == 3
