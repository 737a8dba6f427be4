"""Signals pass between peers that were named to each other as holders, within limits, and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from tests.coordinator.in_memory import hello, place, settle, until
from tests.coordinator.test_jobs_in_memory import submit, volunteers

from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.sessions import Session
from tabswarm.coordinator.signalling import Signalling
from tabswarm.coordinator.tokens import Grant, Role
from tabswarm.transport import memory
from tabswarm.transport.connection import Connection
from tabswarm.wire.messages import SIGNAL_LIMIT, Holders, JobDone, ResultsReady, Signal, SignalKind, ToVolunteer

_decode = msgspec.msgpack.Decoder(ToVolunteer).decode


class Peers:
    """Peers `v1`, `v2` and `v3` of a swarm, and what each of them was told."""

    def __init__(self, bounds: Bounds, *, relay_only: bool = False) -> None:
        self.sessions: dict[str, Session] = {}
        self.signalling = Signalling(self.sessions, bounds, relay_only=relay_only)
        self._ends: dict[str, Connection] = {}
        for peer in ("v1", "v2", "v3"):
            here, there = memory.pair()
            said = msgspec.structs.replace(hello("t", "volunteer", name=peer), capabilities=("webrtc",))
            grant = Grant(id="g", role=Role.VOLUNTEER, swarm="s1")
            self.sessions[peer] = Session(here, said, grant, peer, "", bounds)
            self._ends[peer] = there
            self.signalling.join(self.sessions[peer], said)

    def send(self, sender: str, receiver: str, kind: SignalKind = SignalKind.OFFER, data: str = "{}") -> None:
        self.signalling.forward(self.sessions[sender], Signal(peer=receiver, kind=kind, data=data))

    async def told(self, peer: str) -> list[object]:
        """All that the peer was told since it was last asked."""
        self.sessions[peer].tell(Holders(holders=()))
        found: list[object] = []
        while (message := _decode(await self._ends[peer].receive())) != Holders(holders=()):
            found.append(message)
        return found


@asynccontextmanager
async def peers(*, relay_only: bool = False, **bounds: int) -> AsyncIterator[Peers]:
    found = Peers(Bounds(**bounds), relay_only=relay_only)
    try:
        yield found
    finally:
        for session in found.sessions.values():
            await session.outbox.stop()
        await settle()


async def test_a_signal_passes_both_ways_between_a_peer_and_a_holder_named_to_it_and_says_who_sent_it() -> None:
    async with peers() as here:
        here.signalling.introduce("v1", ["v2"])
        here.send("v1", "v2", SignalKind.OFFER, "sdp")
        here.send("v2", "v1", SignalKind.ANSWER, "sdp too")
        assert await here.told("v2") == [Signal(peer="v1", kind=SignalKind.OFFER, data="sdp")]
        assert await here.told("v1") == [Signal(peer="v2", kind=SignalKind.ANSWER, data="sdp too")]


async def test_an_offer_to_a_stranger_or_to_nobody_is_answered_by_an_end_and_other_signals_by_nothing() -> None:
    async with peers() as here:
        here.signalling.introduce("v1", ["v2"])
        for receiver in ("v3", "v9", "v1"):
            here.send("v1", receiver, SignalKind.OFFER)
            here.send("v1", receiver, SignalKind.CANDIDATE)
        assert await here.told("v1") == [Signal(peer=peer, kind=SignalKind.END) for peer in ("v3", "v9", "v1")]
        assert await here.told("v3") == []


async def test_who_was_named_is_forgotten_when_one_of_the_two_leaves() -> None:
    async with peers() as here:
        here.signalling.introduce("v1", ["v2"])
        here.signalling.leave("v2")
        here.send("v1", "v2")
        here.send("v2", "v1")
        assert await here.told("v1") == [Signal(peer="v2", kind=SignalKind.END)]


async def test_a_holder_is_told_once_and_again_when_it_came_back_changed() -> None:
    async with peers() as here:
        news = here.signalling.introduce("v1", ["v2", "v1", "v2", "v9"])
        assert news is not None
        assert [(holder.peer, holder.capabilities) for holder in news.holders] == [("v2", ("webrtc",))]
        assert here.signalling.introduce("v1", ["v2"]) is None
        here.signalling.join(here.sessions["v2"], hello("t", "volunteer"))
        news = here.signalling.introduce("v1", ["v2"])
        assert news is not None and news.holders[0].capabilities == ()


async def test_no_more_signals_pass_than_a_pulse_allows_and_none_that_is_too_long() -> None:
    async with peers(signals_a_pulse=3, signal_bytes_a_pulse=40_000) as here:
        here.signalling.introduce("v1", ["v2"])
        for _ in range(5):
            here.send("v1", "v2", SignalKind.CANDIDATE)
        assert len(await here.told("v2")) == 3
        here.signalling.pulse()
        here.send("v1", "v2", SignalKind.CANDIDATE, "x" * (SIGNAL_LIMIT + 1))
        assert await here.told("v2") == []
        here.signalling.pulse()
        for _ in range(3):
            here.send("v1", "v2", SignalKind.CANDIDATE, "x" * SIGNAL_LIMIT)
        assert len(await here.told("v2")) == 2


async def test_in_a_job_nobody_is_named_as_a_holder_before_it_was_told_of() -> None:
    async with place() as here, volunteers(here, 3):
        driver = await here.driver()
        await submit(driver)
        known: set[str] = set()
        named: set[str] = set()
        while not isinstance(message := await driver.receive(), JobDone):
            if isinstance(message, Holders):
                known |= {holder.peer for holder in message.holders}
            if isinstance(message, ResultsReady):
                named |= {holder for result in message.results for holder in result.location.holders}
                assert named <= known
        assert named
        stranger = await here.volunteer("a stranger")
        await stranger.send(Signal(peer=named.pop(), kind=SignalKind.OFFER))
        assert (await until(stranger, Signal)).kind is SignalKind.END
        await stranger.close()
        await driver.close()


SDP = '{"attempt": "a", "sdp": "c=IN IP4 192.168.1.5"}'


async def test_in_a_relay_only_swarm_no_address_is_told_and_no_signal_passes() -> None:
    async with peers(relay_only=True) as here:
        said = msgspec.structs.replace(
            hello("t", "volunteer", name="v2"),
            capabilities=("webrtc", "tcp", "files"),
            host="h1",
            address="192.168.1.5:4711",
            fingerprint="0f" * 32,
        )
        here.signalling.join(here.sessions["v2"], said)
        news = here.signalling.introduce("v1", ["v2"])
        assert news is not None
        (card,) = news.holders
        assert (card.capabilities, card.address, card.fingerprint) == (("files",), "", "")
        for kind in SignalKind:
            here.send("v1", "v2", kind, SDP)
        assert await here.told("v2") == []
        assert await here.told("v1") == [Signal(peer="v2", kind=SignalKind.END)], "the offer's sender need not wait"


async def test_a_peer_that_chose_the_relay_gets_no_signal_and_is_told_of_as_one() -> None:
    async with peers() as here:
        assert here.signalling.introduce("v1", ["v2"]) is not None
        here.send("v1", "v2", SignalKind.OFFER, SDP)
        assert await here.told("v2") == [Signal(peer="v1", kind=SignalKind.OFFER, data=SDP)]
        here.signalling.change(here.sessions["v2"], ())
        here.send("v1", "v2", SignalKind.OFFER, SDP)
        here.send("v2", "v1", SignalKind.OFFER, SDP)
        assert await here.told("v2") == [Signal(peer="v1", kind=SignalKind.END)]
        assert await here.told("v1") == [Signal(peer="v2", kind=SignalKind.END)]
        news = here.signalling.introduce("v1", ["v2"])
        assert news is not None and news.holders[0].capabilities == ()
