"""A class, a school, a town: 1,000 volunteers join one coordinator over real sockets, and what each costs it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time

import psutil

from benchmarks.measure import load
from tabswarm.transport.links import parse_link
from tabswarm.transport.session import Session, open_volunteer_session
from tabswarm.transport.websocket import WebSocketDoor
from tabswarm.wire.messages import Hello, ToVolunteer
from tabswarm.wire.version import PROTOCOL, tabswarm_version

VOLUNTEERS = 1000
AT_ONCE = 100


def run() -> None:
    """Measure."""
    command = [sys.executable, "-m", "tabswarm", "serve", "--json", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            invite = json.loads(server.stdout.readline())["invite_link"]
            seconds, computed, each = asyncio.run(join(invite, psutil.Process(server.pid)))
            print(
                f"{VOLUNTEERS} volunteers joined in {seconds:.2f} s (the coordinator computed {computed:.2f} s); "
                f"each costs it {each / 1024:.0f} KiB; {load()}\n"
            )
        finally:
            server.terminate()


async def join(invite: str, coordinator: psutil.Process) -> tuple[float, float, float]:
    """Let all join: the seconds until the last was welcome, those that the coordinator computed, and the bytes that
    each costs it."""
    link = parse_link(invite, role="volunteer")
    hello = Hello(
        token=link.token,
        role="volunteer",
        protocol=PROTOCOL,
        version=tabswarm_version(),
        python="3.14",
        kind="native",
        slots=1,
        memory=2**30,
    )
    turn = asyncio.Semaphore(AT_ONCE)

    async def one() -> Session[ToVolunteer]:
        async with turn:
            return await open_volunteer_session(await WebSocketDoor(link).connect("control"), hello)

    before, computed = coordinator.memory_info().rss, computing(coordinator)
    began = time.perf_counter()
    sessions = await asyncio.gather(*(one() for _ in range(VOLUNTEERS)))
    seconds = time.perf_counter() - began
    computed = computing(coordinator) - computed
    each = (coordinator.memory_info().rss - before) / VOLUNTEERS
    await asyncio.gather(*(session.close() for session in sessions))
    return seconds, computed, each


def computing(process: psutil.Process) -> float:
    """The seconds that a process had a core so far: unlike the clock's, they do not grow with what else goes on."""
    times = process.cpu_times()
    return float(times.user + times.system)
