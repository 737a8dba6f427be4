"""What an asynchronous action gives, as far as RDDs know it: Spark's `FutureAction`. `driver/job_future.py` is one."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Protocol, TypeVar

R_co = TypeVar("R_co", covariant=True)


class FutureAction(Protocol[R_co]):
    """The answer of an action that may still run."""

    @property
    def jobIds(self) -> list[int]:
        """The numbers of the jobs that it has started so far."""

    def result(self, timeout: float | None = None) -> R_co:
        """What the action gives, or raises. `TimeoutError` after `timeout` seconds; the action goes on."""

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """What the action raised, or None."""

    def cancel(self) -> bool:
        """Stop the action's jobs on the swarm."""

    def cancelled(self) -> bool:
        """Whether it was cancelled."""

    def running(self) -> bool:
        """Whether it is neither done nor cancelled."""

    def done(self) -> bool:
        """Whether it is over."""

    def add_done_callback(self, fn: Callable[[Any], object]) -> None:
        """Call `fn(self)` when it is over."""

    def __await__(self) -> Generator[Any, None, R_co]: ...
