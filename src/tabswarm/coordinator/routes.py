"""The one table of routes, each with the role it needs. What is not in it does not exist.

    PUBLIC   anybody: page shells, hashed files, the sign of life
    HELLO    a WebSocket: the token stands in its first message, and the message types go by the token's role
    DRIVER   a driver's token as `Authorization: Bearer`
    OPERATOR an operator's token, in the same way

A test reads this table and tries each row without a token, with a wrong one and with one of another role.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from tabswarm.coordinator.coordinator import Coordinator
from tabswarm.coordinator.limits import Gate
from tabswarm.coordinator.metrics import Metrics
from tabswarm.coordinator.pages import Pages
from tabswarm.coordinator.tokens import Grant, Role
from tabswarm.coordinator.websocket import ServerConnection
from tabswarm.transport.connection import Socket
from tabswarm.wire.blocks import RELAY_LIMIT
from tabswarm.wire.close_code import CloseCode
from tabswarm.wire.messages import MESSAGE_LIMIT


class Needs(StrEnum):
    """What a route asks of who calls it."""

    PUBLIC = "public"
    HELLO = "hello"
    DRIVER = "driver"
    OPERATOR = "operator"


class Row(msgspec.Struct, frozen=True):
    """One route. `answer` is a method of `Answers`: of (request), or of (request, grant) where a token is needed."""

    path: str
    needs: Needs
    answer: str


TABLE = (
    Row("/", Needs.PUBLIC, "index"),
    Row("/join", Needs.PUBLIC, "volunteer"),
    Row("/console", Needs.PUBLIC, "console"),
    Row("/operator", Needs.PUBLIC, "operator"),
    Row("/frame", Needs.PUBLIC, "frame"),
    Row("/static/{path:path}", Needs.PUBLIC, "file"),
    Row("/healthz", Needs.PUBLIC, "health"),
    Row("/api/jobs", Needs.DRIVER, "jobs"),
    Row("/api/volunteers", Needs.DRIVER, "volunteers"),
    Row("/metrics", Needs.OPERATOR, "metrics"),
    Row("/socket", Needs.HELLO, "control"),
    Row("/relay", Needs.HELLO, "relay"),
)


class Answers:
    """What the routes answer."""

    def __init__(self, coordinator: Coordinator, pages: Pages, gate: Gate) -> None:
        self._coordinator = coordinator
        self._pages = pages
        self._gate = gate
        self._metrics = Metrics(coordinator)

    async def index(self, request: Request) -> Response:
        return self._pages.page(request, "index.html")

    async def console(self, request: Request) -> Response:
        return self._pages.page(request, "console.html")

    async def volunteer(self, request: Request) -> Response:
        return self._pages.page(request, "volunteer.html")

    async def operator(self, request: Request) -> Response:
        return self._pages.page(request, "operator.html")

    async def frame(self, request: Request) -> Response:
        return self._pages.page(request, "frame.html")

    async def file(self, request: Request) -> Response:
        return self._pages.file(request)

    async def health(self, request: Request) -> Response:
        # Open to other origins, so that the sealed frame's self-test shows that its own policy alone shuts this door.
        return PlainTextResponse("ok\n", headers={"Cross-Origin-Resource-Policy": "cross-origin"})

    async def jobs(self, request: Request, grant: Grant) -> Response:
        """The jobs of the token's swarm, as a JSON list of `JobReport`."""
        reports = tuple(self._coordinator.swarm(grant.swarm).scheduler.report())
        return Response(msgspec.json.encode(reports), media_type="application/json")

    async def volunteers(self, request: Request, grant: Grant) -> Response:
        """Who is in the token's swarm now, as a JSON list of `VolunteerReport`."""
        there = self._coordinator.swarm(grant.swarm).scheduler.volunteers()
        return Response(msgspec.json.encode(there), media_type="application/json")

    async def metrics(self, request: Request, grant: Grant) -> Response:
        return Response(self._metrics.text(), media_type=CONTENT_TYPE_LATEST)

    async def control(self, websocket: WebSocket) -> None:
        await self._socket(websocket, "control")

    async def relay(self, websocket: WebSocket) -> None:
        await self._socket(websocket, "relay")

    async def _socket(self, websocket: WebSocket, socket: Socket) -> None:
        address = _address(websocket)
        await websocket.accept()
        connection = ServerConnection(websocket)
        if not self._gate.is_open(address):
            await connection.close(CloseCode.TOO_MANY, "too many tries from your address: wait a minute")
            return
        waiting = self._gate.waiting(address)
        waiting.__enter__()
        let_in = False

        def admitted() -> None:
            nonlocal let_in
            let_in = True
            waiting.__exit__(None, None, None)
            connection.allow(MESSAGE_LIMIT if socket == "control" else RELAY_LIMIT)

        try:
            if socket == "control":
                await self._coordinator.serve_control(connection, admitted)
            else:
                await self._coordinator.serve_relay(connection, admitted)
        finally:
            if not let_in:
                waiting.__exit__(None, None, None)
                self._gate.failed(address)

    def with_token(
        self, answer: Callable[[Request, Grant], Awaitable[Response]], role: Role
    ) -> Callable[[Request], Awaitable[Response]]:
        """The same answer, behind a token of that role."""

        async def guarded(request: Request) -> Response:
            address = _address(request)
            if not self._gate.is_open(address):
                return PlainTextResponse("Too many tries: wait a minute.\n", 429, headers={"Retry-After": "60"})
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            grant = self._coordinator.tokens.look_up(token.strip()) if scheme.lower() == "bearer" else None
            if grant is None:
                self._gate.failed(address)
                return PlainTextResponse(
                    "A token is needed, and this is none.\n", 401, headers={"WWW-Authenticate": "Bearer"}
                )
            if grant.role is not role:
                return PlainTextResponse(f"This needs a {role.value}'s token.\n", 403)
            return await answer(request, grant)

        return guarded


def build(answers: Answers) -> list[BaseRoute]:
    """The routes of the table, each behind what it needs."""
    routes: list[BaseRoute] = []
    for row in TABLE:
        answer = getattr(answers, row.answer)
        match row.needs:
            case Needs.HELLO:
                routes.append(WebSocketRoute(row.path, answer))
            case Needs.DRIVER:
                routes.append(Route(row.path, answers.with_token(answer, Role.DRIVER), methods=["GET"]))
            case Needs.OPERATOR:
                routes.append(Route(row.path, answers.with_token(answer, Role.OPERATOR), methods=["GET"]))
            case Needs.PUBLIC:
                routes.append(Route(row.path, answer, methods=["GET"]))
    return routes


def _address(caller: Request | WebSocket) -> str:
    return caller.client.host if caller.client is not None else ""
