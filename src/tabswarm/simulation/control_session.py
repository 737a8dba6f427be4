"""The control session between a peer and the coordinator, as TCP and the product's pings make it.

The law: within a session nothing is lost, doubled or reordered. What goes wrong with it is time (each message has a
delay of its own, and a *clogged* direction holds all of them back) and its end: a session breaks, and with it goes
what was still on its way, either way. The two ends learn of that at different times: by the other's goodbye where it
gets through, else by silence. The session that follows is a new one.

The pings of the product are not played one by one. That they stay away is the same as a clogged direction, so an end
gives up when its direction has been clogged for `SILENCE`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tabswarm.scheduler import commands, events

if TYPE_CHECKING:
    from tabswarm.simulation.peer import SimulatedPeer
    from tabswarm.simulation.swarm import SimulatedSwarm

SILENCE = 10_000
"""Milliseconds without a ping after which an end takes the other for gone."""
PULSE = 1_000
"""Milliseconds between two pings: by so much later the silence may be noticed."""


class ControlSession:
    """One session. `here` and `there` say whether the peer and the coordinator take it for open."""

    def __init__(self, swarm: SimulatedSwarm, peer: SimulatedPeer) -> None:
        self.swarm = swarm
        self.peer = peer
        self.here = True
        self.there = True
        self.broken = False
        self._latest_up = 0
        self._latest_down = 0
        self._held_up: list[Callable[[], None]] = []
        self._held_down: list[Callable[[], None]] = []

    # --- messages ----------------------------------------------------------------------------------------------------

    def up(self, event: events.Event) -> None:
        """The peer says something."""
        if self.here and self._goes_out():
            self._send_up(lambda: self.swarm.event(event) if self.there else None)

    def down(self, command: commands.Command) -> None:
        """The coordinator says something."""
        if self.there and self._goes_out():
            self._send_down(lambda: self.peer.receive(command) if self.here and self.peer.alive else None)

    def welcome(self) -> None:
        """The first thing that the coordinator says: from now on the peer may speak."""
        self._send_down(lambda: self.peer.welcomed(self) if self.here and self.peer.alive else None)

    def _goes_out(self) -> bool:
        swarm = self.swarm
        if swarm.conditions.breaks and swarm.random.random() < swarm.conditions.breaks:
            swarm.note(f"the session of {self.peer.id} breaks")
            self.break_off()
        return not self.broken

    def _send_up(self, arrive: Callable[[], None]) -> None:
        now = self.swarm.clock.now
        self._latest_up = max(now + self.swarm.message_delay(), self._latest_up)

        def arrived() -> None:
            if self.peer.clogged_up or self._held_up:
                self._held_up.append(arrive)
            elif not self.broken:
                arrive()

        self.swarm.clock.after(self._latest_up - now, arrived)

    def _send_down(self, arrive: Callable[[], None]) -> None:
        now = self.swarm.clock.now
        self._latest_down = max(now + self.swarm.message_delay(), self._latest_down)

        def arrived() -> None:
            if self.peer.clogged_down or self._held_down:
                self._held_down.append(arrive)
            elif not self.broken:
                arrive()

        self.swarm.clock.after(self._latest_down - now, arrived)

    def flow(self) -> None:
        """A direction is free again: what was held back arrives, in order."""
        while self._held_up and not self.peer.clogged_up:
            arrive = self._held_up.pop(0)
            if not self.broken:
                arrive()
        while self._held_down and not self.peer.clogged_down:
            arrive = self._held_down.pop(0)
            if not self.broken:
                arrive()

    # --- ends --------------------------------------------------------------------------------------------------------

    def break_off(self) -> None:
        """The connection is gone, and each end finds out later."""
        if self.broken:
            return
        self.broken = True
        swarm = self.swarm
        swarm.clock.after(swarm.noticed_after(), self.end_there)
        self.peer.later(swarm.noticed_after(), self.end_here)

    def end_here(self) -> None:
        """The peer takes the session for over: it says goodbye if it can, and comes back."""
        if self.here:
            self.here = False
            if not self.broken:
                self._send_up(self.end_there)
            self.peer.lost(self)

    def end_there(self) -> None:
        """The coordinator takes the session for over."""
        if self.there:
            self.there = False
            if not self.broken:
                self._send_down(self.end_here)
            self.swarm.gone(self)
