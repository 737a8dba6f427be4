"""Actions in the background, and contexts in asyncio programs.

Each background action has a thread of its own that runs the ordinary action, with the local properties and the call
site of who asked for it. All that is asynchronous in tabswarm itself lives on another thread's loop. So all calls, the
blocking ones too, may be made where an event loop runs, as in a notebook.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from tabswarm.rdd.call_site import call_site, called_from
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.rdd.local_properties import adopt, snapshot

if TYPE_CHECKING:
    from tabswarm.driver.job_future import JobFuture

P = ParamSpec("P")
R = TypeVar("R")
Self = TypeVar("Self", bound="Background")


class Background(EngineContext):
    """A context that can start threads: `runAsync`, `async with`."""

    def runAsync(self, action: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> JobFuture[R]:
        """Any action in the background: calls `action(*args, **kwargs)` in a thread, and gives a future of its answer.

        >>> numbers = sc.parallelize([10, 4, 2, 12, 3])
        >>> largest, mean = sc.runAsync(numbers.top, 2), sc.runAsync(numbers.mean)
        >>> largest.result(), mean.result()
        ([12, 10], 6.2)
        """
        return self._in_background(lambda: action(*args, **kwargs))

    def _in_background(self, action: Callable[[], R]) -> JobFuture[R]:
        self._must_run()
        site, properties = call_site(), snapshot()
        future: JobFuture[R] = self._new_future(f"{site.operation} at {site.line}")

        def run() -> None:
            adopt(properties)
            with called_from(site), self._jobs.telling(future.started):
                try:
                    value = action()
                except BaseException as error:
                    future.fail(error)
                else:
                    future.succeed(value)

        self._run_aside(run, f"tabswarm {site.operation}")
        return future

    def _new_future(self, what: str) -> JobFuture[Any]:
        """The future of an action that is about to run."""
        from tabswarm.driver.job_future import JobFuture

        return JobFuture(what)

    def _run_aside(self, run: Callable[[], None], name: str) -> None:
        """Run it beside the program."""
        threading.Thread(target=run, name=name, daemon=True).start()

    async def __aenter__(self: Self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        import asyncio  # here and not above: most programs need none of it

        await asyncio.to_thread(self.stop)

    def __await__(self: Self) -> Generator[Any, None, Self]:
        return self._itself().__await__()

    async def _itself(self: Self) -> Self:
        return self
