"""Random chains of RDD methods give what plain Python gives, on a simulated swarm from which volunteers vanish."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.operations.chains import STEPS, Numbers, play

from tabswarm.rdd.engine_context import EngineContext
from tabswarm.simulation.engine import SimulatedEngine


@pytest.fixture(scope="module")
def sc() -> Iterator[EngineContext]:
    with EngineContext(SimulatedEngine(seed=3, volunteers=3, churn=500, churn_pause=2000)) as context:
        yield context


@pytest.mark.parametrize("name", STEPS)
def test_every_step_gives_what_plain_python_gives(sc: EngineContext, name: str) -> None:
    on_rdd, plainly = STEPS[name]
    numbers = [number * 37 % 101 - 50 for number in range(40)]
    assert sorted(on_rdd(sc.parallelize(numbers, 4)).collect()) == sorted(plainly(numbers))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    numbers=st.lists(st.integers(-50, 50), max_size=20),
    slices=st.integers(1, 5),
    chain=st.lists(st.sampled_from(sorted(STEPS)), max_size=4),
)
def test_a_chain_of_methods_gives_what_plain_python_gives(
    sc: EngineContext, numbers: Numbers, slices: int, chain: list[str]
) -> None:
    rdd, expected, in_order = play(sc.parallelize(numbers, slices), numbers, chain)
    found = rdd.collect()
    assert sorted(found) == sorted(expected)
    assert rdd.count() == len(expected)
    if in_order:
        assert found == expected
        assert rdd.take(3) == expected[:3]
