"""What must not matter to an answer: what volunteers are called, when they come, how many they are, and into how many
partitions the data is cut."""

from __future__ import annotations

import operator
import random

import pytest

from tabswarm.plan.lineage import Plan
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.shipping.records import read_records
from tabswarm.simulation.engine import SimulatedEngine
from tabswarm.simulation.random_plans import PlanMaker, Shelf
from tabswarm.simulation.swarm import SimulatedSwarm

CREWS: list[tuple[str, ...]] = [
    ("v1", "v2", "v3"),
    ("v3", "v1", "v2"),
    ("zoe", "Al", "12"),
    ("v1",),
    tuple(f"tab-{number}" for number in range(11, 0, -1)),
]


def answer(plan: Plan, maker: PlanMaker, crew: tuple[str, ...], seed: int) -> dict[int, list[object]]:
    swarm = SimulatedSwarm(seed, lambda application: Shelf())
    driver = swarm.add_driver("a1")
    driver.data = maker.driver_data
    for name in crew:
        swarm.add_volunteer(name=name)
    job = driver.submit(plan)
    swarm.run_until(lambda: job.over)
    assert job.error is None
    return {partition: list(read_records(block)) for partition, block in sorted(job.blocks.items())}


@pytest.mark.parametrize("seed", range(20))
def test_names_order_and_number_of_volunteers_change_no_answer(seed: int) -> None:
    maker = PlanMaker(random.Random(seed), "a1")
    plan = maker.make(8)
    first, *others = [answer(plan, maker, crew, seed + turn) for turn, crew in enumerate(CREWS)]
    assert all(other == first for other in others)


def test_the_number_of_partitions_changes_no_answer_that_is_free_of_order() -> None:
    answers = []
    for partitions, reducers in [(1, 1), (3, 2), (8, 5), (20, 1), (5, 12)]:
        with EngineContext(SimulatedEngine(partitions, volunteers=3)) as context:
            pairs = context.parallelize(range(120), partitions).map(lambda n: (n % 11, n * n))
            sums = pairs.reduceByKey(operator.add, reducers)
            answers.append(
                (sorted(sums.collect()), sums.join(pairs, reducers).count(), pairs.values().distinct().count())
            )
    assert all(other == answers[0] for other in answers)
