"""One peer's control session: typed messages in, an outbox out, and signs of life.

A message is decoded by the union of its direction and role, so a type that the role may not send is no message at all:
the session ends with 4400 and one line of why. Nothing that a peer sends can end more than its own session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.outbox import Outbox
from tabswarm.coordinator.tally import Traffic
from tabswarm.coordinator.tokens import Grant, Role
from tabswarm.transport.connection import Connection, ConnectionLost
from tabswarm.wire.close_code import CloseCode
from tabswarm.wire.malformed import MALFORMED
from tabswarm.wire.messages import FromDriver, FromOperator, FromVolunteer, Hello, Message, Ping, Pong

encode = msgspec.msgpack.Encoder().encode
_DECODERS: Mapping[Role, msgspec.msgpack.Decoder[Message]] = {
    Role.VOLUNTEER: msgspec.msgpack.Decoder(FromVolunteer),
    Role.DRIVER: msgspec.msgpack.Decoder(FromDriver),
    Role.OPERATOR: msgspec.msgpack.Decoder(FromOperator),
}


class Heard:
    """How many messages of a driver were taken, in all of its sessions."""

    def __init__(self) -> None:
        self.messages = 0


class Session:
    """A peer that said hello and was welcomed. `heard` is its count of messages from sessions before."""

    def __init__(
        self,
        connection: Connection,
        hello: Hello,
        grant: Grant,
        peer: str,
        application: str,
        bounds: Bounds,
        heard: Heard | None = None,
        traffic: Traffic | None = None,
    ) -> None:
        self.heard = heard or Heard()
        self.peer = peer
        self.role = grant.role
        self.grant = grant
        self.kind = hello.kind
        self.name = hello.name
        self.application = application
        self.watches = hello.watch and bool(application)
        self.drives = grant.role is Role.DRIVER and bool(application) and not self.watches
        self.slots = min(max(hello.slots, 0), bounds.slots) if grant.role is Role.VOLUNTEER else 0
        self.outbox = Outbox(connection, bounds.outbox_bytes)
        self.running: dict[tuple[int, int], str] = {}
        """The attempts assigned and not ended, each with its job."""
        self.printed: dict[tuple[int, int], int] = {}
        """Bytes of output that each attempt has sent."""
        self.told_jobs: set[str] = set()
        self.passes: set[str] = set()
        """The applications whose blocks' passes it was told."""
        self._connection = connection
        self._traffic = traffic or Traffic()
        self._bounds = bounds
        self._quiet = 0
        self._budget = bounds.messages_a_pulse
        self._number = 0

    def tell(self, message: Message) -> None:
        """Put a message into the outbox."""
        data = encode(message)
        self._traffic.told(len(data))
        self.outbox.put(data)

    @property
    def unread(self) -> int:
        """Bytes that it has been told and has not taken."""
        return self.outbox.size

    def close(self, code: int, reason: str, *, drop: bool = False) -> None:
        """Send what waits, then close; `run` returns soon after."""
        self.outbox.close(code, reason, drop=drop)

    def pulse(self) -> None:
        """Once a pulse: ping, or give up on a peer that was silent too long.

        Silence is counted in pulses, not by the clock: when this machine slept or was held up, peers are heard first.
        """
        self._budget = self._bounds.messages_a_pulse
        silent = self._quiet * self._bounds.pulse_seconds
        if silent >= self._bounds.silence_seconds:
            self.close(CloseCode.SILENT, f"nothing was heard from you for {silent:.0f} s", drop=True)
            return
        self._quiet += 1
        self._number += 1
        self.tell(Ping(number=self._number))

    async def run(self, take: Callable[[Session, Message], None]) -> ConnectionLost:
        """Give each message to `take` until the connection is gone, and say why it went."""
        decoder = _DECODERS[self.role]
        try:
            while True:
                data = await self._connection.receive()
                self._quiet = 0
                self._traffic.heard(len(data))
                self._budget -= 1
                if self._budget < 0:
                    return self._refuse(CloseCode.TOO_MANY, "too many messages a second")
                if len(data) > self._bounds.message_bytes:
                    return self._refuse(CloseCode.TOO_BIG, f"a message of {len(data)} bytes")
                message = decoder.decode(data)
                if isinstance(message, Ping):
                    self.tell(Pong(number=message.number))
                elif not isinstance(message, Pong):
                    take(self, message)
                if self.outbox.is_closing:
                    await self.outbox.finished()
                    return ConnectionLost(CloseCode.NORMAL, "closed by the coordinator")
        except ConnectionLost as lost:
            return lost
        except MALFORMED as error:
            return self._refuse(CloseCode.BAD_MESSAGE, f"no message of a {self.role.value}'s: {error}"[:120])

    def _refuse(self, code: CloseCode, reason: str) -> ConnectionLost:
        self.close(code, reason)
        return ConnectionLost(code, reason)
