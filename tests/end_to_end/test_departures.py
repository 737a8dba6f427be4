"""Volunteers that vanish in mid-job. What triggers the loss is the ledger's progress, never a time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.end_to_end.swarm import Swarm, wait_until

from tabswarm import Context
from tabswarm.browsers import Browser

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

PARTITIONS, RECORDS = 60, 600


def slow(n: int) -> tuple[int, int]:
    """Some 10 ms of work a record, so that the job lasts long enough to lose somebody."""
    return n % 7, sum(i & n for i in range(60_000)) * 0 + n


def drive(link: str) -> Any:
    with Context(link) as sc:
        return sorted(sc.parallelize(range(RECORDS), PARTITIONS).map(slow).groupByKey(8).mapValues(sorted).collect())


EXPECTED = [(key, list(range(key, RECORDS, 7))) for key in range(7)]


async def progress_to(swarm: Swarm, done: int) -> None:
    """Wait until the swarm's only job has that many tasks done, some of them by each volunteer."""

    def far_enough(jobs: list[dict[str, Any]]) -> bool:
        return bool(jobs) and jobs[-1]["done"] >= done and len(jobs[-1]["volunteers"]) >= 2

    await wait_until(swarm.jobs_now, far_enough)


async def test_closing_a_tab_in_mid_job_leaves_the_answer_exact(swarm: Swarm, chromium: Browser) -> None:
    leaving = await swarm.add_tab(chromium)
    await swarm.add_tab(chromium)
    answer = asyncio.create_task(asyncio.to_thread(drive, swarm.driver_link))
    await progress_to(swarm, PARTITIONS // 3)
    await leaving.close()
    assert await answer == EXPECTED
    (job,) = await swarm.jobs()
    assert job["state"] == "done"
    assert sum(node["recomputed"] for node in job["nodes"]) > 0
    assert len(await swarm.volunteers()) == 1


async def test_killing_a_native_worker_in_mid_job_leaves_the_answer_exact(swarm: Swarm, chromium: Browser) -> None:
    victim = swarm.add_worker(slots=2, name="victim")
    swarm.add_worker(slots=1, name="survivor")
    await swarm.wait_for(lambda volunteers: len(volunteers) == 2)
    answer = asyncio.create_task(asyncio.to_thread(drive, swarm.driver_link))
    await progress_to(swarm, PARTITIONS // 3)
    victim.kill()
    assert await answer == EXPECTED
    (job,) = await swarm.jobs()
    assert sum(node["recomputed"] for node in job["nodes"]) > 0


async def test_a_job_waits_while_nobody_is_there_and_goes_on_when_somebody_comes(
    swarm: Swarm, chromium: Browser
) -> None:
    answer = asyncio.create_task(asyncio.to_thread(drive, swarm.driver_link))
    await wait_until(swarm.jobs, lambda jobs: bool(jobs))
    assert not answer.done()
    await swarm.add_tab(chromium)
    assert await answer == EXPECTED


async def test_stop_now_ends_the_workers_within_a_second_and_gives_the_tasks_back(
    swarm: Swarm, chromium: Browser
) -> None:
    stopping = await swarm.add_tab(chromium)
    swarm.add_worker(slots=1)
    await swarm.wait_for(lambda volunteers: len(volunteers) == 2)
    answer = asyncio.create_task(asyncio.to_thread(drive, swarm.driver_link))
    await progress_to(swarm, 5)
    assert await stopping.workers()
    await stopping.click("#stop")
    await stopping.wait_for("document.querySelector('iframe') === null", timeout=1)
    await wait_until(stopping.workers, lambda workers: not workers)
    assert await answer == EXPECTED
