"""Approximate actions: what there is when the time is over, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from tabswarm.rdd.confidence import estimated_mean, estimated_sum
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.simulation.engine import SimulatedEngine
from tabswarm.stat_counter import StatCounter


@pytest.fixture
def engine() -> SimulatedEngine:
    return SimulatedEngine(seed=5, volunteers=2)


@pytest.fixture
def sc(engine: SimulatedEngine) -> Iterator[EngineContext]:
    with EngineContext(engine) as context:
        yield context


def test_enough_time_gives_the_exact_figures(sc: EngineContext) -> None:
    numbers = sc.range(1000, numSlices=10)
    assert numbers.countApprox(1_000_000) == 1000
    total, mean = numbers.sumApprox(1_000_000), numbers.meanApprox(1_000_000)
    assert (total, total.confidence, total.low, total.high) == (499500.0, 1.0, 499500.0, 499500.0)
    assert (mean, mean.confidence, mean.low, mean.high) == (499.5, 1.0, 499.5, 499.5)


def test_no_time_gives_no_figures_and_ends_the_job(sc: EngineContext, engine: SimulatedEngine) -> None:
    total = sc.range(1000, numSlices=10).sumApprox(0)
    assert (total, total.confidence, total.low, total.high) == (0.0, 0.0, -math.inf, math.inf)
    (report,) = engine.reports()
    assert report.state == "cancelled"


def test_the_time_between_gives_figures_of_what_is_done_with_their_bounds(
    sc: EngineContext, engine: SimulatedEngine
) -> None:
    numbers = sc.range(1000, numSlices=40).map(lambda n: n % 10)
    found = [numbers.sumApprox(timeout, 0.95) for timeout in range(50, 450, 50)]
    partly = [total for total in found if total.confidence == 0.95 and math.isfinite(total.low)]
    assert partly, "no timeout fell between the first partition and the last"
    for total in partly:
        assert total.low <= 4500 <= total.high
    assert {report.state for report in engine.reports()} <= {"cancelled", "done"}


def test_bounds_are_sparks_for_some_of_the_partitions() -> None:
    seen = StatCounter([10.0, 12.0, 14.0])
    mean = estimated_mean(seen, 3, 10, 0.95)
    assert (mean, mean.confidence) == (12.0, 0.95)
    assert mean.high - mean == pytest.approx(4.302653 * math.sqrt(4 / 3), rel=1e-6)
    total = estimated_sum(seen, 3, 10, 0.95)
    assert total == pytest.approx(120.0)
    assert total.high - total == pytest.approx(total - total.low)


def test_one_value_alone_has_no_bounds() -> None:
    for found in (estimated_mean(StatCounter([3.0]), 1, 2, 0.9), estimated_sum(StatCounter([3.0]), 1, 2, 0.9)):
        assert (found.low, found.high, found.confidence) == (-math.inf, math.inf, 0.9)


def test_arguments_that_cannot_be_are_refused(sc: EngineContext) -> None:
    with pytest.raises(ValueError, match="confidence"):
        sc.range(3).sumApprox(100, 1.5)
    with pytest.raises(ValueError, match="milliseconds"):
        sc.range(3).countApprox(-1)
