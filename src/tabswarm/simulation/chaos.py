"""What befalls a simulated swarm until it is left in peace: seeded faults, one after the other, each kind in some
seeds only.

    come, go       somebody opens the link, or closes the tab    break    a session breaks and is taken up again
    finish         somebody presses Finish then stop             freeze   a tab is frozen, a laptop asleep
    flap           one comes and goes every 2 s                  one_way  one can send or receive, not both
    exodus         all leave, and others come an hour later      cut      one and some others cannot reach each other
    slow           everything takes one 20 times as long         half     half of them are cut off together
    resize         other slots                                   swizzle  many are clogged one by one, and freed one
    evict, rot     a block goes, or is damaged where it lies              by one in another order
    driver_breaks  the driver's session breaks                   cancel   a job is not wanted any more
    driver_dies    it dies, and comes back without its results

`heal` ends all of it and leaves a swarm that can work; then everything has to come to its end.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial

from tabswarm.simulation.data_path import RELAY_AFTER
from tabswarm.simulation.simulated_driver import SimulatedDriver
from tabswarm.simulation.simulated_volunteer import SimulatedVolunteer
from tabswarm.simulation.swarm import SimulatedSwarm

SLOW = 20
FLAP = 2_000
HOUR = 3_600_000
PEACE = 2
"""Volunteers that are there at least, sound and quick, after the healing."""

WEIGHTS: dict[str, tuple[float, int]] = {
    "go": (0.6, 4),
    "come": (1.0, 4),
    "finish": (0.3, 2),
    "flap": (0.15, 1),
    "exodus": (0.04, 1),
    "slow": (0.3, 1),
    "resize": (0.2, 1),
    "evict": (0.3, 3),
    "rot": (0.2, 2),
    "break": (0.3, 3),
    "freeze": (0.3, 2),
    "one_way": (0.25, 2),
    "cut": (0.35, 4),
    "half": (0.15, 1),
    "swizzle": (0.2, 1),
    "driver_breaks": (0.35, 4),
    "driver_dies": (0.25, 2),
    "cancel": (0.12, 1),
}
"""For each kind of fault the share of the seeds that have it, and how often it happens there beside the others."""


class Chaos:
    """The faults of one seed, on one swarm."""

    def __init__(self, swarm: SimulatedSwarm, rng: random.Random, crowd: int, always: Sequence[str] = ()) -> None:
        """`crowd` is how many volunteers there are when nobody is missing; `always` are kinds that are surely there."""
        self.swarm = swarm
        self.rng = rng
        self.crowd = crowd
        self.over = False
        self.pace = max(20, sum(swarm.conditions.task_duration) * rng.choice([1, 2, 8]) // 4)
        self.kinds = [kind for kind, (share, _) in WEIGHTS.items() if rng.random() < share or kind in always]
        self.weights = [WEIGHTS[kind][1] for kind in self.kinds]
        self.cancelled: dict[str, None] = {}
        self._undo: dict[int, Callable[[], None]] = {}
        self._begun = 0
        swarm.on_departure = lambda peer: self._somebody_comes()

    def begin(self) -> None:
        """Let the first fault come in a while."""
        self._next()

    def _next(self) -> None:
        self.swarm.clock.after(self.rng.randint(1, 2 * self.pace), self._stir)

    def _stir(self) -> None:
        if self.over:
            return
        (kind,) = self.rng.choices(self.kinds, self.weights)
        getattr(self, f"_{kind}")()
        self._next()

    def heal(self) -> None:
        """Nothing goes wrong any more, and enough volunteers are there."""
        swarm = self.swarm
        self.over = True
        swarm.note("the swarm is healed")
        swarm.conditions = swarm.conditions.healed()
        while self._undo:
            self._end(next(iter(self._undo)))
        for volunteer in swarm.volunteers.values():
            volunteer.resize(volunteer.slots or 1)
        sound = sum(one.slowness == 1 and not one.finishing for one in swarm.volunteers.values())
        for _ in range(PEACE - sound):
            swarm.add_volunteer()

    # --- faults that last --------------------------------------------------------------------------------------------

    def _while(self, duration: int, undo: Callable[[], None]) -> None:
        self._begun += 1
        number = self._begun
        self._undo[number] = undo
        self.swarm.clock.after(duration, lambda: self._end(number))

    def _end(self, number: int) -> None:
        undo = self._undo.pop(number, None)
        if undo is not None:
            undo()

    def _duration(self) -> int:
        return self.rng.randint(1, self.rng.choice([500, 5_000, 15_000, 60_000]))

    def _somebody(self) -> SimulatedVolunteer | None:
        there = list(self.swarm.volunteers.values())
        return self.rng.choice(there) if there else None

    # --- coming and going --------------------------------------------------------------------------------------------

    def _come(self) -> None:
        if len(self.swarm.volunteers) < self.crowd:
            volunteer = self.swarm.add_volunteer(slots=self.rng.randint(1, 2))
            self.swarm.note(f"{volunteer.id} opens the link")

    def _go(self) -> None:
        laden = [volunteer for volunteer in self.swarm.volunteers.values() if volunteer.store]
        somebody = self.rng.choice(laden) if laden and self.rng.random() < 0.5 else self._somebody()
        if somebody is not None:
            self.swarm.note(f"{somebody.id} closes the tab")
            self.swarm.remove_volunteer(somebody.id)

    def _finish(self) -> None:
        somebody = self._somebody()
        if somebody is not None:
            self.swarm.note(f"{somebody.id} is to finish")
            self.swarm.finish(somebody.id)

    def _somebody_comes(self) -> None:
        self.swarm.clock.after(self.rng.randint(1, 2000), self._come)

    def _exodus(self) -> None:
        swarm = self.swarm
        swarm.note("everybody leaves")
        count = len(swarm.volunteers)
        for peer in list(swarm.volunteers):
            swarm.remove_volunteer(peer)

        def back() -> None:
            for _ in range(count):
                swarm.add_volunteer()

        self._while(HOUR, back)

    def _flap(self) -> None:
        somebody = self._somebody()
        if somebody is None:
            return
        self.swarm.note(f"{somebody.id} begins to come and go")
        ends = self.swarm.clock.now + self._duration()

        def turn() -> None:
            if somebody.alive and not self.over and self.swarm.clock.now < ends:
                if somebody.session is not None:
                    somebody.session.end_here()
                self.swarm.clock.after(FLAP, turn)

        turn()

    # --- volunteers --------------------------------------------------------------------------------------------------

    def _slow(self) -> None:
        somebody = self._somebody()
        if somebody is not None and somebody.slowness == 1:
            self.swarm.note(f"{somebody.id} is slow")
            somebody.slowness = SLOW

    def _resize(self) -> None:
        somebody = self._somebody()
        if somebody is not None:
            somebody.resize(self.rng.randint(0, 3))

    def _evict(self) -> None:
        somebody = self._somebody()
        if somebody is not None:
            self.swarm.evict(somebody.id)

    def _rot(self) -> None:
        somebody = self._somebody()
        if somebody is not None and somebody.store:
            block = self.rng.choice(list(somebody.store))
            self.swarm.note(f"{block} rots at {somebody.id}")
            somebody.rot(block, self.rng.random() < 0.5)

    def _freeze(self) -> None:
        somebody = self._somebody()
        if somebody is not None:
            duration = self._duration()
            self.swarm.note(f"{somebody.id} is frozen for {duration} ms")
            somebody.freeze()
            self._while(duration, somebody.thaw)

    # --- the network -------------------------------------------------------------------------------------------------

    def _break(self) -> None:
        somebody = self._somebody()
        if somebody is not None and somebody.session is not None:
            self.swarm.note(f"the session of {somebody.id} breaks")
            somebody.session.break_off()

    def _clog(self, somebody: SimulatedVolunteer | SimulatedDriver, *, up: bool, down: bool, duration: int) -> None:
        self.swarm.note(f"{somebody.id} {'cannot send' if up else ''}{' ' * (up and down)}{'hears nothing' * down}")
        somebody.clog(up=up, down=down)
        self._while(duration, lambda: somebody.unclog(up=up, down=down))

    def _one_way(self) -> None:
        somebody, up = self._somebody(), self.rng.random() < 0.5
        if somebody is not None:
            self._clog(somebody, up=up, down=not up, duration=self._duration())

    def _cut(self) -> None:
        """One peer and some others, pair by pair; best one with blocks, for long enough that somebody wants them."""
        peers = [*self.swarm.volunteers, *self.swarm.drivers]
        laden = [volunteer.id for volunteer in self.swarm.volunteers.values() if volunteer.store]
        one = self.rng.choice(laden or peers)
        duration = self._duration() + RELAY_AFTER
        for other in self.rng.sample(peers, self.rng.randint(1, len(peers))):
            pair = min(one, other), max(one, other)
            if other != one and pair not in self.swarm.data_path.cuts:
                self.swarm.note(f"{one} and {other} are cut off from each other")
                self.swarm.data_path.cut(one, other)
                self._while(duration, partial(self.swarm.data_path.cuts.pop, pair, None))

    def _half(self) -> None:
        there = list(self.swarm.volunteers.values())
        duration = self._duration()
        for somebody in self.rng.sample(there, len(there) // 2):
            self._clog(somebody, up=True, down=True, duration=duration)

    def _swizzle(self) -> None:
        there = list(self.swarm.volunteers.values())
        begins = 0
        for somebody in self.rng.sample(there, self.rng.randint(0, len(there))):
            begins += self.rng.randint(0, 1000)
            self.swarm.clock.after(begins, partial(self._clog_one, somebody, self._duration()))

    def _clog_one(self, somebody: SimulatedVolunteer, duration: int) -> None:
        if not self.over:
            self._clog(somebody, up=True, down=True, duration=duration)

    # --- drivers -----------------------------------------------------------------------------------------------------

    def _driver(self) -> SimulatedDriver:
        return self.rng.choice(list(self.swarm.drivers.values()))

    def _driver_breaks(self) -> None:
        driver = self._driver()
        if driver.session is not None:
            self.swarm.note(f"the session of {driver.id} breaks")
            driver.session.break_off()

    def _driver_dies(self) -> None:
        driver = self._driver()
        if not driver.alive:
            return
        self.swarm.note(f"{driver.id} dies")
        driver.die()
        self._while(self._duration(), driver.come_back)

    def _cancel(self) -> None:
        driver = self._driver()
        jobs = [job for job in driver.jobs.values() if job.id and not job.over]
        if jobs and driver.session is not None:
            job = self.rng.choice(jobs)
            self.cancelled[job.id] = None
            driver.cancel(job)
