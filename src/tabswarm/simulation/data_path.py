"""How blocks travel from peer to peer: slowly, not at all, by the relay, or damaged.

One request asks one holder for many segments. It goes direct; where the pair is cut, by the relay after a while, which
serves what the scheduler ordered and no more, and only while both have a session. A holder that does not answer is
given up after `PATIENCE`. What comes may be damaged: whoever reads it has to find out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tabswarm.executor import Piece, WrittenSink
from tabswarm.ids import BlockId
from tabswarm.shipping.block_hash import segment_hash

if TYPE_CHECKING:
    from tabswarm.simulation.peer import SimulatedPeer
    from tabswarm.simulation.swarm import SimulatedSwarm

RELAY_AFTER = 3_000
"""Milliseconds after which a pair that cannot connect asks the relay."""
PATIENCE = 15_000
"""Milliseconds after which a holder that does not answer is given up."""
LOOK_AGAIN = 500
"""Milliseconds between two looks at a holder that does not answer."""


class Want(NamedTuple):
    """One segment of one block, as the requester was told of it."""

    block: BlockId
    segment: int
    root: bytes


Arrived = Callable[[list[Piece], str], None]
"""What came, in the order asked for, and why the rest did not: "" if all came."""


class DataPath:
    """All transfers of a swarm. `cuts` are the pairs that cannot reach each other, by both names in order."""

    def __init__(self, swarm: SimulatedSwarm) -> None:
        self.swarm = swarm
        self.cuts: dict[tuple[str, str], None] = {}
        self.relayed = 0
        self.damaged = 0

    def cut(self, one: str, other: str) -> None:
        """These two cannot reach each other any more."""
        self.cuts[min(one, other), max(one, other)] = None

    def fetch(self, requester: SimulatedPeer, holder: str, wants: Sequence[Want], arrived: Arrived) -> None:
        """Ask a holder for segments; `arrived` is called once, if the requester lives to hear it."""

        def reached(reason: str) -> None:
            arrived([], reason) if reason else arrived(*self._serve(holder, wants))

        self._reach(requester, holder, [want.block for want in wants], reached)

    def copy(
        self,
        requester: SimulatedPeer,
        holder: str,
        blocks: Sequence[BlockId],
        arrived: Callable[[list[WrittenSink]], None],
    ) -> None:
        """Ask a holder for whole blocks; those that came arrive, proven, as far as they are what they should be."""

        def reached(reason: str) -> None:
            found = [] if reason else [self.swarm.whole(holder, block) for block in blocks]
            arrived([sink for sink in found if sink is not None and is_sound(sink)])

        self._reach(requester, holder, blocks, reached)

    def _reach(
        self, requester: SimulatedPeer, holder: str, blocks: Sequence[BlockId], reached: Callable[[str], None]
    ) -> None:
        swarm = self.swarm
        served_by = swarm.peers.get(holder)
        slow = max(requester.slowness, served_by.slowness if served_by is not None else 1)
        delay = swarm.transfer_delay() * slow
        stalls = bool(swarm.conditions.stalls) and swarm.random.random() < swarm.conditions.stalls
        end = swarm.clock.now + PATIENCE

        def look(by_relay: bool) -> None:
            if stalls and swarm.clock.now < end:
                requester.later(end - swarm.clock.now, lambda: reached("timeout: it sent nothing"))
                return
            cut = (min(requester.id, holder), max(requester.id, holder)) in self.cuts
            if cut and not by_relay:
                requester.later(RELAY_AFTER, lambda: look(True))
                return
            reason = self._reason_against(requester, holder, blocks, by_relay)
            if reason is None:
                self.relayed += by_relay
                reached("")
            elif reason or swarm.clock.now >= end:
                reached(reason or "timeout: nobody answered")
            else:
                requester.later(LOOK_AGAIN, lambda: look(by_relay))

        requester.later(delay, lambda: look(False))

    def _reason_against(
        self, requester: SimulatedPeer, holder: str, blocks: Sequence[BlockId], by_relay: bool
    ) -> str | None:
        """None: it comes. A reason: it never will. Empty: it may yet."""
        swarm = self.swarm
        there = swarm.peers.get(holder)
        if there is None or not there.alive:
            return f"gone: {holder} is not there"
        if there.frozen:
            return ""
        if by_relay:
            for peer in (requester, there):
                if peer.session is None or peer.clogged_up or peer.clogged_down:
                    return ""
            if not all(swarm.scheduler.may_fetch(requester.id, holder, block) for block in blocks):
                return "not_ordered: the relay does not know of it"
        return None

    def _serve(self, holder: str, wants: Sequence[Want]) -> tuple[list[Piece], str]:
        pieces: list[Piece] = []
        for want in wants:
            piece = self.swarm.serve(holder, want)
            if piece is None:
                return pieces, f"unavailable: {holder} has not got {want.block}"
            pieces.append(self._on_the_way(piece))
        return pieces, ""

    def _on_the_way(self, piece: Piece) -> Piece:
        swarm = self.swarm
        if not swarm.conditions.damage or swarm.random.random() >= swarm.conditions.damage or not len(piece.data):
            return piece
        self.damaged += 1
        return replace(piece, data=damaged(bytes(piece.data), swarm.random.random() < 0.5))


def is_sound(sink: WrittenSink) -> bool:
    """Whether a stored block is still what was written."""
    return b"".join(map(segment_hash, sink.segments)) == sink.hashes


def damaged(data: bytes, truncated: bool) -> bytes:
    """The bytes without their last one, or with a bit of it flipped."""
    return data[:-1] if truncated else data[:-1] + bytes([data[-1] ^ 1])
