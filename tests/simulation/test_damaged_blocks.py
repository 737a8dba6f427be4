"""Bits turn over in the stores of volunteers, unnoticed until somebody reads: nobody believes such bytes, and the
answer is the sequential one, or the job says that there are only volunteers left whose memory is damaged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tabswarm.simulation.story import Story

SEEDS = 60
BATCH = 20


@pytest.mark.parametrize("start", range(0, SEEDS, BATCH))
def test_with_bits_that_turn_over_the_answer_is_the_sequential_one(start: int) -> None:
    reported = answered = 0
    for seed in range(start, start + BATCH):
        story = Story(seed, volunteers=6, calm=False, always=("rot",))
        story.swarm.conditions = story.conditions = replace(story.conditions, rots=0.15)
        try:
            answered += story.run().exact
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        reported += story.swarm.referee.damaged_results
    assert reported > 0, "the driver never met a damaged target: the stories are too tame"
    assert answered > BATCH // 2
