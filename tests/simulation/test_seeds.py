"""Two thousand seeds: random plans, on swarms to which everything happens that can happen, and always the right answer.

What is checked of each is said in `simulation/story.py`. A failure names its seed: `tabswarm-sim --seed N --trace`.
"""

from __future__ import annotations

import pytest

from tabswarm.simulation.command import play_in_processes
from tabswarm.simulation.story import Verdict

SEEDS = 2_000


@pytest.mark.timeout(1800)
def test_whatever_happens_each_job_ends_with_the_sequential_answer_or_a_documented_error() -> None:
    verdicts = list(play_in_processes(range(SEEDS)))
    assert [failed for failed in verdicts if isinstance(failed, str)] == []
    good = [verdict for verdict in verdicts if isinstance(verdict, Verdict)]
    assert sum(verdict.lost > 0 for verdict in good) >= SEEDS / 2, "too few seeds lose a committed block"
    assert sum(verdict.exact for verdict in good) >= 0.9 * sum(verdict.exact + len(verdict.errors) for verdict in good)
