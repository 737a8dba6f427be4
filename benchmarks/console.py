"""The console with 200 volunteers and 2,000 tasks on screen: what an update costs of script, in real Chromium.

To be reached: at most 16 ms, the time between two frames. Each update tells of half of the volunteers, and of a task
that ended and one that began for each of these. Times are by the clock, so they hold what others on the machine took
meanwhile: the median says more than the worst where it was busy.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from benchmarks.measure import load
from benchmarks.pages import npm_exec, served
from tabswarm.browsers import launch
from tabswarm.browsers.page import Page

UPDATES = 60
WARM = 10
SWARM = "volunteers=200&tasks=2000"
VIEWS = {"notebook": "", "swarm": "&view=swarm", "job": "&view=jobs&job=j1"}
PAGE = "tests/console_page"


@contextmanager
def _page() -> Iterator[str]:
    """The address of the console's views with a made-up swarm, while the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        npm_exec("vite", "build", PAGE, "--outDir", folder, "--emptyOutDir", "--logLevel", "error")
        with served(folder) as address:
            yield address


async def _updates(page: Page) -> list[float]:
    """Milliseconds of each update's script, once the page is warm."""
    await page.evaluate(f"prepare({WARM + UPDATES})", timeout=120)
    await page.evaluate(f"measureUpdates({WARM})", timeout=120)
    taken: list[float] = await page.evaluate(f"measureUpdates({UPDATES})", timeout=300)
    return sorted(taken)


async def _measure(url: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"An update of the console, 200 volunteers and 2,000 tasks, {UPDATES} updates, script in ms")
    async with launch("chromium") as browser:
        for name, view in VIEWS.items():
            page = await browser.open(f"{url}?{SWARM}{view}")
            await page.set_viewport(1280, 800)
            await page.wait_for("typeof measureUpdates === 'function'")
            if name == "job":
                await page.wait_for("document.querySelector('.graph') !== null")
                # All 200 rows, not the first few.
                await page.evaluate("document.querySelector('.timeline > button').click()")
                await page.wait_for("document.querySelectorAll('.timeline-row').length >= 200")
            taken = await _updates(page)
            most = f"nine in ten {taken[len(taken) * 9 // 10]:6.1f}   worst {taken[-1]:6.1f}"
            console.print(f"  {name:9} median {statistics.median(taken):6.1f}   {most}")
            await page.close()
    console.print(f"  {load()}\n")


def run() -> None:
    """Measure."""
    with _page() as url:
        asyncio.run(_measure(url))
