"""Whoever watches the scheduler from outside, and keeps books of its own.

`scheduler/invariants.py` asks whether the state contradicts itself; a state can be quite consistent and wrong. The
referee believes only what it saw go by: it holds its own list of leases, of ids given out and of blocks lost, and
compares.

    2, 9  a block is committed once, and only on the word of whoever holds the attempt's lease
    8     an attempt reads of each shuffle the generations that counted when it was assigned
    11,24 at most two are at a task at once, and never the same volunteer twice
    9     no attempt and no generation is given out twice, and nothing is given to somebody who is not there
    7     who could not be reached by another volunteer is not taken for gone: what it holds counts as before
    5     a vertex runs again at most as often as something in whose cone it lies was lost

What an open task of a job that is cancelled, or fails, would have made for others is lost to them too. A block that is
gone while somebody who has read it runs on is missed only if that attempt comes to nothing: for the
fifth law its sources are lost once more then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tabswarm.ids import BlockId
from tabswarm.plan.keys import MapOutputKey, SinkKey
from tabswarm.plan.task import BlockSource, Run, ShuffleSource, TaskSpec
from tabswarm.scheduler import commands, events
from tabswarm.scheduler.block_locations import key_of
from tabswarm.scheduler.invariants import InvariantBroken

if TYPE_CHECKING:
    from tabswarm.simulation.swarm import SimulatedSwarm

Lease = tuple[int, int]
LIVE = 2
"""Attempts at a task that may be under way at once."""


class Referee:
    """Hears every event before and after the scheduler does, and every command."""

    def __init__(self, swarm: SimulatedSwarm) -> None:
        self._swarm = swarm
        self._leases: dict[Lease, str] = {}
        self._specs: dict[Lease, TaskSpec] = {}
        self._given: dict[Lease, None] = {}
        self._generations: dict[BlockId, Lease] = {}
        self._committed: dict[BlockId, str] = {}
        self._here: dict[str, None] = {}
        self._tables: dict[Lease, dict[int, list[int]]] = {}
        self._at_risk: dict[str, dict[SinkKey, BlockId]] = {}
        self._before: dict[SinkKey, BlockId | None] = {}
        self._holds = False
        self._promises: dict[tuple[str, str], list[SinkKey]] = {}
        self._held_by: list[str] = []
        self.lost: dict[str, list[list[SinkKey]]] = {}
        self.losses = 0
        self.runs: dict[str, dict[tuple[int, int], int]] = {}
        self.departures = 0
        self.damaged_results = 0

    # --- what happens ------------------------------------------------------------------------------------------------

    def before(self, event: events.Event) -> None:
        """Write down what the event must not change, and what it may take."""
        match event:
            case events.VolunteerLeft() | events.VolunteerJoined():
                self._risk(event.peer, None)
            case events.BlocksLost():
                self._risk(event.peer, event.blocks)
            case events.FetchFailed():
                # One strike too many, and all that the holder has counts no more.
                self._risk(event.holder or event.peer, None if event.corrupt else (event.block,))
                self._held_by = self._holders(event.block)
                self._note_promises()
            case events.ResultMissing():
                holder = event.holder or self._committed.get(event.block, "")
                self._risk(holder, None if event.corrupt else (event.block,))
            case events.JobCancelled() | events.TaskFailed():
                self._note_promises()
            case events.TaskFinished():
                self._holds = self._leases.get((event.task, event.attempt)) == event.peer
                self._before = {key_of(sink.block): self._stored(sink.block) for sink in event.sinks}
            case _:
                pass

    def after(self, event: events.Event) -> None:
        """Compare."""
        match event:
            case events.VolunteerJoined():
                self._note_losses()
                self._forget(event.peer)
                self._here[event.peer] = None
            case events.VolunteerLeft():
                self.departures += 1
                self._note_losses()
                self._forget(event.peer)
            case events.BlocksLost():
                self._note_losses()
            case events.ResultMissing():
                self.damaged_results += event.corrupt
                self._note_losses()
            case events.JobCancelled():
                self._note_abandoned()
            case events.FetchFailed() | events.TaskFailed():
                self._note_abandoned()
                if isinstance(event, events.FetchFailed):
                    self._judge_hearsay(event)
                self._note_losses()
                self._close((event.task, event.attempt), event.peer)
            case events.TaskFinished():
                self._judge_commit(event)
            case _:
                pass

    def command(self, command: commands.Command) -> None:
        """Something was commanded."""
        match command:
            case commands.AssignTask():
                self._judge_assignment(command)
            case commands.CancelAttempt():
                self._close((command.task, command.attempt), command.peer)
            case _:
                pass

    # --- hearsay -----------------------------------------------------------------------------------------------------

    def _judge_hearsay(self, event: events.FetchFailed) -> None:
        firsthand = event.corrupt or event.reason.startswith("unavailable")
        spec = self._specs.get((event.task, event.attempt))
        if not firsthand and spec is not None and spec.job in self._swarm.scheduler.state.jobs:
            now = self._holders(event.block)
            _require(self._held_by == now, f"7: by hearsay {event.block} is at {now} and not at {self._held_by}")

    def _holders(self, block: BlockId) -> list[str]:
        application = self._swarm.scheduler.state.applications.get(block.application)
        stored = application.blocks.stored.get(key_of(block)) if application is not None else None
        return list(stored.holders) if stored is not None and stored.id == block else []

    # --- leases and commits ------------------------------------------------------------------------------------------

    def _judge_assignment(self, command: commands.AssignTask) -> None:
        spec = command.spec
        lease = (spec.task, spec.attempt)
        _require(lease not in self._given, f"9: attempt {spec.attempt} at task {spec.task} is given out twice")
        others = [holder for (task, _), holder in self._leases.items() if task == spec.task]
        _require(len(others) < LIVE, f"24: task {spec.task} is with {others} and given to {command.peer} too")
        _require(command.peer not in others, f"11: {command.peer} is given task {spec.task} twice")
        _require(command.peer in self._here, f"7: task {spec.task} is given to {command.peer}, who is not there")
        self._given[lease] = None
        self._leases[lease], self._specs[lease] = command.peer, spec
        for sink in spec.sinks:
            _require(sink.block not in self._generations, f"1: {sink.block} is to be made a second time")
            self._generations[sink.block] = lease
        stored = self._swarm.scheduler.state.applications[spec.application].blocks.stored
        self._tables[lease] = {
            source.shuffle: [
                stored[MapOutputKey(source.shuffle, partition)].id.generation
                for partition in range(source.map_partitions)
            ]
            for source in spec.sources
            if isinstance(source, ShuffleSource)
        }

    def judge_table(self, lease: Lease, shuffle: int, generations: list[int]) -> None:
        """A volunteer begins to fetch: these are the generations that its table names."""
        expected = self._tables.get(lease, {}).get(shuffle)  # none: cancelled since
        _require(
            expected is None or generations == expected,
            f"8: {lease} reads {generations} of shuffle {shuffle} and not {expected}",
        )

    def _judge_commit(self, event: events.TaskFinished) -> None:
        lease = (event.task, event.attempt)
        for sink in event.sinks:
            was, now = self._before[key_of(sink.block)], self._stored(sink.block)
            if now == was:
                continue
            _require(self._holds, f"9: {event.peer} commits {sink.block} without a lease")
            _require(self._generations.get(sink.block) == lease, f"9: {sink.block} is not of attempt {lease}")
            _require(was is None, f"2: {sink.block} takes the place of {was}, which is committed")
            _require(sink.block not in self._committed, f"2: {sink.block} is committed twice")
            self._committed[sink.block] = event.peer
        if self._holds and event.task not in self._swarm.scheduler.state.tasks:
            self._count(self._specs[lease].job, event.runs)
        self._close(lease, event.peer, in_vain=False)

    def _count(self, job: str, runs: tuple[Run, ...]) -> None:
        counts = self.runs.setdefault(job, {})
        for run in runs:
            counts[run.node, run.partition] = counts.get((run.node, run.partition), 0) + 1

    def _close(self, lease: Lease, peer: str, *, in_vain: bool = True) -> None:
        if self._leases.get(lease) != peer:
            return
        spec = self._specs.pop(lease)
        del self._leases[lease], self._tables[lease]
        application = self._swarm.scheduler.state.applications.get(spec.application)
        if in_vain and application is not None:
            missed = [key for key in _read_by(spec) if key not in application.blocks.stored]
            if missed:
                self.lost.setdefault(spec.application, []).append(missed)

    def _forget(self, peer: str) -> None:
        self._here.pop(peer, None)
        for lease in [lease for lease, holder in self._leases.items() if holder == peer]:
            self._close(lease, peer)

    def _stored(self, block: BlockId) -> BlockId | None:
        application = self._swarm.scheduler.state.applications.get(block.application)
        stored = application.blocks.stored.get(key_of(block)) if application is not None else None
        return stored.id if stored is not None else None

    # --- losses ------------------------------------------------------------------------------------------------------

    def _risk(self, holder: str, blocks: tuple[BlockId, ...] | None) -> None:
        self._at_risk = {}
        for application in self._swarm.scheduler.state.applications.values():
            stored = application.blocks.stored
            keys = {
                key: stored[key].id
                for key in application.blocks.by_holder.get(holder, ())
                if len(stored[key].holders) == 1 and (blocks is None or stored[key].id in blocks)
            }
            if keys:
                self._at_risk[application.id] = keys

    def _note_losses(self) -> None:
        for name, keys in self._at_risk.items():
            application = self._swarm.scheduler.state.applications.get(name)
            gone = [
                key
                for key, block in keys.items()
                if application is None
                or key not in application.blocks.stored
                or application.blocks.stored[key].id != block
            ]
            if gone:
                self.losses += len(gone)
                self.lost.setdefault(name, []).append(gone)
        self._at_risk = {}

    def _note_promises(self) -> None:
        self._promises = {}
        for application in self._swarm.scheduler.state.applications.values():
            for key, task in application.promised.items():
                self._promises.setdefault((application.id, task.job), []).append(key)

    def _note_abandoned(self) -> None:
        jobs = self._swarm.scheduler.state.jobs
        for (application, job), keys in self._promises.items():
            if job not in jobs:
                self.lost.setdefault(application, []).append(keys)
        self._promises = {}


def _read_by(spec: TaskSpec) -> Iterator[SinkKey]:
    for source in spec.sources:
        if isinstance(source, BlockSource):
            yield key_of(source.block)
        elif isinstance(source, ShuffleSource):
            for partition in range(source.map_partitions):
                yield MapOutputKey(source.shuffle, partition)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise InvariantBroken(what)
