"""The coordinator: it owns the swarms and takes connections, from whatever transport.

It knows no web server. `serve_control` and `serve_relay` each take one `Connection` and return when it is over; behind
a port starlette and uvicorn call them (`serve.py`), in `local[N]` two ends in memory do (`LocalDoor`).
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from tabswarm.coordinator.admission import Rejected, admit, clean, turn_away
from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.direct_ways import DirectWays
from tabswarm.coordinator.relay import RelayHub
from tabswarm.coordinator.sessions import Heard, Session, encode
from tabswarm.coordinator.swarm import SchedulerCore, Swarm
from tabswarm.coordinator.tokens import Grant, Role, Tokens, digest, fresh_secret
from tabswarm.errors import CoordinatorUnreachable
from tabswarm.scheduler import events
from tabswarm.transport import memory
from tabswarm.transport.connection import Connection, ConnectionLost, Socket
from tabswarm.wire.close_code import CloseCode
from tabswarm.wire.messages import Hello, Welcome
from tabswarm.wire.version import tabswarm_version

Notice = Callable[..., None]
"""Is told what happened, as `notice("peer_left", peer=..., reason=...)`; never a token, never a block's bytes."""


def _no_notice(event: str, **facts: object) -> None:
    pass


def _nothing() -> None:
    pass


class _Remembered(msgspec.Struct):
    """A session that can be taken up again by its secret."""

    swarm: str
    role: Role
    peer: str
    application: str
    heard: Heard
    watches: bool = False


class _Place(msgspec.Struct, frozen=True):
    """A swarm with its relay."""

    swarm: Swarm
    relay: RelayHub


class Coordinator:
    """Make one inside a running event loop; `create_swarm` and `issue` links' tokens, then let peers in.

    `make_scheduler` gives each swarm its scheduler. `notice` is told what happens. `ways` is what peers are told of
    reaching each other.
    """

    def __init__(
        self,
        make_scheduler: Callable[[], SchedulerCore],
        *,
        bounds: Bounds | None = None,
        notice: Notice = _no_notice,
        ways: DirectWays | None = None,
    ) -> None:
        self.bounds = bounds or Bounds()
        self.ways = ways or DirectWays()
        self.tokens = Tokens()
        self._make_scheduler = make_scheduler
        self._notice = notice
        self._places: dict[str, _Place] = {}
        self._remembered: OrderedDict[bytes, _Remembered] = OrderedDict()
        self._serving: set[asyncio.Task[None]] = set()
        self._connections: set[Connection] = set()
        self._closing = False
        self._pulse = asyncio.create_task(self._beat(), name="tabswarm pulse")

    # --- swarms and tokens ------------------------------------------------------------------------------------------

    def create_swarm(self, title: str = "") -> str:
        """A fresh swarm; gives its id."""
        id = "s" + secrets.token_hex(4)
        swarm = Swarm(id, clean(title), self._make_scheduler(), self.bounds, relay_only=self.ways.relay_only)
        relay = RelayHub(swarm.scheduler.may_fetch, swarm.sessions.__contains__, self.bounds)
        self._places[id] = _Place(swarm, relay)
        return id

    def swarm(self, id: str) -> Swarm:
        """The swarm of that id. Raises KeyError."""
        return self._places[id].swarm

    def relay(self, id: str) -> RelayHub:
        """The relay of that swarm. Raises KeyError."""
        return self._places[id].relay

    def issue(self, role: Role, swarm: str) -> str:
        """A fresh token of that role on that swarm."""
        if swarm not in self._places:
            raise KeyError(swarm)
        return self.tokens.issue(role, swarm)

    def revoke(self, token: str) -> None:
        """The token opens nothing any more, and who came in by it goes."""
        grant = self.tokens.revoke(token)
        if grant is not None:
            for session in list(self._places[grant.swarm].swarm.sessions.values()):
                if session.grant == grant:
                    session.close(CloseCode.UNAUTHENTICATED, "the token was revoked", drop=True)

    # --- connections ------------------------------------------------------------------------------------------------

    async def serve_control(self, connection: Connection, on_admitted: Callable[[], None] = _nothing) -> None:
        """One control socket, from its hello to its end; `on_admitted` is called once its token is known."""
        admitted = await self._admit(connection, "control")
        if admitted is None:
            return
        hello, grant = admitted
        on_admitted()
        place = self._places[grant.swarm]
        try:
            session = self._welcome(connection, hello, grant, place)
        except Rejected as rejected:
            await turn_away(connection, rejected)
            self._connections.discard(connection)
            return
        lost = ConnectionLost(CloseCode.BROKEN, "the coordinator failed")
        try:
            place.swarm.join(session, hello)
            take = place.swarm.from_volunteer if session.role is Role.VOLUNTEER else place.swarm.from_driver
            lost = await session.run(take)
        except Exception as error:
            # A bug of ours. Only this session ends by it, and only our log says what it was.
            self._notice("failure", peer=session.peer, error=error)
            session.close(CloseCode.BROKEN, "the coordinator failed")
        finally:
            self._connections.discard(connection)
            place.swarm.leave(session, lost.reason)
            if session.peer not in place.swarm.sessions:
                place.relay.drop(session.peer)
            self._notice("peer_left", peer=session.peer, code=lost.code, reason=lost.reason)
            if session.outbox.is_closing:
                await session.outbox.finished()
            await session.outbox.stop()

    async def serve_relay(self, connection: Connection, on_admitted: Callable[[], None] = _nothing) -> None:
        """One relay socket, from its hello to its end. It belongs to the control session whose secret it shows."""
        admitted = await self._admit(connection, "relay")
        if admitted is None:
            return
        hello, grant = admitted
        place = self._places[grant.swarm]
        try:
            known = self._remembered.get(digest(hello.resume))
            if known is None or known.role is not grant.role or known.swarm != grant.swarm:
                raise Rejected(CloseCode.UNAUTHENTICATED, "no such session")
            if known.peer not in place.swarm.sessions:
                raise Rejected(CloseCode.UNAUTHENTICATED, "the control session is over")
            on_admitted()
            await connection.send(encode(self._welcome_of(place.swarm, known, hello.resume)))
            await place.relay.serve(known.peer, connection)
        except Rejected as rejected:
            await turn_away(connection, rejected)
        except ConnectionLost:
            pass
        except Exception as error:
            self._notice("failure", socket="relay", error=error)
            await connection.close(CloseCode.BROKEN, "the coordinator failed")
        finally:
            self._connections.discard(connection)

    async def close(self, reason: str = "the coordinator stops") -> None:
        """End all sessions and stop."""
        self._closing = True
        self._pulse.cancel()
        for connection in list(self._connections):
            await connection.close(CloseCode.GOING_AWAY, reason)
        for place in self._places.values():
            place.swarm.close()
        if self._serving:
            await asyncio.wait(self._serving, timeout=5)
        for task in self._serving:
            task.cancel()

    def door(self) -> LocalDoor:
        """A door in memory, for peers in this very event loop."""
        return LocalDoor(self)

    def spawn(self, connection: Connection, socket: Socket) -> None:
        """Serve a connection by a task of its own."""
        serve = self.serve_control if socket == "control" else self.serve_relay

        async def run() -> None:
            await serve(connection)

        task = asyncio.create_task(run(), name=f"tabswarm {socket}")
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    @property
    def is_closing(self) -> bool:
        """Whether nobody is let in any more."""
        return self._closing

    # --- within -----------------------------------------------------------------------------------------------------

    async def _admit(self, connection: Connection, socket: Socket) -> tuple[Hello, Grant] | None:
        if self._closing:
            await connection.close(CloseCode.GOING_AWAY, "the coordinator stops")
            return None
        self._connections.add(connection)
        try:
            return await admit(connection, socket, self.tokens, self.bounds)
        except Rejected as rejected:
            self._notice("refused", socket=socket, code=int(rejected.code), reason=rejected.reason)
            await turn_away(connection, rejected)
        except ConnectionLost:
            pass
        self._connections.discard(connection)
        return None

    def _welcome(self, connection: Connection, hello: Hello, grant: Grant, place: _Place) -> Session:
        """A session for an admitted peer: the one it takes up again, or a fresh one. Raises Rejected."""
        swarm = place.swarm
        known = self._remembered.get(digest(hello.resume)) if hello.resume else None
        if known is not None and (known.role is not grant.role or known.swarm != grant.swarm):
            known = None
        secret = hello.resume if known is not None else fresh_secret()
        if known is None:
            if len(swarm.sessions) >= self.bounds.sessions:
                raise Rejected(CloseCode.TOO_MANY, "the swarm is full: try again later")
            driver = grant.role is Role.DRIVER
            known = _Remembered(
                swarm=swarm.id,
                role=grant.role,
                peer=("d" if driver else "v") + secrets.token_hex(4),
                application=self._application(hello, swarm) if driver else "",
                heard=Heard(),
                watches=driver and hello.watch,
            )
        elif (older := swarm.sessions.get(known.peer)) is not None:
            swarm.leave(older, "it opened a newer session")
            older.close(CloseCode.REPLACED, "a newer session of yours", drop=True)
        if known.application and not known.watches:
            for other in swarm.drivers_of(known.application):
                swarm.leave(other, "another session took over its application")
                other.close(CloseCode.REPLACED, "session replaced: another one took over this application", drop=True)
        self._remember(secret, known)
        shown = msgspec.structs.replace(
            hello, name=clean(hello.name, self.bounds.name_letters), watch=known.watches, application=known.application
        )
        session = Session(connection, shown, grant, known.peer, known.application, self.bounds, known.heard)
        session.tell(self._welcome_of(swarm, known, secret))
        self._notice("peer_joined", peer=session.peer, role=grant.role.value, kind=hello.kind, token=grant.id)
        return session

    def _application(self, hello: Hello, swarm: Swarm) -> str:
        """The application of a driver's new session: the one it names, which must be there, or a fresh one."""
        if hello.application:
            if not swarm.scheduler.has_application(hello.application):
                kept = f"{self.bounds.results_seconds / 3600:g} h"
                raise Rejected(
                    CloseCode.UNKNOWN_APPLICATION,
                    f"there is no application {clean(hello.application, 20)!r} in this swarm (results stay {kept})",
                )
            return hello.application
        return "a" + secrets.token_hex(4) if hello.kind != "cli" else ""

    def _remember(self, secret: str, known: _Remembered) -> None:
        hashed = digest(secret)
        self._remembered[hashed] = known
        self._remembered.move_to_end(hashed)
        while len(self._remembered) > self.bounds.remembered_sessions:
            self._remembered.popitem(last=False)

    def _welcome_of(self, swarm: Swarm, known: _Remembered, secret: str) -> Welcome:
        return Welcome(
            peer=known.peer,
            resume=secret,
            swarm=swarm.id,
            title=swarm.title,
            application=known.application,
            version=tabswarm_version(),
            heard=known.heard.messages,
            ice_servers=() if self.ways.relay_only else self.ways.ice_servers,
            relay_only=self.ways.relay_only,
        )

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.bounds.pulse_seconds)
            for place in list(self._places.values()):
                try:
                    for application, relayed in place.relay.take_moved().items():
                        place.swarm.feed(events.BytesMoved(application=application, relayed=relayed))
                    place.swarm.pulse()
                except Exception as error:
                    # A bug of ours must not stop the pings of every other swarm.
                    self._notice("failure", swarm=place.swarm.id, error=error)


class LocalDoor:
    """A coordinator in this very event loop, as a `Door`."""

    def __init__(self, coordinator: Coordinator) -> None:
        self._coordinator = coordinator

    async def connect(self, socket: Socket) -> Connection:
        """Two ends in memory, one of them served by the coordinator. Raises CoordinatorUnreachable once it stops."""
        if self._coordinator.is_closing:
            raise CoordinatorUnreachable("the coordinator has stopped")
        here, there = memory.pair()
        self._coordinator.spawn(there, socket)
        return here
