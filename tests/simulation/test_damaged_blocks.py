"""Bits turn over in the stores of volunteers, unnoticed until somebody reads: nobody believes such bytes, and the
answer is the sequential one, or the job says that there are only volunteers left whose memory is damaged."""

from __future__ import annotations

import random

import pytest
from tests.simulation.test_churn import Story

from tabswarm.scheduler import events

SEEDS = 40
BATCH = 20


class RottingStory(Story):
    """As bad as the others, and now and then a block is damaged; `reported` counts what the driver found."""

    def __init__(self, seed: int) -> None:
        self.rotting = random.Random(seed)
        self.reported = 0
        super().__init__(seed, churn=True)

    def _stir(self) -> None:
        there = list(self.swarm.volunteers)
        if there:
            self.swarm.rot(self.rotting.choice(there))
        super()._stir()

    def _note_losses(self, event: events.Event) -> None:
        if isinstance(event, events.ResultMissing) and event.corrupt:
            self.reported += 1
        if isinstance(event, events.FetchFailed | events.ResultMissing) and event.corrupt:
            self._note_quarantine(event.holder)
        super()._note_losses(event)

    def _note_quarantine(self, holder: str) -> None:
        """A strike may take all that the volunteer holds: counted as if it left."""
        super()._note_losses(events.VolunteerLeft(peer=holder))

    def check(self) -> None:
        refused = [job for _, job in self.jobs if getattr(job.error, "error", "") == "NoEligibleVolunteers"]
        self.jobs = [(maker, job) for maker, job in self.jobs if job not in refused]
        super().check()


@pytest.mark.parametrize("start", range(0, SEEDS, BATCH))
def test_with_bits_that_turn_over_the_answer_is_the_sequential_one(start: int) -> None:
    reported = answered = 0
    for seed in range(start, start + BATCH):
        story = RottingStory(seed)
        try:
            story.run()
            story.check()
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        reported += story.reported
        answered += len(story.jobs)
    assert reported > 0, "the driver never met a damaged target: the story is too tame"
    assert answered > BATCH // 2
