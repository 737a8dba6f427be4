"""Accumulators are exact, also in transformations, also while volunteers come and go."""

from __future__ import annotations

import pytest

from tabswarm.rdd.engine_context import EngineContext
from tabswarm.simulation.engine import SimulatedEngine
from tabswarm.simulation.swarm import Conditions


@pytest.mark.parametrize("seed", range(40))
def test_each_record_counts_once_whoever_vanishes(seed: int) -> None:
    engine = SimulatedEngine(seed, volunteers=3, churn=8)
    with EngineContext(engine) as context:
        mapped, reduced = context.accumulator(0), context.accumulator(0.0)

        def pair(n: int) -> tuple[int, int]:
            mapped.add(1)
            return n % 5, n

        def weigh(pair: tuple[int, int]) -> tuple[int, int]:
            reduced.add(0.1 * pair[1])
            return pair

        sums = context.range(0, 60, 1, 6).map(pair).reduceByKey(lambda one, other: one + other, 3).map(weigh)
        assert sorted(sums.collect()) == [(k, sum(range(k, 60, 5))) for k in range(5)]
        assert mapped.value == 60
        assert reduced.value == pytest.approx(0.1 * sum(range(60)))


def test_something_is_recomputed_in_those_runs() -> None:
    """Else the test above would show nothing."""
    recomputed = 0
    for seed in range(10):
        engine = SimulatedEngine(seed, volunteers=3, churn=8)
        with EngineContext(engine) as context:
            context.range(0, 60, 1, 6).map(lambda n: (n % 5, n)).groupByKey(3).count()
            recomputed += sum(node.recomputed for report in engine.reports() for node in report.nodes)
    assert recomputed > 0


@pytest.mark.parametrize("seed", range(5))
def test_attempts_that_die_add_nothing(seed: int) -> None:
    engine = SimulatedEngine(seed, volunteers=3, conditions=Conditions(worker_deaths=0.2))
    with EngineContext(engine) as context:
        count = context.accumulator(0)
        context.range(0, 40, 1, 8).foreach(lambda n: count.add(1))
        assert count.value == 40


def test_a_cached_rdd_counts_once_and_an_uncached_one_once_a_job() -> None:
    with EngineContext(SimulatedEngine(1)) as context:
        count = context.accumulator(0)

        def see(n: int) -> int:
            count.add(1)
            return n

        cached = context.range(0, 10, 1, 2).map(see).cache()
        assert (cached.count(), cached.count(), count.value) == (10, 10, 10)
        count.value = 0
        plain = context.range(0, 10, 1, 2).map(see)
        assert (plain.count(), plain.count(), count.value) == (10, 10, 20)


def test_what_a_failed_job_committed_counts() -> None:
    from tabswarm.errors import TaskError

    with EngineContext(SimulatedEngine(1, volunteers=1)) as context:
        count = context.accumulator(0)

        def see(n: int) -> float:
            count.add(1)
            return 1 / (n - 39)

        with pytest.raises(TaskError):
            context.range(0, 40, 1, 4).map(see).collect()
        assert count.value in (0, 10, 20, 30)
