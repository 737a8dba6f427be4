"""A driver in the simulator: it submits plans, fetches what it is told of, and where that is lost waits to be told
again.

What it fetches it checks, and tries the holders in turn, as the product's `ResultFetcher` does. Of a holder that lacks
a block, sent other bytes, or was out of reach for `PATIENCE` it tells the coordinator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tabswarm.executor import Piece, WrittenSink
from tabswarm.ids import BlockId
from tabswarm.plan.lineage import Plan
from tabswarm.plan.location import Result
from tabswarm.plan.task import SinkReport, Update
from tabswarm.scheduler import commands, events
from tabswarm.shipping.block_hash import root_hash, segment_hash
from tabswarm.simulation.data_path import Want
from tabswarm.simulation.peer import SimulatedPeer

if TYPE_CHECKING:
    from tabswarm.simulation.swarm import SimulatedSwarm

PAUSE = 250
PATIENCE = 20_000
"""Milliseconds between two rounds over a result's holders, and after which the coordinator hears that they are out of
reach."""


@dataclass(slots=True, eq=False)
class SimulatedJob:
    """What a driver knows of its job. `blocks` are the results it has, by partition, `told` where the others are."""

    plan: Plan
    id: str = ""
    blocks: dict[int, bytes] = field(default_factory=dict)
    updates: dict[tuple[int, int, int], Update] = field(default_factory=dict)
    told: dict[int, Result] = field(default_factory=dict)
    done: bool = False
    error: commands.TellFailed | commands.RefuseJob | None = None
    fetched: bool = False

    @property
    def over(self) -> bool:
        """Whether it has its answer, or will have none."""
        return self.error is not None or (self.done and len(self.blocks) == len(self.plan.partitions))

    def has_or_failed(self, partition: int) -> bool:
        """Whether waiting for a partition is over."""
        return partition in self.blocks or self.error is not None


@dataclass(slots=True, eq=False)
class _Wanted:
    """A target on its way; `holders` are those that are not known to lack it."""

    job: SimulatedJob
    result: Result
    holders: list[str]
    since: int
    asked: int = 0


class SimulatedDriver(SimulatedPeer):
    """One driver of one application, and the source data that does not stand in its plans."""

    def __init__(self, swarm: SimulatedSwarm, peer: str, application: str) -> None:
        super().__init__(swarm, peer)
        self.application = application
        self.data: dict[tuple[int, int], bytes] = {}
        self.readers: dict[int, Callable[[int], bytes]] = {}
        self.jobs: dict[int, SimulatedJob] = {}
        self.by_id: dict[str, SimulatedJob] = {}

    def hello(self) -> events.Event:
        """It is there."""
        return events.DriverJoined(peer=self.id, application=self.application)

    def goodbye(self) -> events.Event:
        """It is gone."""
        return events.DriverLeft(peer=self.id)

    def submit(self, plan: Plan) -> SimulatedJob:
        """Ask for a plan's target partitions."""
        request = len(self.jobs) + 1
        job = self.jobs[request] = SimulatedJob(plan)
        if self.session is not None:
            self.say(events.JobSubmitted(peer=self.id, request=request, plan=plan))
        return job

    def cancel(self, job: SimulatedJob) -> None:
        """The program does not want it any more."""
        self._fail(job, "JobCancelled", "the program cancelled it")

    def _fail(self, job: SimulatedJob, error: str, reason: str) -> None:
        job.error = commands.TellFailed(peer=self.id, cause=0, job=job.id, error=error, reason=reason, causes=())
        self.say(events.JobCancelled(job=job.id))

    def on_welcome(self) -> None:
        """The same requests again, of all jobs that are not over, and thanks for those that are."""
        for request, job in self.jobs.items():
            if not job.over:
                self.say(events.JobSubmitted(peer=self.id, request=request, plan=job.plan))
            elif job.fetched:
                self.say(events.ResultsFetched(peer=self.id, job=job.id))

    def die(self) -> None:
        """The program is gone, with all that it had fetched of jobs that are not over."""
        self.alive = False
        for session in (self.session, self.coming):
            if session is not None:
                session.here = False
                session.break_off()
        self.session = self.coming = None
        for job in self.jobs.values():
            if not job.over:
                job.blocks, job.told, job.updates, job.done = {}, {}, {}, False

    def come_back(self) -> None:
        """Another process of the program attaches."""
        self.alive = True
        self.connect()

    def source(self, node: int, partition: int) -> bytes:
        """One block of the data that does not stand in the plans."""
        reader = self.readers.get(node)
        return reader(partition) if reader is not None else self.data[(node, partition)]

    def whole(self, block: BlockId) -> WrittenSink:
        """One of its blocks, for a volunteer that is to have a copy."""
        data = self.source(block.node, block.partition)
        hashes = segment_hash(data)
        return WrittenSink(SinkReport(block=block, size=len(data), root=root_hash(hashes)), [data], hashes)

    def end_program(self) -> None:
        """The program is over, its jobs are to go on: it leaves when it is told that it may."""
        self.say(events.ProgramEnded(peer=self.id, application=self.application))

    def receive(self, command: commands.Command) -> None:
        """Hear what the coordinator says. (Of a job whose id it never heard it asks again.)"""
        job_id = getattr(command, "job", "")
        if not isinstance(command, commands.AcceptJob) and job_id and job_id not in self.by_id:
            return
        match command:
            case commands.AcceptJob():
                job = self.jobs[command.request]
                job.id = command.job
                self.by_id[command.job] = job
            case commands.RefuseJob():
                self.jobs[command.request].error = command
            case commands.TellResults():
                for result in command.results:
                    self._hear(self.by_id[command.job], result)
            case commands.TellUpdates():
                for update in command.updates:
                    self.by_id[command.job].updates[update.accumulator, update.node, update.partition] = update
            case commands.TellDone():
                self.by_id[command.job].done = True
                self._thank(self.by_id[command.job])
            case commands.TellFailed():
                job = self.by_id[command.job]
                job.error = job.error or command
            case commands.TellProgress():
                pass
            case commands.MayLeave():
                self.alive = False
                if self.session is not None:
                    self.session.end_here()
            case _:
                raise AssertionError(f"{command} is nothing for a driver")

    def _hear(self, job: SimulatedJob, result: Result) -> None:
        if result.partition in job.blocks:
            return
        if result.inline is not None:
            job.told.pop(result.partition, None)
            if root_hash(segment_hash(result.inline)) == result.location.root:
                job.blocks[result.partition] = result.inline
            else:
                self._miss(job, result, "", corrupt=True)
            return
        job.told[result.partition] = result
        self._fetch(_Wanted(job, result, list(result.location.holders), self.swarm.clock.now))

    def _fetch(self, wanted: _Wanted) -> None:
        """Ask the next holder; with none left, the coordinator knows, and tells of another one."""
        if not wanted.holders:
            return
        job, location = wanted.job, wanted.result.location
        holder = wanted.holders[wanted.asked % len(wanted.holders)]
        wanted.asked += 1

        def arrived(pieces: list[Piece], reason: str) -> None:
            if job.told.get(wanted.result.partition) is not wanted.result or job.error is not None:
                return
            sound = bool(pieces) and root_hash(segment_hash(pieces[0].data)) == location.root
            if sound:
                del job.told[wanted.result.partition]
                job.blocks[wanted.result.partition] = bytes(pieces[0].data)
                self._thank(job)
            elif pieces or reason.startswith("unavailable"):
                wanted.holders.remove(holder)
                self._miss(job, wanted.result, holder, corrupt=bool(pieces))
                self._fetch(wanted)
            else:
                if self.swarm.clock.now - wanted.since > PATIENCE:
                    wanted.since = self.swarm.clock.now
                    self._miss(job, wanted.result, holder, corrupt=False)
                self.later(0 if wanted.asked % len(wanted.holders) else PAUSE, lambda: self._fetch(wanted))

        self.swarm.data_path.fetch(self, holder, [Want(location.block, 0, location.root)], arrived)

    def _miss(self, job: SimulatedJob, result: Result, holder: str, *, corrupt: bool) -> None:
        block = result.location.block
        self.say(events.ResultMissing(peer=self.id, job=job.id, block=block, holder=holder, corrupt=corrupt))

    def _thank(self, job: SimulatedJob) -> None:
        if self.alive and job.over and job.error is None and not job.fetched:
            job.fetched = True
            self.say(events.ResultsFetched(peer=self.id, job=job.id))
