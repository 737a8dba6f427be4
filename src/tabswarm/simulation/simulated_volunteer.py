"""A volunteer in the simulator: it fetches, queues and runs tasks as a real one does.

Its block store is a dict. A task's work is done at once, by the real executor or by a stand-in for it, while its
virtual duration passes. When its session is over it forgets its tasks, and announces its blocks in the next one, as the
product's volunteers do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from tabswarm.executor import BroadcastShelf, Piece, SourceCorrupt, TaskFailed, TaskResult, WrittenSink, run_task
from tabswarm.executor.sources import Code
from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.location import Held, Location, MapOutput
from tabswarm.plan.task import (
    BlockSource,
    BroadcastSource,
    DriverSource,
    ShuffleSource,
    SinkReport,
    Source,
    TaskSpec,
    UrlSource,
)
from tabswarm.scheduler import commands, events
from tabswarm.simulation.data_path import Want, damaged
from tabswarm.simulation.peer import SimulatedPeer
from tabswarm.simulation.web import web_piece

if TYPE_CHECKING:
    from tabswarm.simulation.swarm import SimulatedSwarm

Place = tuple[int, int]
"""Where a fetched segment belongs: the index of its source, and which piece of that it is."""
Compute = Callable[["SimulatedSwarm", TaskSpec, Sequence[Sequence[Piece]], Code, BroadcastShelf], TaskResult]


def by_executor(
    swarm: SimulatedSwarm, spec: TaskSpec, inputs: Sequence[Sequence[Piece]], reader: Code, shelf: BroadcastShelf
) -> TaskResult:
    """Run a task by the product's executor."""
    return run_task(spec, inputs, reader, swarm.printed, shelf=shelf, inline_limit=swarm.inline_limit)


@dataclass(slots=True, eq=False)
class Assignment:
    """An attempt that this volunteer has. `pieces` are the inputs so far."""

    command: commands.AssignTask
    pieces: dict[Place, Piece] = field(default_factory=dict)
    lacking: int = 0
    running: bool = False

    @property
    def lease(self) -> tuple[int, int]:
        """Task and attempt."""
        return self.command.spec.task, self.command.spec.attempt


@dataclass(slots=True)
class _Need:
    place: Place
    want: Want
    holders: tuple[str, ...]
    failures: int = 0


class SimulatedVolunteer(SimulatedPeer):
    """One volunteer: commands in, events out, both through its control session."""

    def __init__(self, swarm: SimulatedSwarm, peer: str, slots: int, python: str, kind: str = "tab") -> None:
        super().__init__(swarm, peer)
        self.slots = slots
        self.python = python
        self.kind = kind
        self.finishing = False
        self._told_slots = slots
        self.store: dict[BlockId, WrittenSink] = {}
        self.forget()

    def forget(self) -> None:
        """What belongs to a session begins anew; blocks stay."""
        self.tables: dict[tuple[str, int], dict[int, MapOutput]] = {}
        self.code: dict[str, dict[str, None]] = {}
        self.readers: dict[str, Code] = {}
        self.shelves: dict[str, BroadcastShelf] = {}
        self.assigned: dict[tuple[int, int], Assignment] = {}

    def hello(self) -> events.Event:
        """It is there."""
        self._told_slots = self.slots
        return events.VolunteerJoined(
            peer=self.id, kind=self.kind, name=self.id, slots=self.slots, memory=2**30, python=self.python
        )

    def goodbye(self) -> events.Event:
        """It is gone."""
        return events.VolunteerLeft(peer=self.id)

    def on_lost(self) -> None:
        """Without a session there is nobody to work for."""
        self.forget()

    def on_welcome(self) -> None:
        """What it still holds is told, and slots that changed while the hello was on its way."""
        if self.store:
            held = tuple(Held(block, sink.report.size, sink.report.root) for block, sink in self.store.items())
            self.say(events.BlocksAnnounced(peer=self.id, blocks=held))
        self.resize(self.slots)

    def resize(self, slots: int) -> None:
        """Give other slots."""
        self.slots = slots
        if self.session is not None and slots != self._told_slots:
            self._told_slots = slots
            self.say(events.ResourcesChanged(peer=self.id, slots=slots, memory=2**30))
        self._run_next()

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
                for shelf in self.shelves.values():
                    shelf.forget(command.blocks)
            case commands.EndApplication():
                self._end_application(command.application)
            case commands.CopyBlocks():
                self._copy(command)
            case commands.MayLeave():
                self.swarm.leave(self.id)
            case _:
                raise AssertionError(f"{command} is nothing for a volunteer")

    def _end_application(self, application: str) -> None:
        self.store = {block: sink for block, sink in self.store.items() if block.application != application}
        self.tables = {key: table for key, table in self.tables.items() if key[0] != application}
        self.assigned = {
            lease: mine for lease, mine in self.assigned.items() if mine.command.spec.application != application
        }
        self.code.pop(application, None)
        self.readers.pop(application, None)
        self.shelves.pop(application, None)
        self._run_next()

    def _keep(self, sink: WrittenSink) -> SinkReport:
        """Store a block that was made; gives what to report of it."""
        report, chance = sink.report, self.swarm.random
        self.store[report.block] = sink
        if self.swarm.conditions.rots and chance.random() < self.swarm.conditions.rots:
            self.swarm.note(f"{report.block} is damaged at {self.id}")
            if report.inline and chance.random() < 0.5:
                return msgspec.structs.replace(report, inline=damaged(report.inline, chance.random() < 0.5))
            self.rot(report.block, chance.random() < 0.5)
        return report

    def rot(self, block: BlockId, truncated: bool) -> None:
        """A stored block is not what it was any more, and nobody knows yet."""
        sink = self.store[block]
        segments = [damaged(data, truncated) if data else data for data in sink.segments]
        self.store[block] = WrittenSink(sink.report, segments, sink.hashes)

    # --- fetching ----------------------------------------------------------------------------------------------------

    def _take(self, assignment: Assignment) -> None:
        spec = assignment.command.spec
        missing = [blob for blob in assignment.command.code if blob not in self.code.get(spec.application, {})]
        assert not missing, f"{self.id} was never sent {missing}"
        self.assigned[assignment.lease] = assignment
        needs = [
            _Need((index, number), want, holders)
            for index, source in enumerate(spec.sources)
            for number, (want, holders) in enumerate(self._wants_of(assignment, source))
        ]
        assignment.lacking = len(needs)
        asked: dict[str, list[_Need]] = {}
        for need in needs:
            mine = self.store.get(need.want.block)
            if mine is not None:
                block, segment, root = need.want
                assignment.pieces[need.place] = Piece(
                    mine.segments[segment], mine.hashes, root, block, segment, self.id
                )
                assignment.lacking -= 1
            else:
                others = tuple(holder for holder in need.holders if holder != self.id)
                if not others:
                    self._failed_to_fetch(assignment, need.want.block, self.id, "unavailable: it is nowhere")
                    return
                need.holders = others
                need.failures = spec.task % len(others)
                asked.setdefault(others[need.failures], []).append(need)
        for holder, of_holder in asked.items():
            self._fetch(assignment, holder, of_holder, 1)
        self._run_next()

    def _wants_of(self, assignment: Assignment, source: Source) -> Iterator[tuple[Want, tuple[str, ...]]]:
        match source:
            case BlockSource(block) | DriverSource(block, None) | BroadcastSource(block, None):
                location = next(at for at in assignment.command.locations if at.block == block)
                yield Want(block, 0, location.root), location.holders
            case UrlSource():
                pass  # the simulated web is at hand when the task runs
            case ShuffleSource():
                table = self.tables.get((source.application, source.shuffle), {})
                generations = [table[partition].generation for partition in range(source.map_partitions)]
                self.swarm.referee.judge_table(assignment.lease, source.shuffle, generations)
                for partition in range(source.map_partitions):
                    entry = table[partition]
                    block = BlockId(
                        source.application, BlockKind.MAP_OUTPUT, source.shuffle, partition, entry.generation
                    )
                    yield Want(block, source.partition, entry.root), entry.holders

    def _fetch(self, assignment: Assignment, holder: str, needs: list[_Need], tries: int) -> None:
        wants = [need.want for need in needs]
        self.swarm.check_order(self.id, holder, wants, assignment.lease)

        def arrived(pieces: list[Piece], reason: str) -> None:
            if self.assigned.get(assignment.lease) is not assignment:
                return
            for need, piece in zip(needs, pieces):
                assignment.pieces[need.place] = piece
            assignment.lacking -= len(pieces)
            again: dict[str, list[_Need]] = {}
            rest = needs[len(pieces) :]
            if reason.startswith("unavailable"):  # the holder looked at no more than the first of them
                for need in rest[1:]:
                    again.setdefault(holder, []).append(need)
                rest = rest[:1]
            for need in rest:
                if tries >= len(need.holders):
                    self._failed_to_fetch(assignment, need.want.block, holder, reason)
                    return
                need.failures += 1
                again.setdefault(need.holders[need.failures % len(need.holders)], []).append(need)
            for other, needs_again in again.items():
                self._fetch(assignment, other, needs_again, tries + (other != holder))
            self._run_next()

        self.swarm.data_path.fetch(self, holder, wants, arrived)

    def _failed_to_fetch(self, assignment: Assignment, block: BlockId, holder: str, reason: str) -> None:
        del self.assigned[assignment.lease]
        task, attempt = assignment.lease
        self.say(
            events.FetchFailed(peer=self.id, task=task, attempt=attempt, block=block, holder=holder, reason=reason)
        )
        self._run_next()

    def _copy(self, command: commands.CopyBlocks) -> None:
        """Fetch each block from its holders in turn, and answer with those that came."""
        session = self.session
        lacking = [at for at in command.locations if at.block not in self.store]
        open_requests = 0

        def answer() -> None:
            here = tuple(at.block for at in command.locations if at.block in self.store)
            self.say(events.BlocksCopied(peer=self.id, blocks=here))

        def ask(holder: str, turn: int, wanted: list[Location]) -> None:
            nonlocal open_requests
            open_requests += 1

            def arrived(sinks: list[WrittenSink]) -> None:
                nonlocal open_requests
                open_requests -= 1
                if self.session is not session:
                    return
                self.store.update((sink.report.block, sink) for sink in sinks)
                go_on([at for at in wanted if at.block not in self.store], turn + 1)

            self.swarm.data_path.copy(self, holder, [at.block for at in wanted], arrived)

        def go_on(wanted: list[Location], turn: int) -> None:
            by_holder: dict[str, list[Location]] = {}
            for at in wanted:
                if turn < len(at.holders):
                    by_holder.setdefault(at.holders[turn], []).append(at)
            for holder, of_holder in by_holder.items():
                ask(holder, turn, of_holder)
            if not open_requests:
                answer()

        go_on(lacking, 0)

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
        self.say(events.TaskStarted(peer=self.id, task=task, attempt=attempt))
        ended = self._compute(assignment)
        self.later(self.swarm.task_duration() * self.slowness, lambda: self._end(assignment, ended))

    def _compute(self, assignment: Assignment) -> TaskResult | events.Event:
        spec = assignment.command.spec
        task, attempt = assignment.lease
        if failure := self.swarm.mishaps.of(spec):
            return events.TaskFailed(peer=self.id, task=task, attempt=attempt, failure=failure)
        inputs: list[list[Piece]] = [[] for _ in spec.sources]
        for (index, _), piece in sorted(assignment.pieces.items()):
            inputs[index].append(piece)
        for pieces, source in zip(inputs, spec.sources):
            if isinstance(source, UrlSource):
                pieces.append(web_piece(source.block, source.url))
        reader = self.readers.get(spec.application) or self.swarm.code_reader(spec.application)
        self.readers[spec.application] = reader
        try:
            shelf = self.shelves.setdefault(spec.application, BroadcastShelf())
            return self.swarm.compute(self.swarm, spec, inputs, reader, shelf)
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
        if self.assigned.get(assignment.lease) is not assignment:
            return
        swarm = self.swarm
        leaves = bool(swarm.conditions.departures) and swarm.random.random() < swarm.conditions.departures
        if leaves and swarm.random.random() < 0.5:
            swarm.depart(self.id)
            return
        del self.assigned[assignment.lease]
        if isinstance(ended, TaskResult):
            task, attempt = assignment.lease
            reports = tuple(self._keep(sink) for sink in ended.sinks)
            ended = events.TaskFinished(
                peer=self.id,
                task=task,
                attempt=attempt,
                sinks=reports,
                runs=tuple(ended.runs),
                seconds=0.0,
                updates=tuple(ended.updates),
            )
        self.say(ended)
        if leaves:
            swarm.depart(self.id)
            return
        self._run_next()


__all__ = ["Assignment", "Compute", "SimulatedVolunteer", "by_executor"]
