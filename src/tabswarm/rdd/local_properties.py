"""Local properties: what a thread says of the jobs that it is going to start. Each thread has its own.

A thread that is started by hand begins without any; `InheritableThread` begins with a copy of its parent's.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

Snapshot = Mapping[int, Mapping[str, str]]
"""The properties of one thread, by context."""


class _OfThread(threading.local):
    def __init__(self) -> None:
        self.by_context: dict[int, dict[str, str]] = {}


_of_thread = _OfThread()
_numbers = itertools.count()


class LocalProperties:
    """Those of one context."""

    def __init__(self) -> None:
        self._number = next(_numbers)

    def get(self, key: str) -> str | None:
        """The calling thread's value."""
        return self._mine().get(key)

    def set(self, key: str, value: str | None) -> None:
        """Set the calling thread's value, or take it away."""
        mine = dict(self._mine())
        mine.pop(key, None)
        if value is not None:
            mine[key] = value
        _of_thread.by_context[self._number] = mine

    def all(self) -> dict[str, str]:
        """The calling thread's values."""
        return dict(self._mine())

    @contextmanager
    def kept(self) -> Iterator[None]:
        """What the calling thread sets while it lasts is undone after."""
        before = self.all()
        try:
            yield
        finally:
            _of_thread.by_context[self._number] = before

    def _mine(self) -> Mapping[str, str]:
        return _of_thread.by_context.get(self._number, {})


def snapshot() -> Snapshot:
    """The calling thread's properties, of all contexts."""
    return dict(_of_thread.by_context)  # the dicts in it are replaced, never changed


def adopt(properties: Snapshot) -> None:
    """Give the calling thread these in place of its own."""
    _of_thread.by_context = {number: dict(values) for number, values in properties.items()}
