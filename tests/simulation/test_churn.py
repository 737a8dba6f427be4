"""Random plans on swarms whose volunteers come and go: the answer is the sequential one, whatever happens.

Every event is followed by a check of all invariants (see `scheduler/invariants.py`).
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

import pytest

from tabswarm.plan.dependency import Shuffle
from tabswarm.plan.keys import BlockKey, MapOutputKey, SinkKey
from tabswarm.plan.lineage import Plan
from tabswarm.plan.operators import Take
from tabswarm.plan.report import JobReport
from tabswarm.scheduler import events
from tabswarm.shipping.records import read_records
from tabswarm.simulation.random_plans import PlanMaker, Shelf
from tabswarm.simulation.sequential import evaluate
from tabswarm.simulation.simulated_driver import SimulatedDriver, SimulatedJob
from tabswarm.simulation.swarm import Conditions, SimulatedSwarm

CHURN_SEEDS = 140
CALM_SEEDS = 40
EVICTION_SEEDS = 40
BATCH = 20
LAST_SUBMISSION = 400
"""Milliseconds after which no story submits anything more."""


class Story:
    """One seed: a plan or two, a swarm, and what befell it."""

    def __init__(self, seed: int, *, churn: bool, evictions: float = 0.15) -> None:
        rng = random.Random(seed)
        self.evictions = evictions
        conditions = Conditions(
            inline_limit=rng.choice([0, 0, 16 * 1024]),
            worker_deaths=rng.choice([0.0, 0.0, 0.03]) if churn else 0.0,
            noticed_after=(0, rng.choice([1, 400, 1500])),
        )
        self.swarm = SimulatedSwarm(seed, lambda application: Shelf(), conditions)
        self.departures = 0
        self.losses = 0
        self.lost: dict[str, list[list[SinkKey]]] = {}
        self.swarm.before_event = self._note_losses
        self.rng = rng
        self.jobs: list[tuple[PlanMaker, SimulatedJob]] = []
        for number in range(rng.choice([1, 1, 2])):
            driver = self.swarm.add_driver(f"a{number + 1}")
            maker = PlanMaker(rng, driver.application, persisted=evictions)
            plan = maker.make(rng.randint(2, 12))
            driver.data = maker.driver_data
            self.jobs.append((maker, driver.submit(plan)))
            if rng.random() < 0.4:
                again = maker.make(len(maker.nodes) + rng.randint(1, 4))
                self._submit_later(driver, maker, again)
        self.swarm.clock.after(LAST_SUBMISSION, lambda: None)
        for _ in range(rng.randint(1, 5)):
            self.swarm.add_volunteer(slots=rng.randint(1, 2))
        if churn:
            self.until = rng.randint(200, 2500)
            self.pace = rng.choice([40, 120, 400]) if evictions < 0.5 else 15
            self.swarm.clock.after(rng.randint(1, self.pace), self._stir)

    def _submit_later(self, driver: SimulatedDriver, maker: PlanMaker, plan: Plan) -> None:
        delay = self.rng.randint(0, LAST_SUBMISSION)
        self.swarm.clock.after(delay, lambda: self.jobs.append((maker, driver.submit(plan))))

    def _stir(self) -> None:
        """One volunteer goes or comes; in the end everybody who was missing is back."""
        swarm = self.swarm
        if swarm.clock.now >= self.until:
            for peer in list(swarm.volunteers):
                swarm.resize(peer, 1)
            while len(swarm.volunteers) < 2:
                swarm.add_volunteer()
            return
        there = list(swarm.volunteers)
        if there and self.rng.random() < self.evictions:
            swarm.evict(self.rng.choice(there))
        else:
            self._come_or_go(there)
        swarm.clock.after(self.rng.randint(1, self.pace), self._stir)

    def _come_or_go(self, there: list[str]) -> None:
        swarm, what = self.swarm, self.rng.random()
        if there and what < 0.45:
            swarm.remove_volunteer(self.rng.choice(there))
        elif there and what < 0.52:
            swarm.resize(self.rng.choice(there), self.rng.randint(0, 2))
        elif what < 0.6:
            swarm.interrupt_driver(self.rng.choice(list(swarm.drivers)), self.rng.randint(1, 500))
        else:
            swarm.add_volunteer(slots=self.rng.randint(1, 2))

    def _note_losses(self, event: events.Event) -> None:
        """Write down which committed blocks go with an event."""
        match event:
            case events.VolunteerLeft():
                self.departures += 1
                going = None
            case events.BlocksLost():
                going = event.blocks
            case events.FetchFailed() | events.ResultMissing():
                going = (event.block,)
            case _:
                return
        holder = event.peer if isinstance(event, events.VolunteerLeft | events.BlocksLost) else event.holder
        for application in self.swarm.scheduler.state.applications.values():
            stored = application.blocks.stored
            keys = [
                key
                for key in application.blocks.by_holder.get(holder, ())
                if len(stored[key].holders) == 1 and (going is None or stored[key].id in going)
            ]
            if keys:
                self.losses += 1
                self.lost.setdefault(application.id, []).append(keys)

    def run(self) -> None:
        self.swarm.run_until(lambda: self.swarm.clock.now >= LAST_SUBMISSION and all(job.over for _, job in self.jobs))

    def check(self) -> None:
        for maker, job in self.jobs:
            if job.error is not None:
                assert max(self.swarm.deaths.values(), default=0) >= 4, job.error
                continue
            expected = evaluate(job.plan, Shelf(), lambda *vertex, data=maker.driver_data: data[vertex])
            got = {partition: read_records(block) for partition, block in job.blocks.items()}
            assert got == expected
            self._check_ledger(job)

    def _check_ledger(self, job: SimulatedJob) -> None:
        (report,) = self.swarm.scheduler.report(job=job.id)
        taken = any(isinstance(node.operator, Take) for node in job.plan.nodes)
        lost = {vertex for keys in self.lost.get(job.plan.application, []) for vertex in cone(job.plan, keys)}
        for node in report.nodes:
            assert node.first <= node.partitions
            if not taken:
                in_cone = sum(vertex[0] == node.id for vertex in lost)
                assert node.recomputed <= in_cone * (self.departures + self.losses), (
                    f"{node.name} was computed again without need"
                )


def cone(plan: Plan, keys: list[SinkKey]) -> Iterator[tuple[int, int]]:
    """Each vertex that the keys' blocks were made of, once."""
    nodes = {node.id: node for node in plan.nodes}
    parent_of = {
        dependency.shuffle: dependency.parent
        for node in plan.nodes
        for dependency in node.dependencies
        if isinstance(dependency, Shuffle)
    }
    seen: dict[tuple[int, int], None] = {}
    waiting: list[tuple[int, int]] = []
    for key in keys:
        if isinstance(key, BlockKey) and key.node in nodes:
            waiting.append((key.node, key.partition))
        elif isinstance(key, MapOutputKey) and key.shuffle in parent_of:
            waiting.append((parent_of[key.shuffle], key.partition))
    while waiting:
        vertex = waiting.pop()
        if vertex in seen:
            continue
        seen[vertex] = None
        for dependency in nodes[vertex[0]].dependencies:
            parent = nodes[dependency.parent]
            above = (
                range(parent.partitions)
                if isinstance(dependency, Shuffle)
                else dependency.parents_of(vertex[1], parent.partitions)
            )
            waiting.extend((parent.id, partition) for partition in above)
    return iter(seen)


@pytest.mark.parametrize("start", range(0, CHURN_SEEDS, BATCH))
def test_with_volunteers_coming_and_going_the_answer_is_the_sequential_one(start: int) -> None:
    for seed in range(start, start + BATCH):
        story = Story(seed, churn=True)
        try:
            story.run()
            story.check()
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}") from error


@pytest.mark.parametrize("start", range(0, EVICTION_SEEDS, BATCH))
def test_with_blocks_evicted_all_the_time_the_answer_is_the_sequential_one(start: int) -> None:
    for seed in range(start, start + BATCH):
        story = Story(seed, churn=True, evictions=0.6)
        try:
            story.run()
            story.check()
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}") from error


@pytest.mark.parametrize("start", range(0, CALM_SEEDS, BATCH))
def test_without_failures_nothing_is_computed_twice_and_nothing_in_vain(start: int) -> None:
    for seed in range(start, start + BATCH):
        story = Story(seed, churn=False)
        story.run()
        story.check()
        for _, job in story.jobs:
            (report,) = story.swarm.scheduler.report(job=job.id)
            assert all(node.recomputed == 0 for node in report.nodes), f"seed {seed}"


def needed_runs(plan: Plan) -> dict[int, int]:
    """How many partitions of each node the target takes."""
    counts: dict[int, int] = {}
    for node, _ in cone(plan, [BlockKey(plan.target, partition) for partition in plan.partitions]):
        counts[node] = counts.get(node, 0) + 1
    return counts


def first_runs(report: JobReport) -> dict[int, int]:
    return {node.id: node.first for node in report.nodes if node.first}


@pytest.mark.parametrize("seed", range(5000, 5030))
def test_a_first_job_runs_exactly_what_its_target_needs(seed: int) -> None:
    rng = random.Random(seed)
    swarm = SimulatedSwarm(seed, lambda application: Shelf())
    driver = swarm.add_driver("a1")
    maker = PlanMaker(rng, "a1")
    job = driver.submit(maker.make(rng.randint(2, 14)))
    driver.data = maker.driver_data
    swarm.add_volunteer(slots=1)
    swarm.run_until(lambda: job.over)
    (report,) = swarm.scheduler.report(job=job.id)
    assert first_runs(report) == needed_runs(job.plan)


def test_at_least_half_of_the_stories_lose_committed_blocks() -> None:
    lossy = 0
    for seed in range(40):
        story = Story(seed, churn=True)
        story.run()
        lossy += bool(story.lost)
    assert lossy >= 20


def test_the_same_seed_gives_the_same_trace_twice() -> None:
    def trace(seed: int) -> str:
        story = Story(seed, churn=True)
        story.run()
        return hashlib.blake2b("\n".join(story.swarm.trace).encode()).hexdigest()

    for seed in (3, 17, 29):
        assert trace(seed) == trace(seed)
    assert trace(3) != trace(17)
