"""Volunteers that are taken for gone and come back with what they held: a stopped worker, a tab whose sockets broke."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.swarm import TABSWARM, Swarm, wait_until
from tests.end_to_end.test_departures import EXPECTED, PARTITIONS, drive, progress_to

from tabswarm import Context
from tabswarm.browsers import Browser
from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.serve import RunningServer, serve
from tabswarm.scheduler.block_locations import BlockTable
from tabswarm.scheduler.scheduler import Scheduler

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

SOON = Bounds(pulse_seconds=0.25, silence_seconds=2)
"""A coordinator that takes a silent peer for gone after two seconds: who is merely slow on a busy machine is not."""
KEPT_SOCKETS = """
    window.kept = [];
    window.WebSocket = class extends WebSocket {
        constructor(...given) { super(...given); window.kept.push(this); }
    };
"""


def worker(server: RunningServer, name: str) -> subprocess.Popen[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TABSWARM_")}
    arguments = [*TABSWARM, "worker", server.invite_link, "--slots", "1", "--name", name]
    return subprocess.Popen(arguments, text=True, env=environment, stderr=subprocess.DEVNULL)


def group(link: str, waits: int, gate: str) -> Any:
    """A groupByKey whose map side waits with the worker of this process id, until a file is there."""

    def slow(n: int) -> tuple[int, int]:
        while os.getppid() == waits and not os.path.exists(gate):
            time.sleep(0.05)
        return n % 7, n

    with Context(link) as sc:
        pairs = sc.parallelize(range(PARTITIONS * 10), PARTITIONS).map(slow)
        return sorted(pairs.groupByKey(8).mapValues(sorted).collect())


async def test_a_worker_that_slept_past_its_lease_comes_back_and_its_blocks_count(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    schedulers: list[Scheduler] = []

    def one_scheduler() -> Scheduler:
        schedulers.append(Scheduler())
        return schedulers[-1]

    async with await serve(bounds=SOON, make_scheduler=one_scheduler) as server:
        (scheduler,) = schedulers
        sleeper, other = worker(server, "sleeper"), worker(server, "other")
        try:
            volunteers = scheduler.state.volunteers.by_id

            def here() -> dict[str, str]:
                return {volunteer.name: volunteer.id for volunteer in volunteers.values()}

            def tables() -> list[BlockTable]:
                return [application.blocks for application in scheduler.state.applications.values()]

            def held() -> int:
                return sum(len(table.by_holder.get(here().get("sleeper", ""), {})) for table in tables())

            async def until(true: Any) -> None:
                async def ask() -> bool:
                    return bool(true())

                await wait_until(ask, bool)

            await until(lambda: len(here()) == 2)
            asleep = here()["sleeper"]
            answer = asyncio.create_task(asyncio.to_thread(group, server.driver_link, other.pid, str(gate)))
            await until(lambda: held() >= PARTITIONS // 6)
            sleeper.send_signal(signal.SIGSTOP)
            await until(lambda: asleep not in volunteers)
            lost = sum(len(table.lost) for table in tables())  # the other one waits, so nothing was made up for yet
            assert lost >= PARTITIONS // 6 and held() == 0
            sleeper.send_signal(signal.SIGCONT)
            await until(lambda: held() >= lost)
            assert here()["sleeper"] == asleep
            gate.touch()
            assert await answer == EXPECTED
            (report,) = scheduler.report()
            assert max(node.recomputed for node in report.nodes) < lost
        finally:
            gate.touch()
            for process in (sleeper, other):
                process.send_signal(signal.SIGCONT)
                process.terminate()
                process.wait(30)


async def test_a_tab_whose_sockets_broke_comes_back_as_itself_and_with_its_blocks(
    swarm: Swarm, chromium: Browser
) -> None:
    tab = await chromium.open(swarm.invite_link, before_load=KEPT_SOCKETS)
    await tab.click("#start")
    await swarm.wait_for(lambda volunteers: len(volunteers) == 1)
    swarm.add_worker(slots=1)
    before = await swarm.wait_for(lambda volunteers: len(volunteers) == 2)
    answer = asyncio.create_task(asyncio.to_thread(drive, swarm.driver_link))
    await progress_to(swarm, PARTITIONS // 2)
    holds = "parseInt(document.querySelector('#meter-held').textContent) || 0"
    held = await tab.evaluate(holds)
    assert held > 0
    sockets = await tab.evaluate("kept.length")
    await tab.evaluate("kept.forEach((socket) => socket.close())")
    await tab.wait_for(f"kept.length > {sockets} && document.querySelector('#state').dataset.phase === 'working'")
    assert await tab.evaluate(holds) > 0
    assert await answer == EXPECTED
    after = await swarm.wait_for(lambda volunteers: len(volunteers) == 2)
    assert {volunteer["id"] for volunteer in after} == {volunteer["id"] for volunteer in before}
    (job,) = await swarm.jobs()
    assert max(node["recomputed"] for node in job["nodes"]) < held
