"""What a function can ask of its task, whoever pulls its records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from tests.driver.loop_swarm import loop_swarm

from tabswarm.errors import TaskError
from tabswarm.executor.task_context import BarrierTaskContext, TaskContext
from tabswarm.rdd.engine_context import EngineContext


@pytest.fixture(scope="module")
def sc() -> Iterator[EngineContext]:
    with loop_swarm(2) as swarm, EngineContext(swarm.engine()) as context:
        yield context


def partition(_: object = None) -> int:
    context = TaskContext.get()
    assert context is not None
    return context.partitionId()


def partition_of_all(records: Iterable[Any]) -> Iterator[tuple[int, list[Any]]]:
    before = partition()
    found = list(records)
    yield before, found
    assert partition() == before


def test_each_function_is_told_its_own_partition(sc: EngineContext) -> None:
    assert sc.range(6, numSlices=3).map(partition).collect() == [0, 0, 1, 1, 2, 2]
    assert sc.range(3, numSlices=3).mapPartitions(partition_of_all).collect() == [(0, [0]), (1, [1]), (2, [2])]


def test_a_step_behind_another_partition_keeps_its_own(sc: EngineContext) -> None:
    numbered = sc.range(4, numSlices=4).map(partition)
    assert numbered.coalesce(1).map(lambda own: (own, partition())).collect() == [(0, 0), (1, 0), (2, 0), (3, 0)]
    both = numbered.union(numbered).map(lambda own: (own, partition()))
    assert both.collect() == [(n % 4, n) for n in range(8)]
    pairs = numbered.cartesian(numbered).map(lambda pair: (*pair, partition()))
    assert pairs.collect() == [(a, b, 4 * a + b) for a in range(4) for b in range(4)]


def test_functions_of_a_shuffle_are_told_the_partition_that_runs_them(sc: EngineContext) -> None:
    found = sc.range(20, numSlices=4).map(lambda n: (n % 3, n)).groupByKey(3).map(lambda pair: (pair[0], partition()))
    assert sorted(found.collect()) == [(0, 0), (1, 1), (2, 2)]


def test_a_shared_step_that_is_kept_is_told_its_own(sc: EngineContext) -> None:
    base = sc.range(4, numSlices=2).map(lambda n: (partition(), n))
    assert base.union(base).coalesce(1).values().collect() == [0, 1, 2, 3, 0, 1, 2, 3]
    assert base.union(base).coalesce(1).keys().collect() == [0, 0, 1, 1, 0, 0, 1, 1]


def test_a_chain_longer_than_the_stack_is_told_its_own(sc: EngineContext) -> None:
    chain = sc.range(3, numSlices=3).map(partition)
    for _ in range(100):
        chain = chain.map(lambda own: own if own == partition() else -1)
    assert chain.coalesce(1).collect() == [0, 1, 2]


def test_a_thread_of_the_tasks_own_sees_the_same_context(sc: EngineContext) -> None:
    def from_a_thread(records: Iterable[int]) -> list[int]:
        import threading

        seen: list[int] = []
        thread = threading.Thread(target=lambda: seen.append(partition()))
        thread.start()
        thread.join()
        return seen

    assert sc.range(2, numSlices=2).mapPartitions(from_a_thread).collect() == [0, 1]


def test_local_properties_travel_with_the_job(sc: EngineContext) -> None:
    def told(_: int) -> tuple[str | None, str | None]:
        context = TaskContext()
        return context.getLocalProperty("colour"), context.getLocalProperty("nothing")

    sc.setLocalProperty("colour", "green")
    assert sc.range(1).map(told).first() == ("green", None)
    sc.setLocalProperty("colour", None)
    assert sc.range(1).map(told).first() == (None, None)


def test_stages_are_numbered_one_after_the_other(sc: EngineContext) -> None:
    def stage(_: object) -> int:
        context = TaskContext.get()
        assert context is not None
        return context.stageId()

    first = sc.range(1, numSlices=1).map(stage).first()
    assert sc.range(1, numSlices=1).map(stage).first() == first + 1
    pairs = sc.range(4, numSlices=2).map(lambda n: (stage(n), n)).groupByKey(2).map(lambda pair: (pair[0], stage(pair)))
    assert set(pairs.collect()) == {(first + 2, first + 3)}


def test_attempts_are_told_apart(sc: EngineContext) -> None:
    def attempt(_: object) -> tuple[int, int]:
        context = TaskContext.get()
        assert context is not None
        return context.attemptNumber(), context.taskAttemptId()

    found = sc.range(4, numSlices=4).map(attempt).collect()
    assert [number for number, _ in found] == [0, 0, 0, 0]
    assert len({unique for _, unique in found}) == 4


def test_there_is_none_in_the_driver() -> None:
    assert TaskContext.get() is None
    with pytest.raises(RuntimeError, match="inside tasks only"):
        TaskContext()


def test_a_stage_with_a_barrier_has_a_context_that_knows_it(sc: EngineContext) -> None:
    def tasks(records: Iterable[int]) -> Iterator[tuple[int, int, int]]:
        context = TaskContext.get()
        assert isinstance(context, BarrierTaskContext) and BarrierTaskContext() is context
        yield context.partitionId(), len(context.getTaskInfos()), sum(records)

    barrier = sc.range(4, numSlices=2).barrier().mapPartitions(tasks)
    assert barrier.collect() == [(0, 2, 1), (1, 2, 5)]
    after = barrier.map(lambda told: BarrierTaskContext.get().partitionId())
    assert after.collect() == [0, 1]
    assert sorted(barrier.groupBy(lambda told: 0, 1).map(lambda told: has_barrier()).collect()) == [False]
    assert sc.range(2, numSlices=2).map(lambda n: has_barrier()).collect() == [False, False]


def has_barrier() -> bool:
    try:
        BarrierTaskContext.get()
    except RuntimeError:
        return False
    return True


@pytest.mark.parametrize("method", ["barrier", "allGather"])
def test_tasks_cannot_wait_for_each_other_in_the_middle_and_are_told_what_to_do(sc: EngineContext, method: str) -> None:
    def wait(records: Iterable[int]) -> Iterator[None]:
        yield getattr(BarrierTaskContext.get(), method)()

    with pytest.raises(TaskError, match="let what comes after a shuffle"):
        sc.range(4, numSlices=2).barrier().mapPartitions(wait).collect()


def test_what_a_task_knows_of_the_others_is_a_record(sc: EngineContext) -> None:
    one = sc.range(4, numSlices=2).barrier().mapPartitions(lambda records: [sum(records)])
    infos = one.map(lambda _: BarrierTaskContext.get().getTaskInfos()).collect()
    assert [[info.address for info in of_task] for of_task in infos] == [["", ""], ["", ""]]
