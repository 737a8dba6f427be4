"""Whatever happens to a swarm: what an observer was told bit by bit is what one sees who looks now for the first time,
and it agrees with what the scheduler itself knows."""

from __future__ import annotations

import random

import msgspec
import pytest
from tests.coordinator.follower import Follower

from tabswarm.coordinator.observers import Observer
from tabswarm.plan.observation import Outcome
from tabswarm.scheduler.commands import Command
from tabswarm.scheduler.events import Event
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.simulation.story import Story
from tabswarm.wire.messages import Observation

encode, decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(Observation).decode


class Watched(Scheduler):
    """A scheduler at which somebody looks now and then, from some moment on, one job after the other."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self.rng = rng
        self.follower = Follower()
        self.observer = Observer("")
        self.rounds = 0

    def handle(self, event: Event) -> list[Command]:
        commands = super().handle(event)
        chance = self.rng.random()
        if chance < 0.002:
            self.follower, self.observer = Follower(), Observer(f"j{self.rng.randint(1, self.state.last_job + 1)}")
        elif chance < 0.1:
            self.look_now()
        if chance < 0.02:
            self.compare()
        return commands

    def look_now(self) -> None:
        """Tell the observer what is new, over the wire."""
        while (news := self.observer.news(self.look(), self, self.state.now)) is not None:
            self.follower.hear(decode(encode(news)))

    def compare(self) -> None:
        """What was told adds up to what is there."""
        self.look_now()
        self.rounds += 1
        whole, job = Follower(), self.observer._job
        newcomer = Observer(job)
        while (news := newcomer.news(self.look(), self, self.state.now)) is not None:
            whole.hear(decode(encode(news)))
        assert self.follower.picture() == whole.picture()
        self._agree(whole)

    def _agree(self, seen: Follower) -> None:
        assert seen.volunteers.keys() == self.state.volunteers.by_id.keys()
        for job in self.state.jobs.values():
            told = seen.jobs[job.id]
            assert sum(stage.tasks for stage in told.stages) == job.total == told.total
            assert sum(stage.done for stage in told.stages) == job.done
            assert sum(stage.running for stage in told.stages) == job.running
            assert all(stage.left >= -1 for stage in told.stages)
        job_seen = self.state.jobs.get(seen.job)
        if job_seen is not None:
            leases = {(task.id, number) for task in job_seen.tasks.values() for number in task.attempts}
            assert {key for key, each in seen.attempts.items() if each.outcome is Outcome.OPEN} == leases
            done = sum(each.outcome is Outcome.DONE for each in seen.attempts.values())
            assert done == job_seen.done
            assert seen.progress.keys() == job_seen.nodes.keys()
        for volunteer, told_of in seen.volunteers.items():
            tables = [application.blocks for application in self.state.applications.values()]
            blocks = [table.stored[key] for table in tables for key in table.by_holder.get(volunteer, ())]
            assert (told_of.blocks, told_of.held) == (len(blocks), sum(block.size for block in blocks))


@pytest.mark.parametrize("seed", range(40))
def test_what_an_observer_was_told_adds_up_to_what_there_is(seed: int) -> None:
    story = Story(seed, volunteers=1 + seed % 7)
    watched = Watched(random.Random(seed))
    watched.state = story.swarm.scheduler.state
    story.swarm.scheduler = watched
    plain = Story(seed, volunteers=1 + seed % 7)
    assert story.run() == plain.run(), "looking changes nothing"
    watched.compare()
    assert watched.rounds
