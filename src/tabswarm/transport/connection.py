"""What every transport offers: whole messages of bytes, in order, none lost while the connection lives.

A loss is an exception with a code and a reason (`wire/close_code.py`), never a silent end. The same protocols run over
a WebSocket and over a pair of ends in memory, so most tests need neither a port nor a sleep.
"""

from __future__ import annotations

from typing import Literal, Protocol

from tabswarm.errors import TabswarmError
from tabswarm.wire.close_code import CloseCode


class ConnectionLost(TabswarmError):
    """The connection is over. `code` and `reason` say why, as the end that closed it put it."""

    def __init__(self, code: int = CloseCode.GONE, reason: str = "") -> None:
        super().__init__(f"the connection is closed ({code}{': ' + reason if reason else ''})")
        self.code = code
        self.reason = reason


class Connection(Protocol):
    """One ordered, reliable connection between two peers."""

    async def send(self, data: bytes) -> None:
        """Send one message; waits while the other end is slow. Raises ConnectionLost."""

    async def receive(self) -> bytes:
        """The next message. Raises ConnectionLost, after the last message that came before the close."""

    async def close(self, code: int = CloseCode.NORMAL, reason: str = "") -> None:
        """Close it, telling the other end why. Closing twice is no error."""


Socket = Literal["control", "relay"]


class Door(Protocol):
    """Where a peer knocks: a coordinator that can be connected to, again and again."""

    async def connect(self, socket: Socket) -> Connection:
        """A fresh connection to one of the coordinator's two sockets. Raises CoordinatorUnreachable."""
