"""Who rests, for how long, and what becomes of jobs when nobody else is there."""

from __future__ import annotations

import pytest

from tabswarm.scheduler import events
from tabswarm.scheduler.rests import BARRED, LONGEST_FLAP, STRIKES, strike
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.simulation.scenario import Scenario

ONE_JOB = """
volunteer v1
----

driver d1 a1
----

submit d1 a1
  1 source 1
  2 map 1
  want 2
----
"""


def join(scheduler: Scheduler, peer: str = "v1") -> None:
    scheduler.handle(events.VolunteerJoined(peer=peer, kind="tab", name=peer, slots=1, memory=2**30, python="3.14"))


def rest_after(departures: int, seconds_apart: int) -> int:
    """Milliseconds that a volunteer rests which left so often."""
    scheduler = Scheduler()
    for number in range(departures):
        join(scheduler)
        scheduler.handle(events.Tick(now=number * seconds_apart * 1000))
        scheduler.handle(events.VolunteerLeft(peer="v1"))
    join(scheduler)
    return scheduler.state.volunteers.aside.get("v1", 0) - scheduler.state.now


def test_rests_grow_up_to_a_minute() -> None:
    rests = [rest_after(departures, seconds_apart=2) for departures in range(2, 20)]
    assert rests[0] < 0 < rests[1]
    assert rests[1:] == sorted(rests[1:])
    assert rests[-1] == LONGEST_FLAP


def test_who_leaves_now_and_then_never_rests() -> None:
    assert rest_after(50, seconds_apart=120) < 0


def test_with_nobody_left_but_those_who_lie_the_job_ends_and_says_so() -> None:
    scenario = Scenario()
    scenario.play(ONE_JOB)
    state = scenario.scheduler.state
    for _ in range(BARRED):
        strike(state, state.volunteers.by_id["v1"])
    told = scenario.run(["tick 1000"]) + scenario.run(["resources v1 slots=2"])
    assert any("NoEligibleVolunteers" in line and "v1 6 times" in line for line in told)


@pytest.mark.parametrize("strikes", range(STRIKES, BARRED))
def test_a_quarantined_volunteer_alone_works_and_steps_back_when_another_comes(strikes: int) -> None:
    scenario = Scenario()
    scenario.play(ONE_JOB)
    state = scenario.scheduler.state
    for _ in range(strikes):
        strike(state, state.volunteers.by_id["v1"])
    assert any("v1 <- assign" in line for line in scenario.run(["resources v1 slots=2"]))
    assert any("v2 <- assign" in line for line in scenario.run(["volunteer v2"]))
    assert not state.volunteers.by_id["v1"].is_active
    scenario.run([f"tick {state.volunteers.aside['v1']}"])
    assert state.volunteers.by_id["v1"].is_active
