"""Drivers that die, and others that attach: whatever was submitted ends, and every watcher gets the sequential answer.

Data that only a dead driver had may be missing for good; then, and only then, the job ends with `SourceUnavailable`.
"""

from __future__ import annotations

import random
from functools import partial

import pytest

from tabswarm.scheduler import events
from tabswarm.shipping.records import read_records
from tabswarm.simulation.random_plans import PlanMaker, Shelf
from tabswarm.simulation.sequential import evaluate
from tabswarm.simulation.simulated_driver import SimulatedJob
from tabswarm.simulation.simulated_watcher import SimulatedWatcher
from tabswarm.simulation.swarm import Conditions, SimulatedSwarm

SEEDS = 80
BATCH = 20
PATIENCE = 20_000
"""Milliseconds that a job waits for a dead driver's data."""


class Story:
    """One seed: a driver with a job or two, its death, and those who attach before and after."""

    def __init__(self, seed: int, *, churn: bool, in_good_order: bool = False) -> None:
        rng = self.rng = random.Random(seed)
        conditions = Conditions(inline_limit=rng.choice([0, 200, 16 * 1024]))
        self.swarm = SimulatedSwarm(seed, lambda application: Shelf(), conditions, keep_trace=True)
        self.swarm.event(events.Configured(results_kept=3_600_000, source_patience=PATIENCE))
        self.driver = self.swarm.add_driver("a1")
        self.maker = PlanMaker(rng, "a1")
        self.watched: list[SimulatedJob] = []
        for _ in range(rng.randint(1, 2)):
            self.driver.submit(self.maker.make(len(self.maker.nodes) + rng.randint(2, 8)))
        self.driver.data = self.maker.driver_data
        for _ in range(rng.randint(1, 4)):
            self.swarm.add_volunteer(slots=rng.randint(1, 2))
        # What arrived lives on; before that there is nothing to attach to.
        self.swarm.run_until(lambda: len(self.swarm.scheduler.state.jobs) == len(self.driver.jobs))
        if in_good_order:
            self.swarm.clock.after(rng.randint(0, 400), self.driver.end_program)
        else:
            self.swarm.clock.after(rng.randint(0, 400), self.driver.die)
        if churn:
            for _ in range(rng.randint(1, 4)):
                self.swarm.clock.after(rng.randint(0, 1500), self._replace_somebody)
        for number in range(rng.randint(1, 3)):
            self.swarm.clock.after(rng.randint(0, 1500), partial(self._attach, number))
        self.swarm.clock.after(2000, self._attach_last)
        self.all_attached = False

    def _replace_somebody(self) -> None:
        self.swarm.remove_volunteer(self.rng.choice(list(self.swarm.volunteers)))
        self.swarm.add_volunteer(slots=2)

    def _attach(self, number: int) -> None:
        watcher = SimulatedWatcher(self.swarm, f"w{number}", "a1")
        for job in self.swarm.scheduler.report(application="a1"):
            plan = self.driver.jobs[int(job.id[1:])].plan
            self.watched.append(watcher.watch(job.id, plan))

    def _attach_last(self) -> None:
        self._attach(9)
        self.all_attached = True

    def run(self) -> None:
        self.swarm.run_until(lambda: self.all_attached and all(job.over for job in self.watched))

    def check(self) -> None:
        for job in self.watched:
            if job.error is not None:
                self._check_error(job)
                continue
            expected = evaluate(job.plan, Shelf(), lambda *vertex: self.maker.driver_data[vertex])
            assert {part: read_records(block) for part, block in job.blocks.items()} == expected

    def _check_error(self, job: SimulatedJob) -> None:
        assert job.error is not None
        said = {"ResultsGone": ("were not kept", "no job"), "SourceUnavailable": ("only the driver had its data",)}
        assert any(words in job.error.reason for words in said[job.error.error])
        if job.error.error == "SourceUnavailable":
            far = any(block.inline is None for blocks in job.plan.sources.values() for block in blocks)
            assert far and self.swarm.clock.now >= PATIENCE
        else:
            assert any(done.fetched and done.plan is job.plan for done in self.driver.jobs.values())


@pytest.mark.parametrize("churn", [False, True], ids=["calm", "churn"])
@pytest.mark.parametrize("start", range(0, SEEDS, BATCH))
def test_whoever_attaches_gets_the_sequential_answer(start: int, churn: bool) -> None:
    for seed in range(start, start + BATCH):
        story = Story(seed, churn=churn)
        try:
            story.run()
            story.check()
            if not churn:
                for report in story.swarm.scheduler.report():
                    assert all(node.recomputed == 0 for node in report.nodes)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}") from error


def test_the_stories_have_what_they_are_about() -> None:
    """Answers brought home after the driver's death, and jobs that starve without its data: some of each."""
    answered = starved = 0
    for seed in range(40):
        story = Story(seed, churn=False)
        story.run()
        answered += sum(job.error is None for job in story.watched)
        starved += sum(job.error is not None and job.error.error == "SourceUnavailable" for job in story.watched)
    assert answered > 20 and starved > 0


def test_a_driver_that_comes_back_in_time_lets_a_starving_job_end_well() -> None:
    ended_well = 0
    for seed in range(30):
        story = Story(seed, churn=False)
        story.swarm.clock.after(PATIENCE // 2, partial(come_back, story))
        story.run()
        story.check()
        assert not any(job.error is not None and job.error.error == "SourceUnavailable" for job in story.watched)
        ended_well += 1
    assert ended_well == 30


def come_back(story: Story) -> None:
    """The same program again, with its data."""
    story.driver.come_back()


def test_what_a_driver_that_leaves_in_good_order_alone_had_is_copied_and_its_jobs_end_well() -> None:
    copied = 0
    for seed in range(60):
        story = Story(seed, churn=False, in_good_order=True)
        try:
            story.run()
            story.check()
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        assert not any(job.error is not None and job.error.error == "SourceUnavailable" for job in story.watched)
        assert not story.driver.alive
        copied += any("<- copy" in line for line in story.swarm.trace or ())
    assert copied >= 3


def test_two_copies_outlive_one_of_their_holders() -> None:
    for seed in range(60):
        story = Story(seed, churn=True, in_good_order=True)
        try:
            story.run()
            story.check()
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}") from error


def test_an_application_that_nobody_comes_back_to_leaves_nothing_behind() -> None:
    story = Story(3, churn=True)
    story.run()
    swarm = story.swarm
    swarm.run_until(lambda: not swarm.scheduler.state.applications, limit=2 * 3_600_000)
    assert not swarm.scheduler.state.jobs and not swarm.scheduler.state.tasks and not swarm.scheduler.state.watchers
    while swarm.clock.step():
        pass
    assert all(not volunteer.store for volunteer in swarm.volunteers.values())


def test_the_same_seed_gives_the_same_trace_twice() -> None:
    traces = []
    for _ in range(2):
        story = Story(11, churn=True)
        story.run()
        traces.append(story.swarm.trace_hash())
    assert traces[0] == traces[1]
