"""A whole swarm in one process on a virtual clock: the real scheduler and executor, and a network made of delays.

Everything random comes from one seeded generator and everything happens in one order, so the same seed gives the same
trace. Messages between the coordinator and a peer keep their order; when a peer vanishes, what it sent last may be
lost, and the coordinator notices a little later. After every event all invariants are checked.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from tabswarm.executor import Piece, WrittenSink
from tabswarm.executor.sources import Code
from tabswarm.ids import BlockId
from tabswarm.plan.location import Held
from tabswarm.plan.task import TaskSpec
from tabswarm.scheduler import commands, events
from tabswarm.scheduler.block_locations import DRIVER_GENERATION, key_of
from tabswarm.scheduler.invariants import check_invariants
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.shipping.block_hash import segment_hash
from tabswarm.simulation.clock import Clock
from tabswarm.simulation.simulated_driver import SimulatedDriver
from tabswarm.simulation.simulated_volunteer import SimulatedVolunteer
from tabswarm.simulation.trace import trace_line

TICK = 10
"""Milliseconds by which the scheduler's clock may lag behind when an event comes in, as in the coordinator."""

Peer = SimulatedVolunteer | SimulatedDriver


@dataclass(frozen=True)
class Conditions:
    """How bad it is, all times in milliseconds. `inline_limit` is the size up to which results travel in messages;
    `worker_deaths` the share of attempts that take their worker with them."""

    message_delay: tuple[int, int] = (1, 20)
    transfer_delay: tuple[int, int] = (2, 60)
    task_duration: tuple[int, int] = (5, 80)
    noticed_after: tuple[int, int] = (0, 400)
    inline_limit: int = 0
    worker_deaths: float = 0.0


class SimulatedSwarm:
    """One coordinator, its volunteers and its drivers."""

    def __init__(
        self,
        seed: int,
        code_reader: Callable[[str], Code],
        conditions: Conditions | None = None,
        *,
        check: bool = True,
    ) -> None:
        self.random = random.Random(seed)
        self.clock = Clock()
        self.scheduler = Scheduler()
        self.conditions = conditions or Conditions()
        self.code_reader = code_reader
        self.check = check
        self.volunteers: dict[str, SimulatedVolunteer] = {}
        self.drivers: dict[str, SimulatedDriver] = {}
        self.trace: list[str] = []
        self.before_event: Callable[[events.Event], None] | None = None
        self.deaths: dict[int, int] = {}
        self.inline_limit = self.conditions.inline_limit
        self.output: list[tuple[str, str]] = []
        self._joined = 0
        self._last_message: dict[tuple[str, str], int] = {}
        self._tick_at: int | None = None
        self._ticked = 0

    # --- peers -------------------------------------------------------------------------------------------------------

    def add_volunteer(self, slots: int = 1, python: str = "3.14", kind: str = "tab") -> SimulatedVolunteer:
        """Somebody opens the link."""
        self._joined += 1
        volunteer = SimulatedVolunteer(self, f"v{self._joined}", slots, python, kind)
        self.volunteers[volunteer.id] = volunteer
        joined = events.VolunteerJoined(
            peer=volunteer.id, kind=kind, name=volunteer.id, slots=slots, memory=2**30, python=python
        )
        self.send(volunteer, joined)
        return volunteer

    def remove_volunteer(self, peer: str) -> None:
        """Somebody closes the tab: store and tasks are gone now, some of the last messages never arrive, and the
        coordinator notices later."""
        volunteer = self.volunteers.pop(peer)
        volunteer.alive = False
        lost_from = self.clock.now + self.random.randint(0, self.conditions.message_delay[1])
        self._last_message[(peer, "lost")] = lost_from
        noticed = lost_from - self.clock.now + self._between(self.conditions.noticed_after)
        self.clock.after(noticed, lambda: self.event(events.VolunteerLeft(peer=peer)))

    def freeze(self, peer: str, away: int) -> None:
        """A volunteer's session breaks: what is under way either way is lost. After `away` milliseconds it is back, as
        the same volunteer, with its blocks."""
        volunteer = self.volunteers.pop(peer)
        volunteer.break_session()
        session = volunteer.sessions

        def noticed() -> None:
            if volunteer.sessions == session and not volunteer.alive:
                self.event(events.VolunteerLeft(peer=peer, reason="silent"))

        def back() -> None:
            volunteer.alive = True
            self.volunteers[peer] = volunteer
            joined = events.VolunteerJoined(
                peer=peer,
                kind=volunteer.kind,
                name=peer,
                slots=volunteer.slots,
                memory=2**30,
                python=volunteer.python,
            )
            held = tuple(Held(block, sink.report.size, sink.report.root) for block, sink in volunteer.store.items())
            self.event(joined)
            self.send(volunteer, events.BlocksAnnounced(peer=peer, blocks=held))

        self.clock.after(self._between(self.conditions.noticed_after), noticed)
        self.clock.after(away, back)

    def finish(self, peer: str) -> None:
        """Somebody presses Finish then stop."""
        self.send(self.volunteers[peer], events.VolunteerFinishing(peer=peer))

    def leave(self, peer: str) -> None:
        """A volunteer that was told that it may leaves in good order: whatever it said before arrives."""
        volunteer = self.volunteers.pop(peer)
        volunteer.alive = False
        self.send(volunteer, events.VolunteerLeft(peer=peer, reason="finished"))

    def evict(self, peer: str) -> None:
        """A volunteer finds a block of its store damaged, or has no room for it: it lets go of it and says so."""
        store = self.volunteers[peer].store
        if store:
            block = self.random.choice(list(store))
            del store[block]
            self.send(self.volunteers[peer], events.BlocksLost(peer=peer, blocks=(block,)))

    def rot(self, peer: str) -> None:
        """One bit of a block in a volunteer's store turns over, and nobody notices for now."""
        store = self.volunteers[peer].store
        whole = [block for block, sink in store.items() if any(sink.segments)]
        if whole:
            block = self.random.choice(whole)
            segments = [bytes(segment) for segment in store[block].segments]
            at = self.random.choice([index for index, segment in enumerate(segments) if segment])
            segments[at] = bytes([segments[at][0] ^ 1]) + segments[at][1:]
            store[block] = store[block]._replace(segments=segments)

    def resize(self, peer: str, slots: int) -> None:
        """A volunteer gives other slots."""
        self.volunteers[peer].slots = slots
        self.send(self.volunteers[peer], events.ResourcesChanged(peer=peer, slots=slots, memory=2**30))

    def interrupt_driver(self, peer: str, away: int) -> None:
        """A driver's connection breaks for good, and after `away` milliseconds it is back and asks again."""
        driver = self.drivers[peer]
        if not driver.alive:
            return
        driver.alive = False
        self.send(driver, events.DriverLeft(peer=peer))

        def back() -> None:
            driver.alive = True
            self.send(driver, events.DriverJoined(peer=peer, application=driver.application))
            driver.ask_again()

        self.clock.after(away, back)

    def add_driver(self, application: str) -> SimulatedDriver:
        """A program starts."""
        driver = SimulatedDriver(self, f"d-{application}", application)
        self.drivers[driver.id] = driver
        self.event(events.DriverJoined(peer=driver.id, application=application))
        return driver

    # --- the network -------------------------------------------------------------------------------------------------

    def _between(self, bounds: tuple[int, int]) -> int:
        return self.random.randint(*bounds)

    def transfer_delay(self) -> int:
        """How long a block takes from peer to peer."""
        return self._between(self.conditions.transfer_delay)

    def task_duration(self) -> int:
        """How long a task takes."""
        return self._between(self.conditions.task_duration)

    def worker_dies(self, spec: TaskSpec) -> bool:
        """Whether this attempt takes its worker with it."""
        dies = self.random.random() < self.conditions.worker_deaths
        if dies:
            self.deaths[spec.task] = self.deaths.get(spec.task, 0) + 1
        return dies

    def printed(self, stream: str, text: str, partition: int, dropped: int) -> None:
        """What tasks print."""
        self.output.append((stream, text))

    def knows(self, lease: tuple[int, int]) -> bool:
        """Whether the attempt is open in the scheduler (it may have been cancelled while its message travelled)."""
        task = self.scheduler.state.tasks.get(lease[0])
        return task is not None and lease[1] in task.attempts

    def is_holder(self, holder: str, block: BlockId) -> bool:
        """Whether the scheduler takes a volunteer for a holder of the block (it may have left on the way)."""
        application = self.scheduler.state.applications.get(block.application)
        stored = application.blocks.stored.get(key_of(block)) if application is not None else None
        return stored is not None and stored.id == block and holder in stored.holders

    def serve(self, holder: str, block: BlockId, segment: int, root: bytes) -> Piece | str:
        """One segment of a block as a peer has it now, or why not."""
        driver = self.drivers.get(holder)
        if driver is not None:
            if not driver.alive:
                return "gone"
            assert block.generation == DRIVER_GENERATION
            data = driver.source(block.node, block.partition)
            return Piece(data, segment_hash(data), root, block, 0, holder)
        volunteer = self.volunteers.get(holder)
        if volunteer is None:
            return "gone"
        sink = volunteer.store.get(block)
        if sink is None:
            return "unavailable"
        return Piece(sink.segments[segment], sink.hashes, root, block, segment, holder)

    def whole(self, holder: str, block: BlockId) -> WrittenSink | None:
        """All of a block, if the holder is there and has it."""
        driver = self.drivers.get(holder)
        if driver is not None:
            return driver.whole(block) if driver.alive else None
        volunteer = self.volunteers.get(holder)
        return volunteer.store.get(block) if volunteer is not None else None

    def _arrival(self, channel: tuple[str, str]) -> int:
        """The delay of the next message on a channel: never earlier than the one before it."""
        at = max(self.clock.now + self._between(self.conditions.message_delay), self._last_message.get(channel, 0))
        self._last_message[channel] = at
        return at - self.clock.now

    def send(self, peer: Peer, event: events.Event) -> None:
        """A peer's message travels to the coordinator."""

        session = peer.sessions

        def arrived() -> None:
            if peer.sessions != session:
                return
            lost_from = self._last_message.get((peer.id, "lost"))
            if lost_from is None or self.clock.now < lost_from:
                self.event(event)

        self.clock.after(self._arrival((peer.id, "up")), arrived)

    def event(self, event: events.Event) -> None:
        """The coordinator hears of something."""
        if self.clock.now - self._ticked >= TICK and not isinstance(event, events.Tick):
            self.event(events.Tick(now=self.clock.now))
        if isinstance(event, events.Tick):
            self._ticked = event.now
        if self.before_event is not None:
            self.before_event(event)
        asked = self.scheduler.handle(event)
        if self.check:
            check_invariants(self.scheduler)
        if not isinstance(event, events.Tick) or asked:
            self.trace.append(f"{self.clock.now} {type(event).__name__}")
        for command in asked:
            self.trace.append(trace_line(command))
            self._deliver(command)
        self._tick_when_due()

    def _deliver(self, command: commands.Command) -> None:
        peer: Peer | None = self.volunteers.get(command.peer) or self.drivers.get(command.peer)
        if peer is None:
            return
        there, session = peer, peer.sessions

        def arrived() -> None:
            if there.alive and there.sessions == session:
                there.receive(command)

        self.clock.after(self._arrival((command.peer, "down")), arrived)

    def _tick_when_due(self) -> None:
        due = self.scheduler.next_deadline()
        if due is None or (self._tick_at is not None and self._tick_at <= due):
            return
        at = self._tick_at = max(due, self.clock.now)

        def tick() -> None:
            if self._tick_at == at:
                self._tick_at = None
                self.event(events.Tick(now=self.clock.now))

        self.clock.after(at - self.clock.now, tick)

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
