"""Everything at once: volunteers that vanish, freeze, finish, straggle, evict and shrink, while others come. The answer
is exact, all invariants hold after every event, and the job ends."""

from __future__ import annotations

import random

import pytest

from tabswarm.shipping.records import read_records
from tabswarm.simulation.random_plans import PlanMaker, Shelf
from tabswarm.simulation.sequential import evaluate
from tabswarm.simulation.swarm import Conditions, SimulatedSwarm

SEEDS, BATCH = 60, 20


class Turmoil:
    """One seed: a plan or two of one application, and a rate for each thing that may happen."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = random.Random(seed)
        conditions = Conditions(
            inline_limit=rng.choice([0, 16 * 1024]),
            noticed_after=(0, rng.choice([1, 400, 1500])),
            task_duration=rng.choice([(5, 80), (200, 900)]),
        )
        self.swarm = SimulatedSwarm(seed, lambda application: Shelf(), conditions)
        self.driver = self.swarm.add_driver("a1")
        self.maker = PlanMaker(rng, "a1", persisted=0.3)
        self.jobs = [self.driver.submit(self.maker.make(rng.randint(3, 12)))]
        self.driver.data = self.maker.driver_data
        if rng.random() < 0.4:
            self.jobs.append(self.driver.submit(self.maker.make(len(self.maker.nodes) + rng.randint(1, 3))))
        self.rates = [rng.choice([0, 1, 3]) for _ in range(6)]
        self.until = rng.randint(300, 6000)
        self.pace = rng.choice([30, 120, 400])
        for _ in range(rng.randint(1, 5)):
            self._come()
        self._later()

    def _come(self) -> None:
        volunteer = self.swarm.add_volunteer(slots=self.rng.randint(1, 2))
        volunteer.slowness = self.rng.choice([1, 1, 1, 40])

    def _later(self) -> None:
        self.swarm.clock.after(self.rng.randint(1, self.pace), self._stir)

    def _stir(self) -> None:
        swarm, there = self.swarm, list(self.swarm.volunteers)
        if swarm.clock.now > self.until:
            for _ in range(2):
                swarm.add_volunteer()
            return
        what = self.rng.choices(range(6), [rate + 0.1 for rate in self.rates])[0]
        if what == 0 or not there:
            self._come()
        elif what == 1:
            swarm.remove_volunteer(self.rng.choice(there))
        elif what == 2:
            self._break(self.rng.choice(there))
        elif what == 3:
            swarm.finish(self.rng.choice(there))
        elif what == 4:
            swarm.evict(self.rng.choice(there))
        else:
            swarm.volunteers[self.rng.choice(there)].resize(self.rng.randint(0, 2))
        self._later()

    def _break(self, peer: str) -> None:
        session = self.swarm.volunteers[peer].session
        if session is not None:
            session.break_off()

    def run(self) -> None:
        self.swarm.run_until(lambda: all(job.over for job in self.jobs))
        for job in self.jobs:
            if job.error is not None:  # the one error that turmoil itself may lead to
                assert "started 100 times" in job.error.reason, job.error
                continue
            expected = evaluate(job.plan, Shelf(), lambda *vertex: self.maker.driver_data[vertex])
            assert {partition: read_records(block) for partition, block in job.blocks.items()} == expected


@pytest.mark.parametrize("start", range(0, SEEDS, BATCH))
def test_with_everything_going_on_at_once_the_answer_is_the_sequential_one(start: int) -> None:
    for seed in range(start, start + BATCH):
        try:
            Turmoil(seed).run()
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}") from error
