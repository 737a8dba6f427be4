"""Blocks of 64 MB from one Chromium tab to another, beside a bare data channel between the same two tabs.

To be reached: 80 % of the bare channel or more, and at most three blocks of memory above what a page's store holds.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from rich.console import Console

from benchmarks.measure import load
from benchmarks.pages import npm_exec, served
from tabswarm.browsers import launch

ROUNDS = 5
BLOCK = 64 * 2**20
ENTRY = "tests/channel_benchmark.ts"


@contextmanager
def _page() -> Iterator[str]:
    """The address of a page with the bundled script, while the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "benchmark.js"
        npm_exec("rolldown", ENTRY, "--format", "esm", "--file", str(script))
        (Path(folder) / "index.html").write_text('<!doctype html><script type="module" src="benchmark.js"></script>')
        with served(folder) as address:
            yield address


def _memory() -> dict[int, int]:
    """Bytes of memory of this process's browser's page processes (two pages of one origin may share one), by pid."""
    found: dict[int, int] = {}
    for process in psutil.Process().children(recursive=True):
        try:
            if "--type=renderer" in process.cmdline():
                found[process.pid] = process.memory_info().rss - process.memory_info().shared
        except psutil.NoSuchProcess:
            pass
    return found


async def _watch(before: dict[int, int], until: asyncio.Event) -> float:
    """The most blocks' worth of memory that one process has had above what it had before."""
    most = 0
    while not until.is_set():
        now = await asyncio.to_thread(_memory)
        most = max(most, *(size - before.get(pid, 0) for pid, size in now.items()))
        await asyncio.sleep(0.02)
    return most / BLOCK


async def _measure(url: str) -> None:
    async with launch("chromium") as browser:
        holder = await browser.open(f"{url}?me=b&to=a")
        taker = await browser.open(f"{url}?me=a&to=b")
        for page in (holder, taker):
            await page.wait_for("typeof fetchBare === 'function'")
        await holder.evaluate(f"hold({BLOCK})")
        await taker.evaluate("openBare()", timeout=60)
        before = _memory()
        ended = asyncio.Event()
        watching = asyncio.create_task(_watch(before, ended))
        times: dict[str, list[float]] = {"bare": [], "block": []}
        for turn in range(ROUNDS + 1):
            for name, call in (("bare", f"fetchBare({BLOCK})"), ("block", f"fetchBlock({BLOCK})")):
                taken = await taker.evaluate(call, timeout=120)
                if turn > 0:
                    times[name].append(taken)
        ended.set()
        peak = await watching
    rates = {name: BLOCK / statistics.median(taken) / 1e6 for name, taken in times.items()}
    console = Console(highlight=False)
    console.print(f"Blocks of {BLOCK // 2**20} MiB between two Chromium tabs, {ROUNDS} rounds, medians")
    console.print(f"  bare data channel  {rates['bare']:6.1f} MB/s")
    console.print(f"  tabswarm           {rates['block']:6.1f} MB/s   {rates['block'] / rates['bare']:.0%} of it")
    console.print(f"  memory of a page at most {peak:.1f} blocks above its store; {load()}\n")


def run() -> None:
    """Measure."""
    with _page() as url:
        asyncio.run(_measure(url))
