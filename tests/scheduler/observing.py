"""A scenario that somebody looks at: times are told as milliseconds, and each task is found by what it is about."""

from __future__ import annotations

from collections.abc import Iterable

from tests.coordinator.follower import Follower

from tabswarm.coordinator.observers import Observer
from tabswarm.plan.observation import ObservedAttempt, ObservedJob
from tabswarm.simulation.scenario import Scenario

WORDS = ("1 source 4", "2 map 1", "3 reduce 2 parts=2", "4 map 3", "want 4")


class Observed(Scenario):
    """A scenario with an observer of one job."""

    def __init__(self, job: str = "j1") -> None:
        super().__init__()
        self.observer = Observer(job)
        self.follower = Follower()

    def do(self, *lines: str) -> Observed:
        """Carry out these commands, a line each."""
        for line in lines:
            self.run([line])
        return self

    def submit(self, lines: Iterable[str] = WORDS, options: str = "") -> Observed:
        self.run([f"submit d1 a1 {options}", *lines])
        return self

    def look(self) -> Follower:
        """What the observer knows by now."""
        while True:
            news = self.observer.news(self.scheduler.look(), self.scheduler, self.scheduler.state.now)
            if news is None:
                return self.follower
            self.follower.hear(news)

    def job(self) -> ObservedJob:
        follower = self.look()
        return follower.jobs[follower.job]

    def attempts(self) -> list[ObservedAttempt]:
        """The attempts, by task and number."""
        return [attempt for _, attempt in sorted(self.look().attempts.items())]


def observed(*lines: str, job: str = "j1") -> Observed:
    """A driver, these volunteers and so on."""
    return Observed(job).do("driver d1 a1", *lines)
