"""How a program waits for what its engine hears.

In a process of its own the engine has a thread, and the program waits as threads do. In the console both live in one
thread, and the cell that waits lets the page's messages come in meanwhile: `console/waiting.py`.
"""

from __future__ import annotations

from types import TracebackType
from typing import Protocol


class Condition(Protocol):
    """What is used of a `threading.Condition`."""

    def __enter__(self) -> bool: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait to be notified. False after `timeout` seconds without."""

    def notify_all(self) -> None:
        """Wake all that wait."""


class NewCondition(Protocol):
    """Makes one."""

    def __call__(self) -> Condition: ...
