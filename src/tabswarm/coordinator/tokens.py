"""Who may come in: capabilities of 192 random bits, each for one role on one swarm, kept as hashes only.

A look-up goes by the hash of what was shown, so its time says nothing of how near a guess came.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from enum import StrEnum

import msgspec


class Role(StrEnum):
    """What a token lets its bearer do."""

    OPERATOR = "operator"
    DRIVER = "driver"
    VOLUNTEER = "volunteer"


class Grant(msgspec.Struct, frozen=True):
    """What one token opens. `id` names the token where it may be seen: in logs, and to count by. A `retired` one opens
    nothing for newcomers: only who has a session by it may take that up again."""

    id: str
    role: Role
    swarm: str
    retired: bool = False


RETIRED = 100
"""Retired tokens of one role on one swarm that still open what they may; older ones open nothing."""


def fresh_secret() -> str:
    """A new secret of 192 bits, as 32 letters that may stand in a link's fragment."""
    return secrets.token_urlsafe(24)


def digest(secret: str) -> bytes:
    """What is kept of a secret. It is random, so a fast hash is enough."""
    return hashlib.blake2b(secret.encode("utf-8", "surrogatepass"), digest_size=32, person=b"tabswarm token").digest()


class Tokens:
    """All tokens of a coordinator.

    >>> tokens = Tokens()
    >>> token = tokens.issue(Role.DRIVER, "s1")
    >>> tokens.look_up(token).role, tokens.look_up("x" * 32)
    (<Role.DRIVER: 'driver'>, None)
    """

    def __init__(self) -> None:
        self._grants: dict[bytes, Grant] = {}

    def issue(self, role: Role, swarm: str = "") -> str:
        """A fresh token; it is shown here and never again."""
        token = fresh_secret()
        hashed = digest(token)
        self._grants[hashed] = Grant(hashed[:4].hex(), role, swarm)
        return token

    def look_up(self, token: str) -> Grant | None:
        """What the token opens, or None if it opens nothing (any more)."""
        hashed = digest(token)
        grant = self._grants.get(hashed)
        if grant is None or not hmac.compare_digest(hashed[:4].hex(), grant.id):
            return None
        return grant

    def retire(self, role: Role, swarm: str) -> None:
        """Let all tokens of that role on that swarm open nothing for newcomers any more."""
        known = self._of(role, swarm)
        for hashed, grant in known.items():
            self._grants[hashed] = msgspec.structs.replace(grant, retired=True)
        for hashed in list(known)[:-RETIRED]:
            del self._grants[hashed]

    def revoke_all(self, role: Role, swarm: str) -> None:
        """Let all tokens of that role on that swarm open nothing at all."""
        for hashed in self._of(role, swarm):
            del self._grants[hashed]

    def _of(self, role: Role, swarm: str) -> dict[bytes, Grant]:
        """From the oldest on."""
        return {hashed: grant for hashed, grant in self._grants.items() if (grant.role, grant.swarm) == (role, swarm)}

    def revoke(self, token: str) -> Grant | None:
        """Let the token open nothing any more; gives what it opened."""
        return self._grants.pop(digest(token), None)
