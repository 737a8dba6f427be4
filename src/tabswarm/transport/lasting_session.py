"""A driver's control session that outlives its connections: what breaks is taken up again, and nothing is said twice.

    said        by the program, in order; kept until the coordinator has taken it
    sent        on this connection
    taken       the coordinator says so: a Pong to the Ping behind it, or, after a break, the number in its Welcome

So each message is taken exactly once, wherever a connection breaks. What the coordinator had said and was lost with a
connection it says again when a driver is back; what it would not know to say again, `anew` asks for.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable, Iterable

from msgspec import structs

from tabswarm.errors import (
    ConnectionRefused,
    CoordinatorUnreachable,
    SessionReplaced,
    TokenRefused,
    UnknownApplication,
    VersionRefused,
)
from tabswarm.transport.connection import Connection, ConnectionLost, Door
from tabswarm.transport.session import Session, open_driver_session
from tabswarm.wire.close_code import CloseCode
from tabswarm.wire.messages import Hello, Message, Ping, Pong, Signal, ToDriver, Welcome

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
"""Seconds between two tries to come back; each is drawn from half to one and a half times that."""
GIVE_UP_SECONDS = 300.0
"""How long a coordinator may be out of reach; a machine that sleeps does not count it."""

ASK_SECONDS = 0.5
"""How often, at most, the coordinator is asked what it has taken."""

_FINAL = frozenset(
    {
        CloseCode.NORMAL,
        CloseCode.GOING_AWAY,
        CloseCode.TOO_BIG,
        CloseCode.BAD_MESSAGE,
        CloseCode.UNAUTHENTICATED,
        CloseCode.BROKEN,
    }
)
"""Ends that are the coordinator's word, and no accident of the way."""
_TOLD_FINALLY = (TokenRefused, UnknownApplication, VersionRefused)


class LastingSession:
    """The session of the driver that `open` introduces. Messages go by `say`; `run` hears, until the end."""

    def __init__(self, door: Door, notice: Callable[[str], None] = lambda line: None) -> None:
        self.welcome: Welcome
        self._door = door
        self._notice = notice
        self._hello: Hello
        self._session: Session[ToDriver]
        self._said: deque[Message] = deque()
        self._taken = 0
        self._sent = 0
        self._hurried = False
        self._more = asyncio.Event()
        self._all_taken = asyncio.Event()
        self._all_taken.set()

    async def open(self, introduce: Callable[[Connection], Hello]) -> Welcome:
        """Connect for the first time. Raises one of ConnectionRefused's kinds."""
        connection = await self._door.connect("control")
        self._hello = introduce(connection)
        self._session = await open_driver_session(connection, self._hello)
        self.welcome = self._session.welcome
        self._hello = structs.replace(
            self._hello, resume=self.welcome.resume, application=self.welcome.application or self._hello.application
        )
        return self.welcome

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection now."""
        return self._session.lost is None

    def relay_hello(self) -> Hello:
        """What introduces this session's relay socket."""
        return structs.replace(self._hello, socket="relay")

    def say(self, message: Message) -> None:
        """Send a message, now or as soon as there is a connection again."""
        self._said.append(message)
        self._all_taken.clear()
        self._more.set()

    async def all_taken(self) -> None:
        """Wait until the coordinator has taken all that was said."""
        self._hurried = True
        self._more.set()
        await self._all_taken.wait()

    async def run(
        self, take: Callable[[ToDriver], None], anew: Callable[[], Iterable[Message]], back: Callable[[], None]
    ) -> None:
        """Give each message to `take`; after each break, when the connection is `back`, say `anew` what is not said
        already. Raises the reason of the end: SessionReplaced, or CoordinatorUnreachable."""
        while True:
            speaking = asyncio.create_task(self._speak(), name="tabswarm driver says")
            try:
                while True:
                    message = await self._session.receive()
                    if isinstance(message, Pong):
                        self._were_taken(message.number)
                    else:
                        take(message)
            except ConnectionLost as lost:
                reason = lost
            finally:
                speaking.cancel()
                await asyncio.gather(speaking, return_exceptions=True)
            await self._come_back(reason)
            waiting = {id(message) for message in self._said}
            for message_again in anew():
                if id(message_again) not in waiting:
                    self.say(message_again)
            back()

    async def close(self) -> None:
        """End the session."""
        await self._session.close()

    async def _speak(self) -> None:
        clock = asyncio.get_running_loop()
        asked, due = self._taken, clock.time()
        with contextlib.suppress(ConnectionLost):  # `run` hears of it as well
            while True:
                while self._sent < len(self._said):
                    self._sent += 1
                    await self._session.send(self._said[self._sent - 1])
                behind = self._taken + self._sent
                if behind > asked and (self._hurried or clock.time() >= due):
                    asked, due = behind, clock.time() + ASK_SECONDS
                    await self._session.send(Ping(number=behind))
                self._more.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(due if behind > asked else None):
                        await self._more.wait()

    def _were_taken(self, count: int) -> None:
        """So many of all that was ever said the coordinator has taken."""
        while self._taken < count and self._said:
            self._said.popleft()
            self._taken += 1
            self._sent = max(0, self._sent - 1)
        if not self._said:
            self._all_taken.set()

    async def _come_back(self, lost: ConnectionLost) -> None:
        if lost.code == CloseCode.REPLACED:
            raise SessionReplaced(f"application {self.welcome.application} is no longer this program's: {lost.reason}")
        if lost.code in _FINAL:
            raise CoordinatorUnreachable(f"the connection to the coordinator is lost: {lost.reason or lost.code}")
        await self._session.close()
        clock = asyncio.get_running_loop()
        since, pause, why = clock.time(), FIRST_PAUSE, lost.reason or f"code {lost.code}"
        self._notice(f"the connection to the coordinator is lost ({why}); trying again")
        while True:
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(2 * pause, LONGEST_PAUSE)
            try:
                session = await open_driver_session(await self._door.connect("control"), self._hello)
                break
            except _TOLD_FINALLY as refused:
                raise self._forgotten(str(refused)) from None
            except ConnectionRefused as refused:
                if clock.time() - since > GIVE_UP_SECONDS:
                    raise CoordinatorUnreachable(
                        f"the connection to the coordinator is lost, and for {GIVE_UP_SECONDS / 60:g} min it could not "
                        f"be had again: {refused}"
                    ) from None
        self._session = session
        if session.welcome.peer != self.welcome.peer:
            await session.close()
            raise self._forgotten("it does not know this session any more")
        self._sent = 0
        self._were_taken(session.welcome.heard)
        self._said = deque(message for message in self._said if not isinstance(message, Signal))  # to old connections
        if not self._said:
            self._all_taken.set()
        self._notice("the connection to the coordinator is back")

    def _forgotten(self, why: str) -> CoordinatorUnreachable:
        return CoordinatorUnreachable(
            f"the connection to the coordinator is lost, and cannot be taken up again: {why}. Was the coordinator "
            "restarted? Then what ran on it is gone: start this program again"
        )
