"""Finish then stop, in the middle of a job: what the volunteer held goes to others, and nothing is computed again."""

from __future__ import annotations

import asyncio
import signal

import pytest
from tests.end_to_end.swarm import Swarm, wait_until
from tests.end_to_end.test_departures import EXPECTED, PARTITIONS, drive, progress_to

from tabswarm.browsers import Browser

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]


async def recomputed(swarm: Swarm) -> int:
    (job,) = await swarm.jobs()
    assert job["state"] == "done"
    assert sum(node["first"] for node in job["nodes"]) > PARTITIONS
    return sum(node["recomputed"] for node in job["nodes"])


async def test_a_tab_that_finishes_and_stops_in_mid_job_costs_nothing(swarm: Swarm, chromium: Browser) -> None:
    finishing = await swarm.add_tab(chromium)
    await swarm.add_tab(chromium)
    answer = asyncio.create_task(asyncio.to_thread(drive, swarm.driver_link))
    await progress_to(swarm, PARTITIONS // 3)
    await finishing.click("#finish")
    await finishing.wait_for("document.querySelector('#state').dataset.phase === 'left'")
    assert "others have what this tab held" in await finishing.evaluate("document.querySelector('#status').textContent")
    await finishing.close()
    assert await answer == EXPECTED
    assert await recomputed(swarm) == 0
    assert len(await swarm.volunteers()) == 1


async def test_ctrl_c_lets_a_native_worker_finish_and_costs_nothing(swarm: Swarm) -> None:
    finishing = swarm.add_worker(slots=2, name="finishing")
    swarm.add_worker(slots=1, name="staying")
    await swarm.wait_for(lambda volunteers: len(volunteers) == 2)
    answer = asyncio.create_task(asyncio.to_thread(drive, swarm.driver_link))
    await progress_to(swarm, PARTITIONS // 3)
    finishing.send_signal(signal.SIGINT)
    assert await asyncio.to_thread(finishing.wait, 60) == 0
    assert await answer == EXPECTED
    assert await recomputed(swarm) == 0
    await wait_until(swarm.volunteers, lambda volunteers: len(volunteers) == 1)
