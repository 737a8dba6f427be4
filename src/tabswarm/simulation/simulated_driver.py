"""A driver in the simulator: it submits plans, fetches what it is told of, and asks again of nobody: what was lost
before it could fetch it is computed again and told again. What a holder lacks or serves damaged it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tabswarm.executor.run import WrittenSink
from tabswarm.ids import BlockId
from tabswarm.plan.lineage import Plan
from tabswarm.plan.location import Result
from tabswarm.plan.task import SinkReport, Update
from tabswarm.scheduler import commands, events
from tabswarm.shipping.block_hash import root_hash, segment_hash

if TYPE_CHECKING:
    from tabswarm.simulation.swarm import SimulatedSwarm


@dataclass(slots=True, eq=False)
class SimulatedJob:
    """What a driver knows of its job. `blocks` are the results it has, by partition."""

    plan: Plan
    id: str = ""
    blocks: dict[int, bytes] = field(default_factory=dict)
    updates: dict[tuple[int, int, int], Update] = field(default_factory=dict)
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


class SimulatedDriver:
    """One driver of one application, and the source data that does not stand in its plans."""

    def __init__(self, swarm: SimulatedSwarm, peer: str, application: str) -> None:
        self.swarm = swarm
        self.id = peer
        self.application = application
        self.alive = True
        self.sessions = 1
        self.data: dict[tuple[int, int], bytes] = {}
        self.readers: dict[int, Callable[[int], bytes]] = {}
        self.jobs: dict[int, SimulatedJob] = {}
        self.by_id: dict[str, SimulatedJob] = {}

    def submit(self, plan: Plan) -> SimulatedJob:
        """Ask for a plan's target partitions."""
        request = len(self.jobs) + 1
        job = self.jobs[request] = SimulatedJob(plan)
        if self.alive:
            self.swarm.send(self, events.JobSubmitted(peer=self.id, request=request, plan=plan))
        return job

    def ask_again(self) -> None:
        """After an interruption: the same requests again, of all jobs that are not over."""
        for request, job in self.jobs.items():
            if not job.over:
                self.swarm.send(self, events.JobSubmitted(peer=self.id, request=request, plan=job.plan))

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
        self.swarm.send(self, events.ProgramEnded(peer=self.id, application=self.application))

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
                    self._fetch(self.by_id[command.job], result)
            case commands.TellUpdates():
                for update in command.updates:
                    self.by_id[command.job].updates[update.accumulator, update.node, update.partition] = update
            case commands.TellDone():
                self.by_id[command.job].done = True
                self._thank(self.by_id[command.job])
            case commands.TellFailed():
                self.by_id[command.job].error = command
            case commands.TellProgress():
                pass
            case commands.MayLeave():
                self.alive = False
                self.swarm.send(self, events.DriverLeft(peer=self.id))
            case _:
                raise AssertionError(f"{command} is nothing for a driver")

    def _fetch(self, job: SimulatedJob, result: Result) -> None:
        if result.inline is not None:
            job.blocks[result.partition] = result.inline
            return
        location = result.location
        holder = self.swarm.random.choice(location.holders)

        def arrived() -> None:
            if not self.alive:
                return
            piece = self.swarm.serve(holder, location.block, 0, location.root)
            if isinstance(piece, str):
                if piece == "unavailable":
                    self._miss(job, location.block, holder, corrupt=False)
            elif root_hash(segment_hash(piece.data)) != location.root:
                self._miss(job, location.block, holder, corrupt=True)
            else:
                job.blocks[result.partition] = bytes(piece.data)
                self._thank(job)

        self.swarm.clock.after(self.swarm.transfer_delay(), arrived)

    def _miss(self, job: SimulatedJob, block: BlockId, holder: str, *, corrupt: bool) -> None:
        missing = events.ResultMissing(peer=self.id, job=job.id, block=block, holder=holder, corrupt=corrupt)
        self.swarm.send(self, missing)

    def _thank(self, job: SimulatedJob) -> None:
        if self.alive and job.over and job.error is None and not job.fetched:
            job.fetched = True
            self.swarm.send(self, events.ResultsFetched(peer=self.id, job=job.id))
