"""A real swarm for a test: `tabswarm serve` and `tabswarm worker` as processes, and real browser tabs, on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil

from tabswarm import Context
from tabswarm.browsers import Browser, Page
from tabswarm.transport.links import parse_link

T = TypeVar("T")
TABSWARM = (sys.executable, "-m", "tabswarm")
PATIENCE = 90.0
"""Seconds until something that must happen counts as never happening; not a duration that a test relies on."""


class Swarm:
    """A coordinator process and whoever joined it. `jobs()` asks it the way a user does, by `tabswarm jobs --json`."""

    def __init__(self, *arguments: str) -> None:
        self.processes: list[subprocess.Popen[str]] = []
        self.server = self.start("serve", "--json", "--port", "0", *arguments, stdout=subprocess.PIPE)
        assert self.server.stdout is not None
        links = json.loads(self.server.stdout.readline())
        self.url: str = links["url"]
        self.driver_link: str = links["driver_link"]
        self.invite_link: str = links["invite_link"]
        self.operator_link: str = links["operator_link"]

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start a `tabswarm` command that ends with the swarm."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("TABSWARM_")}
        process = subprocess.Popen([*TABSWARM, *arguments], text=True, env=environment, **options)
        self.processes.append(process)
        return process

    def add_worker(self, slots: int = 1, name: str = "native") -> subprocess.Popen[str]:
        """Let a native worker join; `volunteers()` shows when it is there."""
        return self.start("worker", self.invite_link, "--slots", str(slots), "--name", name, stderr=subprocess.DEVNULL)

    async def add_tab(self, browser: Browser, before_load: str = "") -> Page:
        """Open the invite link in a tab, press Start, and wait until it can take tasks. `before_load` is a script to
        run before the page's own."""
        page, _ = await self.add_known_tab(browser, before_load)
        return page

    async def add_known_tab(self, browser: Browser, before_load: str = "") -> tuple[Page, str]:
        """The same, with the id of the volunteer that the tab is."""
        known = {volunteer["id"] for volunteer in await self.volunteers()}
        page = await browser.open(self.invite_link, before_load)
        await page.click("#start")
        there = await self.wait_for(lambda volunteers: any(volunteer["id"] not in known for volunteer in volunteers))
        return page, next(volunteer["id"] for volunteer in there if volunteer["id"] not in known)

    async def warm_up(self) -> None:
        """Run small jobs until every volunteer has run a task, so that none starts slower at the next job."""

        def drive() -> None:
            with Context(self.driver_link) as sc:
                sc.range(300_000, 300_040, numSlices=40).flatMap(range).count()  # nothing of this module travels

        while not all(volunteer["tasks"] for volunteer in await self.volunteers()):
            await asyncio.to_thread(drive)

    async def volunteers(self) -> list[dict[str, Any]]:
        """The volunteers that can take tasks now."""
        there = await asyncio.to_thread(self._ask, "/api/volunteers")
        return [volunteer for volunteer in there if volunteer.get("slots")]

    async def jobs(self) -> list[dict[str, Any]]:
        """All jobs with their ledgers, as a user asks for them."""
        return await asyncio.to_thread(self._jobs)

    async def jobs_now(self) -> list[dict[str, Any]]:
        """The same in milliseconds: a command takes seconds to start on a busy machine, and a job may end meanwhile."""
        return await asyncio.to_thread(self._ask, "/api/jobs")

    def _jobs(self) -> list[dict[str, Any]]:
        done = subprocess.run(
            [*TABSWARM, "jobs", "--json", "--master", self.driver_link],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        jobs: list[dict[str, Any]] = json.loads(done.stdout)
        return jobs

    def _ask(self, path: str) -> list[dict[str, Any]]:
        import urllib.request

        token = parse_link(self.driver_link).token
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found

    async def wait_for(self, satisfied: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """Wait until the list of volunteers satisfies."""
        return await wait_until(self.volunteers, satisfied)

    def stop(self) -> None:
        """End every process of the swarm, and see that none is left."""
        trees = [child for process in self.processes if process.poll() is None for child in _tree(process.pid)]
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
            if process.stdout:
                process.stdout.close()
        _, alive = psutil.wait_procs(trees, timeout=10)
        assert not alive, f"left behind: {[' '.join(left.cmdline()) for left in alive]}"


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


async def wait_until(ask: Callable[[], Awaitable[T]], satisfied: Callable[[T], bool]) -> T:
    """Ask again and again until the answer satisfies; fails with the last answer after `PATIENCE` seconds."""
    ends = time.monotonic() + PATIENCE
    while True:
        answer = await ask()
        if satisfied(answer):
            return answer
        assert time.monotonic() < ends, f"never came true; the last answer was {answer}"
        await asyncio.sleep(0.1)


def run_script(
    path: Path, text: str, master: str, *arguments: str, python: str = sys.executable, **options: Any
) -> Any:
    """Write a driver script and run it by `tabswarm run`; returns the finished process."""
    path.write_text(text, encoding="utf-8")
    return subprocess.run(
        [python, "-m", "tabswarm", "run", str(path), "--master", master, "--", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        **options,
    )
