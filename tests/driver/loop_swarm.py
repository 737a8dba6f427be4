"""A real coordinator, real sessions and real tasks in one process: volunteers that run tasks right in the event loop.

No process, no port: what the driver does is tested against the protocol itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import platform
import traceback
from collections.abc import Callable, Iterator

import msgspec

from tabswarm.coordinator.coordinator import Coordinator
from tabswarm.coordinator.tokens import Role
from tabswarm.driver.loop_thread import LoopThread
from tabswarm.driver.swarm_engine import SwarmEngine
from tabswarm.executor import Piece, TaskFailed, run_task
from tabswarm.executor.run import WrittenSink
from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.location import MapOutput
from tabswarm.plan.task import DriverSource, ShuffleSource, Source
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.shipping.block_hash import HASH_SIZE, root_hash, segment_hash
from tabswarm.shipping.code_reader import CodeReader
from tabswarm.transport.connection import ConnectionLost, Door
from tabswarm.transport.passes import Passes
from tabswarm.transport.relay import FetchBroken, Relay, Served, open_relay
from tabswarm.transport.session import Session, open_volunteer_session
from tabswarm.transport.transfers import Ask
from tabswarm.wire.blocks import Wanted
from tabswarm.wire.messages import (
    Assign,
    CancelTask,
    Code,
    DropBlocks,
    Failed,
    FetchFailed,
    Finished,
    Hello,
    MapOutputs,
    Output,
    Pass,
    Started,
    ToVolunteer,
)
from tabswarm.wire.version import PROTOCOL, tabswarm_version


class LoopVolunteer:
    """A volunteer with one slot.

    `lie` may replace the bytes of each block of one segment that it writes; `damage` those that it sends, inside
    messages too, of blocks that it reported truly. So many blocks as `forgets` says it has no more when it is asked.
    """

    def __init__(
        self,
        name: str = "loop",
        lie: Callable[[bytes], bytes] | None = None,
        damage: Callable[[bytes], bytes] | None = None,
    ) -> None:
        self.name = name
        self.lie = lie
        self.damage = damage
        self.blocks: dict[BlockId, WrittenSink] = {}
        self.forgets = 0
        self.tasks = 0
        self._blobs: dict[str, bytes] = {}
        self._passes = Passes()
        self._code = CodeReader(self._blobs)
        self._shuffles: dict[int, dict[int, MapOutput]] = {}
        self._queue: dict[tuple[int, int], Assign] = {}
        self._session: Session[ToVolunteer]
        self._relay: Relay

    async def join(self, door: Door, token: str) -> None:
        hello = Hello(
            token=token,
            role="volunteer",
            protocol=PROTOCOL,
            version=tabswarm_version(),
            python=".".join(platform.python_version_tuple()[:2]),
            kind="native",
            name=self.name,
            slots=1,
            memory=1 << 30,
        )
        self._session = await open_volunteer_session(await door.connect("control"), hello)
        relay_hello = msgspec.structs.replace(hello, socket="relay", resume=self._session.welcome.resume)
        self._relay = await open_relay(await door.connect("relay"), relay_hello, self._look_up, passes=self._passes)
        self._more = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    async def leave(self) -> None:
        self._task.cancel()
        await self._relay.close()
        await self._session.close()

    async def _look_up(self, block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
        if self.forgets:
            self.forgets -= 1
            self.blocks.pop(block, None)
        sink = self.blocks.get(block)
        if sink is None:
            return None
        wanted = range(len(sink.segments)) if segments is None else segments
        parts = [sink.segments[index] for index in wanted]
        if self.damage is not None:
            parts = [self.damage(part) for part in parts]
        return Served(tuple(map(len, parts)), sink.hashes, parts)

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._obey())
                group.create_task(self._work())
        except* ConnectionLost:
            pass
        except* Exception:
            traceback.print_exc()
            await self._session.close()

    async def _obey(self) -> None:
        while True:
            match await self._session.receive():
                case Pass(application=application, secret=secret):
                    self._passes.learn(application, secret)
                case Code(blobs=blobs):
                    self._blobs.update(blobs)
                case MapOutputs(shuffle=shuffle, entries=entries):
                    self._shuffles.setdefault(shuffle, {}).update((entry.partition, entry) for entry in entries)
                case DropBlocks(blocks=blocks):
                    for block in blocks:
                        self.blocks.pop(block, None)
                case Assign() as assign:
                    self._queue[assign.spec.task, assign.spec.attempt] = assign
                    self._more.set()
                case CancelTask(task=task, attempt=attempt):
                    self._queue.pop((task, attempt), None)
                case _:
                    pass

    async def _work(self) -> None:
        while True:
            await self._more.wait()
            while self._queue:
                await self._do(self._queue.pop(next(iter(self._queue))))
            self._more.clear()

    async def _do(self, assign: Assign) -> None:
        spec, self.tasks = assign.spec, self.tasks + 1
        try:
            pieces = [await self._pieces(source, assign) for source in spec.sources]
        except FetchBroken as broken:
            await self._session.send(
                FetchFailed(
                    task=spec.task,
                    attempt=spec.attempt,
                    block=broken.block,
                    holder=broken.holder,
                    reason=f"{broken.code}: {broken}",
                    corrupt=broken.corrupt,
                )
            )
            return
        await self._session.send(Started(task=spec.task, attempt=spec.attempt))
        said: list[Output] = []

        def output(stream: str, text: str, partition: int, dropped: int) -> None:
            said.append(
                Output(
                    task=spec.task,
                    attempt=spec.attempt,
                    stream=stream,
                    text=text,
                    partition=partition,
                    dropped=dropped,
                )
            )

        try:
            result = run_task(spec, pieces, self._code, output, classes=self._code.classes)
        except TaskFailed as failed:
            report: Failed | Finished = Failed(task=spec.task, attempt=spec.attempt, failure=failed.failure)
        else:
            if self.lie is not None:
                result = result._replace(sinks=[_lying(sink, self.lie) for sink in result.sinks])
            if self.damage is not None:
                result = result._replace(sinks=[_damaged(sink, self.damage) for sink in result.sinks])
            self.blocks.update((sink.report.block, sink) for sink in result.sinks)
            report = Finished(
                task=spec.task,
                attempt=spec.attempt,
                sinks=tuple(sink.report for sink in result.sinks),
                runs=tuple(result.runs),
                seconds=result.seconds,
                updates=tuple(result.updates),
            )
        for each in said:
            await self._session.send(each)
        await self._session.send(report)

    async def _pieces(self, source: Source, assign: Assign) -> list[Piece]:
        if isinstance(source, ShuffleSource):
            entries = self._shuffles.get(source.shuffle, {})
            return [
                await self._piece(
                    BlockId(source.application, BlockKind.MAP_OUTPUT, source.shuffle, index, entries[index].generation),
                    source.partition,
                    entries[index],
                )
                for index in range(source.map_partitions)
            ]
        if isinstance(source, DriverSource) and source.inline is not None:
            return []
        location = next(location for location in assign.locations if location.block == source.block)
        entry = MapOutput(0, 0, location.size, location.root, 1, location.holders)
        return [await self._piece(source.block, 0, entry)]

    async def _piece(self, block: BlockId, segment: int, entry: MapOutput) -> Piece:
        if block in self.blocks:
            sink = self.blocks[block]
            return Piece(sink.segments[segment], sink.hashes, sink.report.root, block, segment)
        asks = [Ask(Wanted(block, (segment,)), entry.size)]
        (got,) = await self._relay.fetch(entry.holders[0], asks)
        assert len(got.hashes) % HASH_SIZE == 0
        return Piece(got.data, got.hashes, entry.root, block, segment, entry.holders[0])


def _lying(sink: WrittenSink, lie: Callable[[bytes], bytes]) -> WrittenSink:
    """The sink as a liar tells of it, with hashes that fit."""
    data = lie(sink.segments[0])
    hashes = segment_hash(data)
    report = msgspec.structs.replace(
        sink.report, size=len(data), root=root_hash(hashes), inline=data if len(data) < 16_000 else None
    )
    return WrittenSink(report, [data], hashes)


def _damaged(sink: WrittenSink, damage: Callable[[bytes], bytes]) -> WrittenSink:
    """The sink with other bytes in the message, under the hash of the true ones."""
    if sink.report.inline is None:
        return sink
    return sink._replace(report=msgspec.structs.replace(sink.report, inline=damage(sink.report.inline)))


class LoopSwarm:
    """A coordinator on a loop thread; volunteers and drivers join it."""

    def __init__(self) -> None:
        self.loop = LoopThread("test swarm")
        self.loop.run(self._open())

    async def _open(self) -> None:
        self.coordinator = Coordinator(Scheduler)
        self.swarm = self.coordinator.create_swarm("test")
        self.driver_token = self.coordinator.issue(Role.DRIVER, self.swarm)
        self.invite_token = self.coordinator.issue(Role.VOLUNTEER, self.swarm)

    def join(self, volunteer: LoopVolunteer) -> LoopVolunteer:
        self.loop.run(volunteer.join(self.coordinator.door(), self.invite_token))
        return volunteer

    def engine(self, max_result_size: int = 1 << 30) -> SwarmEngine:
        """A driver's engine, on the coordinator's loop: ends in memory belong to one loop."""
        return SwarmEngine(
            self.loop,
            self.coordinator.door(),
            token=self.driver_token,
            name="test",
            max_result_size=max_result_size,
            owns_loop=False,
        )

    def close(self) -> None:
        self.loop.run(self.coordinator.close())
        self.loop.stop()


@contextlib.contextmanager
def loop_swarm(volunteers: int = 1) -> Iterator[LoopSwarm]:
    """A swarm with volunteers, closed at the end."""
    swarm = LoopSwarm()
    try:
        for number in range(volunteers):
            swarm.join(LoopVolunteer(f"volunteer {number}"))
        yield swarm
    finally:
        swarm.close()
