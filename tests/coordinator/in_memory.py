"""A coordinator in this very event loop, and peers that speak to it message by message, as a script says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec
from tests.transport.known_passes import EveryPass

from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.coordinator import Coordinator
from tabswarm.coordinator.tokens import Role
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.transport.connection import Connection, ConnectionLost, Socket
from tabswarm.transport.relay import Lookup, Relay, open_relay
from tabswarm.transport.session import SILENCE, Session, open_driver_session, open_volunteer_session, say_hello
from tabswarm.wire.messages import Hello, Message, ToDriver, ToOperator, ToVolunteer
from tabswarm.wire.version import PROTOCOL, tabswarm_version

T = TypeVar("T", bound=Message)


class Failures(list[BaseException]):
    """What the coordinator noticed as bugs of its own."""


class Place:
    """A coordinator with one swarm, and links into it."""

    def __init__(self, coordinator: Coordinator, failures: Failures) -> None:
        self.coordinator = coordinator
        self.failures = failures
        self.swarm = coordinator.create_swarm("a test")
        self.invite = coordinator.issue(Role.VOLUNTEER, self.swarm)
        self.secret = coordinator.issue(Role.DRIVER, self.swarm)

    async def knock(self, socket: Socket = "control") -> Connection:
        """A fresh connection that has said nothing."""
        return await self.coordinator.door().connect(socket)

    async def volunteer(self, name: str = "", slots: int = 1, resume: str = "") -> Session[ToVolunteer]:
        told = hello(self.invite, "volunteer", name=name, slots=slots, resume=resume)
        return await open_volunteer_session(await self.knock(), told)

    async def driver(self, resume: str = "", kind: str = "library", application: str = "") -> Session[ToDriver]:
        told = hello(self.secret, "driver", kind=kind, resume=resume)
        told = msgspec.structs.replace(told, application=application)
        return await open_driver_session(await self.knock(), told)

    async def operator(self) -> Session[ToOperator]:
        told = hello(self.coordinator.issue(Role.OPERATOR), "operator", kind="operator")
        connection = await self.knock()
        return Session(connection, await say_hello(connection, told), msgspec.msgpack.Decoder(ToOperator), SILENCE)

    async def relay(self, session: Session[ToVolunteer] | Session[ToDriver], lookup: Lookup | None = None) -> Relay:
        connection, told = await self.relay_connection(session)
        made = self.coordinator.swarm(self.swarm)._passes
        return await open_relay(connection, told, lookup, passes=EveryPass(lambda name: made.of(name).secret))

    async def relay_connection(self, session: Session[ToVolunteer] | Session[ToDriver]) -> tuple[Connection, Hello]:
        volunteer = session.welcome.peer.startswith("v")
        told = hello(
            self.invite if volunteer else self.secret,
            "volunteer" if volunteer else "driver",
            socket="relay",
            resume=session.welcome.resume,
        )
        return await self.knock("relay"), told


@asynccontextmanager
async def place(bounds: Bounds | None = None, origin: str = "") -> AsyncIterator[Place]:
    """A coordinator that fails the test if anything of its own breaks."""
    failures = Failures()

    def notice(event: str, **facts: object) -> None:
        if isinstance(error := facts.get("error"), BaseException):
            failures.append(error)

    coordinator = Coordinator(Scheduler, bounds=bounds, notice=notice, origin=origin)
    here = Place(coordinator, failures)
    try:
        yield here
    finally:
        await coordinator.close()
    if failures:
        raise failures[0]


def hello(
    token: str,
    role: str,
    *,
    kind: str = "native",
    name: str = "",
    slots: int = 1,
    resume: str = "",
    socket: str = "control",
    protocol: int = PROTOCOL,
    version: str | None = None,
) -> Hello:
    return Hello(
        token=token,
        role=role,
        kind=kind,
        name=name,
        slots=slots,
        memory=2**30,
        resume=resume,
        socket=socket,
        protocol=protocol,
        version=tabswarm_version() if version is None else version,
        python="3.11",
    )


async def until(session: Session[ToVolunteer] | Session[ToDriver] | Session[ToOperator], kind: type[T]) -> T:
    """The next message of this kind; others before it are passed over."""
    while True:
        message = await session.receive()
        if isinstance(message, kind):
            return message


async def lost(receive: Callable[[], object]) -> ConnectionLost:
    """Read until the connection is gone, and say why it went."""
    try:
        while True:
            await receive()  # type: ignore[misc]  # a coroutine function
    except ConnectionLost as gone:
        return gone


async def settle() -> None:
    """Let everything that can run now run; no time passes."""
    for _ in range(50):
        await asyncio.sleep(0)


encode = msgspec.msgpack.Encoder().encode
