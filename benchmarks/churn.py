"""A shuffle in three Chromium tabs, of which one is closed (and another opened) every few seconds, beside the same
undisturbed. Three rounds take some twelve minutes on two cores, and say how far they are."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from tests.end_to_end.slow_shuffle import PARTITIONS, shuffle
from tests.end_to_end.swarm import Swarm

from benchmarks.measure import load, tell
from tabswarm.browsers import Browser, Page, launch

TABS, EVERY = 3, 4.0


async def measure(browser: Browser, *, disturbed: bool) -> float:
    """The job's seconds on a fresh swarm."""
    swarm = Swarm()
    try:
        pages = [await swarm.add_tab(browser) for _ in range(TABS)]
        await swarm.warm_up()
        closer = asyncio.create_task(close_tabs(swarm, browser, pages)) if disturbed else None
        seconds = await asyncio.to_thread(shuffle, swarm.driver_link)
        if closer:
            closer.cancel()
            with suppress(asyncio.CancelledError):
                await closer
        for page in pages:
            await page.close()
        return seconds
    finally:
        swarm.stop()


async def close_tabs(swarm: Swarm, browser: Browser, pages: list[Page]) -> None:
    """Every few seconds the oldest tab goes and a new one comes."""
    while True:
        await asyncio.sleep(EVERY)
        await pages.pop(0).close()
        pages.append(await swarm.add_tab(browser))


def run() -> None:
    """Measure."""

    async def both() -> dict[str, list[float]]:
        times: dict[str, list[float]] = {"undisturbed": [], f"a tab closed every {EVERY:g} s": []}
        async with launch("chromium") as browser:
            for _ in range(3):
                for name, disturbed in zip(times, (False, True)):
                    times[name].append(await measure(browser, disturbed=disturbed))
                    print(f"  {name}: {times[name][-1]:.1f} s", file=sys.stderr, flush=True)
        return times

    tell(f"A shuffle of {PARTITIONS} tasks that compute half a second in {TABS} tabs ({load()})", asyncio.run(both()))
