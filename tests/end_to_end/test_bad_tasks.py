"""A task that never ends, in a real tab: the job ends with a clear error, and the tab works on."""

from __future__ import annotations

import asyncio

import pytest
from tests.end_to_end.swarm import Swarm

from tabswarm import Context
from tabswarm.browsers import Browser
from tabswarm.errors import TaskTimeout

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]


def endless(n: int) -> int:
    while n:
        pass
    return n


def drive(link: str) -> tuple[str, int]:
    with Context(link, taskTimeout=3) as sc:
        with pytest.raises(TaskTimeout) as raised:
            sc.parallelize([1], 1).map(endless).collect()
        return str(raised.value), sc.range(100).sum()


async def test_a_tab_outlives_an_endless_task(swarm: Swarm, chromium: Browser) -> None:
    await swarm.add_tab(chromium)
    reason, total = await asyncio.to_thread(drive, swarm.driver_link)
    assert "ran past its time limit" in reason
    assert total == 4950
    assert len(await swarm.volunteers()) == 1
