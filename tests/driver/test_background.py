"""Actions in the background: futures for threads and for coroutines, cancelled on the swarm."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.driver.loop_swarm import LoopSwarm, LoopVolunteer, loop_swarm

from tabswarm import Context, JobCancelled, TaskError
from tabswarm.driver.background import Background
from tabswarm.plan.job_properties import GROUP


@pytest.fixture
def idle() -> Iterator[LoopSwarm]:
    """A swarm without volunteers: its jobs run until somebody joins or cancels."""
    with loop_swarm(0) as swarm:
        yield swarm


@pytest.fixture(scope="module")
def sc() -> Iterator[Context]:
    with Context("local[2]", "background") as context:
        yield context


def test_a_future_waits_and_calls_back(idle: LoopSwarm) -> None:
    with Background(idle.engine()) as sc:
        future = sc.range(10).countAsync()
        called = threading.Event()
        future.add_done_callback(lambda done: called.set())
        assert future.running() and not future.done()
        with pytest.raises(TimeoutError):
            future.result(timeout=0.01)
        idle.join(LoopVolunteer())
        assert (future.result(30), future.done(), future.exception()) == (10, True, None)
        assert called.wait(10)
        assert len(future.jobIds) == 1 and not future.cancel()


def test_several_actions_run_at_once(sc: Context, tmp_path: Path) -> None:
    names = [str(tmp_path / name) for name in "ab"]

    def meet(number: int) -> int:
        mine, other = Path(names[number]), Path(names[1 - number])
        mine.touch()
        while not other.exists():
            time.sleep(0.01)
        return number

    futures = [sc.parallelize([number], 1).map(meet).collectAsync() for number in range(2)]
    assert [future.result(60) for future in futures] == [[0], [1]]


def test_a_cancelled_action_ends_on_the_swarm(idle: LoopSwarm) -> None:
    with Background(idle.engine()) as sc:
        future = sc.range(10, numSlices=2).collectAsync()
        while not future.jobIds:
            time.sleep(0.001)
        assert future.cancel() and future.cancelled() and future.done()
        for error in (JobCancelled, concurrent.futures.CancelledError):
            with pytest.raises(error, match=r"collectAsync at .*test_background\.py"):
                future.result()
        assert sc.statusTracker().getActiveJobsIds() == []
        assert future.cancel(), "cancelling it again does no harm"


def test_an_action_that_is_cancelled_before_its_job_is_there_ends_it_all_the_same(idle: LoopSwarm) -> None:
    with Background(idle.engine()) as sc:
        for _ in range(20):
            assert sc.range(10, numSlices=2).collectAsync().cancel()
        while sc.statusTracker().getActiveJobsIds():
            time.sleep(0.001)


def test_an_error_comes_out_of_the_future(sc: Context) -> None:
    future = sc.range(3).map(lambda x: 1 // x).collectAsync()
    with pytest.raises(TaskError, match="ZeroDivisionError"):
        future.result(60)
    assert isinstance(future.exception(), TaskError)


def slowly(x: int) -> int:
    time.sleep(0.2)
    return x


def test_coroutines_await_actions_and_the_loop_goes_on(sc: Context) -> None:
    async def program() -> tuple[int, list[int], list[str], int]:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.001)

        ticking = asyncio.create_task(tick())
        slow = sc.range(2, numSlices=2).map(slowly)
        count, numbers, letters = await asyncio.gather(
            slow.countAsync(), sc.range(3).collectAsync(), sc.parallelize("abc", 3).takeAsync(2)
        )
        ticking.cancel()
        return count, numbers, letters, ticks

    count, numbers, letters, ticks = asyncio.run(program())
    assert (count, numbers, letters) == (2, [0, 1, 2], ["a", "b"])
    assert ticks > 10


def test_a_coroutine_that_is_cancelled_cancels_its_action(idle: LoopSwarm) -> None:
    with Background(idle.engine()) as sc:

        async def program() -> None:
            future = sc.range(3).collectAsync()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await future
            assert future.cancelled()

        asyncio.run(program())
        while sc.statusTracker().getActiveJobsIds():
            time.sleep(0.001)


def test_blocking_calls_work_where_a_loop_runs_as_in_a_notebook() -> None:
    async def program() -> list[int]:
        async with Context("local[1]", "notebook") as sc:
            assert (await sc) is sc
            total = sc.range(10).sum()
            return [total, *await sc.range(2).collectAsync()]

    assert asyncio.run(program()) == [45, 0, 1]


def test_background_actions_keep_the_group_and_the_line_of_who_started_them(sc: Context) -> None:
    sc.setJobGroup("mine", "")
    future = sc.runAsync(sc.range(5).top, 2)
    sc.setLocalProperty(GROUP, None)
    assert future.result(60) == [4, 3]
    (number,) = future.jobIds
    assert number in sc.statusTracker().getJobIdsForGroup("mine")
    job = sc._jobs.jobs[number]
    assert "test_background.py:" in job.call_site and job.action == "runAsync"


def test_foreach_in_the_background(sc: Context) -> None:
    seen = sc.accumulator(0)
    sc.range(4).foreachAsync(seen.add).result(60)
    sc.range(4).foreachPartitionAsync(lambda records: seen.add(sum(records))).result(60)
    assert seen.value == 12


def test_collecting_with_a_group_is_deprecated_and_leaves_no_group_behind(sc: Context) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert sc.range(3).collectWithJobGroup("just this", "one") == [0, 1, 2]
    assert [warning.category for warning in warned] == [FutureWarning]
    assert sc.getLocalProperty(GROUP) is None
    assert len(sc.statusTracker().getJobIdsForGroup("just this")) == 1


def test_a_stopped_context_starts_nothing() -> None:
    with loop_swarm(1) as swarm:
        sc = Background(swarm.engine())
        rdd = sc.range(3)
        sc.stop()
        with pytest.raises(RuntimeError, match="stopped"):
            rdd.countAsync()
