"""A background thread with an asyncio loop, so that a program's plain calls can wait for what happens on sockets.

It is a daemon: a program that ends without `stop()` is not held up (the context's exit hook stops it in good order).
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, TypeVar

R = TypeVar("R")
POLL = 1.0
"""Seconds between looks at the clock while waiting, so that Ctrl-C is heard on every platform."""


class LoopThread:
    """Runs coroutines for other threads."""

    def __init__(self, name: str) -> None:
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()
        self._started.wait()

    @property
    def alive(self) -> bool:
        """Whether it still takes work."""
        return self._loop is not None and not self._loop.is_closed()

    def run(self, work: Coroutine[Any, Any, R]) -> R:
        """Run a coroutine there and wait for what it returns. Ctrl-C cancels it."""
        future = self.start(work)
        try:
            while True:
                try:
                    return future.result(POLL)
                except FutureTimeout:
                    if future.done():  # its own TimeoutError, not ours
                        raise
        except BaseException:
            future.cancel()
            raise

    def start(self, work: Coroutine[Any, Any, R]) -> Future[R]:
        """Run a coroutine there, without waiting."""
        if self._loop is None:
            work.close()
            raise RuntimeError("this loop has ended")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Call a function there soon. Nothing happens where the loop has ended."""
        loop = self._loop
        if loop is not None:
            try:
                loop.call_soon_threadsafe(function, *arguments)
            except RuntimeError:  # it closed in between
                pass

    def stop(self) -> None:
        """End the loop: what still runs there is cancelled. May be called twice, not from the loop itself."""
        loop = self._loop
        if loop is not None:
            self.call(loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        loop.call_soon(self._started.set)
        self._loop = loop
        try:
            loop.run_forever()
        finally:
            self._loop = None
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.wait(left, timeout=5))
            loop.run_until_complete(loop.shutdown_asyncgens())
            with contextlib.suppress(RuntimeError):  # at a program's end Python 3.12 starts no thread for that any more
                loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()
