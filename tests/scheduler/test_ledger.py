"""The ledger says of each run why it happened."""

from __future__ import annotations

from tabswarm.plan.task import Run, Step
from tabswarm.scheduler.ledger import Ledger
from tabswarm.simulation.plan_text import read_plan

PLAN = read_plan("a1", ["1 source 3", "2 map 1", "want 2"])


def counts(ledger: Ledger, node: int) -> tuple[int, int, int, int]:
    report = ledger.node_report(PLAN.nodes[node - 1])
    return report.first, report.recomputed, report.speculative, report.partial


def test_a_planned_vertex_has_one_first_run_and_then_recomputed_ones() -> None:
    ledger = Ledger.of(PLAN)
    ledger.plan_first([Step(2, 0)])
    for _ in range(3):
        ledger.record("v1", "v1", "tab", [Run(2, 0, 5, False)])
    assert counts(ledger, 2) == (1, 2, 0, 0)


def test_a_vertex_that_existed_when_the_job_began_is_recomputed_at_its_first_run() -> None:
    ledger = Ledger.of(PLAN)
    ledger.record("v1", "v1", "tab", [Run(1, 2, 5, False)])
    assert counts(ledger, 1) == (0, 1, 0, 0)


def test_planning_a_vertex_again_that_ran_does_not_make_its_next_run_a_first_one() -> None:
    ledger = Ledger.of(PLAN)
    ledger.plan_first([Step(1, 0)])
    ledger.record("v1", "v1", "tab", [Run(1, 0, 5, False)])
    ledger.plan_first([Step(1, 0)])
    ledger.record("v2", "v2", "tab", [Run(1, 0, 5, False)])
    assert counts(ledger, 1) == (1, 1, 0, 0)
    assert ledger.node_report(PLAN.nodes[0]).runs == {"v1": 1, "v2": 1}


def test_partial_runs_are_counted_among_the_others_and_apart() -> None:
    ledger = Ledger.of(PLAN)
    ledger.plan_first([Step(1, 0), Step(1, 1)])
    ledger.record("v1", "v1", "tab", [Run(1, 0, 1, True), Run(1, 1, 5, False)])
    assert counts(ledger, 1) == (2, 0, 0, 1)


def test_a_pruned_node_takes_no_room_and_reports_nothing() -> None:
    ledger = Ledger.of(PLAN)
    ledger.plan_first([Step(1, 0)])
    assert list(ledger.nodes) == [1]
    assert counts(ledger, 2) == (0, 0, 0, 0)
