"""The shared suite on the in-memory swarm and in `local[2]`; `end_to_end/test_operations.py` runs it in real tabs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.operations.every_case import CASES

from tabswarm import Context
from tabswarm.driver.reading import Reading
from tabswarm.driver.saving import Saving
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.simulation.engine import SimulatedEngine


@pytest.fixture(scope="module")
def local() -> Iterator[Context]:
    with Context("local[2]", "operations") as context:
        yield context


class Simulated(Reading, Saving):
    """A context on a simulated swarm, with the disk of this process."""


@pytest.fixture(scope="module")
def simulated() -> Iterator[EngineContext]:
    with Simulated(SimulatedEngine(seed=1, volunteers=3, churn=300, churn_pause=2000)) as context:
        yield context


@pytest.mark.parametrize("name", CASES)
def test_an_operation_gives_plain_pythons_answer_in_local_mode(name: str, local: Context) -> None:
    assert CASES[name].program(local) == CASES[name].plain()


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.needs_native])
def test_an_operation_gives_plain_pythons_answer_on_a_simulated_swarm(name: str, simulated: EngineContext) -> None:
    assert CASES[name].program(simulated) == CASES[name].plain()
