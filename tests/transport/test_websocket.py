"""The client's end of a WebSocket, against a plain server of the library's."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tabswarm.errors import ConnectionRefused, CoordinatorUnreachable
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.links import Link
from tabswarm.transport.websocket import WebSocketDoor

TOKEN = "t" * 32


@asynccontextmanager
async def listening(serve_one: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[WebSocketDoor]:
    async with serve(serve_one, "127.0.0.1", 0, max_size=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield WebSocketDoor(Link(f"http://127.0.0.1:{port}", "join", TOKEN))


async def test_bytes_go_both_ways_uncompressed_and_the_token_is_in_no_address() -> None:
    paths: list[str] = []

    async def echo(peer: ServerConnection) -> None:
        assert peer.request is not None
        paths.append(peer.request.path)
        assert "Sec-WebSocket-Extensions" not in peer.request.headers
        async for message in peer:
            await peer.send(message)

    async with listening(echo) as door:
        connection = await door.connect("control")
        await connection.send(b"x" * 100_000)
        assert await connection.receive() == b"x" * 100_000
        await connection.close()
        await (await door.connect("relay")).close()
    assert paths == ["/socket", "/relay"]


async def test_the_close_code_and_reason_are_told() -> None:
    async def refuse(peer: ServerConnection) -> None:
        await peer.close(4401, "no such token")

    async with listening(refuse) as door:
        connection = await door.connect("control")
        with pytest.raises(ConnectionLost, match="4401: no such token"):
            await connection.receive()
        with pytest.raises(ConnectionLost, match="4401"):
            await connection.send(b"")


async def test_text_is_refused() -> None:
    async def talk(peer: ServerConnection) -> None:
        await peer.send("words")
        await peer.wait_closed()

    async with listening(talk) as door:
        connection = await door.connect("control")
        with pytest.raises(ConnectionLost, match="4400"):
            await connection.receive()


async def test_where_nobody_listens_the_error_names_the_address() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        door = WebSocketDoor(Link(f"http://127.0.0.1:{port}", "join", TOKEN))
        with pytest.raises(CoordinatorUnreachable, match=f"nobody answers at 127.0.0.1:{port}") as refused:
            await door.connect("control")
        assert TOKEN not in str(refused.value)


async def test_a_server_that_is_no_coordinator_is_told_by_its_status() -> None:
    async def never(peer: ServerConnection) -> None:
        raise AssertionError

    async with serve(never, "127.0.0.1", 0, process_request=lambda peer, _: peer.respond(404, "no")) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(ConnectionRefused, match="HTTP status 404"):
            await WebSocketDoor(Link(f"http://127.0.0.1:{port}", "join", TOKEN)).connect("control")
