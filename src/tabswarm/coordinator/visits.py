"""Who may ask at whose block port: the coordinator's word, as a ticket that both ends are told.

Each pair has a ticket of its own, random and made when the requester is first told of the holder. The holder is told
first. When the requester leaves, the ticket is taken back. A ticket opens one port to one peer; nobody else can use it
there, for the port proves itself to the requester (by the fingerprint of its certificate) before it is shown one.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from ipaddress import ip_address

import msgspec

from tabswarm.coordinator.sessions import Session
from tabswarm.wire.messages import Hello, Holders, Visitor, Visitors

TCP = "tcp"
_HEX = frozenset("0123456789abcdef")


class Visits:
    """Those of one swarm. `sessions` are its peers, by id."""

    def __init__(self, sessions: Mapping[str, Session]) -> None:
        self._sessions = sessions
        self._able: set[str] = set()
        self._tickets: dict[str, set[str]] = {}
        """The requesters that each holder was told of."""

    def join(self, session: Session, hello: Hello) -> None:
        """A peer is here."""
        self.change(session, hello.capabilities)

    def change(self, session: Session, capabilities: tuple[str, ...]) -> None:
        """This is what a peer can do now."""
        self._able.discard(session.peer)
        if TCP in capabilities:
            self._able.add(session.peer)

    def leave(self, peer: str) -> None:
        """A peer is gone: it may ask nowhere any more."""
        self._able.discard(peer)
        self._tickets.pop(peer, None)
        for holder, requesters in self._tickets.items():
            if peer in requesters:
                requesters.discard(peer)
                self._tell(holder, Visitor(peer, ""))

    def grant(self, requester: Session, news: Holders) -> Holders:
        """What a requester is told of holders, with a ticket for each port that it can use."""
        if requester.peer not in self._able:
            return news
        holders = []
        for holder in news.holders:
            ticket = ""
            if holder.address and holder.peer in self._sessions:
                ticket = secrets.token_urlsafe(18)
                self._tickets.setdefault(holder.peer, set()).add(requester.peer)
                self._tell(holder.peer, Visitor(requester.peer, ticket))
            holders.append(msgspec.structs.replace(holder, ticket=ticket))
        return Holders(holders=tuple(holders))

    def _tell(self, holder: str, visitor: Visitor) -> None:
        session = self._sessions.get(holder)
        if session is not None and not session.outbox.is_closing:
            session.tell(Visitors(visitors=(visitor,)))


def port_of(hello: Hello) -> tuple[str, str]:
    """The address and fingerprint of a peer's block port as others may be told them; both empty where they are no such
    thing.

    A name is no address: to look it up would tell a stranger's server who asks. Ports below 1024 are other services'.
    """
    host, _, port = hello.address[:80].rpartition(":")
    try:
        ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return "", ""
    sound = port.isascii() and port.isdigit() and 1024 <= int(port) < 2**16
    sound = sound and len(hello.fingerprint) == 64 and _HEX.issuperset(hello.fingerprint)
    return (hello.address, hello.fingerprint) if sound else ("", "")
