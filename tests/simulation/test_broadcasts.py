"""A broadcast leaves the driver once or twice, whatever number of volunteers read it, and survives who vanishes."""

from __future__ import annotations

import gc
import random

import pytest

from tabswarm.ids import BlockId, BlockKind
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.simulation.engine import SimulatedEngine
from tabswarm.simulation.swarm import Conditions

LARGE = random.Random(7).randbytes(20_000)


def count_serves(engine: SimulatedEngine, block: BlockId) -> tuple[int, int]:
    """How often the driver and the volunteers have served a block."""
    served = engine.swarm.served
    by_driver = sum(count for (holder, of), count in served.items() if of == block and holder in engine.swarm.drivers)
    return by_driver, sum(count for (_, of), count in served.items() if of == block) - by_driver


@pytest.mark.parametrize("seed", range(5))
def test_thirty_volunteers_get_it_from_each_other_and_two_from_the_driver(seed: int) -> None:
    engine = SimulatedEngine(seed, volunteers=30)
    with EngineContext(engine) as context:
        table = context.broadcast(LARGE)
        looked_up = context.range(0, 600, 1, 120).map(lambda n: table.value[n]).collect()
        assert looked_up == list(LARGE[:600])
        by_driver, by_others = count_serves(engine, BlockId("a1", BlockKind.PARTITION, table.id, 0, 0))
        assert by_driver <= 2
        assert by_driver + by_others <= 30
        assert by_others >= 20


def test_few_tasks_bring_it_to_few_volunteers() -> None:
    engine = SimulatedEngine(1, volunteers=30)
    with EngineContext(engine) as context:
        table = context.broadcast(LARGE)
        assert context.range(0, 2, 1, 2).map(lambda n: table.value[n]).collect() == list(LARGE[:2])
        assert sum(count_serves(engine, BlockId("a1", "rdd", table.id, 0, 0))) <= 2  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(30))
def test_it_survives_volunteers_that_vanish(seed: int) -> None:
    engine = SimulatedEngine(seed, volunteers=4, churn=10, conditions=Conditions(worker_deaths=0.02))
    with EngineContext(engine) as context:
        table, factor = context.broadcast(LARGE), context.broadcast(3)
        pairs = context.range(0, 60, 1, 12).map(lambda n: (n % 4, table.value[n]))
        sums = pairs.reduceByKey(lambda one, other: one + other, 3).mapValues(lambda total: total * factor.value)
        assert dict(sums.collect()) == {k: 3 * sum(LARGE[k:60:4]) for k in range(4)}


def test_each_worker_unpacks_it_once() -> None:
    """What a task changes in it, a later task of the same worker sees: it is the same object."""
    with EngineContext(SimulatedEngine(1, volunteers=1)) as context:
        table = context.broadcast([0])

        def count(n: int) -> int:
            table.value[0] += 1
            return table.value[0]

        assert sorted(context.range(0, 4, 1, 4).map(count).collect()) == [1, 2, 3, 4]
        assert table.value == [0]


def test_unpersisting_drops_the_copies_and_it_can_be_used_again() -> None:
    engine = SimulatedEngine(1, volunteers=3)
    with EngineContext(engine) as context:
        table = context.broadcast(LARGE)
        mapped = context.range(0, 6, 1, 6).map(lambda n: table.value[n])
        assert mapped.collect() == list(LARGE[:6])
        table.unpersist()
        engine.swarm.run_until(lambda: not any(volunteer.store for volunteer in engine.swarm.volunteers.values()))
        assert not any(shelf._values for v in engine.swarm.volunteers.values() for shelf in v.shelves.values())
        assert mapped.collect() == list(LARGE[:6])


def test_what_the_program_lets_go_of_is_dropped_everywhere() -> None:
    engine = SimulatedEngine(1, volunteers=3)
    with EngineContext(engine) as context:
        table = context.broadcast(LARGE)
        held = [table]
        assert context.range(0, 6, 1, 6).map(lambda n: held[0].value[n]).count() == 6
        held.clear()
        del table
        gc.collect()
        assert context.range(3).count() == 3
        engine.swarm.run_until(lambda: not any(volunteer.store for volunteer in engine.swarm.volunteers.values()))
        assert not context._broadcasts
