"""On whose account block bytes go, which are told up to a second late."""

from __future__ import annotations

import pytest

from tabswarm.scheduler import events
from tabswarm.simulation.scenario import Scenario


def one_job() -> Scenario:
    scenario = Scenario()
    for line in ("volunteer v1", "driver d1 a1"):
        scenario.run([line])
    scenario.run(["submit d1 a1", "1 source 1", "2 map 1", "want 2"])
    return scenario


def moved(scenario: Scenario) -> tuple[int, int]:
    (report,) = scenario.scheduler.report()
    return report.bytes.direct, report.bytes.relayed


@pytest.mark.parametrize("over", [[], ["run"], ["run", "fetched j1"], ["run", "fetched j1", "stop a1"]])
def test_bytes_are_counted_whether_they_are_heard_of_during_a_job_or_after_it(over: list[str]) -> None:
    scenario = one_job()
    for line in over:
        scenario.run([line])
    scenario.scheduler.handle(events.BytesMoved(application="a1", direct=5))
    scenario.scheduler.handle(events.BytesMoved(application="a1", direct=2, relayed=3))
    assert moved(scenario) == (7, 3)


def test_bytes_of_an_application_that_never_was_and_negative_ones_count_for_nothing() -> None:
    scenario = one_job()
    scenario.scheduler.handle(events.BytesMoved(application="a9", direct=5))
    scenario.scheduler.handle(events.BytesMoved(application="a1", direct=-5))
    assert moved(scenario) == (0, 0)
