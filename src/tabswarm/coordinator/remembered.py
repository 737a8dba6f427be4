"""Sessions that can be taken up again: whoever shows a session's secret is that peer, with the application it had."""

from __future__ import annotations

from collections import OrderedDict

import msgspec

from tabswarm.coordinator.sessions import Heard
from tabswarm.coordinator.tokens import Grant, Role, digest


class Remembered(msgspec.Struct):
    """What is known of a session by its secret."""

    swarm: str
    role: Role
    peer: str
    application: str
    heard: Heard
    watches: bool = False


class RememberedSessions:
    """Those of one coordinator, by the hashes of their secrets; at most so many, the newest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[bytes, Remembered] = OrderedDict()

    def find(self, secret: str, grant: Grant) -> Remembered | None:
        """The session of that secret, if it is of the token's role and swarm."""
        known = self._known.get(digest(secret)) if secret else None
        return known if known is not None and (known.role, known.swarm) == (grant.role, grant.swarm) else None

    def clear(self) -> None:
        """Forget all, as a coordinator does that was started anew."""
        self._known.clear()

    def keep(self, secret: str, known: Remembered) -> None:
        """Remember this one as the newest."""
        hashed = digest(secret)
        self._known[hashed] = known
        self._known.move_to_end(hashed)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
