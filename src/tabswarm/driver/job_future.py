"""What an asynchronous action returns: a future that threads can wait for, and coroutines await."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from concurrent.futures import CancelledError, Future, InvalidStateError
from typing import Any, NoReturn, TypeVar

from tabswarm.errors import JobCancelled
from tabswarm.rdd.job_register import RegisteredJob

R = TypeVar("R")


class ActionCancelled(JobCancelled, CancelledError):
    """The action was cancelled by its future. Both a `JobCancelled` and what `concurrent.futures` raises."""


class JobFuture(Future[R]):
    """A `concurrent.futures.Future` whose `cancel` stops the action's jobs on the swarm, also while they run.

    `await` it in a coroutine; cancelling the coroutine cancels the action. `result`, `exception`, `add_done_callback`,
    `concurrent.futures.wait` work as with any other future.

    >>> future = sc.parallelize([1, 2, 3]).countAsync()
    >>> future.result(timeout=60), future.done(), future.cancel()
    (3, True, False)
    """

    def __init__(self, what: str) -> None:
        """`what` is the action, `collectAsync at job.py:12`."""
        super().__init__()
        self._what = what
        self._jobs: list[RegisteredJob] = []
        self._cancelling = threading.Lock()

    @property
    def jobIds(self) -> list[int]:
        """The numbers of the jobs that it has started so far, as `StatusTracker` has them."""
        return [job.number for job in self._jobs]

    def cancel(self) -> bool:
        """Stop the action's jobs on the swarm. False where it is over, and there was nothing to stop."""
        with self._cancelling:
            if self.cancelled():
                return True
            if not super().cancel():
                return False
            self.set_running_or_notify_cancel()
        for job in list(self._jobs):
            job.cancel()
        return True

    def running(self) -> bool:
        """Whether it is neither done nor cancelled."""
        return not self.done()

    def result(self, timeout: float | None = None) -> R:
        """What the action gives, or raises. `TimeoutError` after `timeout` seconds; the action goes on."""
        try:
            return super().result(timeout)
        except CancelledError as error:
            self._was_cancelled(error)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """What the action raised, or None."""
        try:
            return super().exception(timeout)
        except CancelledError as error:
            self._was_cancelled(error)

    def __await__(self) -> Generator[Any, None, R]:
        loop = asyncio.get_running_loop()
        over: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            if not over.done():
                over.set_result(None)

        def tell(_: object) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(wake)

        self.add_done_callback(tell)
        try:
            yield from over
        except asyncio.CancelledError:
            self.cancel()
            raise
        return self.result()

    # --- for the thread that runs the action

    def started(self, job: RegisteredJob) -> None:
        """The action started a job."""
        self._jobs.append(job)
        if self.cancelled():
            job.cancel()

    def succeed(self, value: R) -> None:
        """The action is through."""
        try:
            self.set_result(value)
        except InvalidStateError:
            pass  # it was cancelled meanwhile

    def fail(self, error: BaseException) -> None:
        """The action raised."""
        try:
            self.set_exception(error)
        except InvalidStateError:
            pass  # it was cancelled meanwhile

    def _was_cancelled(self, error: CancelledError) -> NoReturn:
        if isinstance(error, ActionCancelled):
            raise error
        raise ActionCancelled(f"{self._what} was cancelled") from None
