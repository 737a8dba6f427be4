"""A simulated swarm as an engine for the driver's API: `Context` programs run in one process, without a socket.

    context = EngineContext(SimulatedEngine(seed=7, volunteers=3))

All time is virtual: whoever waits for a result lets it pass. `churn` makes volunteers come and go meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from tabswarm import errors
from tabswarm.errors import JobError, TabswarmError
from tabswarm.plan.lineage import Plan
from tabswarm.plan.report import JobReport
from tabswarm.plan.task import Update
from tabswarm.rdd.engine import BlockReader
from tabswarm.scheduler import events
from tabswarm.shipping.code_reader import CodeReader
from tabswarm.simulation.simulated_driver import SimulatedJob
from tabswarm.simulation.swarm import Conditions, SimulatedSwarm


class SimulatedEngine:
    """One application on a simulated swarm of its own."""

    def __init__(
        self,
        seed: int = 0,
        *,
        volunteers: int = 3,
        slots: int = 1,
        churn: int = 0,
        churn_pause: int = 100,
        conditions: Conditions | None = None,
    ) -> None:
        """`churn` is the number of volunteers that vanish, each replaced by a new one, and `churn_pause` the most
        milliseconds from one to the next (half of it on average). Where they live much shorter than a job of several
        levels takes, that job ends once all have vanished that will."""
        self._blobs: dict[str, bytes] = {}
        self._lock = threading.RLock()
        self._stopped = False
        self._slots = slots
        self.swarm = SimulatedSwarm(seed, lambda application: CodeReader(self._blobs), conditions)
        self._driver = self.swarm.add_driver("a1")
        for _ in range(volunteers):
            self.swarm.add_volunteer(slots)
        self._churn = churn
        self._churn_pause = churn_pause
        self._stir_later()

    def _stir_later(self) -> None:
        if self._churn:
            self.swarm.clock.after(self.swarm.random.randint(1, self._churn_pause), self._stir)

    def _stir(self) -> None:
        self._churn -= 1
        self.swarm.remove_volunteer(self.swarm.random.choice(list(self.swarm.volunteers)))
        self.swarm.add_volunteer(self._slots)
        self._stir_later()

    @property
    def application(self) -> str:
        """The application's id."""
        return self._driver.application

    @property
    def default_parallelism(self) -> int:
        """All slots of the volunteers."""
        return max(2, sum(volunteer.slots for volunteer in self.swarm.volunteers.values()))

    def submit(self, plan: Plan, code: Mapping[str, bytes]) -> SimulatedHandle:
        """Start a job; nothing happens before somebody waits for it."""
        with self._lock:
            self._blobs.update(code)
            return SimulatedHandle(self, self._driver.submit(plan))

    def provide(self, node: int, reader: BlockReader) -> None:
        """Serve a node's source blocks from a function."""
        with self._lock:
            self._driver.readers[node] = reader

    def release(self, nodes: Sequence[int]) -> None:
        """No handle to these nodes is left."""
        with self._lock:
            for node in nodes:
                self._driver.readers.pop(node, None)
            self._say(events.NodesReleased(application=self.application, nodes=tuple(nodes)))

    def unpersist(self, node: int) -> None:
        """Drop a node's persisted blocks."""
        with self._lock:
            self._say(events.NodeUnpersisted(application=self.application, node=node))

    def stop(self) -> None:
        """End the application, and let everything that is under way come to its end."""
        with self._lock:
            if not self._stopped:
                self._stopped = True
                self._say(events.ApplicationStopped(application=self.application))
                while self.swarm.clock.step():
                    pass

    def reports(self) -> tuple[JobReport, ...]:
        """The ledgers of all jobs."""
        return self.swarm.scheduler.report(application=self.application)

    def report(self, job: str) -> JobReport | None:
        """The ledger of one job."""
        return next(iter(self.swarm.scheduler.report(job, self.application)), None)

    def _say(self, event: events.Event) -> None:
        self._driver.say(event)

    def cancel(self, job: SimulatedJob) -> None:
        """Stop a job, once it has an id."""
        with self._lock:
            self.run_until(lambda: bool(job.id) or job.error is not None)
            if not job.over:
                self._say(events.JobCancelled(job=job.id))
                self.run_until(lambda: job.over)

    def run_until(self, over: Callable[[], bool], limit: int = 3_600_000) -> None:
        """Let virtual time pass."""
        with self._lock:
            self.swarm.run_until(over, limit)


class SimulatedHandle:
    """A job handle that lets virtual time pass while it waits."""

    def __init__(self, engine: SimulatedEngine, job: SimulatedJob) -> None:
        self._engine = engine
        self._job = job

    @property
    def id(self) -> str:
        """The job's id, once the coordinator has it."""
        self._engine.run_until(lambda: bool(self._job.id) or self._job.error is not None)
        return self._job.id

    def results(self, in_order: bool = True, timeout: float | None = None) -> Iterator[tuple[int, bytes]]:
        """The blocks, each as soon as it is there. `timeout` is in virtual seconds."""
        given: dict[int, None] = {}
        job = self._job
        now = self._engine.swarm.clock.now
        until = now + (3_600_000 if timeout is None else int(timeout * 1000))
        for partition in job.plan.partitions:
            if in_order:
                self._engine.run_until(partial(job.has_or_failed, partition), until - self._engine.swarm.clock.now)
                found: int | None = partition
            else:
                self._engine.run_until(
                    lambda: len(job.blocks) > len(given) or job.error is not None,
                    until - self._engine.swarm.clock.now,
                )
                found = next((there for there in job.blocks if there not in given), None)
            self._raise_error()
            assert found is not None
            given[found] = None
            yield found, job.blocks[found]
        self.wait()

    def wait(self, timeout: float | None = None) -> None:
        """Let time pass until every wanted partition is there. `timeout` is in virtual seconds."""
        limit = 3_600_000 if timeout is None else int(timeout * 1000)
        self._engine.run_until(lambda: self._job.over, limit)
        self._raise_error()

    def updates(self) -> tuple[Update, ...]:
        """What was added to accumulators."""
        return tuple(self._job.updates.values())

    def cancel(self, reason: str = "") -> None:
        """Stop the job."""
        self._engine.cancel(self._job)

    @property
    def running(self) -> int:
        """How many of its tasks run: told to nobody here."""
        return 0

    def _raise_error(self) -> None:
        told = self._job.error
        if told is None:
            return
        kind = getattr(errors, told.error, JobError)
        known = isinstance(kind, type) and issubclass(kind, TabswarmError)
        raise (kind if known else JobError)(told.reason)
