"""The client's end of a WebSocket, by the library `websockets`.

Compression is off (permessage-deflate inflates before any limit is checked), a message has a size limit, and pings are
the protocol's own: the coordinator sends them.
"""

from __future__ import annotations

import ssl
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from tabswarm.errors import ConnectionRefused, CoordinatorUnreachable
from tabswarm.transport.connection import Connection, ConnectionLost, Socket
from tabswarm.transport.links import Link
from tabswarm.wire.blocks import RELAY_LIMIT
from tabswarm.wire.close_code import CloseCode
from tabswarm.wire.messages import MESSAGE_LIMIT

OPEN_TIMEOUT = 10.0
"""Seconds for TCP, TLS and the WebSocket's handshake together."""


class WebSocketConnection:
    """A `websockets` connection as a `Connection`."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    @property
    def local_host(self) -> str:
        """This end's address."""
        address = self._socket.local_address
        return str(address[0]) if isinstance(address, tuple) else ""

    async def send(self, data: bytes) -> None:
        try:
            await self._socket.send(data)
        except ConnectionClosed as closed:
            raise _lost(closed) from None

    async def receive(self) -> bytes:
        try:
            data = await self._socket.recv()
        except ConnectionClosed as closed:
            raise _lost(closed) from None
        if isinstance(data, str):
            await self.close(CloseCode.BAD_MESSAGE, "text where bytes are due")
            raise ConnectionLost(CloseCode.BAD_MESSAGE, "the coordinator sent text where bytes are due")
        return data

    async def close(self, code: int = CloseCode.NORMAL, reason: str = "") -> None:
        await self._socket.close(CloseCode.NORMAL if code == CloseCode.GONE else code, reason[:120])


def local_host(connection: Connection) -> str:
    """The address of this host on a connection's way to the coordinator; empty where it takes none (in memory)."""
    return connection.local_host if isinstance(connection, WebSocketConnection) else ""


def _lost(closed: ConnectionClosed) -> ConnectionLost:
    frame = closed.rcvd or closed.sent
    return ConnectionLost() if frame is None else ConnectionLost(frame.code, frame.reason)


class WebSocketDoor:
    """A coordinator behind a link. `tls` is for a certificate that the system does not know."""

    def __init__(self, link: Link, tls: ssl.SSLContext | None = None) -> None:
        self.link = link
        self._tls = tls

    async def connect(self, socket: Socket) -> Connection:
        """A fresh WebSocket to one of the coordinator's two sockets.

        Raises CoordinatorUnreachable when nobody answers, ConnectionRefused when something does and will not have us.
        """
        where = urlsplit(self.link.origin).netloc
        limit = MESSAGE_LIMIT if socket == "control" else RELAY_LIMIT
        try:
            opened = await connect(
                self.link.socket_url(socket),
                ssl=(self._tls or True) if self.link.origin.startswith("https:") else None,
                compression=None,
                max_size=limit,
                open_timeout=OPEN_TIMEOUT,
                close_timeout=2.0,
                ping_interval=None,
                proxy=None if self.link.is_loopback else True,
                user_agent_header=None,
            )
        except InvalidStatus as refused:
            status = refused.response.status_code
            raise ConnectionRefused(
                f"{where} answered with HTTP status {status}: is it a coordinator, and is this its name (--public-url)?"
            ) from None
        except ssl.SSLCertVerificationError as error:
            raise ConnectionRefused(f"the certificate of {where} is not valid: {error.verify_message}") from None
        except TimeoutError:
            raise CoordinatorUnreachable(f"{where} did not answer within {OPEN_TIMEOUT:g} s") from None
        except OSError as error:
            raise CoordinatorUnreachable(f"nobody answers at {where} ({error.strerror or error})") from None
        except WebSocketException as error:
            raise CoordinatorUnreachable(f"what answers at {where} is no coordinator of tabswarm's: {error}") from None
        return WebSocketConnection(opened)
