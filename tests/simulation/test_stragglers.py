"""Volunteers that are far slower than the others: their tasks are copied, and the answer comes without them."""

from __future__ import annotations

import random

import pytest

from tabswarm.shipping.records import read_records
from tabswarm.simulation.random_plans import PlanMaker, Shelf
from tabswarm.simulation.sequential import evaluate
from tabswarm.simulation.swarm import Conditions, SimulatedSwarm

SLOW = 200
"""Times that a straggler takes longer than others."""


def play(seed: int) -> tuple[int, int, int]:
    """A random plan on a swarm with one straggler; gives first, recomputed and speculative runs."""
    rng = random.Random(seed)
    swarm = SimulatedSwarm(seed, lambda application: Shelf(), Conditions(task_duration=(50, 100)))
    driver = swarm.add_driver("a1")
    maker = PlanMaker(rng, "a1")
    job = driver.submit(maker.make(rng.randint(4, 12)))
    driver.data = maker.driver_data
    for _ in range(4):
        swarm.add_volunteer(slots=2)
    swarm.volunteers["v1"].slowness = SLOW
    swarm.run_until(lambda: job.over)
    assert job.error is None
    expected = evaluate(job.plan, Shelf(), lambda *vertex: maker.driver_data[vertex])
    assert {partition: read_records(block) for partition, block in job.blocks.items()} == expected
    (report,) = swarm.scheduler.report(job=job.id)
    nodes = report.nodes
    return sum(n.first for n in nodes), sum(n.recomputed for n in nodes), sum(n.speculative for n in nodes)


@pytest.mark.parametrize("start", range(0, 40, 20))
def test_stragglers_are_copied_and_nothing_else_runs_twice(start: int) -> None:
    copied = 0
    for seed in range(start, start + 20):
        _, recomputed, speculative = play(seed)
        assert recomputed == 0, f"seed {seed}"
        copied += speculative > 0
    assert copied >= 5


@pytest.mark.parametrize("seed", range(10))
def test_with_everybody_as_fast_nothing_is_copied(seed: int) -> None:
    swarm = SimulatedSwarm(seed, lambda application: Shelf(), Conditions(task_duration=(2500, 3500)))
    driver = swarm.add_driver("a1")
    maker = PlanMaker(random.Random(seed), "a1")
    job = driver.submit(maker.make(6))
    driver.data = maker.driver_data
    for _ in range(6):
        swarm.add_volunteer()
    swarm.run_until(lambda: job.over)
    (report,) = swarm.scheduler.report(job=job.id)
    assert all(node.speculative == 0 for node in report.nodes)
