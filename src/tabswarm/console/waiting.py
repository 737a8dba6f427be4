"""Waiting in a console: the code that waits stands still, and messages come in meanwhile.

All of the console's Python lives in one thread. What the page says arrives by the event loop, so a cell that waits must
let the loop go on: `run_sync` (JavaScript's promise integration, JSPI) sets its whole stack aside until a future is
done. A wait of a cell's ends with `KeyboardInterrupt` where the person stopped the cell; those of background actions do
not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Protocol


class RunSync(Protocol):
    """Sets the calling stack aside until the future is done, and gives what it gives."""

    def __call__(self, future: Awaitable[bool], /) -> bool: ...


class Interrupted:
    """What a cell's waits share: whether the person has stopped the cell, and which futures to wake then."""

    def __init__(self) -> None:
        self.asked = False
        self.waiting: set[asyncio.Future[bool]] = set()

    def ask(self) -> bool:
        """Stop what waits. False where nothing did; the next wait is stopped then."""
        self.asked = True
        for future in list(self.waiting):
            wake(future, False)
        return bool(self.waiting)

    def heed(self) -> None:
        """Raise `KeyboardInterrupt` where the cell was stopped."""
        if self.asked:
            self.asked = False
            raise KeyboardInterrupt


_mine: ContextVar[Interrupted | None] = ContextVar("tabswarm console interrupt", default=None)


@contextmanager
def interrupted_by(interrupt: Interrupted | None) -> Iterator[None]:
    """While it lasts, waits end with this interrupt; None: nobody stops them."""
    token = _mine.set(interrupt)
    try:
        yield
    finally:
        _mine.reset(token)


class Waiting:
    """`tell(True)` is called when something begins to wait, `tell(False)` when it goes on."""

    def __init__(self, run_sync: RunSync, tell: Callable[[bool], None] = lambda waits: None) -> None:
        self._run_sync = run_sync
        self._tell = tell

    def pause(self, waiters: set[asyncio.Future[bool]], timeout: float | None) -> bool:
        """Wait until somebody wakes the waiters. False where `timeout` seconds passed without."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()
        timer = None if timeout is None else loop.call_later(max(timeout, 0), wake, future, False)
        interrupt = _mine.get()
        if interrupt is not None:
            interrupt.heed()
            interrupt.waiting.add(future)
        waiters.add(future)
        self._tell(True)
        try:
            woken = self._run_sync(future)
        finally:
            self._tell(False)
            waiters.discard(future)
            if timer is not None:
                timer.cancel()
            if interrupt is not None:
                interrupt.waiting.discard(future)
        if interrupt is not None:
            interrupt.heed()
        return woken

    def sleep(self, seconds: float) -> None:
        """`time.sleep`, which can be stopped."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self.pause(set(), seconds)

    def condition(self) -> ConsoleCondition:
        """A new condition to wait for."""
        return ConsoleCondition(self)


class ConsoleCondition:
    """A `threading.Condition` where there is one thread: its lock is always free."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._waiters: set[asyncio.Future[bool]] = set()

    def __enter__(self) -> bool:
        return True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Nothing is held."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait to be notified. False after `timeout` seconds without."""
        return self._waiting.pause(self._waiters, timeout)

    def notify_all(self) -> None:
        """Wake all that wait."""
        for future in list(self._waiters):
            wake(future, True)


def wake(future: asyncio.Future[bool], value: bool) -> None:
    """End a future that may have ended already."""
    if not future.done():
        future.set_result(value)
