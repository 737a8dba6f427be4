"""The client's side of the control socket: hello, welcome, then typed messages both ways.

A task of its own reads the socket, so pings are answered whatever the rest of the program is busy with, and a silent
coordinator is noticed. What a refusal means stands in the exception: which link, token or version, and what to do.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Generic, TypeVar

import msgspec

from tabswarm.errors import (
    ConnectionRefused,
    CoordinatorUnreachable,
    PlanRefused,
    TokenRefused,
    UnknownApplication,
    VersionRefused,
)
from tabswarm.transport.connection import Connection, ConnectionLost
from tabswarm.wire.close_code import CloseCode
from tabswarm.wire.malformed import MALFORMED
from tabswarm.wire.messages import MESSAGE_LIMIT, Hello, Message, Ping, Pong, Refused, ToDriver, ToVolunteer, Welcome

SILENCE = 10.0
"""Seconds without a word after which the coordinator is taken for gone; it pings each second."""

_SLICES = 10

M = TypeVar("M")
_encode = msgspec.msgpack.Encoder().encode
_FIRST: msgspec.msgpack.Decoder[Welcome | Refused] = msgspec.msgpack.Decoder(Welcome | Refused)
_TO_VOLUNTEER: msgspec.msgpack.Decoder[ToVolunteer] = msgspec.msgpack.Decoder(ToVolunteer)
_TO_DRIVER: msgspec.msgpack.Decoder[ToDriver] = msgspec.msgpack.Decoder(ToDriver)


class Session(Generic[M]):
    """An open control session; `welcome` is what the coordinator said first.

    `receive` gives every message but pings. Use `open_volunteer_session` or `open_driver_session` to get one.
    """

    def __init__(
        self, connection: Connection, welcome: Welcome, decoder: msgspec.msgpack.Decoder[M], silence: float
    ) -> None:
        self.welcome = welcome
        self._connection = connection
        self._decoder = decoder
        self._silence = silence
        self._inbox: asyncio.Queue[M | None] = asyncio.Queue()
        self._lost: ConnectionLost | None = None
        self._heard = 0
        self._reader = asyncio.create_task(self._read(), name="tabswarm session")
        self._watch = asyncio.create_task(self._notice_silence(), name="tabswarm silence")

    @property
    def lost(self) -> ConnectionLost | None:
        """Why the session is over, or None while it lives."""
        return self._lost

    async def send(self, message: Message) -> None:
        """Send one message. Raises ConnectionLost; PlanRefused where it is too large (only a plan can be)."""
        if self._lost is not None:
            raise ConnectionLost(self._lost.code, self._lost.reason)
        data = _encode(message)
        if len(data) > MESSAGE_LIMIT:
            raise PlanRefused(
                f"a {type(message).__name__} of {len(data)} bytes, where {MESSAGE_LIMIT} are allowed: fewer partitions,"
                " smaller functions, or data in files would make it smaller"
            )
        await self._connection.send(data)

    async def receive(self) -> M:
        """The next message, pings apart. Raises ConnectionLost once the session is over and all has been read."""
        message = await self._inbox.get()
        if message is None:
            self._inbox.put_nowait(None)
            lost = self._lost or ConnectionLost()
            raise ConnectionLost(lost.code, lost.reason)
        return message

    async def close(self, code: int = CloseCode.NORMAL, reason: str = "") -> None:
        """End the session; closing twice is no error."""
        self._end(ConnectionLost(code, reason))
        for task in (self._reader, self._watch):
            if task is not asyncio.current_task():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        await self._connection.close(code, reason)

    def _end(self, lost: ConnectionLost) -> None:
        if self._lost is None:
            self._lost = lost
            self._inbox.put_nowait(None)

    async def _read(self) -> None:
        try:
            while True:
                data = await self._connection.receive()
                self._heard += 1
                message = self._decoder.decode(data)
                if isinstance(message, Ping):
                    await self._connection.send(_encode(Pong(number=message.number)))
                else:
                    self._inbox.put_nowait(message)
        except ConnectionLost as lost:
            self._end(lost)
        except MALFORMED as error:
            self._end(ConnectionLost(CloseCode.BAD_MESSAGE, f"the coordinator sent no message of ours: {error}"))
            await self._connection.close(CloseCode.BAD_MESSAGE, "not a message of this protocol")
        finally:
            self._watch.cancel()

    async def _notice_silence(self) -> None:
        # Counted in slices, not by the clock: after a machine's sleep what has come meanwhile is read first.
        heard, quiet = self._heard, 0
        while quiet < _SLICES:
            await asyncio.sleep(self._silence / _SLICES)
            heard, quiet = self._heard, quiet + 1 if self._heard == heard else 0
        self._end(ConnectionLost(CloseCode.SILENT, f"the coordinator said nothing for {self._silence:g} s"))
        self._reader.cancel()
        await self._connection.close(CloseCode.SILENT, "the coordinator is silent")


async def open_volunteer_session(
    connection: Connection, hello: Hello, *, silence: float = SILENCE
) -> Session[ToVolunteer]:
    """Say `hello` as a volunteer. Raises one of ConnectionRefused's kinds."""
    return Session(connection, await say_hello(connection, hello, silence), _TO_VOLUNTEER, silence)


async def open_driver_session(connection: Connection, hello: Hello, *, silence: float = SILENCE) -> Session[ToDriver]:
    """Say `hello` as a driver. Raises one of ConnectionRefused's kinds."""
    return Session(connection, await say_hello(connection, hello, silence), _TO_DRIVER, silence)


async def say_hello(connection: Connection, hello: Hello, silence: float = SILENCE) -> Welcome:
    """Say hello and wait for the welcome, on either socket. Raises one of ConnectionRefused's kinds."""
    try:
        await connection.send(_encode(hello))
        async with asyncio.timeout(silence):
            answer = _FIRST.decode(await connection.receive())
    except TimeoutError:
        await connection.close(CloseCode.SILENT, "no welcome")
        raise CoordinatorUnreachable(f"the coordinator did not answer within {silence:g} s") from None
    except MALFORMED:
        await connection.close(CloseCode.BAD_MESSAGE, "no welcome")
        raise CoordinatorUnreachable("what answers there is no coordinator of tabswarm's") from None
    except ConnectionLost as lost:
        raise refusal(_word(lost.code), lost.reason) from None
    if isinstance(answer, Refused):
        await connection.close()
        raise refusal(answer.code, answer.reason)
    return answer


def _word(code: int) -> str:
    try:
        return CloseCode(code).word
    except ValueError:
        return str(code)


def refusal(word: str, reason: str) -> ConnectionRefused:
    """The exception for a refused hello: `word` is a `CloseCode`'s."""
    if word == CloseCode.UNAUTHENTICATED.word:
        return TokenRefused(f"the coordinator does not know this token ({reason}): ask for a fresh link")
    if word == CloseCode.WRONG_ROLE.word:
        return TokenRefused(
            f"the token is for another role ({reason}): an invite link lets volunteers in, a driver link drivers"
        )
    if word == CloseCode.UNKNOWN_APPLICATION.word:
        return UnknownApplication(reason)
    if word == CloseCode.VERSION.word:
        return VersionRefused(f"{reason}: install the same version of tabswarm at both ends")
    if word in (CloseCode.GONE.word, CloseCode.GOING_AWAY.word):
        return CoordinatorUnreachable(f"the coordinator went away during the hello{': ' + reason if reason else ''}")
    return ConnectionRefused(f"the coordinator refused the connection: {reason or word}")
