"""A shuffle in a swarm that is never quiet: every few seconds the oldest tab closes and another one opens."""

from __future__ import annotations

import pytest

from tabswarm.scheduler import churn
from tabswarm.simulation.conditions import Conditions
from tabswarm.simulation.plan_text import read_plan
from tabswarm.simulation.random_plans import Shelf
from tabswarm.simulation.stand_in import by_stand_in, digests, value_of
from tabswarm.simulation.swarm import SimulatedSwarm

TABS, EVERY, START = 3, 4_000, 2_500
"""So many tabs, of which one closes each so many milliseconds, and its successor computes so many later."""
MAPS, REDUCERS = 120, 12
TASK = Conditions(task_duration=(450, 550))
PLAN = [f"1 source {MAPS}", "2 map 1", f"3 reduce 2 parts={REDUCERS}", "want 3"]


def play(seed: int, *, restless: bool, limit: int = 600_000) -> tuple[float, int]:
    """The virtual seconds that the job took, and how often something was computed again."""
    swarm = SimulatedSwarm(seed, lambda application: Shelf(), TASK, compute=by_stand_in)
    driver = swarm.add_driver("a1")
    for _ in range(TABS):
        swarm.add_volunteer()

    def open_one() -> None:
        swarm.add_volunteer()

    def close_the_oldest() -> None:
        swarm.remove_volunteer(next(iter(swarm.volunteers)))
        swarm.clock.after(START, open_one)
        swarm.clock.after(EVERY, close_the_oldest)

    job = driver.submit(read_plan("a1", PLAN))
    if restless:
        swarm.clock.after(EVERY, close_the_oldest)
    swarm.run_until(lambda: job.over, limit)
    assert job.error is None
    values = digests(job.plan, driver.source)
    assert {partition: value_of(block) for partition, block in job.blocks.items()} == {
        partition: values[job.plan.target, partition] for partition in range(REDUCERS)
    }
    (report,) = swarm.scheduler.report(job=job.id)
    return swarm.clock.now / 1000, sum(node.recomputed for node in report.nodes)


@pytest.mark.parametrize("seed", range(3))
def test_a_shuffle_ends_soon_where_tabs_close_faster_than_its_map_side_is_made(seed: int) -> None:
    quiet, none = play(seed, restless=False)
    took, again = play(seed, restless=True)
    assert took < 2.5 * quiet
    assert none == 0 < again < MAPS // 3


def test_without_second_holders_it_would_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(churn, "is_restless", lambda state: False)
    with pytest.raises(TimeoutError):
        play(0, restless=True, limit=200_000)
