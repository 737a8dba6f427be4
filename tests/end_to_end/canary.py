"""A server on loopback that answers everything and remembers what reached it: nothing of a sealed frame's may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import websockets
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

PAGE = b'<!doctype html><link rel="icon" href="data:,">'
"""Browsers ask for a page's icon when they like, also after the page has done its work; this one has its icon."""


class Canary:
    """`origin` is its address; `reached` lists the paths that were asked for, WebSocket handshakes included."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.reached: list[str] = []


@asynccontextmanager
async def canary() -> AsyncIterator[Canary]:
    """A canary for the length of the block."""
    found: Canary | None = None

    async def answer(connection: ServerConnection, request: Request) -> Response | None:
        assert found is not None
        found.reached.append(request.path)
        if "websocket" in request.headers.get("Upgrade", "").lower():
            return None
        kinds = {"module.js": "text/javascript", "events": "text/event-stream", "page": "text/html"}
        kind = kinds.get(request.path.rsplit("/", 1)[-1], "text/plain")
        body = PAGE if kind == "text/html" else b""
        headers = Headers({"Access-Control-Allow-Origin": "*", "Content-Type": kind, "Content-Length": str(len(body))})
        return Response(200, "OK", headers, body)

    async def converse(connection: ServerConnection) -> None:
        with suppress(websockets.ConnectionClosed):
            await connection.recv()

    async with websockets.serve(converse, "127.0.0.1", 0, process_request=answer) as server:
        found = Canary(server.sockets[0].getsockname()[1])
        yield found
        await asyncio.sleep(0)
