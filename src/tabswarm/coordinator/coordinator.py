"""The coordinator: it owns the swarms and takes connections, from whatever transport.

It knows no web server. `serve_control` and `serve_relay` each take one `Connection` and return when it is over; behind
a port starlette and uvicorn call them (`serve.py`), in `local[N]` two ends in memory do (`local_door.py`).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

import msgspec

from tabswarm.coordinator.admission import Rejected, admit, clean, turn_away
from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.direct_ways import DirectWays
from tabswarm.coordinator.local_door import LocalDoor
from tabswarm.coordinator.operator_desk import OperatorDesk, TooManySwarms
from tabswarm.coordinator.relay import RelayHub
from tabswarm.coordinator.remembered import Remembered, RememberedSessions
from tabswarm.coordinator.scheduler_needs import SchedulerCore
from tabswarm.coordinator.sessions import Heard, Session, encode
from tabswarm.coordinator.swarm import Swarm, fresh_application
from tabswarm.coordinator.tally import Traffic
from tabswarm.coordinator.tokens import Grant, Role, Tokens, fresh_secret
from tabswarm.scheduler import events
from tabswarm.transport.connection import Connection, ConnectionLost, Socket
from tabswarm.transport.links import Link
from tabswarm.wire.close_code import CloseCode
from tabswarm.wire.console_messages import NOTEBOOK
from tabswarm.wire.messages import Hello, SwarmReport, Welcome
from tabswarm.wire.version import tabswarm_version

Notice = Callable[..., None]
"""Is told what happened, as `notice("peer_left", peer=..., reason=...)`; never a token, never a block's bytes."""


def _no_notice(event: str, **facts: object) -> None:
    pass


def _nothing() -> None:
    pass


class _Place(msgspec.Struct, frozen=True):
    """A swarm with its relay."""

    swarm: Swarm
    relay: RelayHub


class Coordinator:
    """Make one inside a running event loop; `create_swarm` and `issue` links' tokens, then let peers in.

    `make_scheduler` gives each swarm its scheduler. `notice` is told what happens. `ways` is what peers are told of
    reaching each other. `origin` is where the pages are, for links; empty where there are none.
    """

    def __init__(
        self,
        make_scheduler: Callable[[], SchedulerCore],
        *,
        bounds: Bounds | None = None,
        notice: Notice = _no_notice,
        ways: DirectWays | None = None,
        origin: str = "",
    ) -> None:
        self.bounds = bounds or Bounds()
        self.ways = ways or DirectWays()
        self.tokens = Tokens()
        self.traffic = Traffic()
        self._origin = origin
        self._desk = OperatorDesk(self._make_swarm, self.swarm_reports)
        self._make_scheduler = make_scheduler
        self._notice = notice
        self._places: dict[str, _Place] = {}
        self._remembered = RememberedSessions(self.bounds.remembered_sessions)
        self._serving: set[asyncio.Task[None]] = set()
        self._connections: set[Connection] = set()
        self._closing = False
        self._pulse = asyncio.create_task(self._beat(), name="tabswarm pulse")

    # --- swarms and tokens ------------------------------------------------------------------------------------------

    def create_swarm(self, title: str = "") -> str:
        """A fresh swarm; gives its id."""
        id = "s" + secrets.token_hex(4)
        swarm = Swarm(
            id,
            title,
            self._make_scheduler(),
            self.bounds,
            self.tokens,
            origin=self._origin,
            relay_only=self.ways.relay_only,
        )
        relay = RelayHub(swarm.scheduler.may_fetch, swarm.sessions.__contains__, self.bounds)
        self._places[id] = _Place(swarm, relay)
        return id

    def swarm(self, id: str) -> Swarm:
        """The swarm of that id. Raises KeyError."""
        return self._places[id].swarm

    def swarms(self) -> list[Swarm]:
        """All swarms, from the oldest on."""
        return [place.swarm for place in self._places.values()]

    def sockets(self) -> int:
        """Open sockets, control and relay."""
        return len(self._connections)

    def relay(self, id: str) -> RelayHub:
        """The relay of that swarm. Raises KeyError."""
        return self._places[id].relay

    def driver_link(self, swarm: str) -> str:
        """A fresh link for drivers of that swarm."""
        return str(Link(self._origin, "console", self.issue(Role.DRIVER, swarm)))

    def operator_link(self) -> str:
        """A fresh link for operators."""
        return str(Link(self._origin, "operator", self.issue(Role.OPERATOR)))

    def _make_swarm(self, title: str) -> tuple[str, str, str]:
        if len(self._places) >= self.bounds.swarms:
            raise TooManySwarms(f"this coordinator has its {self.bounds.swarms} swarms already")
        swarm = self.create_swarm(title)
        self._notice("swarm_made", swarm=swarm)
        return swarm, self.driver_link(swarm), self.swarm(swarm).invites.link

    def swarm_reports(self) -> tuple[SwarmReport, ...]:
        """What operators are told of the swarms."""
        return tuple(swarm.report() for swarm in self.swarms())

    def issue(self, role: Role, swarm: str = "") -> str:
        """A fresh token of that role on that swarm; an operator's is for all."""
        if role is not Role.OPERATOR and swarm not in self._places:
            raise KeyError(swarm)
        return self.tokens.issue(role, swarm)

    def revoke(self, token: str) -> None:
        """The token opens nothing any more, and who came in by it goes."""
        grant = self.tokens.revoke(token)
        if grant is not None:
            place = self._places.get(grant.swarm)
            for session in [*self._desk.sessions, *(place.swarm.sessions.values() if place is not None else ())]:
                if session.grant.id == grant.id:
                    session.close(CloseCode.UNAUTHENTICATED, "the token was revoked", drop=True)

    # --- connections ------------------------------------------------------------------------------------------------

    async def serve_control(self, connection: Connection, on_admitted: Callable[[], None] = _nothing) -> None:
        """One control socket, from its hello to its end; `on_admitted` is called once its token is known."""
        admitted = await self._admit(connection, "control")
        if admitted is None:
            return
        hello, grant = admitted
        on_admitted()
        if grant.role is Role.OPERATOR:
            await self._serve_operator(connection, hello, grant)
            return
        place = self._places[grant.swarm]
        try:
            session = self._welcome(connection, hello, grant, place)
        except Rejected as rejected:
            self.traffic.refused[rejected.code.word] += 1
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
            await session.outbox.end()

    async def _serve_operator(self, connection: Connection, hello: Hello, grant: Grant) -> None:
        if len(self._desk.sessions) >= self.bounds.operators:
            await turn_away(connection, Rejected(CloseCode.TOO_MANY, "too many operators are here: try again later"))
            self._connections.discard(connection)
            return
        session = Session(connection, hello, grant, "o" + secrets.token_hex(4), "", self.bounds, traffic=self.traffic)
        session.tell(Welcome(peer=session.peer, resume="", swarm="", version=tabswarm_version()))
        try:
            self._desk.join(session)
            await session.run(self._desk.take)
        except Exception as error:
            self._notice("failure", peer=session.peer, error=error)
            session.close(CloseCode.BROKEN, "the coordinator failed")
        finally:
            self._connections.discard(connection)
            self._desk.leave(session)
            await session.outbox.end()

    async def serve_relay(self, connection: Connection, on_admitted: Callable[[], None] = _nothing) -> None:
        """One relay socket, from its hello to its end. It belongs to the control session whose secret it shows."""
        admitted = await self._admit(connection, "relay")
        if admitted is None:
            return
        hello, grant = admitted
        place = self._places[grant.swarm]
        try:
            known = self._remembered.find(hello.resume, grant)
            if known is None:
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
        return LocalDoor(self.spawn, lambda: self._closing)

    def spawn(self, connection: Connection, socket: Socket) -> None:
        """Serve a connection by a task of its own."""
        serve = self.serve_control if socket == "control" else self.serve_relay

        async def run() -> None:
            await serve(connection)

        task = asyncio.create_task(run(), name=f"tabswarm {socket}")
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    # --- within -----------------------------------------------------------------------------------------------------

    async def _admit(self, connection: Connection, socket: Socket) -> tuple[Hello, Grant] | None:
        if self._closing:
            await connection.close(CloseCode.GOING_AWAY, "the coordinator stops")
            return None
        self._connections.add(connection)
        try:
            return await admit(connection, socket, self.tokens, self.bounds)
        except Rejected as rejected:
            self.traffic.refused[rejected.code.word] += 1
            self._notice("refused", socket=socket, code=int(rejected.code), reason=rejected.reason)
            await turn_away(connection, rejected)
        except ConnectionLost:
            pass
        self._connections.discard(connection)
        return None

    def _welcome(self, connection: Connection, hello: Hello, grant: Grant, place: _Place) -> Session:
        """A session for an admitted peer: the one it takes up again, or a fresh one. Raises Rejected."""
        swarm = place.swarm
        known = self._remembered.find(hello.resume, grant)
        if known is not None and hello.application == NOTEBOOK and known.application != swarm.notebook_application():
            known = None  # what it drove has ended meanwhile
        if known is not None and hello.application == NOTEBOOK and known.peer != swarm.notebook.console:
            # A laptop that wakes up must not take the notebook from the person who works in it elsewhere.
            raise Rejected(CloseCode.TAKEN_OVER, "another console was opened meanwhile, and has the notebook now")
        if known is None and grant.retired:
            raise Rejected(CloseCode.UNAUTHENTICATED, "this invite link was replaced by another one: ask for that")
        secret = hello.resume if known is not None else fresh_secret()
        if known is None:
            if len(swarm.sessions) >= self.bounds.sessions:
                raise Rejected(CloseCode.TOO_MANY, "the swarm is full: try again later")
            driver = grant.role is Role.DRIVER
            known = Remembered(
                swarm=swarm.id,
                role=grant.role,
                peer=("d" if driver else "v") + secrets.token_hex(4),
                application=self._application(hello, swarm) if driver else "",
                heard=Heard(),
                watches=driver and hello.watch,
            )
        elif (older := swarm.sessions.get(known.peer)) is not None:
            swarm.leave(older, "it opened a newer session")
            older.close(replaced(older), "a newer session of yours", drop=True)
        if known.application and not known.watches:
            for other in swarm.drivers_of(known.application):
                swarm.leave(other, "another session took over its application")
                other.close(replaced(other), "session replaced: another one took over this application", drop=True)
        if hello.application == NOTEBOOK and not known.watches:
            swarm.notebook.console = known.peer
        self._remembered.keep(secret, known)
        shown = msgspec.structs.replace(
            hello, name=clean(hello.name, self.bounds.name_letters), watch=known.watches, application=known.application
        )
        session = Session(
            connection, shown, grant, known.peer, known.application, self.bounds, known.heard, self.traffic
        )
        session.tell(self._welcome_of(swarm, known, secret))
        self._notice("peer_joined", peer=session.peer, role=grant.role.value, kind=hello.kind, token=grant.id)
        return session

    def _application(self, hello: Hello, swarm: Swarm) -> str:
        """The application of a driver's new session: the one it names, which must be there, or a fresh one."""
        named = hello.application
        if named == NOTEBOOK and not hello.watch:
            if hello.kind != "console":
                raise Rejected(CloseCode.UNKNOWN_APPLICATION, "only a console drives the notebook; others may watch it")
            return swarm.notebook_application()
        if named == NOTEBOOK:
            named = swarm.notebook.application or named
        if named:
            if not swarm.scheduler.has_application(named):
                kept = f"{self.bounds.results_seconds / 3600:g} h"
                raise Rejected(
                    CloseCode.UNKNOWN_APPLICATION,
                    f"there is no application {clean(hello.application, 20)!r} in this swarm (results stay {kept})",
                )
            return named
        return fresh_application() if hello.kind != "cli" else ""

    def _welcome_of(self, swarm: Swarm, known: Remembered, secret: str) -> Welcome:
        return Welcome(
            peer=known.peer,
            resume=secret,
            swarm=swarm.id,
            title=swarm.invites.title,
            message=swarm.invites.message if known.role is Role.VOLUNTEER else "",
            application=known.application,
            version=tabswarm_version(),
            heard=known.heard.messages,
            ice_servers=() if self.ways.relay_only else self.ways.ice_servers,
            relay_only=self.ways.relay_only,
        )

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + self.bounds.pulse_seconds
            await asyncio.sleep(self.bounds.pulse_seconds)
            self.traffic.late(loop.time() - due)
            for place in list(self._places.values()):
                try:
                    for application, relayed in place.relay.take_moved().items():
                        self.traffic.relayed += relayed
                        place.swarm.feed(events.BytesMoved(application=application, relayed=relayed))
                    place.swarm.pulse()
                except Exception as error:
                    # A bug of ours must not stop the pings of every other swarm.
                    self._notice("failure", swarm=place.swarm.id, error=error)
            try:
                self._desk.pulse()
            except Exception as error:
                self._notice("failure", role="operator", error=error)


def replaced(session: Session) -> CloseCode:
    """The code that closes a session for a newer one."""
    return CloseCode.TAKEN_OVER if session.kind == "console" else CloseCode.REPLACED
