"""What somebody makes of observations who keeps the latest of everything by id, as the console's page does."""

from __future__ import annotations

from tabswarm.plan.observation import (
    FoldedAttempts,
    NodeProgress,
    ObservedAttempt,
    ObservedError,
    ObservedJob,
    ObservedNode,
    ObservedStore,
    ObservedVolunteer,
)
from tabswarm.wire.messages import Observation


class Follower:
    """The picture that the observations so far add up to."""

    def __init__(self) -> None:
        self.heard = 0
        self.begin()

    def begin(self) -> None:
        self.job = ""
        self.volunteers: dict[str, ObservedVolunteer] = {}
        self.jobs: dict[str, ObservedJob] = {}
        self.stores: dict[tuple[str, int], ObservedStore] = {}
        self.nodes: dict[int, ObservedNode] = {}
        self.progress: dict[int, NodeProgress] = {}
        self.attempts: dict[tuple[int, int], ObservedAttempt] = {}
        self.errors: dict[int, ObservedError] = {}
        self.folded: dict[int, FoldedAttempts] = {}

    def hear(self, told: Observation) -> None:
        """One more observation."""
        self.heard += 1
        if told.fresh:
            self.begin()
        self.job = told.job
        self.volunteers.update((each.id, each) for each in told.volunteers)
        self.jobs.update((each.id, each) for each in told.jobs)
        self.stores.update(((each.application, each.node), each) for each in told.stores)
        for peer in told.gone:
            del self.volunteers[peer]
        for job in told.forgotten:
            del self.jobs[job]
        for store in told.dropped:
            del self.stores[store]
        self.nodes.update((each.id, each) for each in told.nodes)
        self.progress.update((each.node, each) for each in told.progress)
        self.attempts.update(((each.task, each.attempt), each) for each in told.attempts)
        self.errors.update((each.id, each) for each in told.errors)
        self.folded.update((each.stage, each) for each in told.folded)

    def picture(self) -> dict[str, object]:
        """All that is known, to be compared."""
        return {name: value for name, value in vars(self).items() if name != "heard"}
