"""The first message of every socket: who is this, and may it come in?

Until the hello is read and its token known, a connection gets 5 s, 1 KiB and nothing else. Whoever is refused hears
one line of why: by a `Refused`, and again in the close frame.
"""

from __future__ import annotations

import asyncio
import unicodedata

import msgspec

from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.tokens import Grant, Role, Tokens
from tabswarm.transport.connection import Connection, ConnectionLost, Socket
from tabswarm.wire.close_code import CloseCode
from tabswarm.wire.malformed import MALFORMED
from tabswarm.wire.messages import Hello, Refused
from tabswarm.wire.version import PROTOCOL, tabswarm_version

_encode = msgspec.msgpack.Encoder().encode
_HELLO: msgspec.msgpack.Decoder[Hello] = msgspec.msgpack.Decoder(Hello)
_SERVED_KINDS = frozenset({"tab", "console", "operator"})
"""Kinds whose code this very coordinator served: of their version only the protocol matters."""
KINDS = frozenset({"tab", "native", "library", "console", "cli", "operator"})


class Rejected(Exception):
    """This peer may not come in; the close code says why."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


async def admit(connection: Connection, socket: Socket, tokens: Tokens, bounds: Bounds) -> tuple[Hello, Grant]:
    """Read the hello and check it. Raises Rejected, or ConnectionLost if the peer left first."""
    try:
        async with asyncio.timeout(bounds.hello_seconds):
            data = await connection.receive()
    except TimeoutError:
        raise Rejected(CloseCode.HELLO_TIMEOUT, f"no hello within {bounds.hello_seconds:g} s") from None
    if len(data) > bounds.hello_bytes:
        raise Rejected(CloseCode.TOO_BIG, f"a hello of {len(data)} bytes; {bounds.hello_bytes} are allowed")
    try:
        hello = _HELLO.decode(data)
    except MALFORMED:
        raise Rejected(CloseCode.BAD_MESSAGE, "the first message is no hello") from None
    grant = tokens.look_up(hello.token)
    if grant is None:
        raise Rejected(CloseCode.UNAUTHENTICATED, "no such token")
    if hello.role != grant.role.value:
        raise Rejected(CloseCode.WRONG_ROLE, f"this token lets a {grant.role.value} in, not a {clean(hello.role)!r}")
    if grant.role is Role.OPERATOR and socket == "relay":
        raise Rejected(CloseCode.WRONG_ROLE, "an operator relays nothing")
    if hello.protocol != PROTOCOL:
        raise Rejected(CloseCode.VERSION, f"you speak protocol {hello.protocol}, the coordinator {PROTOCOL}")
    ours = tabswarm_version()
    if hello.kind not in _SERVED_KINDS and hello.version != ours:
        raise Rejected(CloseCode.VERSION, f"you are tabswarm {clean(hello.version)}, the coordinator is {ours}")
    if hello.socket != socket or hello.kind not in KINDS:
        raise Rejected(CloseCode.BAD_MESSAGE, f"a hello for another socket than {socket}, or of an unknown kind")
    return hello, grant


async def turn_away(connection: Connection, rejected: Rejected) -> None:
    """Tell a peer why it may not come in, and close."""
    try:
        await connection.send(_encode(Refused(code=rejected.code.word, reason=rejected.reason)))
    except ConnectionLost:
        return
    await connection.close(rejected.code, rejected.reason)


def clean(text: str, letters: int = 60) -> str:
    """A name as it may be shown: at most so many letters, no control, direction or zero-width characters.

    >>> clean("a\\u202eb\\x1b[31mc")
    'ab[31mc'
    """
    return "".join(letter for letter in text[: 4 * letters] if not unicodedata.category(letter).startswith("C"))[
        :letters
    ].strip()
