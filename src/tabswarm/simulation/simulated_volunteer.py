"""A volunteer in the simulator: it fetches, queues and runs tasks as a real one does, by the real executor.

Its block store is a dict, a transfer takes some virtual time and asks the holder at its end, and a task's work is done
at once while its virtual duration passes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tabswarm.executor import Piece, SourceCorrupt, TaskFailed, TaskResult, WrittenSink, run_task
from tabswarm.executor.sources import Code
from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.location import MapOutput
from tabswarm.plan.task import BlockSource, DriverSource, Failure, FailureKind, ShuffleSource, Source
from tabswarm.scheduler import commands, events

if TYPE_CHECKING:
    from tabswarm.simulation.swarm import SimulatedSwarm

GENERATION_OF_DRIVER = 0


@dataclass(slots=True, eq=False)
class Assignment:
    """An attempt that this volunteer has. `pieces` are the inputs so far, by source and piece."""

    command: commands.AssignTask
    pieces: dict[tuple[int, int], Piece] = field(default_factory=dict)
    lacking: int = 0
    running: bool = False

    @property
    def lease(self) -> tuple[int, int]:
        """Task and attempt."""
        return self.command.spec.task, self.command.spec.attempt


class SimulatedVolunteer:
    """One volunteer: commands in, events out, both through the swarm's network."""

    def __init__(self, swarm: SimulatedSwarm, peer: str, slots: int, python: str, kind: str = "tab") -> None:
        self.swarm = swarm
        self.id = peer
        self.slots = slots
        self.python = python
        self.kind = kind
        self.alive = True
        self.sessions = 1
        self.slowness = 1
        self.store: dict[BlockId, WrittenSink] = {}
        self.tables: dict[tuple[str, int], dict[int, MapOutput]] = {}
        self.code: dict[str, dict[str, None]] = {}
        self.readers: dict[str, Code] = {}
        self.assigned: dict[tuple[int, int], Assignment] = {}

    def break_session(self) -> None:
        """Its tasks, tables and code go with the session; its blocks it keeps."""
        self.alive = False
        self.sessions += 1
        self.assigned = {}
        self.tables, self.code, self.readers = {}, {}, {}

    def receive(self, command: commands.Command) -> None:
        """Do as the coordinator says."""
        match command:
            case commands.SendCode():
                self.code.setdefault(command.application, {}).update(dict.fromkeys(command.blobs))
            case commands.SendMapOutputs():
                table = self.tables.setdefault((command.application, command.shuffle), {})
                table.update({entry.partition: entry for entry in command.entries})
            case commands.AssignTask():
                self._take(Assignment(command))
            case commands.CancelAttempt():
                self.assigned.pop((command.task, command.attempt), None)
                self._run_next()
            case commands.DropBlocks():
                for block in command.blocks:
                    self.store.pop(block, None)
            case commands.EndApplication():
                self._forget(command.application)
            case commands.CopyBlocks():
                self._copy(command)
            case commands.MayLeave():
                self.swarm.leave(self.id)
            case _:
                raise AssertionError(f"{command} is nothing for a volunteer")

    def _forget(self, application: str) -> None:
        self.store = {block: sink for block, sink in self.store.items() if block.application != application}
        self.tables = {key: table for key, table in self.tables.items() if key[0] != application}
        self.assigned = {
            lease: mine for lease, mine in self.assigned.items() if mine.command.spec.application != application
        }
        self.code.pop(application, None)
        self.readers.pop(application, None)
        self._run_next()

    # --- fetching ----------------------------------------------------------------------------------------------------

    def _take(self, assignment: Assignment) -> None:
        spec = assignment.command.spec
        missing = [blob for blob in assignment.command.code if blob not in self.code.get(spec.application, {})]
        assert not missing, f"{self.id} was never sent {missing}"
        self.assigned[assignment.lease] = assignment
        wanted = [
            (index, number, block, holders, root, segment)
            for index, source in enumerate(spec.sources)
            for number, (block, holders, root, segment) in enumerate(self._blocks_of(assignment, source))
        ]
        assignment.lacking = len(wanted)
        for index, number, block, holders, root, segment in wanted:
            self._fetch(assignment, (index, number), block, holders, root, segment)
        self._run_next()

    def _blocks_of(
        self, assignment: Assignment, source: Source
    ) -> Iterator[tuple[BlockId, tuple[str, ...], bytes, int]]:
        match source:
            case BlockSource(block):
                location = next(at for at in assignment.command.locations if at.block == block)
                yield block, location.holders, location.root, 0
            case DriverSource(block, inline):
                if inline is None:
                    location = next(at for at in assignment.command.locations if at.block == block)
                    yield block, location.holders, location.root, 0
            case ShuffleSource():
                table = self.tables.get((source.application, source.shuffle), {})
                for partition in range(source.map_partitions):
                    entry = table[partition]
                    block = BlockId(
                        source.application, BlockKind.MAP_OUTPUT, source.shuffle, partition, entry.generation
                    )
                    yield block, entry.holders, entry.root, source.partition

    def _fetch(
        self,
        assignment: Assignment,
        place: tuple[int, int],
        block: BlockId,
        holders: tuple[str, ...],
        root: bytes,
        segment: int,
    ) -> None:
        holder = self.id if block in self.store else self.swarm.random.choice(holders)
        delay = 0 if holder == self.id else self.swarm.transfer_delay()
        allowed = holder == self.id or self.swarm.scheduler.may_fetch(self.id, holder, block)
        legal = allowed or not self.swarm.knows(assignment.lease) or not self.swarm.is_holder(holder, block)
        assert legal, f"{self.id} may not fetch {block} from {holder}"
        others = tuple(other for other in holders if other != holder)

        def arrived() -> None:
            if self.assigned.get(assignment.lease) is not assignment or not self.alive:
                return
            piece = self.swarm.serve(holder, block, segment, root) if allowed else "not_allowed"
            if isinstance(piece, str) and others:
                self._fetch(assignment, place, block, others, root, segment)
                return
            if isinstance(piece, str):
                self._failed_to_fetch(assignment, block, holder, piece)
                return
            assignment.pieces[place] = piece
            assignment.lacking -= 1
            self._run_next()

        self.swarm.clock.after(delay, arrived)

    def _failed_to_fetch(self, assignment: Assignment, block: BlockId, holder: str, reason: str) -> None:
        del self.assigned[assignment.lease]
        task, attempt = assignment.lease
        self.swarm.send(
            self,
            events.FetchFailed(peer=self.id, task=task, attempt=attempt, block=block, holder=holder, reason=reason),
        )
        self._run_next()

    def _copy(self, command: commands.CopyBlocks) -> None:
        """Fetch each block from one of its holders, and answer with those that came."""
        sources = [(at.block, self.swarm.random.choice(at.holders)) for at in command.locations]

        session = self.sessions

        def arrived() -> None:
            if not self.alive or self.sessions != session:
                return
            for block, holder in sources:
                sink = self.swarm.whole(holder, block)
                if sink is not None:
                    self.store[block] = sink
            copied = tuple(block for block, _ in sources if block in self.store)
            self.swarm.send(self, events.BlocksCopied(peer=self.id, blocks=copied))

        self.swarm.clock.after(self.swarm.transfer_delay(), arrived)

    # --- running -----------------------------------------------------------------------------------------------------

    def _run_next(self) -> None:
        running = sum(assignment.running for assignment in self.assigned.values())
        for assignment in list(self.assigned.values()):
            if running < self.slots and not assignment.running and not assignment.lacking:
                running += 1
                self._run(assignment)

    def _run(self, assignment: Assignment) -> None:
        assignment.running = True
        task, attempt = assignment.lease
        self.swarm.send(self, events.TaskStarted(peer=self.id, task=task, attempt=attempt))
        ended = self._compute(assignment)
        duration = self.swarm.task_duration() * self.slowness
        self.swarm.clock.after(duration, lambda: self._end(assignment, ended))

    def _compute(self, assignment: Assignment) -> TaskResult | events.Event:
        spec = assignment.command.spec
        task, attempt = assignment.lease
        if self.swarm.worker_dies(spec):
            failure = Failure(kind=FailureKind.WORKER_DIED, message="the simulated worker died")
            return events.TaskFailed(peer=self.id, task=task, attempt=attempt, failure=failure)
        inputs = [
            [piece for place, piece in sorted(assignment.pieces.items()) if place[0] == index]
            for index in range(len(spec.sources))
        ]
        reader = self.readers.get(spec.application) or self.swarm.code_reader(spec.application)
        self.readers[spec.application] = reader
        try:
            return run_task(spec, inputs, reader, self.swarm.printed, inline_limit=self.swarm.inline_limit)
        except TaskFailed as error:
            return events.TaskFailed(peer=self.id, task=task, attempt=attempt, failure=error.failure)
        except SourceCorrupt as error:
            return events.FetchFailed(
                peer=self.id,
                task=task,
                attempt=attempt,
                block=error.block,
                holder=error.holder,
                reason=error.reason,
                corrupt=True,
            )

    def _end(self, assignment: Assignment, ended: TaskResult | events.Event) -> None:
        if self.assigned.get(assignment.lease) is not assignment or not self.alive:
            return
        del self.assigned[assignment.lease]
        if isinstance(ended, TaskResult):
            task, attempt = assignment.lease
            for sink in ended.sinks:
                self.store[sink.report.block] = sink
            reports = tuple(sink.report for sink in ended.sinks)
            ended = events.TaskFinished(
                peer=self.id,
                task=task,
                attempt=attempt,
                sinks=reports,
                runs=tuple(ended.runs),
                seconds=0.0,
                updates=tuple(ended.updates),
            )
        self.swarm.send(self, ended)
        self._run_next()
