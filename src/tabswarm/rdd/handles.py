"""Which RDDs the program can still reach: the others' blocks may go (design, section 10: pins are the RDD handles).

Finalizers run at any moment, also in the middle of a lock, so they only note the number; the notes go out in batches,
at a quiet moment.
"""

from __future__ import annotations

import weakref
from collections import deque
from typing import Any


class Handles:
    """The live RDDs of one context, counted by the garbage collector."""

    def __init__(self) -> None:
        self._gone: deque[int] = deque()

    def watch(self, rdd: Any, node: int) -> None:
        """Note when the last reference to this RDD goes."""
        weakref.finalize(rdd, self._gone.append, node).atexit = False

    def take_gone(self) -> tuple[int, ...]:
        """The nodes without a handle since the last call."""
        gone: list[int] = []
        while self._gone:
            gone.append(self._gone.popleft())
        return tuple(gone)
