"""Memory in a real tab: a task that takes all there is, and many jobs one after the other."""

from __future__ import annotations

import asyncio
import re
from random import Random
from typing import Any

import pytest
from tests.end_to_end.swarm import Swarm, wait_until

from tabswarm import Context
from tabswarm.browsers import Browser, launch
from tabswarm.browsers.chromium_page import ChromiumPage
from tabswarm.errors import WorkerLost

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

JOBS, A_JOB = 40, 2_000_000
"""How many jobs, and the bytes that each puts through its shuffle."""
LESS_MEMORY = "--js-flags=--wasm-max-mem-pages=8192"
"""Half a GiB for a wasm memory, where a device has 4: `memory.grow` fails all the same, without filling the machine."""


def hoard(n: int) -> int:
    kept = []
    while True:
        kept.append(bytearray(64 * 2**20))


def exhaust(link: str) -> tuple[str, int]:
    with Context(link) as sc:
        with pytest.raises(WorkerLost) as raised:
            sc.parallelize([1], 1).map(hoard).collect()
        return str(raised.value), sc.range(100).sum()


async def test_a_task_that_takes_all_memory_ends_with_that_word_and_the_tabs_live_on(swarm: Swarm) -> None:
    async with launch("chromium", arguments=(LESS_MEMORY,)) as browser:
        tabs = [await swarm.add_known_tab(browser) for _ in range(2)]
        reason, total = await asyncio.to_thread(exhaust, swarm.driver_link)
        where = r"^map at \S*test_memory\.py:\d+, partition 0: memory ran out at \S*test_memory\.py:\d+, 4 times \(on "
        assert re.match(where, reason) and "MemoryError" in reason and "more partitions" in reason, reason
        assert total == 4950
        assert {volunteer["id"] for volunteer in await swarm.volunteers()} == {peer for _, peer in tabs}
        for page, peer in tabs:
            assert peer in reason, "both tried it"
            await wait_until(page.workers, lambda workers: len(workers) == 1)


def shuffle(sc: Context) -> Any:
    """A_JOB bytes that do not compress through a shuffle."""
    pairs = sc.range(200, numSlices=6).map(lambda n: (n % 12, Random(n).randbytes(10_000)))
    return pairs.groupByKey(4).mapValues(len).collect()


async def test_many_jobs_leave_nothing_behind_in_a_page(swarm: Swarm, chromium: Browser) -> None:
    pages = [await swarm.add_tab(chromium) for _ in range(2)]

    def drive(jobs: int) -> None:
        with Context(swarm.driver_link) as sc:
            for _ in range(jobs):
                assert len(shuffle(sc)) == 12

    async def heaps() -> list[int]:
        for page in pages:
            await page.wait_for("document.querySelector('#meter-held').textContent === '0 blocks, 0 B'")
        return [await page.heap_bytes() for page in pages if isinstance(page, ChromiumPage)]

    await asyncio.to_thread(drive, 5)
    before = await heaps()
    await asyncio.to_thread(drive, JOBS)
    after = await heaps()
    grown = [later - earlier for earlier, later in zip(before, after, strict=True)]
    assert max(grown) < JOBS * A_JOB // 10, grown
