"""Event loops for tasks in a tab: `asyncio.run` runs a coroutine to its end there as anywhere.

Pyodide's own loop is JavaScript's, which a task that runs to its end without returning to JavaScript would wait for in
vain. A task has neither sockets, threads nor child processes, so its loop needs no more than a clock: the law here is
that a loop runs what is ready, and sleeps until the next timer where nothing is.
"""

from __future__ import annotations

import asyncio
import time
from asyncio import events
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
Factory = Callable[[], asyncio.AbstractEventLoop]

LONGEST_SLEEP = 3600.0
"""Seconds; the volunteer's time limit ends a task that waits for nothing."""


class _Clock:
    """In the place of a selector: there is nothing to wait for but time."""

    def select(self, timeout: float | None) -> list[object]:
        """Sleep; no file is ever ready."""
        if timeout is None or timeout > 0:
            time.sleep(LONGEST_SLEEP if timeout is None else timeout)
        return []


class TaskLoop(asyncio.BaseEventLoop):
    """A loop that runs callbacks and timers of one thread."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Clock()

    def _process_events(self, event_list: list[object]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """No other thread has to wake this one."""

    def run_forever(self) -> None:
        """Run until `stop`; also while Pyodide's loop counts as running."""
        with _nothing_running():
            super().run_forever()


def run_coroutine(main: Coroutine[Any, Any, T], *, debug: bool | None = None, loop_factory: Factory | None = None) -> T:
    """What `asyncio.run` is in a task."""
    if isinstance(events._get_running_loop(), TaskLoop):
        raise RuntimeError("asyncio.run() cannot be called from a running event loop")
    with _nothing_running(), asyncio.Runner(debug=debug, loop_factory=loop_factory or TaskLoop) as runner:
        return runner.run(main)


@contextmanager
def _nothing_running() -> Iterator[None]:
    outer = events._get_running_loop()
    if isinstance(outer, TaskLoop):
        yield  # a loop inside of a loop is the error that it is anywhere
        return
    events._set_running_loop(None)
    try:
        yield
    finally:
        events._set_running_loop(outer)


@contextmanager
def own_loops() -> Iterator[None]:
    """While a task runs, asyncio's loops are those of this file."""
    names = {"run": run_coroutine, "new_event_loop": TaskLoop}
    before = {name: getattr(asyncio, name) for name in names}
    for name, own in names.items():
        setattr(asyncio, name, own)
    try:
        with _nothing_running():
            yield
    finally:
        for name, earlier in before.items():
            setattr(asyncio, name, earlier)
