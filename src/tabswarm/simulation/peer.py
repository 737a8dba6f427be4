"""What volunteers and drivers of a simulated swarm have in common: they live, freeze, lose the coordinator and find it
again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from tabswarm.scheduler import commands, events
from tabswarm.simulation.control_session import PULSE, SILENCE, ControlSession

if TYPE_CHECKING:
    from tabswarm.simulation.swarm import SimulatedSwarm

REMEMBERED = 4
"""Reports that may be told twice, when a session is taken up again."""
RETRY = (200, 3000)
"""Milliseconds between two tries to reach the coordinator."""


class SimulatedPeer:
    """One peer. `clogged_up` and `clogged_down` count the causes for which nothing gets through to the coordinator,
    or from it; `slowness` is how many times longer everything takes. `coming` is a session whose welcome is on its
    way."""

    def __init__(self, swarm: SimulatedSwarm, peer: str) -> None:
        self.swarm = swarm
        self.id = peer
        self.alive = True
        self.frozen = 0
        self.slowness = 1
        self.clogged_up = 0
        self.clogged_down = 0
        self.session: ControlSession | None = None
        self.coming: ControlSession | None = None
        self._deferred: list[Callable[[], None]] = []
        self._told: deque[events.Event] = deque(maxlen=REMEMBERED)
        self._clogs = 0

    # --- what a kind of peer does ------------------------------------------------------------------------------------

    def hello(self) -> events.Event:
        """The event by which the scheduler hears that the peer is there."""
        raise NotImplementedError

    def goodbye(self) -> events.Event:
        """The event by which it hears that the peer is gone."""
        raise NotImplementedError

    def receive(self, command: commands.Command) -> None:
        """Do as the coordinator says."""
        raise NotImplementedError

    def on_lost(self) -> None:
        """The session is over."""

    def on_welcome(self) -> None:
        """A session has begun."""

    # --- time --------------------------------------------------------------------------------------------------------

    def later(self, delay: int, action: Callable[[], None]) -> None:
        """Do something in a while, if the peer lives then; while it is frozen its time stands still."""

        def due() -> None:
            if self.frozen:
                self._deferred.append(due)
            elif self.alive:
                action()

        self.swarm.clock.after(delay, due)

    def freeze(self) -> None:
        """The tab is frozen, or the laptop asleep: nothing is done, said or heard."""
        self.frozen += 1
        self.clog(up=True, down=True)

    def thaw(self) -> None:
        """It goes on where it was: first it hears what came in meanwhile."""
        self.frozen -= 1
        self.unclog(up=True, down=True)
        if not self.frozen:
            deferred, self._deferred = self._deferred, []
            for action in deferred:
                action()

    # --- the way to the coordinator ----------------------------------------------------------------------------------

    def clog(self, *, up: bool, down: bool) -> None:
        """Nothing gets through any more; after `SILENCE` the end that hears nothing gives up."""
        self.clogged_up += up
        self.clogged_down += down
        self._clogs += 1
        clog, session = self._clogs, self.session or self.coming

        def give_up() -> None:
            if self._clogs != clog or not self.alive:
                return
            there = self.swarm.sessions.get(self.id)
            if self.clogged_up and there is not None:
                there.end_there()
            if self.clogged_down and not self.frozen and session is not None:
                session.end_here()

        self.swarm.clock.after(SILENCE + self.swarm.random.randint(0, PULSE), give_up)

    def unclog(self, *, up: bool, down: bool) -> None:
        """One cause less."""
        self.clogged_up -= up
        self.clogged_down -= down
        if not (self.clogged_up or self.clogged_down):
            self._clogs += 1
        for session in list(self.swarm.open_sessions.get(self.id, ())):
            session.flow()

    def say(self, event: events.Event) -> None:
        """Tell the coordinator. Without a session it is said to nobody."""
        self._told.append(event)
        if self.session is not None:
            self.session.up(event)

    def connect(self) -> None:
        """Say hello; where that does not get through, try again until it does."""
        if not self.alive or self.session is not None or self.coming is not None:
            return
        if self.clogged_up or self.clogged_down:
            self.later(self.swarm.random.randint(*RETRY), self.connect)
            return
        self.swarm.clock.after(self.swarm.message_delay(), lambda: self.swarm.admit(self))

    def welcomed(self, session: ControlSession) -> None:
        """The coordinator's answer."""
        self.session, self.coming = session, None
        self.on_welcome()
        swarm = self.swarm
        if self._told and swarm.conditions.repeats and swarm.random.random() < swarm.conditions.repeats:
            swarm.note(f"{self.id} tells its last reports again")
            for event in list(self._told):
                session.up(event)

    def lost(self, session: ControlSession) -> None:
        """A session of this peer is over, so it asks for another."""
        if session is self.coming:
            self.coming = None
        elif session is self.session:
            self.session = None
            self.on_lost()
        else:
            return
        if self.alive:
            self.later(self.swarm.random.randint(*RETRY), self.connect)
