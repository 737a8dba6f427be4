"""Programs on a simulated swarm give the answers of plain Python, also while its volunteers come and go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tabswarm.errors import TaskError
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.simulation.engine import SimulatedEngine

TEXT = ["to be or not to be", "that is the question", "to die to sleep", "no more"] * 3


@pytest.fixture
def engine() -> SimulatedEngine:
    return SimulatedEngine(seed=11, volunteers=3)


@pytest.fixture
def context(engine: SimulatedEngine) -> Iterator[EngineContext]:
    with EngineContext(engine) as made:
        yield made


def count_words(context: EngineContext) -> dict[str, int]:
    words = context.parallelize(TEXT, 4).flatMap(str.split)
    return dict(words.map(lambda word: (word, 1)).reduceByKey(lambda one, other: one + other, 3).collect())


def plain_count() -> dict[str, int]:
    words = " ".join(TEXT).split()
    return {word: words.count(word) for word in set(words)}


def test_a_word_count_runs_without_a_socket(context: EngineContext, engine: SimulatedEngine) -> None:
    assert count_words(context) == plain_count()
    (report,) = engine.reports()
    assert [(node.first, node.recomputed) for node in report.nodes] == [(4, 0), (4, 0), (4, 0), (3, 0)]


@pytest.mark.parametrize("seed", range(6))
def test_a_word_count_survives_volunteers_that_vanish(seed: int) -> None:
    engine = SimulatedEngine(seed, volunteers=2, churn=6)
    with EngineContext(engine) as context:
        assert count_words(context) == plain_count()


def test_a_cached_rdd_is_computed_once_for_two_actions(context: EngineContext, engine: SimulatedEngine) -> None:
    squares = context.range(0, 20, 1, 4).map(lambda n: n * n).cache()
    assert squares.sum() == sum(n * n for n in range(20))
    assert squares.filter(lambda n: n % 2 == 0).count() == 10
    first, second = engine.reports()
    mapped = next(node for node in first.nodes if node.name == "map")
    assert mapped.first == 4
    assert [node.first for node in second.nodes if node.id == mapped.id] == [0]


def test_take_stops_early_and_is_exact(context: EngineContext) -> None:
    assert context.range(0, 1000, 1, 10).map(lambda n: n + 1).take(3) == [1, 2, 3]


def test_a_coalesce_of_many_to_one_keeps_all_records(context: EngineContext) -> None:
    assert context.range(0, 100, 1, 20).coalesce(1).collect() == list(range(100))


def test_an_exception_names_the_node_and_the_users_line(context: EngineContext) -> None:
    with pytest.raises(TaskError, match=r"map at .*test_engine.py:\d+, partition 1: ZeroDivisionError"):
        context.parallelize([1, 0], 2).map(lambda n: 1 // n).collect()


def test_stop_ends_the_application_everywhere(engine: SimulatedEngine) -> None:
    context = EngineContext(engine)
    context.parallelize([1, 2], 2).cache().count()
    assert any(volunteer.store for volunteer in engine.swarm.volunteers.values())
    context.stop()
    assert not any(volunteer.store for volunteer in engine.swarm.volunteers.values())
    assert not engine.swarm.scheduler.state.applications
