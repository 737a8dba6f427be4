"""One seed from beginning to end: a few programs, a swarm, what befell it, and whether the answer was right.

A story has three parts. Until it is healed, jobs are submitted and faults happen. Then everything must end in finite
virtual time: each job with the answer of one sequential loop, or with an error that the documentation names and that
what happened explains. At last the programs stop, and nothing of them may be left anywhere.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tabswarm.ids import BlockId
from tabswarm.plan.keys import BlockKey, DriverKey
from tabswarm.plan.lineage import Plan
from tabswarm.plan.operators import Take
from tabswarm.scheduler import events
from tabswarm.scheduler.block_locations import DRIVER_GENERATION, key_of
from tabswarm.scheduler.retention import is_kept
from tabswarm.shipping.records import read_records
from tabswarm.simulation.chaos import Chaos
from tabswarm.simulation.conditions import Conditions, draw
from tabswarm.simulation.lost_cone import cone
from tabswarm.simulation.mishaps import POISONS
from tabswarm.simulation.random_plans import PlanMaker, Shelf
from tabswarm.simulation.sequential import evaluate
from tabswarm.simulation.simulated_driver import SimulatedDriver, SimulatedJob
from tabswarm.simulation.simulated_volunteer import by_executor
from tabswarm.simulation.stand_in import adds, by_stand_in, digests, value_of
from tabswarm.simulation.swarm import SimulatedSwarm

FINITE = 6 * 3_600_000
"""Milliseconds of virtual time, after the healing, in which all jobs must come to their end."""
LATER = 48 * 3_600_000
"""As many until nothing happens any more: results are kept for a day."""
CALM, CROWDED, REAL, POISONED = 0.05, 0.03, 0.3, 0.08
"""Shares of the seeds without any fault, with hundreds of volunteers, with the real executor, and with a node that does
harm to whoever computes it."""
MANY = 50
"""Volunteers from which on a swarm is a crowd: its plans are wide, not deep."""


class Wrong(AssertionError):
    """A story that does not end as it must."""


@dataclass(frozen=True)
class Verdict:
    """How a story ended: the jobs with their answer, the errors of the others, and figures to judge the suite by."""

    seed: int
    exact: int
    errors: tuple[str, ...]
    volunteers: int
    events: int
    milliseconds: int
    lost: int
    departures: int
    relayed: int
    trace: str

    def __str__(self) -> str:
        errors = f", {len(self.errors)} with an error ({'; '.join(self.errors)})" if self.errors else ""
        return (
            f"seed {self.seed}: {self.exact} jobs exact{errors}; {self.volunteers} volunteers, {self.departures} "
            f"departures, {self.lost} committed blocks lost, {self.relayed} transfers relayed; {self.events} events "
            f"in {self.milliseconds / 1000:.1f} s of virtual time; trace {self.trace}"
        )


class Story:
    """One seed. `run` plays it and judges."""

    def __init__(
        self,
        seed: int,
        *,
        volunteers: int | None = None,
        keep_trace: bool = False,
        calm: bool | None = None,
        always: Sequence[str] = (),
    ) -> None:
        """`volunteers` takes the place of the number that the seed would have, `calm` says whether there are faults,
        `always` names kinds of them that there are whatever the seed says."""
        rng = self.rng = random.Random(seed)
        self.seed = seed
        self.calm = rng.random() < CALM if calm is None else calm
        few = rng.choice([rng.randint(1, 3), rng.randint(3, 20)])
        self.crowd = volunteers or (rng.randint(MANY, 300) if rng.random() < CROWDED else few)
        self.real = rng.random() < REAL and self.crowd < MANY
        self.conditions = Conditions() if self.calm else draw(rng)
        self.swarm = SimulatedSwarm(
            seed,
            lambda application: Shelf(),
            self.conditions,
            compute=by_executor if self.real else by_stand_in,
            keep_trace=keep_trace,
        )
        self.chaos = Chaos(self.swarm, rng, self.crowd, always)
        self.poisoned = not self.calm and rng.random() < POISONED
        self.until = rng.randint(4, 40) * self.chaos.pace
        self.damage = bool(self.conditions.damage or self.conditions.rots or "rot" in self.chaos.kinds)
        self.jobs: list[tuple[PlanMaker, SimulatedJob]] = []
        self.unsubmitted = 0
        crew = random.Random(seed)  # of their own, so that more or fewer of them change nothing else that is drawn
        for _ in range(self.crowd):
            self.swarm.add_volunteer(slots=crew.randint(1, 2))
        for number in range(1 if self.crowd >= MANY else rng.choice([1, 1, 1, 2, 3])):
            self._program(f"a{number + 1}")

    def _program(self, name: str) -> None:
        """An application with one to three jobs, each on the RDDs of those before it and some more."""
        rng, driver = self.rng, self.swarm.add_driver(name)
        widest = rng.choice([self.crowd // 2, self.crowd]) if self.crowd >= MANY else rng.choice([4, 4, 8, 24])
        maker = PlanMaker(rng, name, persisted=rng.choice([0.0, 0.15, 0.5]), widest=4 if self.real else widest)
        driver.data = maker.driver_data
        for number in range(rng.choice([1, 1, 2, 3])):
            if not number or rng.random() < 0.75:  # else the same once more
                plan = maker.make(len(maker.nodes) + rng.randint(3, 8 if self.crowd >= MANY else 12))
            if self.poisoned and not number:
                self.poisoned = False  # one program is enough
                self.swarm.mishaps.poison[name, rng.choice(plan.nodes).id] = rng.choice(list(POISONS))
            self.unsubmitted += 1
            delay = rng.randint(0, self.until) if number else 0
            self.swarm.clock.after(delay, partial(self._submit, driver, maker, plan))

    def _submit(self, driver: SimulatedDriver, maker: PlanMaker, plan: Plan) -> None:
        self.unsubmitted -= 1
        self.jobs.append((maker, driver.submit(plan)))

    def describe(self) -> str:
        """What this story is about: who is there, what is drawn, which kinds of fault there are."""
        plain = Conditions()
        drawn = (
            f"{field} {value}"
            for field in Conditions.__dataclass_fields__
            if (value := getattr(self.conditions, field)) != getattr(plain, field)
        )
        poison = (f"{name}/{node} {kind}" for (name, node), kind in self.swarm.mishaps.poison.items())
        return "\n".join(
            (
                f"# seed {self.seed}: {self.crowd} volunteers, {len(self.swarm.drivers)} programs, "
                f"{self.unsubmitted} jobs, {'the real executor' if self.real else 'a stand-in for the executor'}",
                f"# conditions: {', '.join(drawn) or 'as good as can be'}",
                f"# faults until {self.until} ms: {'none' if self.calm else ', '.join(self.chaos.kinds) or 'none'}",
                f"# poison: {', '.join(poison) or 'none'}",
            )
        )

    # --- playing -----------------------------------------------------------------------------------------------------

    def run(self) -> Verdict:
        """Play it all. Raises `Wrong`, `InvariantBroken`, `TimeoutError`, or whatever the scheduler raises."""
        swarm = self.swarm
        if not self.calm:
            self.chaos.begin()
            swarm.clock.run_to(self.until)
            self.chaos.heal()
        swarm.run_until(lambda: not self.unsubmitted and all(job.over for _, job in self.jobs), FINITE)
        exact, errors = 0, []
        for maker, job in self.jobs:
            if job.error is None:
                if poison := self._poison_of(job):
                    raise Wrong(f"10: {job.id} has an answer although it needs what ends with {poison}")
                self._check_answer(maker, job)
                self._check_runs(job)
                exact += 1
            else:
                errors.append(self._explained(job))
        self._check_conduct()
        self._check_leftovers()
        self._stop()
        return Verdict(
            self.seed,
            exact,
            tuple(errors),
            self.crowd,
            swarm.events,
            swarm.clock.now,
            swarm.referee.losses,
            swarm.referee.departures,
            swarm.data_path.relayed,
            swarm.trace_hash(),
        )

    def _check_answer(self, maker: PlanMaker, job: SimulatedJob) -> None:
        def data(node: int, partition: int) -> bytes:
            return maker.driver_data[node, partition]

        if self.real:
            expected: object = evaluate(job.plan, Shelf(), data)
            got: object = {partition: read_records(block) for partition, block in sorted(job.blocks.items())}
        else:
            values = digests(job.plan, data)
            expected = {partition: values[job.plan.target, partition] for partition in job.plan.partitions}
            got = {partition: value_of(block) for partition, block in job.blocks.items()}
            self._check_updates(job, values)
        if got != expected:
            raise Wrong(f"15: {job.id} answers {got} and not {expected}")

    def _check_updates(self, job: SimulatedJob, values: dict[tuple[int, int], bytes]) -> None:
        """What the driver knows of the accumulator is what each vertex that ran for the job added, once."""
        ran = self.swarm.referee.runs.get(job.id, {})
        added = {vertex: values[vertex] for vertex in ran if adds(vertex[0])}
        told = {(update.node, update.partition): update.data for update in job.updates.values()}
        if told != added:
            raise Wrong(f"13: {job.id} adds up {told} and not {added}")

    def _check_runs(self, job: SimulatedJob) -> None:
        """Nothing runs again but what lies in the cone of something that was lost, and no oftener than that was."""
        runs = self.swarm.referee.runs.get(job.id, {})
        again = {vertex: count - 1 for vertex, count in runs.items() if count > 1}
        cut_short = self.real and any(isinstance(node.operator, Take) for node in job.plan.nodes)
        if not again or cut_short:
            return
        allowed: dict[tuple[int, int], int] = {}
        for keys in self.swarm.referee.lost.get(job.plan.application, []):
            for vertex in cone(job.plan, keys):
                allowed[vertex] = allowed.get(vertex, 0) + 1
        for vertex, count in again.items():
            if count > allowed.get(vertex, 0):
                raise Wrong(f"5: {job.id} computed {vertex} {count} times again, for {allowed.get(vertex, 0)} losses")

    def _check_conduct(self) -> None:
        """Nobody is blamed for what is not his: only damaged blocks count against whoever wrote them."""
        for peer, conduct in self.swarm.scheduler.state.conducts.items():
            if conduct.strikes and not self.damage:
                raise Wrong(f"23: {peer} was struck {conduct.strikes} times, and nothing was ever damaged")

    def _poison_of(self, job: SimulatedJob) -> dict[str, None]:
        """The errors that nodes lead to which the job cannot do without."""
        poison = self.swarm.mishaps.poison
        if not poison:
            return {}
        needed = cone(job.plan, [BlockKey(job.plan.target, partition) for partition in job.plan.partitions])
        kinds = (poison.get((job.plan.application, node)) for node, _ in needed)
        return {POISONS[kind]: None for kind in kinds if kind is not None}

    def _explained(self, job: SimulatedJob) -> str:
        """The error, if it is one that the documentation names and something happened that leads to it."""
        swarm, error = self.swarm, job.error
        assert error is not None
        mishaps, poison = swarm.mishaps, self._poison_of(job)
        reasons = {
            "WorkerLost": max(mishaps.deaths.values(), default=0) >= 4 or "WorkerLost" in poison,
            "TaskError": bool(mishaps.raised.get(job.id)) or "TaskError" in poison,
            "TaskTimeout": "TaskTimeout" in poison,
            "NoEligibleVolunteers": self.damage,
            "SourceUnavailable": self.damage,
            "JobCancelled": job.id in self.chaos.cancelled,
        }
        if not reasons.get(error.error, False):
            raise Wrong(f"2: {job.id} failed without a cause: {error.error}: {error.reason}")
        return f"{job.id} {error.error}"

    # --- the end -----------------------------------------------------------------------------------------------------

    def _check_leftovers(self) -> None:
        """When all is quiet, each block that somebody stores is one that the scheduler knows to be there, and the
        scheduler has a reason to keep it."""
        swarm = self.swarm
        self._drain()
        for application in swarm.scheduler.state.applications.values():
            for key in application.blocks.stored:
                if not is_kept(application, key):
                    raise Wrong(f"16: {application.id} keeps {key}, and nobody needs it")
        for volunteer in swarm.volunteers.values():
            for block in volunteer.store:
                if not self._is_known(volunteer.id, block):
                    raise Wrong(f"16: {volunteer.id} keeps {block}, which nobody knows of")

    def _is_known(self, peer: str, block: BlockId) -> bool:
        application = self.swarm.scheduler.state.applications.get(block.application)
        if application is None:
            return False
        if block.generation == DRIVER_GENERATION:
            return peer in application.copies.get(DriverKey(block.node, block.partition), ())
        stored = application.blocks.stored.get(key_of(block))
        return stored is not None and stored.id == block and peer in stored.holders

    def _stop(self) -> None:
        for driver in self.swarm.drivers.values():
            driver.say(events.ApplicationStopped(application=driver.application))
        self._drain()
        state = self.swarm.scheduler.state
        left = [name for name in ("applications", "jobs", "tasks", "drivers", "news", "drops") if getattr(state, name)]
        left += [f"attempts of {one.id}" for one in state.volunteers.by_id.values() if one.attempts or one.code]
        left += [f"blocks of {one.id}" for one in self.swarm.volunteers.values() if one.store or one.assigned]
        if left:
            raise Wrong(f"16: when all is over there are still {', '.join(left)}")

    def _drain(self) -> None:
        end = self.swarm.clock.now + LATER
        while self.swarm.clock.step():
            if self.swarm.clock.now > end:
                raise Wrong("19: something goes on and on after all jobs have ended")


def needed_runs(plan: Plan) -> dict[tuple[int, int], int]:
    """One run of each vertex that the target takes."""
    return dict.fromkeys(cone(plan, [BlockKey(plan.target, partition) for partition in plan.partitions]), 1)
