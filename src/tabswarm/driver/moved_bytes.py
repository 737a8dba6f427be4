"""Counts the bytes that reached the driver without the relay, and tells the coordinator of them now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tabswarm.wire.messages import BytesMoved

MOVED_SECONDS = 1.0
"""How often, at most, they are told."""


class MovedBytes:
    """The count of one application; used on the engine's loop. `tell` sends a message."""

    def __init__(self, application: str, tell: Callable[[BytesMoved], None]) -> None:
        self._application = application
        self._tell = tell
        self._moved = 0

    def count(self, size: int) -> None:
        """So many bytes came."""
        if size and not self._moved:
            asyncio.get_running_loop().call_later(MOVED_SECONDS, self._tell_later)
        self._moved += size

    def take(self) -> BytesMoved | None:
        """What was not told yet, if anything."""
        moved, self._moved = self._moved, 0
        return BytesMoved(application=self._application, direct=moved) if moved else None

    def _tell_later(self) -> None:
        if (message := self.take()) is not None:
            self._tell(message)
