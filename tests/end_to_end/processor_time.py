"""How much processor time a browser takes, all its processes together: what a task costs cannot be hidden from this."""

from __future__ import annotations

import asyncio
import time

import psutil
from tests.end_to_end.swarm import PATIENCE

SPAN = 3.0
QUIET = 0.2
"""A browser counts as quiet when it took less than this part of one core over a span of so many seconds."""


class ProcessorTime:
    """The processor time of a process and all below it, in seconds. What a process took that has ended since stays
    counted, up to the last look."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._seen: dict[tuple[int, float], float] = {}

    def read(self) -> float:
        """All that was ever seen."""
        for process in [self._root, *self._root.children(recursive=True)]:
            try:
                times = process.cpu_times()
                self._seen[process.pid, process.create_time()] = times.user + times.system
            except psutil.NoSuchProcess:
                continue
        return sum(self._seen.values())

    async def wait_for_quiet(self) -> None:
        """Wait for a span in which next to nothing was taken."""
        ends = time.monotonic() + PATIENCE
        part = QUIET
        while part >= QUIET:
            assert time.monotonic() < ends, f"it still takes {part:.0%} of a core"
            began, before = time.monotonic(), self.read()
            await asyncio.sleep(SPAN)  # what is measured, not what is waited for
            part = (self.read() - before) / (time.monotonic() - began)

    async def wait_for_use(self, seconds: float) -> None:
        """Wait until so much was taken."""
        ends, before = time.monotonic() + PATIENCE, self.read()
        while (taken := self.read() - before) < seconds:
            assert time.monotonic() < ends, f"it took no more than {taken:.1f} s of processor time"
            await asyncio.sleep(0.2)
