"""Direct lines over WebRTC, by aiortc (the extra `tabswarm[webrtc]`), to tabs and between native peers.

It does what a tab does (`web/src/peer/connection.ts`, `direct.ts`): both ends make channel 0 themselves, an attempt has
a name that its signals carry, and a failed attempt is never mended. Where two offers cross, the peer with the smaller
id gives up its own and answers. Who the other end is, the coordinator vouches for: it forwards signals between peers
that it named to each other, and the certificate's fingerprint stands in the SDP.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import secrets
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from tabswarm.plan.location import Holder
from tabswarm.transport.block_port import TCP
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.data_channel import DataChannelConnection
from tabswarm.transport.exchange import Exchange, Lookup
from tabswarm.transport.passes import Passes
from tabswarm.transport.threads import in_thread
from tabswarm.wire.messages import SIGNAL_LIMIT, IceServer, Signal, SignalKind

if TYPE_CHECKING:
    from aiortc import RTCPeerConnection

WEBRTC = "webrtc"
"""The capability's name in a `Hello`."""
WINDOW = 2**20
"""Bytes of one fetch that may be on their way: 20 MB/s over 50 ms."""
TRY_LIMIT = 15.0
"""Seconds after which an attempt that was begun from the other side has failed."""
MOST_ANSWERED = 64
"""Connections at a time; an offer past it is refused."""


_Step = Callable[[], Coroutine[None, None, None]]


def network_capabilities() -> tuple[str, ...]:
    """What a native peer's `Hello` may say that it can do over a network: WebRTC only where aiortc is installed."""
    return (TCP, WEBRTC) if importlib.util.find_spec("aiortc") is not None else (TCP,)


class _Candidate(msgspec.Struct):
    candidate: str = ""
    sdpMid: str | None = None
    sdpMLineIndex: int | None = None


class _Said(msgspec.Struct, omit_defaults=True):
    """What a signal's data says."""

    attempt: str
    sdp: str = ""
    candidate: _Candidate | None = None


_said = msgspec.json.Decoder(_Said)


class WebRtcWay:
    """The data channels of the peer `me`. `send` takes signals for the coordinator, `lookup` serves others who show
    one of `passes`, and `adopt` is told of each line that is open, whoever began it."""

    def __init__(
        self,
        me: str,
        send: Callable[[Signal], None],
        lookup: Lookup,
        passes: Passes,
        adopt: Callable[[str, Exchange], None],
        ice_servers: Sequence[IceServer] = (),
    ) -> None:
        self.ice_servers = ice_servers
        self._me = me
        self._send = send
        self._lookup = lookup
        self._passes = passes
        self._adopt = adopt
        self._attempts: dict[str, _Attempt] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def leads_to(self, holder: Holder) -> bool:
        """Whether both do WebRTC."""
        return WEBRTC in holder.capabilities and WEBRTC in network_capabilities()

    async def connect(self, holder: Holder) -> Exchange:
        """A line to a peer, offered by us (or by them, meanwhile). Raises ConnectionLost."""
        attempt = self._attempts.get(holder.peer)
        if attempt is None or attempt.is_over:
            await in_thread(importlib.import_module, "aiortc")  # it takes a while, and others wait
            attempt = self._begin(holder.peer, secrets.token_urlsafe(9))
            attempt.awaits_answer = True
            attempt.do(attempt.offer)
        try:
            return await asyncio.shield(attempt.opened)
        except asyncio.CancelledError:
            if not attempt.opened.done():
                attempt.end("it was not open in time")
            raise

    def take(self, signal: Signal) -> None:
        """Take a signal from another peer."""
        if self._closed:
            return
        attempt = self._attempts.get(signal.peer)
        if not signal.data:  # the coordinator's own
            if signal.kind is SignalKind.END and attempt is not None and attempt.awaits_answer:
                attempt.close("the coordinator did not pass the offer on")
            return
        try:
            said = _said.decode(signal.data)
        except (msgspec.DecodeError, UnicodeError):
            return
        if signal.kind is SignalKind.OFFER:
            self._spawn(self._offered(signal.peer, said))
        elif attempt is not None and attempt.name == said.attempt:
            attempt.take(signal.kind, said)

    async def close(self) -> None:
        """End all connections."""
        self._closed = True
        for attempt in list(self._attempts.values()):
            attempt.close("closed here")
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _offered(self, peer: str, said: _Said) -> None:
        await in_thread(importlib.import_module, "aiortc")
        older = self._attempts.get(peer)
        if self._closed or (older is not None and older.awaits_answer and self._me > peer):
            return  # theirs gives way to ours
        if older is None and len(self._attempts) >= MOST_ANSWERED:
            self.signal(peer, SignalKind.END, _Said(said.attempt))
            return
        waiting = None
        if older is not None:
            if not older.opened.done():
                waiting, older.opened = older.opened, asyncio.get_running_loop().create_future()
            older.close("the other side began anew")
        attempt = self._begin(peer, said.attempt, waiting)
        attempt.do(partial(attempt.answer, said.sdp))
        asyncio.get_running_loop().call_later(TRY_LIMIT, attempt.give_up)

    def _begin(self, peer: str, name: str, waiting: asyncio.Future[Exchange] | None = None) -> _Attempt:
        attempt = _Attempt(self, peer, name, waiting)
        self._attempts[peer] = attempt
        return attempt

    # --- for its attempts

    def line(self, connection: DataChannelConnection, peer: str) -> Exchange:
        """Both sides of transfers over an open channel."""
        line = Exchange(connection, self._lookup, passes=self._passes, direct=True, window=WINDOW)
        self._adopt(peer, line)
        return line

    def signal(self, peer: str, kind: SignalKind, said: _Said) -> None:
        """Send a signal."""
        data = msgspec.json.encode(said).decode()
        if not self._closed and len(data) <= SIGNAL_LIMIT:
            self._send(Signal(peer=peer, kind=kind, data=data))

    def over(self, attempt: _Attempt, connection: RTCPeerConnection) -> None:
        """An attempt has ended."""
        if self._attempts.get(attempt.peer) is attempt:
            del self._attempts[attempt.peer]
        self._spawn(_close(connection))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Attempt:
    """One connection to one peer, from its offer to its end."""

    def __init__(self, way: WebRtcWay, peer: str, name: str, waiting: asyncio.Future[Exchange] | None) -> None:
        from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection

        self.peer = peer
        self.name = name
        self.awaits_answer = False
        self.is_over = False
        self.opened: asyncio.Future[Exchange] = waiting or asyncio.get_running_loop().create_future()
        self._way = way
        servers = [
            RTCIceServer(urls=server.url, username=server.username or None, credential=server.credential or None)
            for server in way.ice_servers  # none of anybody's by default
        ]
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=servers))
        self._channel = self._connection.createDataChannel("blocks", negotiated=True, id=0, ordered=True)
        self._wire: DataChannelConnection | None = None
        self._steps: asyncio.Queue[_Step] = asyncio.Queue()
        self._stepping = asyncio.create_task(self._step(), name="tabswarm webrtc")
        self._channel.on("open", self._open)
        self._channel.on("close", lambda: self.close("the other side closed the data channel"))
        self._connection.on("connectionstatechange", self._changed)

    def do(self, step: _Step) -> None:
        """Negotiation goes step by step, in the order in which signals came."""
        self._steps.put_nowait(step)

    async def offer(self) -> None:
        """Begin it from this side."""
        await self._connection.setLocalDescription(await self._connection.createOffer())
        self._describe(SignalKind.OFFER)

    async def answer(self, sdp: str) -> None:
        """Begin it from the other side's offer."""
        await self._accept(sdp, "offer")
        await self._connection.setLocalDescription(await self._connection.createAnswer())
        self._describe(SignalKind.ANSWER)

    def take(self, kind: SignalKind, said: _Said) -> None:
        """Take what the other side says of this attempt."""
        if kind is SignalKind.END:
            self.close("the other side ended it")
        elif kind is SignalKind.ANSWER and self.awaits_answer:
            self.awaits_answer = False
            self.do(partial(self._accept, said.sdp, "answer"))
        elif kind is SignalKind.CANDIDATE and said.candidate is not None and said.candidate.candidate:
            self.do(partial(self._reachable, said.candidate))

    def give_up(self) -> None:
        """Too late, unless it is open."""
        if not self.opened.done():
            self.end("it was not open in time")

    def end(self, reason: str) -> None:
        """End it and tell the other side."""
        if not self.is_over:
            self._way.signal(self.peer, SignalKind.END, _Said(self.name))
            self.close(reason)

    def close(self, reason: str) -> None:
        """It is over; the other side knows, or need not."""
        if self.is_over:
            return
        self.is_over = True
        self._stepping.cancel()
        if self._wire is not None:
            self._wire.ended(reason)
        if not self.opened.done():
            self.opened.set_exception(ConnectionLost(reason=reason))
            self.opened.exception()  # perhaps nobody waits for it
        self._way.over(self, self._connection)

    def _open(self) -> None:
        if self.is_over or self.opened.done():
            return
        self.awaits_answer = False
        self._wire = DataChannelConnection(self._channel)
        line = self._way.line(self._wire, self.peer)
        self.opened.set_result(line)
        asyncio.ensure_future(line.wait_lost()).add_done_callback(lambda _: self.end("the line was closed"))

    def _changed(self) -> None:
        if self._connection.connectionState in ("failed", "closed"):
            self.end(f"the connection is {self._connection.connectionState}")

    def _describe(self, kind: SignalKind) -> None:
        self._way.signal(self.peer, kind, _Said(self.name, self._connection.localDescription.sdp))

    async def _accept(self, sdp: str, kind: str) -> None:
        from aiortc import RTCSessionDescription

        await self._connection.setRemoteDescription(RTCSessionDescription(sdp=sdp, type=kind))

    async def _reachable(self, said: _Candidate) -> None:
        from aiortc.sdp import candidate_from_sdp

        with contextlib.suppress(Exception):  # of a network that this side has not got, or words that are none
            candidate = candidate_from_sdp(said.candidate.removeprefix("candidate:"))
            candidate.sdpMid, candidate.sdpMLineIndex = said.sdpMid, said.sdpMLineIndex
            await self._connection.addIceCandidate(candidate)

    async def _step(self) -> None:
        while True:
            step = await self._steps.get()
            try:
                await step()
            except Exception as error:  # whatever aiortc makes of a stranger's words
                self.end(f"it could not be negotiated: {type(error).__name__}: {error}")


async def _close(connection: RTCPeerConnection) -> None:
    with contextlib.suppress(Exception):  # it is being thrown away
        async with asyncio.timeout(5):
            await connection.close()
