"""Signalling: what two peers of one swarm have to tell each other before they are connected, forwarded and forgotten.

A signal passes only between peers that both say they do WebRTC, and of which the scheduler has named one to the other
as a holder of blocks, within the sender's budget for a pulse, and while the receiver keeps up with what it is sent.
What may not pass is dropped; the answer to an offer is then an `end` without data, so that its sender need not wait to
know. Nothing is looked into and nothing is kept, but for who was named to whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import structs

from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.sessions import Session
from tabswarm.coordinator.visits import TCP, port_of
from tabswarm.plan.location import Holder
from tabswarm.wire.messages import SIGNAL_LIMIT, Hello, Holders, Signal, SignalKind

WEBRTC = "webrtc"
_BY_NETWORK = (WEBRTC, TCP)
"""The words of `Hello.capabilities` that are ways over a network."""
_WORDS = 20
_LETTERS = 100


class Signalling:
    """That of one swarm. `sessions` are its peers, by id; with `relay_only` nothing is told and nothing passes by which
    one could reach another."""

    def __init__(self, sessions: Mapping[str, Session], bounds: Bounds, *, relay_only: bool = False) -> None:
        self._sessions = sessions
        self._relay_only = relay_only
        self._bounds = bounds
        self._cards: dict[str, Holder] = {}
        self._told: dict[str, dict[str, Holder]] = {}
        """To each peer, what it was told of each holder."""
        self._sent: dict[str, tuple[int, int]] = {}
        """Signals, and characters of them, of each peer since the last pulse."""

    def join(self, session: Session, hello: Hello) -> None:
        """A peer is here (again), and this is how it may be reached."""
        address, fingerprint = port_of(hello) if not self._relay_only else ("", "")
        self._cards[session.peer] = Holder(
            peer=session.peer,
            kind=hello.kind,
            name=session.name,
            capabilities=self._words(hello.capabilities),
            host=hello.host[:_LETTERS],
            address=address,
            fingerprint=fingerprint,
        )
        self._told[session.peer] = {}

    def change(self, session: Session, capabilities: tuple[str, ...]) -> None:
        """This is how a peer may be reached now; who was told of it hears of the change when it is next named."""
        card = self._cards.get(session.peer)
        if card is not None:
            self._cards[session.peer] = structs.replace(card, capabilities=self._words(capabilities))

    def _words(self, capabilities: tuple[str, ...]) -> tuple[str, ...]:
        words = tuple(word[:_LETTERS] for word in capabilities[:_WORDS])
        return tuple(word for word in words if word not in _BY_NETWORK) if self._relay_only else words

    def leave(self, peer: str) -> None:
        """A peer is gone, and what was said of it and to it is forgotten."""
        self._cards.pop(peer, None)
        self._told.pop(peer, None)
        self._sent.pop(peer, None)
        for told in self._told.values():
            told.pop(peer, None)

    def introduce(self, peer: str, holders: Iterable[str]) -> Holders | None:
        """What this peer has to be told before these holders are named to it; None: it knows them all."""
        told = self._told.get(peer)
        if told is None:
            return None
        news: dict[str, Holder] = {}
        for holder in holders:
            card = self._cards.get(holder)
            if card is not None and holder != peer and told.get(holder) is not card:
                news[holder] = told[holder] = card
        return Holders(holders=tuple(news.values())) if news else None

    def pulse(self) -> None:
        """A new pulse, a new budget for each."""
        self._sent.clear()

    def forward(self, session: Session, signal: Signal) -> None:
        """Pass a signal of this session's on, if it may be."""
        receiver = self._sessions.get(signal.peer)
        if receiver is not None and self._may_pass(session, receiver, signal):
            receiver.tell(Signal(peer=session.peer, kind=signal.kind, data=signal.data))
        elif signal.kind is SignalKind.OFFER:
            session.tell(Signal(peer=signal.peer, kind=SignalKind.END))

    def _does_webrtc(self, peer: str) -> bool:
        card = self._cards.get(peer)
        return card is not None and WEBRTC in card.capabilities

    def _may_pass(self, sender: Session, receiver: Session, signal: Signal) -> bool:
        count, letters = self._sent.get(sender.peer, (0, 0))
        self._sent[sender.peer] = count, letters = count + 1, letters + len(signal.data)
        return (
            self._does_webrtc(sender.peer)
            and self._does_webrtc(receiver.peer)
            and (receiver.peer in self._told.get(sender.peer, {}) or sender.peer in self._told.get(receiver.peer, {}))
            and len(signal.data) <= SIGNAL_LIMIT
            and count <= self._bounds.signals_a_pulse
            and letters <= self._bounds.signal_bytes_a_pulse
            and not receiver.outbox.is_closing
            and receiver.outbox.size <= self._bounds.signal_outbox_bytes
        )
