"""Coroutines in a task: `asyncio.run` and its neighbours end where they are called, in CPython and in Pyodide."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from tabswarm.worker.pyodide.event_loop import own_loops


@pytest.fixture(autouse=True)
def loops() -> Iterator[None]:
    with own_loops():
        yield


async def numbers(n: int) -> AsyncIterator[int]:
    for i in range(n):
        await asyncio.sleep(0)
        yield i


async def produce_and_consume() -> list[int]:
    queue: asyncio.Queue[int | None] = asyncio.Queue()

    async def produce() -> None:
        async for number in numbers(3):
            await queue.put(number)
        await queue.put(None)

    got = []
    async with asyncio.TaskGroup() as group:
        group.create_task(produce())
        while (number := await queue.get()) is not None:
            got.append(number)
    return got


def test_a_coroutine_runs_to_its_end_again_and_again() -> None:
    assert asyncio.run(produce_and_consume()) == [0, 1, 2]
    assert asyncio.run(produce_and_consume(), debug=True) == [0, 1, 2]


def test_timers_pass_side_by_side() -> None:
    async def wait() -> list[int]:
        return await asyncio.gather(*(asyncio.sleep(0.05, n) for n in range(10)))

    began = time.monotonic()
    assert asyncio.run(wait()) == list(range(10))
    assert 0.04 < time.monotonic() - began < 2


def test_a_timeout_and_an_exception_come_through() -> None:
    async def late() -> None:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(60)

    async def fails() -> None:
        await asyncio.sleep(0)
        raise ValueError("here")

    with pytest.raises(TimeoutError):
        asyncio.run(late())
    with pytest.raises(ValueError, match="here"):
        asyncio.run(fails())


def test_a_loop_of_ones_own_and_a_runner_work_too() -> None:
    loop = asyncio.new_event_loop()
    try:
        assert loop.run_until_complete(produce_and_consume()) == [0, 1, 2]
        assert loop.run_until_complete(asyncio.wait_for(produce_and_consume(), 5)) == [0, 1, 2]
    finally:
        loop.close()
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        assert runner.run(produce_and_consume()) == [0, 1, 2]


def test_a_loop_inside_of_a_loop_is_refused_as_anywhere() -> None:
    async def nested() -> None:
        inner = produce_and_consume()
        try:
            asyncio.run(inner)
        finally:
            inner.close()

    with pytest.raises(RuntimeError, match="running event loop"):
        asyncio.run(nested())


def test_afterwards_asyncio_is_as_it_was() -> None:
    with own_loops():
        pass
    assert asyncio.run.__module__ == "tabswarm.worker.pyodide.event_loop"  # the fixture's, which is still on
