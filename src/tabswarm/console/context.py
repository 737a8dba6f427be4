"""The notebook's context: `sc` in every cell, and what `Context()` gives there.

A notebook has one application, which belongs to its link: it was there before this Python and is there after it. So
every `Context(...)` of a cell is the same one, whatever master it names, and `stop()` ends its jobs only.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import weakref
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, ClassVar

from tabswarm.console.cell_run import running
from tabswarm.console.engine import ConsoleEngine
from tabswarm.console.waiting import Waiting, interrupted_by
from tabswarm.driver.context import Context
from tabswarm.driver.context_manners import ContextManners
from tabswarm.driver.job_future import JobFuture


class ConsoleContext(Context):
    """A `Context` on the swarm of the console's link."""

    _one: ClassVar[ConsoleContext | None] = None
    _waiting: Waiting
    _aside: set[asyncio.Task[None]]

    def __new__(cls, *given: Any, **named: Any) -> ConsoleContext:
        if cls._one is None:
            raise RuntimeError("the console has not opened its session yet")
        return cls._one

    def __init__(self, master: str | None = None, appName: str | None = None, *given: Any, **named: Any) -> None:
        # It is made already. A program that was written for another master runs here as it is.
        if master is not None:
            print(f"tabswarm: cells run on this console's swarm, not on {master!r}", file=sys.stderr)

    @classmethod
    def begin(cls, engine: ConsoleEngine, waiting: Waiting, first_node: int) -> ConsoleContext:
        """Make the one context of this Python; its nodes are numbered from `first_node` on."""
        context: ConsoleContext = object.__new__(cls)
        ContextManners.__init__(context, engine, appName="notebook", master="console")
        context.sparkHome = None
        context._waiting = waiting
        context._numbers = itertools.count(first_node)
        context._aside = set()
        cls._one = context
        Context._active = weakref.ref(context)
        return context

    def stop(self) -> None:
        """Cancel the jobs that run. The notebook's application goes on, and so does this context.

        In a cell, `with Context() as sc:` ends so.
        """
        self._engine.stop()

    def _draw_seed(self) -> int:
        """A seed that is the same when the cell is replayed, and another one for each use in the cell."""
        run = running.get()
        if run is None:
            return super()._draw_seed()
        run.seeds += 1
        drawn = blake2b(f"{self.applicationId}/{run.name}/{run.seeds}".encode(), digest_size=7)
        return int.from_bytes(drawn.digest(), "big")

    def _new_future(self, what: str) -> JobFuture[Any]:
        return ConsoleFuture(what, self._waiting)

    def _run_aside(self, run: Callable[[], None], name: str) -> None:
        async def aside() -> None:
            with interrupted_by(None):
                run()

        task = asyncio.get_running_loop().create_task(aside(), name=name)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)


class ConsoleFuture(JobFuture[Any]):
    """A future whose `result` lets the page's messages come in."""

    def __init__(self, what: str, waiting: Waiting) -> None:
        super().__init__(what)
        # What a Future's blocking calls wait for, since Python 3.2; nothing of its own may be given in.
        self._condition = waiting.condition()  # type: ignore[assignment]
