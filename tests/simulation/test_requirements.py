"""Nodes that require words of their volunteers, on mixed swarms: the answer is the sequential one, nobody runs what it
does not offer, and no two wishes ever meet in one task that some volunteer could have met apart.
"""

from __future__ import annotations

import random

import msgspec
import pytest

from tabswarm.plan.lineage import Plan
from tabswarm.scheduler import events
from tabswarm.scheduler.peers import profile_of
from tabswarm.shipping.records import read_records
from tabswarm.simulation.random_plans import PlanMaker, Shelf
from tabswarm.simulation.sequential import evaluate
from tabswarm.simulation.swarm import SimulatedSwarm

SEEDS = 120
BATCH = 20
WISHES: list[tuple[str, ...]] = [
    *[()] * 6,
    ("native",),
    ("tab",),
    ("python3.12",),
    ("python3.14", "tab"),
    ("native", "python3.13"),
]
KINDS = [("native", "3.12.1"), ("native", "3.13.0"), ("tab", "3.14.2")]


class MixedSwarm:
    """Two of each kind at first; those that leave always leave one of their kind behind."""

    def __init__(self, seed: int, *, churn: bool) -> None:
        self.rng = random.Random(seed)
        self.swarm = SimulatedSwarm(seed, lambda application: Shelf())
        self.swarm.before_event = self._check_runs
        driver = self.swarm.add_driver("a1")
        self.maker = PlanMaker(self.rng, "a1")
        self.plan = self._with_wishes(self.maker.make(self.rng.randint(3, 14)))
        driver.data = self.maker.driver_data
        self.members = {
            kind: [self.swarm.add_volunteer(python=kind[1], kind=kind[0]).id for _ in range(2)] for kind in KINDS
        }
        self.swarm.run_until(lambda: len(self.swarm.scheduler.state.volunteers.by_id) == 6)
        self.job = driver.submit(self.plan)
        self.leaving = 12 if churn else 0
        self.swarm.clock.after(self.rng.randint(1, 60), self._stir)

    def _with_wishes(self, plan: Plan) -> Plan:
        nodes = tuple(msgspec.structs.replace(node, requires=self.rng.choice(WISHES)) for node in plan.nodes)
        return msgspec.structs.replace(plan, nodes=nodes)

    def _check_runs(self, event: events.Event) -> None:
        if isinstance(event, events.TaskFinished):
            volunteer = self.swarm.scheduler.state.volunteers.by_id.get(event.peer)
            nodes = {node.id: node for node in self.plan.nodes}
            for run in event.runs if volunteer is not None else ():
                assert volunteer is not None
                profile = profile_of(volunteer.kind, volunteer.python, ())
                assert profile.offers(nodes[run.node].requires), f"{volunteer.id} ran {nodes[run.node]}"

    def _stir(self) -> None:
        if self.leaving:
            self.leaving -= 1
            kind = self.rng.choice(KINDS)
            self.swarm.remove_volunteer(self.members[kind].pop(0))
            self.members[kind].append(self.swarm.add_volunteer(python=kind[1], kind=kind[0]).id)
            self.swarm.clock.after(self.rng.randint(1, 60) + 500, self._stir)

    def check(self) -> None:
        self.swarm.run_until(lambda: self.job.over)
        assert self.job.error is None, self.job.error
        data = self.maker.driver_data
        expected = evaluate(self.plan, Shelf(), lambda *vertex: data[vertex])
        assert {partition: read_records(block) for partition, block in self.job.blocks.items()} == expected


@pytest.mark.parametrize("start", range(0, SEEDS, BATCH))
@pytest.mark.parametrize("churn", [False, True], ids=["calm", "churn"])
def test_every_wish_that_somebody_can_meet_is_met(start: int, churn: bool) -> None:
    for seed in range(start, start + BATCH):
        try:
            MixedSwarm(seed, churn=churn).check()
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}") from error
