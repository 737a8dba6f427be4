"""Block transfers between hosts that reach each other: TLS over TCP, with the frames of `wire/blocks.py`.

The law: nobody is served without the coordinator's word, and nobody is believed by their address. The port's
certificate is its own, made when it opens; its fingerprint goes through the coordinator, and the requester compares it
before it says anything. Then it shows its ticket, which the coordinator told the port as well:

    requester                       port
    <- TLS 1.3; the certificate has the fingerprint of `Holder`, or the requester hangs up ->
    Knock {peer, ticket}      ->    waits a moment for a ticket that it has not heard of yet
                              <-    one empty frame: come in; or it hangs up
    frames of transfers       <->

Each frame has its length before it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import ssl
import struct
import tempfile
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

import msgspec

from tabswarm.ids import BlockId
from tabswarm.plan.location import Holder
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.entrance import Entrance
from tabswarm.transport.exchange import Exchange, Lookup, Served
from tabswarm.transport.passes import Passes
from tabswarm.transport.threads import in_thread
from tabswarm.wire.blocks import RELAY_LIMIT
from tabswarm.wire.close_code import CloseCode
from tabswarm.wire.malformed import MALFORMED
from tabswarm.wire.messages import Visitor, Visitors

TCP = "tcp"
"""The capability's name in a `Hello`."""
WINDOW = 4 * 2**20
"""Bytes of one fetch that may be on their way: enough for 1 Gbit/s over 30 ms."""
CONNECT_SECONDS = 2.5
"""What TCP, TLS and the knock may take together: who cannot get through is on the relay within 3 s."""
KNOCK_SECONDS = 5.0
KNOCK_LIMIT = 1024
UNKNOWN_AT_ONCE = 64
"""Connections that have not shown a ticket yet."""
HEARSAY_SECONDS = 2.0
"""How long a ticket may be on its way to the port."""
_LENGTH = struct.Struct(">I")


class Knock(msgspec.Struct, frozen=True, array_like=True):
    """What a requester says first."""

    peer: str
    ticket: str


_encode = msgspec.msgpack.Encoder().encode
_KNOCK = msgspec.msgpack.Decoder(Knock)


class StreamConnection:
    """A stream as a `Connection`: each message with its length before it, none longer than `limit`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.limit = RELAY_LIMIT
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        try:
            self._writer.writelines((_LENGTH.pack(len(data)), data))
            await self._writer.drain()
        except (OSError, RuntimeError) as error:
            raise ConnectionLost(reason=str(error)) from None

    async def receive(self) -> bytes:
        try:
            (length,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
            if length > self.limit:
                raise ConnectionLost(CloseCode.TOO_BIG, f"a message of {length} bytes")
            return await self._reader.readexactly(length)
        except (OSError, EOFError) as error:
            raise ConnectionLost(reason=str(error)) from None

    async def close(self, code: int = CloseCode.NORMAL, reason: str = "") -> None:
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                await self._writer.wait_closed()


class Certificate(NamedTuple):
    """A self-signed certificate, ready for a server, and its sha256 in hex."""

    context: ssl.SSLContext
    fingerprint: str


def make_certificate() -> Certificate:
    """A fresh one, whose key never leaves this process but for a moment in a private file."""
    from tabswarm.transport.self_signed import self_signed  # here: it loads `cryptography`

    chain, key, fingerprint = self_signed()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with tempfile.TemporaryDirectory(prefix="tabswarm-") as folder:  # closed to other users; ssl reads files only
        path = Path(folder) / "certificate.pem"
        path.write_bytes(key + chain)
        context.load_cert_chain(path)
    return Certificate(context, fingerprint)


class BlockPort:
    """A port that serves what `lookup` finds to who has a ticket and shows the block's pass, once it listens.

    `address` and `fingerprint` are for the `Hello`, and empty while it does not listen.
    """

    def __init__(self) -> None:
        self.address = ""
        self.fingerprint = ""
        self.lookup: Lookup = _nothing
        self.passes = Passes()
        self._server: asyncio.Server | None = None
        self._visitors: dict[str, Visitor] = {}
        self._news = asyncio.Condition()
        self._unknown = 0
        self._lines: dict[str, set[asyncio.Task[None]]] = {}
        self._entrance = Entrance(self._serve)

    async def admit(self, message: Visitors) -> None:
        """Take who may come, and who may no more."""
        for visitor in message.visitors:
            if visitor.ticket:
                self._visitors[visitor.peer] = visitor
                continue
            self._visitors.pop(visitor.peer, None)
            for line in self._lines.pop(visitor.peer, set()):
                line.cancel()
        async with self._news:
            self._news.notify_all()

    async def listen(self, host: str, port: int = 0) -> None:
        """Listen on this address. Raises OSError."""
        certificate = await in_thread(make_certificate)
        self._server = await asyncio.start_server(
            self._entrance.welcome, host, port, ssl=certificate.context, ssl_handshake_timeout=KNOCK_SECONDS
        )
        self.fingerprint = certificate.fingerprint
        bound = self._server.sockets[0].getsockname()[1]
        self.address = f"[{host}]:{bound}" if ":" in host else f"{host}:{bound}"

    async def close(self) -> None:
        """Close the port and every line."""
        if self._server is not None:
            await self._entrance.close(self._server)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        guest = asyncio.current_task()
        assert guest is not None
        connection = StreamConnection(reader, writer)
        try:
            visitor = await self._known(connection)
            if visitor is not None:
                lines = self._lines.setdefault(visitor.peer, set())
                lines.add(guest)
                guest.add_done_callback(lines.discard)
                await self._serve_blocks(connection)
        except (ConnectionLost, TimeoutError, asyncio.CancelledError, *MALFORMED):
            pass  # it went, or was sent away

    async def _known(self, connection: StreamConnection) -> Visitor | None:
        if self._unknown >= UNKNOWN_AT_ONCE:
            return None
        self._unknown += 1
        connection.limit = KNOCK_LIMIT
        try:
            async with asyncio.timeout(KNOCK_SECONDS):
                knock = _KNOCK.decode(await connection.receive())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEARSAY_SECONDS), self._news:
                    await self._news.wait_for(lambda: self._may_enter(knock))
            return self._visitors[knock.peer] if self._may_enter(knock) else None
        finally:
            self._unknown -= 1
            connection.limit = RELAY_LIMIT

    def _may_enter(self, knock: Knock) -> bool:
        known = self._visitors.get(knock.peer)
        return known is not None and hmac.compare_digest(known.ticket.encode(), knock.ticket.encode())

    async def _serve_blocks(self, connection: StreamConnection) -> None:
        await connection.send(b"")
        line = Exchange(connection, self.lookup, passes=self.passes, direct=True)
        try:
            await line.wait_lost()
        finally:
            await line.close()


async def _nothing(block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
    return None


class TcpWay:
    """The way to others' block ports, as the peer `me` that can show these passes."""

    def __init__(self, me: str, passes: Passes) -> None:
        self._me = me
        self._passes = passes
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE  # the fingerprint is the proof

    def leads_to(self, holder: Holder) -> bool:
        """Whether it has a port, and we a ticket."""
        return bool(TCP in holder.capabilities and holder.address and holder.fingerprint and holder.ticket)

    async def connect(self, holder: Holder) -> Exchange:
        """A line to a port. Raises ConnectionLost or OSError."""
        host, _, port = holder.address.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        try:
            ip_address(host)
        except ValueError:
            raise ConnectionLost(reason=f"{holder.address} is no address") from None
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(host, int(port), ssl=self._context)
            try:
                certificate = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
                found = hashlib.sha256(certificate or b"").hexdigest()
                if not hmac.compare_digest(found, holder.fingerprint):
                    raise ConnectionLost(reason=f"who answers at {holder.address} is not {holder.peer}")
                connection = StreamConnection(reader, writer)
                await connection.send(_encode(Knock(self._me, holder.ticket)))
                if await connection.receive():
                    raise ConnectionLost(reason=f"{holder.address} does not speak as a block port")
            except BaseException:
                writer.close()
                raise
        return Exchange(connection, passes=self._passes, direct=True, window=WINDOW)
