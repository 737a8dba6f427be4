"""What is over leaves nothing behind but a report."""

from __future__ import annotations

from tabswarm.scheduler import events
from tabswarm.scheduler.applications import HISTORY
from tabswarm.simulation.scenario import Scenario


def sizes(scenario: Scenario) -> dict[str, int]:
    state = scenario.scheduler.state
    application = state.applications["a1"]
    blocks = application.blocks
    volunteers = state.volunteers.by_id.values()
    return {
        "jobs": len(state.jobs) + len(application.jobs),
        "tasks": len(state.tasks) + len(application.promised) + len(application.consumers),
        "blocks": len(blocks.stored) + len(blocks.by_owner) + len(blocks.shuffles) + len(blocks.shuffles_of),
        "holders": len(blocks.by_holder),
        "targets": len(application.targets) + len(application.in_use) + len(application.expiring),
        "nodes": len(application.released) + len(application.persisted),
        "tables": sum(len(volunteer.tables) + len(volunteer.attempts) for volunteer in volunteers),
        "pending": len(state.news) + len(state.drops) + len(state.resting) + len(state.commands),
    }


def test_jobs_that_are_over_and_released_leave_nothing_but_reports() -> None:
    scenario = Scenario()
    for line in ("volunteer v1 slots=2", "volunteer v2", "driver d1 a1"):
        scenario.run([line])
    for number in range(1, 31):
        ids = [200 * number + node for node in range(1, 5)]
        one, two, three, four = ids
        plan = [f"{one} source 4", f"{two} map {one}", f"{three} reduce {two} parts=2", f"{four} map {three}"]
        scenario.run(["submit d1 a1", *plan, f"want {four}"])
        scenario.run(["run"])
        scenario.run([f"fetched j{number}"])
        scenario.run([f"release a1 {' '.join(map(str, ids))}"])
        assert set(sizes(scenario).values()) == {0}, sizes(scenario)
    assert len(scenario.scheduler.report()) == 30


def test_the_reports_of_an_application_are_capped_and_outlive_it() -> None:
    scenario = Scenario()
    scenario.run(["driver d1 a1"])
    for number in range(1, HISTORY + 11):
        scenario.run(["submit d1 a1", "1 source 0", "want 1"])
        scenario.run([f"fetched j{number}"])
    application = scenario.scheduler.state.applications["a1"]
    assert len(application.history) == len(application.requests) == HISTORY
    scenario.handle(events.ApplicationStopped(application="a1"))
    assert scenario.scheduler.state.applications == {}
    assert [report.id for report in scenario.scheduler.report(application="a1")][-1] == f"j{HISTORY + 10}"
