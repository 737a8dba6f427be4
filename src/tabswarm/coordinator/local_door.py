"""The way to a coordinator that runs in the same event loop: two ends in memory instead of a port."""

from __future__ import annotations

from collections.abc import Callable

from tabswarm.errors import CoordinatorUnreachable
from tabswarm.transport import memory
from tabswarm.transport.connection import Connection, Socket


class LocalDoor:
    """A `Door`. `serve` is given the far end of each connection; nobody comes in once `is_closing`."""

    def __init__(self, serve: Callable[[Connection, Socket], None], is_closing: Callable[[], bool]) -> None:
        self._serve = serve
        self._is_closing = is_closing

    async def connect(self, socket: Socket) -> Connection:
        """Two ends in memory, one of them served. Raises CoordinatorUnreachable once the coordinator stops."""
        if self._is_closing():
            raise CoordinatorUnreachable("the coordinator has stopped")
        here, there = memory.pair()
        self._serve(there, socket)
        return here
