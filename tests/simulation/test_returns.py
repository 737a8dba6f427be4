"""Volunteers whose sessions break all the time and who come back with their blocks: the answer is exact, and what they
held is used."""

from __future__ import annotations

import random

import pytest

from tabswarm.scheduler import events
from tabswarm.shipping.records import read_records
from tabswarm.simulation.random_plans import PlanMaker, Shelf
from tabswarm.simulation.sequential import evaluate
from tabswarm.simulation.swarm import Conditions, SimulatedSwarm


def play(seed: int) -> tuple[int, int]:
    """A random plan with breaking sessions; gives how many blocks came back to count, and how many were announced."""
    rng = random.Random(seed)
    conditions = Conditions(inline_limit=rng.choice([0, 16 * 1024]), noticed_after=(0, rng.choice([1, 400])))
    swarm = SimulatedSwarm(seed, lambda application: Shelf(), conditions)
    driver = swarm.add_driver("a1")
    maker = PlanMaker(rng, "a1", persisted=0.3)
    job = driver.submit(maker.make(rng.randint(4, 14)))
    driver.data = maker.driver_data
    for _ in range(rng.randint(1, 4)):
        swarm.add_volunteer(slots=rng.randint(1, 2))
    announced = counted = 0

    def break_one() -> None:
        if swarm.clock.now > 3000:
            return
        session = rng.choice(list(swarm.volunteers.values())).session
        if session is not None:
            session.break_off()
        swarm.clock.after(rng.randint(1, 120), break_one)

    def note(event: events.Event) -> None:
        nonlocal announced, counted
        if isinstance(event, events.BlocksAnnounced):
            lost = swarm.scheduler.state.applications["a1"].blocks.lost
            known = {block.id for block in lost.values()}
            announced += len(event.blocks)
            counted += sum(held.block in known for held in event.blocks)

    swarm.before_event = note
    swarm.clock.after(rng.randint(1, 120), break_one)
    swarm.run_until(lambda: job.over)
    assert job.error is None, job.error
    expected = evaluate(job.plan, Shelf(), lambda *vertex: maker.driver_data[vertex])
    assert {partition: read_records(block) for partition, block in job.blocks.items()} == expected
    return counted, announced


@pytest.mark.parametrize("start", range(0, 80, 20))
def test_volunteers_come_back_with_blocks_and_the_answer_is_exact(start: int) -> None:
    counted = announced = 0
    for seed in range(start, start + 20):
        try:
            back, said = play(seed)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        counted, announced = counted + back, announced + said
    assert counted >= 20 and announced > counted
