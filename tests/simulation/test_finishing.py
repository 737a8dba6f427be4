"""Volunteers that finish and then stop, all the time, in the middle of random jobs: nothing is computed again."""

from __future__ import annotations

import random

import pytest

from tabswarm.shipping.records import read_records
from tabswarm.simulation.random_plans import PlanMaker, Shelf
from tabswarm.simulation.sequential import evaluate
from tabswarm.simulation.swarm import Conditions, SimulatedSwarm


class Relay:
    """One job on a swarm whose volunteers take turns: a new one comes, and one of the old ones finishes."""

    def __init__(self, seed: int, pace: int) -> None:
        self.rng = random.Random(seed)
        self.swarm = SimulatedSwarm(seed, lambda application: Shelf(), Conditions(inline_limit=16 * 1024))
        self.driver = self.swarm.add_driver("a1")
        self.maker = PlanMaker(self.rng, "a1", persisted=0.4)
        self.job = self.driver.submit(self.maker.make(self.rng.randint(4, 14)))
        self.driver.data = self.maker.driver_data
        self.pace = pace
        self.asked: list[str] = []
        for _ in range(self.rng.randint(1, 4)):
            self.swarm.add_volunteer(slots=self.rng.randint(1, 2))
        self._later()

    def _later(self) -> None:
        self.swarm.clock.after(self.rng.randint(1, self.pace), self._turn)

    def _turn(self) -> None:
        if self.job.over:
            return
        staying = [peer for peer in self.swarm.volunteers if peer not in self.asked]
        self.asked.append(self.rng.choice(staying))
        self.swarm.finish(self.asked[-1])
        self.swarm.add_volunteer(slots=self.rng.randint(1, 2))
        self._later()

    def run(self) -> None:
        self.swarm.run_until(lambda: self.job.over)
        assert self.job.error is None
        expected = evaluate(self.job.plan, Shelf(), lambda *vertex: self.maker.driver_data[vertex])
        assert {partition: read_records(block) for partition, block in self.job.blocks.items()} == expected

    def recomputed(self) -> int:
        (report,) = self.swarm.scheduler.report(job=self.job.id)
        return sum(node.recomputed for node in report.nodes)


@pytest.mark.parametrize("start", range(0, 60, 20))
def test_volunteers_that_finish_and_stop_cost_no_recomputation(start: int) -> None:
    left = 0
    for seed in range(start, start + 20):
        relay = Relay(seed, pace=150)
        relay.run()
        assert relay.recomputed() == 0, f"seed {seed}"
        left += sum(peer not in relay.swarm.volunteers for peer in relay.asked)
    assert left >= 20


def test_a_volunteer_that_finished_is_let_go_even_where_nobody_takes_its_blocks() -> None:
    relay = Relay(3, pace=10**9)
    swarm = relay.swarm
    relay.run()
    for peer in list(swarm.volunteers):
        swarm.finish(peer)
    swarm.run_until(lambda: not swarm.volunteers, limit=10_000)
