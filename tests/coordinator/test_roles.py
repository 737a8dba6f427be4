"""Every message type and every route has a role, and without the right token each refuses.

The tables here are made from the message unions and from the router, so a new message or route is tried as soon as it
exists, and fails until it stands under a role.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from starlette.routing import Route, WebSocketRoute
from tests.coordinator.in_memory import Place, encode, hello, lost, place
from tests.coordinator.web_client import served
from tests.wire.write_vectors import GOOD

from tabswarm.coordinator.coordinator import Coordinator
from tabswarm.coordinator.limits import Gate
from tabswarm.coordinator.pages import Pages, built_folder
from tabswarm.coordinator.routes import TABLE, Answers, Needs, build
from tabswarm.coordinator.tokens import Role
from tabswarm.coordinator.translate import FROM_COMMAND, FROM_VOLUNTEER
from tabswarm.scheduler import commands
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.transport.session import Session
from tabswarm.wire import messages as m

BY_ROLE = {"FromVolunteer": "volunteer", "FromDriver": "driver", "FromOperator": "operator"}
TO_COORDINATOR = {
    direction: {cls.__name__ for cls in union.__args__}
    for direction, union in (
        ("FromVolunteer", m.FromVolunteer),
        ("FromDriver", m.FromDriver),
        ("FromOperator", m.FromOperator),
    )
}
ALL_MESSAGES = sorted(cls.__name__ for cls in m.Message.__subclasses__() if cls.__module__.startswith("tabswarm.wire."))


def example(name: str) -> m.Message:
    return next(message for messages in GOOD.values() for message in messages if type(message).__name__ == name)


async def open_session(here: Place, role: str) -> Session[Any]:
    if role == "operator":
        return await here.operator()
    return await (here.volunteer() if role == "volunteer" else here.driver())


def test_every_message_type_stands_in_some_direction() -> None:
    known = {"Hello"} | set().union(*TO_COORDINATOR.values())
    known |= {cls.__name__ for union in (m.ToVolunteer, m.ToDriver, m.ToOperator) for cls in union.__args__}
    assert set(ALL_MESSAGES) == known


def test_every_message_of_a_volunteers_has_its_event_and_every_command_its_message() -> None:
    assert set(FROM_VOLUNTEER) == set(m.FromVolunteer.__args__)
    assert set(FROM_COMMAND) == set(commands.Command.__args__)


@pytest.mark.parametrize("name", ALL_MESSAGES)
@pytest.mark.parametrize("direction", BY_ROLE)
async def test_a_message_type_is_taken_from_its_own_role_only(direction: str, name: str) -> None:
    """Whatever is not in the union of the session's role ends the session with 4400."""
    async with place() as here:
        session = await open_session(here, BY_ROLE[direction])
        await session.send(example(name))
        if name in TO_COORDINATOR[direction]:
            await session.send(m.Ping(number=77))
            if name != "Leaving":
                while not (isinstance(answer := await session.receive(), m.Pong) and answer.number == 77):
                    pass
        else:
            gone = await lost(session.receive)
            assert gone.code == 4400 and "\n" not in gone.reason and len(gone.reason) <= 120


@pytest.mark.parametrize("name", [name for name in ALL_MESSAGES if name != "Hello"])
async def test_no_message_but_the_hello_opens_a_session(name: str) -> None:
    async with place() as here:
        connection = await here.knock()
        await connection.send(encode(example(name)))
        refused = msgspec.msgpack.decode(await connection.receive(), type=m.Refused)
        # A message larger than a hello may be is not even read.
        assert refused.code in ("bad_message", "too_big")
        assert (await lost(connection.receive)).code in (4400, 1009)


@pytest.mark.parametrize("socket", ["control", "relay"])
@pytest.mark.parametrize("role", ["volunteer", "driver", "operator"])
@pytest.mark.parametrize("shown", ["nothing", "another token", "a revoked one", "the other role's", "operator's"])
async def test_no_socket_opens_without_a_token_of_the_role(socket: str, role: str, shown: str) -> None:
    async with place() as here:
        other = here.secret if role == "volunteer" else here.invite
        revoked = here.coordinator.issue(Role.VOLUNTEER if role == "volunteer" else Role.DRIVER, here.swarm)
        here.coordinator.revoke(revoked)
        operators = here.coordinator.issue(Role.OPERATOR) if role != "operator" else here.secret
        tokens = {"nothing": "", "another token": "x" * 32, "a revoked one": revoked, "the other role's": other}
        connection = await here.knock("control" if socket == "control" else "relay")
        await connection.send(encode(hello(tokens.get(shown, operators), role, socket=socket)))
        code = (await lost(connection.receive)).code
        assert code == (4403 if shown in ("the other role's", "operator's") else 4401)


async def test_an_operators_token_opens_the_control_socket_as_an_operator_and_nothing_else() -> None:
    async with place() as here:
        token = here.coordinator.issue(Role.OPERATOR)
        relay = await here.knock("relay")
        await relay.send(encode(hello(token, "operator", kind="operator", socket="relay")))
        assert (await lost(relay.receive)).code == 4403
        operator = await here.operator()
        assert await operator.receive() == m.Swarms(swarms=here.coordinator.swarm_reports())


async def test_the_router_has_exactly_the_routes_of_the_table() -> None:
    coordinator = Coordinator(Scheduler)
    routes = build(Answers(coordinator, Pages(built_folder()), Gate()))
    await coordinator.close()
    found = {route.path: type(route) for route in routes if isinstance(route, Route | WebSocketRoute)}
    assert len(found) == len(routes) == len(TABLE)
    for row in TABLE:
        assert isinstance(row.needs, Needs)
        assert found[row.path] is (WebSocketRoute if row.needs is Needs.HELLO else Route)


def test_public_are_exactly_the_shells_the_files_and_the_sign_of_life() -> None:
    public = {row.path for row in TABLE if row.needs is Needs.PUBLIC}
    assert public == {"/", "/join", "/console", "/operator", "/frame", "/static/{path:path}", "/healthz"}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.path)
async def test_a_route_answers_to_its_role_only(row: object) -> None:
    from tabswarm.coordinator.routes import Row

    assert isinstance(row, Row)
    path = row.path.replace("{path:path}", "none.js")
    async with served() as web:
        server_tokens = {
            "volunteer": web.server.invite_link.partition("#")[2],
            "driver": web.server.driver_link.partition("#")[2],
            "operator": web.server.operator_link.partition("#")[2],
        }
        for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "BREW"):
            assert (await web.request(method, path)).status_code in (400, 403, 404, 405)
        bare = await web.request("GET", path)
        wrong = await web.request("GET", path, headers={"Authorization": f"Bearer {'x' * 32}"})
        in_query = await web.request("GET", f"{path}?token={server_tokens['driver']}")
        other = await web.request("GET", path, headers={"Authorization": f"Bearer {server_tokens['volunteer']}"})
        role = "operator" if row.needs is Needs.OPERATOR else "driver"
        right = await web.request("GET", path, headers={"Authorization": f"Bearer {server_tokens[role]}"})
        statuses = [answer.status_code for answer in (bare, wrong, in_query, other, right)]
        if row.needs in (Needs.DRIVER, Needs.OPERATOR):
            assert statuses == [401, 401, 401, 403, 200]
        elif row.needs is Needs.HELLO:
            assert set(statuses) == {404}, "a socket answers no plain request; its hellos are tried above"
        else:
            assert len(set(statuses)) == 1 and statuses[0] in (200, 404)


async def test_what_is_not_in_the_table_does_not_exist() -> None:
    async with served() as web:
        for path in ("/api", "/api/", "/api/jobs/", "/metrics/", "/docs", "/openapi.json", "/static/"):
            assert (await web.request("GET", path)).status_code == 404, path
