"""A whole swarm in one process: the real scheduler and executor, on a virtual clock and a seeded network.

The same seed gives the same trace, event by event. Messages between a peer and the coordinator arrive in order, as on
one connection (`control_session`); blocks go from peer to peer (`data_path`). After every event all invariants are
checked; in a big swarm after every n-th, and after every event that is about peers or losses, for a check looks at the
whole state.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence

from tabswarm.executor import Piece, WrittenSink
from tabswarm.executor.sources import Code
from tabswarm.ids import BlockId
from tabswarm.scheduler import events
from tabswarm.scheduler.block_locations import DRIVER_GENERATION, key_of
from tabswarm.scheduler.invariants import InvariantBroken, check_invariants
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.shipping.block_hash import segment_hash
from tabswarm.simulation.clock import Clock
from tabswarm.simulation.conditions import Bounds, Conditions
from tabswarm.simulation.control_session import ControlSession
from tabswarm.simulation.data_path import DataPath, Want
from tabswarm.simulation.mishaps import Mishaps
from tabswarm.simulation.peer import SimulatedPeer
from tabswarm.simulation.referee import Referee
from tabswarm.simulation.simulated_driver import SimulatedDriver
from tabswarm.simulation.simulated_volunteer import Compute, SimulatedVolunteer, by_executor
from tabswarm.simulation.trace import event_line, trace_line

__all__ = ["Conditions", "SimulatedSwarm"]

TICK = 10
"""Milliseconds by which the scheduler's clock may lag behind, as in the coordinator."""
OFTEN_CHECKED = 60
"""Open tasks and volunteers up to which the invariants are checked after every event."""
TOO_MANY = 300_000
"""Events after which a swarm goes round in circles; the longest stories take a tenth of them."""
ROUTINE = (events.TaskStarted, events.TaskFinished, events.Tick, events.ResultsFetched)


class SimulatedSwarm:
    """One coordinator, its volunteers and its drivers. `served` counts who served which block to others: drivers any,
    and volunteers whole ones (copies)."""

    def __init__(
        self,
        seed: int,
        code_reader: Callable[[str], Code],
        conditions: Conditions | None = None,
        *,
        compute: Compute = by_executor,
        keep_trace: bool = False,
    ) -> None:
        self.random = random.Random(seed)
        self.clock = Clock()
        self.scheduler = Scheduler()
        self.conditions = conditions or Conditions()
        self.code_reader = code_reader
        self.compute = compute
        self.volunteers: dict[str, SimulatedVolunteer] = {}
        self.drivers: dict[str, SimulatedDriver] = {}
        self.peers: dict[str, SimulatedPeer] = {}
        self.sessions: dict[str, ControlSession] = {}
        self.open_sessions: dict[str, list[ControlSession]] = {}
        self.data_path = DataPath(self)
        self.referee = Referee(self)
        self.before_event: Callable[[events.Event], None] | None = None
        self.on_departure: Callable[[str], None] | None = None
        self.mishaps = Mishaps(self)
        self.inline_limit = self.conditions.inline_limit
        self.served: dict[tuple[str, BlockId], int] = {}
        self.output: list[tuple[str, str]] = []
        self.trace: list[str] | None = [] if keep_trace else None
        self.events = 0
        self._hash = hashlib.blake2b(digest_size=16)
        self._joined = 0
        self._ticked = -TICK
        self._tick_at: int | None = None

    # --- peers -------------------------------------------------------------------------------------------------------

    def add_volunteer(
        self, slots: int = 1, python: str = "3.14", kind: str = "tab", name: str = ""
    ) -> SimulatedVolunteer:
        """Somebody opens the link."""
        self._joined += 1
        volunteer = SimulatedVolunteer(self, name or f"v{self._joined}", slots, python, kind)
        self.volunteers[volunteer.id] = self.peers[volunteer.id] = volunteer
        volunteer.connect()
        return volunteer

    def remove_volunteer(self, peer: str) -> None:
        """Somebody closes the tab: store and tasks are gone now, some of the last messages never arrive, and the
        coordinator notices later."""
        volunteer = self.volunteers.pop(peer)
        del self.peers[peer]
        volunteer.alive = False
        volunteer.store.clear()
        session = volunteer.session or volunteer.coming
        if session is not None:
            self.clock.after(self.message_delay(), session.break_off)

    def finish(self, peer: str) -> None:
        """Somebody presses Finish then stop."""
        volunteer = self.volunteers[peer]
        if volunteer.session is not None:
            volunteer.finishing = True
            volunteer.say(events.VolunteerFinishing(peer=peer))

    def leave(self, peer: str) -> None:
        """A volunteer that was told that it may leaves in good order: whatever it said before arrives."""
        volunteer = self.volunteers.pop(peer)
        del self.peers[peer]
        if volunteer.session is not None:
            volunteer.session.end_here()
        volunteer.alive = False

    def depart(self, peer: str) -> None:
        """A task takes its volunteer with it."""
        self.note(f"{peer} goes with its task")
        self.remove_volunteer(peer)
        if self.on_departure is not None:
            self.on_departure(peer)

    def evict(self, peer: str) -> None:
        """A volunteer has no room for a block: it lets go of it and says so."""
        volunteer = self.volunteers[peer]
        if volunteer.store and volunteer.session is not None:
            block = self.random.choice(list(volunteer.store))
            del volunteer.store[block]
            volunteer.say(events.BlocksLost(peer=peer, blocks=(block,)))

    def add_driver(self, application: str) -> SimulatedDriver:
        """A program starts, and is let in at once."""
        driver = SimulatedDriver(self, f"d-{application}", application)
        self.drivers[driver.id] = self.peers[driver.id] = driver
        self.admit(driver)
        driver.session, driver.coming = driver.coming, None
        return driver

    def admit(self, peer: SimulatedPeer) -> None:
        """A peer's hello arrives at the coordinator: a session begins, and an older one of the peer's ends."""
        if not peer.alive or peer.session is not None or peer.coming is not None:
            return
        if peer.clogged_up or peer.clogged_down:
            peer.connect()
            return
        older = self.sessions.get(peer.id)
        if older is not None:
            older.there = False
            self.gone(older)
        session = peer.coming = self.sessions[peer.id] = ControlSession(self, peer)
        self.open_sessions.setdefault(peer.id, []).append(session)
        session.welcome()
        self.event(peer.hello())

    def gone(self, session: ControlSession) -> None:
        """The coordinator's end of a session is closed."""
        peer = session.peer
        sessions = self.open_sessions[peer.id]
        self.open_sessions[peer.id] = [kept for kept in sessions if kept.here or kept.there]
        if self.sessions.get(peer.id) is session:
            del self.sessions[peer.id]
            self.event(peer.goodbye())

    # --- what chance decides -----------------------------------------------------------------------------------------

    def between(self, bounds: Bounds) -> int:
        """A number of milliseconds."""
        return self.random.randint(*bounds)

    def message_delay(self) -> int:
        """How long a control message takes."""
        return self.between(self.conditions.message_delay)

    def noticed_after(self) -> int:
        """How long one end does not notice that a session broke."""
        return self.between(self.conditions.noticed_after)

    def transfer_delay(self) -> int:
        """How long a block takes from peer to peer."""
        return self.between(self.conditions.transfer_delay)

    def task_duration(self) -> int:
        """How long a task takes."""
        return self.between(self.conditions.task_duration)

    def printed(self, stream: str, text: str, partition: int, dropped: int) -> None:
        """What tasks print."""
        self.output.append((stream, text))

    # --- blocks ------------------------------------------------------------------------------------------------------

    def serve(self, holder: str, want: Want) -> Piece | None:
        """One segment of a block as a peer has it now; None if it has not got it."""
        block, segment, root = want
        driver = self.drivers.get(holder)
        if driver is not None:
            self._count(holder, block)
            assert block.generation == DRIVER_GENERATION
            data = driver.source(block.node, block.partition)
            return Piece(data, segment_hash(data), root, block, 0, holder)
        sink = self.volunteers[holder].store.get(block)
        return sink and Piece(sink.segments[segment], sink.hashes, root, block, segment, holder)

    def whole(self, holder: str, block: BlockId) -> WrittenSink | None:
        """All of a block, if the holder is there and has it."""
        self._count(holder, block)
        driver = self.drivers.get(holder)
        if driver is not None:
            return driver.whole(block) if driver.alive else None
        volunteer = self.volunteers.get(holder)
        return volunteer.store.get(block) if volunteer is not None else None

    def _count(self, holder: str, block: BlockId) -> None:
        self.served[holder, block] = self.served.get((holder, block), 0) + 1

    def check_order(self, requester: str, holder: str, wants: Sequence[Want], lease: tuple[int, int]) -> None:
        """What an open attempt fetches the relay would serve, or its tab would wait in vain; but for holders that
        lost the block since the attempt was assigned."""
        task = self.scheduler.state.tasks.get(lease[0])
        if len(self.volunteers) > OFTEN_CHECKED or task is None or lease[1] not in task.attempts:
            return
        for want in wants:
            stored = self.scheduler.state.applications[task.application].blocks.stored.get(key_of(want.block))
            holds = stored is not None and stored.id == want.block and holder in stored.holders
            if holds or (holder in self.drivers and holder in self.scheduler.state.drivers):
                allowed = self.scheduler.may_fetch(requester, holder, want.block)
                assert allowed, f"{requester} may not fetch {want.block} from {holder}"

    # --- the coordinator ---------------------------------------------------------------------------------------------

    def event(self, event: events.Event) -> None:
        """The coordinator hears of something."""
        now = self.clock.now
        if now - self._ticked >= TICK:
            self._tick()
        self._handle(event)
        self._tick_when_due()

    def _handle(self, event: events.Event) -> None:
        self.events += 1
        if self.events > TOO_MANY:
            raise InvariantBroken(f"19: {TOO_MANY} events and no end; this one is {event_line(event)}")
        if self.before_event is not None:
            self.before_event(event)
        self.referee.before(event)
        asked = self.scheduler.handle(event)
        if self._is_checked(event):
            check_invariants(self.scheduler)
        self.referee.after(event)
        if not isinstance(event, events.Tick) or asked:
            self.note(event_line(event))
        for command in asked:
            self.referee.command(command)
            self.note(trace_line(command), command.peer)
            session = self.sessions.get(command.peer)
            if session is not None:
                session.down(command)

    def _is_checked(self, event: events.Event) -> bool:
        state = self.scheduler.state
        size = len(state.tasks) + len(state.volunteers.by_id)
        if size <= OFTEN_CHECKED:
            return not isinstance(event, events.Tick)
        often = 8 if isinstance(event, ROUTINE) else 2
        return self.events % (size * often // OFTEN_CHECKED) == 0

    def _tick(self) -> None:
        self._ticked = self.clock.now
        self._handle(events.Tick(now=self._ticked))

    def _tick_when_due(self) -> None:
        due = self.scheduler.next_deadline()
        if due is None:
            return
        due = max(due, self.clock.now + 1)
        if self._tick_at is not None and self.clock.now < self._tick_at <= due:
            return
        self._tick_at = due

        def tick() -> None:
            if self._tick_at == due:
                self._tick_at = None
                self._tick()
                self._tick_when_due()

        self.clock.after(due - self.clock.now, tick)

    # --- the trace ---------------------------------------------------------------------------------------------------

    def note(self, line: str, command_of: str = "") -> None:
        """Write a line of the trace: what happened, and under it what the coordinator commanded."""
        line = f"    {line}" if command_of else f"{self.clock.now} {line}"
        self._hash.update(line.encode())
        if self.trace is not None:
            self.trace.append(line)

    def trace_hash(self) -> str:
        """What the whole trace so far comes down to."""
        return self._hash.hexdigest()

    # --- running -----------------------------------------------------------------------------------------------------

    def run_until(self, over: Callable[[], bool], limit: int = 3_600_000) -> None:
        """Let time pass until `over()`. Raises `TimeoutError` when nothing is left to happen, or after `limit`
        milliseconds of virtual time."""
        end = self.clock.now + limit
        while not over():
            if not self.clock.step():
                raise TimeoutError(f"nothing happens any more at {self.clock.now} ms, and it is not over")
            if self.clock.now > end:
                raise TimeoutError(f"not over after {limit} ms of virtual time")
