"""The invariants bite: each of these seeded bugs is caught by some of the first stories of the simulator, or by a few
events."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tabswarm.plan.observation import Outcome
from tabswarm.scheduler import comings, commits, losses, open_tasks, scheduler, submission
from tabswarm.scheduler.block_locations import BlockTable
from tabswarm.scheduler.invariants import InvariantBroken
from tabswarm.scheduler.tasks import Attempt, Task
from tabswarm.simulation.scenario import Scenario

LOSS = """
volunteer v1
----

volunteer v2
----

driver d1 a1
----

submit d1 a1
  1 source 2
  2 map 1
  3 reduce 2 parts=4
  4 map 3
  want 4
----

finish v1 t1
----

finish v2 t2
----

finish v1 t3
----

start v1 t5
----

leave v2
----

run
----

fetched j1
----

release a1 1 2 3 4
----
"""


def nothing(*arguments: object, **named: object) -> bool:
    return False


def forget_location(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comings, "lose_location", nothing)


def wake_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commits, "appeared", nothing)


def withdraw_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(losses, "vanished", nothing)


def place_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "place_ready_tasks", nothing)


def cut_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "recut", lambda state, application: application.wanted.clear())


def keep_the_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    def end_lease(state: object, application: object, task: Task, attempt: Attempt, outcome: Outcome) -> None:
        del task.attempts[attempt.number]

    monkeypatch.setattr(open_tasks, "end_lease", end_lease)


def reuse_generations(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = BlockTable.new_generation

    def stale(table: BlockTable, keys: object) -> object:
        made = honest(table, keys)  # type: ignore[arg-type]
        table.last_generation -= 1
        return made

    monkeypatch.setattr(BlockTable, "new_generation", stale)


def use_no_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "use_nodes", nothing)


BUGS: list[Callable[[pytest.MonkeyPatch], None]] = [
    forget_location,
    wake_nobody,
    withdraw_nobody,
    place_nothing,
    cut_nothing_again,
    keep_the_lease,
    reuse_generations,
    use_no_nodes,
]


CHURN = """
volunteer v1
----

volunteer v2
----

volunteer v3
----

driver d1 a1
----

submit d1 a1
  1 source 3
  2 cache 1 copies=2
  want 2
----

start v1 t1
----

start v2 t2
----

start v3 t3
----

finish v1 t1
----

finish v2 t2
----

copied v2 a1/rdd/2/0/1
----

tick 2000
----

finish v1 t3
----

finishing v3
----

leave v2
----

volunteer v2
----

announce v2 a1/rdd/2/0/1 a1/rdd/2/1/2
----

leave v3
----

leave v1
----

leave v2
----

volunteer v2
----

leave v2
----

volunteer v2
----
"""


def copy_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "order_copies", nothing)


def let_the_loser_run(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = open_tasks.cancel_attempt

    def cancel(state: object, application: object, task: Task, attempt: Attempt) -> None:
        if len(task.attempts) > 1 or attempt.speculative:
            return
        honest(state, application, task, attempt)  # type: ignore[arg-type]

    monkeypatch.setattr(open_tasks, "cancel_attempt", cancel)


def forget_who_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comings, "orders_end", nothing)


def rest_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "call_last_resort", nothing)


CHURN_BUGS = [copy_nothing, let_the_loser_run, forget_who_copies, rest_for_good]


def test_without_a_bug_the_story_of_churn_plays() -> None:
    told = Scenario().play(CHURN)
    assert "copy a1/rdd/2/0/1" in told and "assign t3 attempt 2" in told


@pytest.mark.parametrize("bug", CHURN_BUGS, ids=lambda bug: bug.__name__)
def test_a_seeded_bug_of_churn_is_caught(
    bug: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    bug(monkeypatch)
    with pytest.raises(InvariantBroken):
        Scenario().play(CHURN)


def test_without_a_bug_the_story_plays() -> None:
    assert "done j1" in Scenario().play(LOSS)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_seeded_bug_is_caught(bug: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    with pytest.raises(InvariantBroken):
        Scenario().play(LOSS)


def test_a_report_without_a_lease_is_counted_and_changes_nothing() -> None:
    scenario = Scenario()
    scenario.play(LOSS.split("finish v1 t1")[0])
    before = scenario.scheduler.report()
    for line in ("finish v2 t1", "start v2 t1", "fail v2 t1 raised", "fetch-failed v2 t1 a1/rdd/1/0/0 d1"):
        assert [trace for trace in scenario.run([line]) if " drop " not in trace] == []
    assert scenario.scheduler.report() == before
    assert scenario.scheduler.state.late == 4
