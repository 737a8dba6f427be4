"""`tabswarm worker LINK`: joins by link, comes back after a lost connection, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import platform
import random
import signal
from collections.abc import Callable, Iterator

from tabswarm.errors import CoordinatorUnreachable
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.links import parse_link
from tabswarm.transport.websocket import WebSocketDoor
from tabswarm.worker.native.volunteer import DEFAULT_MEMORY, NativeVolunteer

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
GIVE_UP_SECONDS = 300.0
"""How long a coordinator that was there may be away before the worker gives up."""


async def run_worker(
    link: str,
    *,
    slots: int,
    memory: int = DEFAULT_MEMORY,
    name: str = "",
    block_port: int | None = 0,
    webrtc: bool = True,
    relay_only: bool = False,
    say: Callable[[str], None] = print,
) -> None:
    """Join the swarm behind an invite link and work until SIGTERM or SIGINT, which lets it finish first; the second
    SIGINT does not.

    `memory` in bytes; `block_port`, `webrtc` and `relay_only` as in `NativeVolunteer`. Raises `ConnectionRefused`'s
    kinds where the coordinator is not there, or will not have us.
    """
    parsed = parse_link(link, role="volunteer")
    volunteer = NativeVolunteer(
        WebSocketDoor(parsed),
        parsed.token,
        slots=slots,
        memory=memory,
        name=name or platform.node(),
        say=say,
        block_port=block_port,
        webrtc=webrtc,
        relay_only=relay_only,
    )
    try:
        with stopped_by_signals(volunteer, say):
            await keep_joined(volunteer, say)
    finally:
        volunteer.discard()


async def keep_joined(volunteer: NativeVolunteer, say: Callable[[str], None]) -> None:
    """Run a volunteer's sessions one after the other until it is stopped. The first has to succeed at once."""
    loop = asyncio.get_running_loop()
    pause, away_since, was_there = FIRST_PAUSE, 0.0, False
    while not volunteer.is_stopping:
        began = loop.time()
        try:
            await volunteer.run(keep=True)
        except ConnectionLost as lost:
            if volunteer.is_finishing:
                return
            was_there, away_since, reason = True, loop.time(), str(lost)
            if loop.time() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
        except CoordinatorUnreachable as unreachable:
            if not was_there or loop.time() - away_since > GIVE_UP_SECONDS:
                raise
            reason = str(unreachable)
        else:
            return
        say(f"{reason}; trying again")
        await volunteer.wait_stopping(pause * random.uniform(0.5, 1.5))
        pause = min(2 * pause, LONGEST_PAUSE)


@contextlib.contextmanager
def stopped_by_signals(volunteer: NativeVolunteer, say: Callable[[str], None]) -> Iterator[None]:
    """While it lasts, SIGTERM stops the volunteer at once, and SIGINT lets it finish, then stops it; so Ctrl-C twice is
    now."""
    loop = asyncio.get_running_loop()

    def interrupted() -> None:
        if volunteer.is_finishing or not volunteer.joined.is_set():
            volunteer.stop()
        else:
            say("finishing: no new task, what is held here goes to others; Ctrl-C again stops now")
            volunteer.finish()

    taken = []
    for number, act in ((signal.SIGINT, interrupted), (signal.SIGTERM, volunteer.stop)):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # not in the main thread
            loop.add_signal_handler(number, act)
            taken.append(number)
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)
