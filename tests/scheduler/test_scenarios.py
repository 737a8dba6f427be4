"""Every scenario file in tests/scenarios plays as its trace says.

To rewrite the traces after a change that you can explain: `REWRITE_SCENARIOS=1 pytest tests/scheduler`; then read the
difference before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tabswarm.simulation.scenario import Scenario

SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.txt"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_plays_as_its_trace_says(path: Path) -> None:
    written = path.read_text(encoding="utf-8")
    played = Scenario().play(written)
    if os.environ.get("REWRITE_SCENARIOS"):
        path.write_text(played, encoding="utf-8")
    else:
        assert played == written


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) >= 15
