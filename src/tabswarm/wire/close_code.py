"""Why a socket was closed, as the number in its close frame.

Each comes with one line for people. 1000 to 1011 are RFC 6455's; the 4400s lean on HTTP's numbers.
"""

from __future__ import annotations

from enum import IntEnum


class CloseCode(IntEnum):
    """The codes that tabswarm closes with."""

    NORMAL = 1000
    GOING_AWAY = 1001
    """The coordinator stops, or the page is closed."""
    GONE = 1006
    """Never sent: the connection broke without a close frame."""
    TOO_BIG = 1009
    """A message over its limit."""
    BAD_MESSAGE = 4400
    """No message of this protocol, or none that this role may send."""
    UNAUTHENTICATED = 4401
    """No such token (or it was revoked)."""
    WRONG_ROLE = 4403
    """The token is of another role."""
    UNKNOWN_APPLICATION = 4404
    """No such application in this swarm, or none any more."""
    HELLO_TIMEOUT = 4408
    """No hello within 5 s."""
    REPLACED = 4409
    """The same peer, or another driver of the application, opened a newer session."""
    TAKEN_OVER = 4419
    """Another console was opened, and has the notebook now."""
    SILENT = 4410
    """No answer to pings for 10 s."""
    TOO_SLOW = 4413
    """What waited to be sent to this peer went over its cap."""
    VERSION = 4426
    """Another version of the protocol or of tabswarm."""
    TOO_MANY = 4429
    """Too many connections or messages."""
    BROKEN = 4500
    """The coordinator itself failed; its log says why."""

    @property
    def word(self) -> str:
        """The code as `Refused.code` spells it.

        >>> CloseCode.WRONG_ROLE.word
        'wrong_role'
        """
        return self.name.lower()
