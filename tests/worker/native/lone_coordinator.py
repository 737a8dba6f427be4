"""The coordinator's side of one native volunteer, over a connection in memory: the test says each message itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec
from tests.transport.known_passes import passes

from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.location import Location
from tabswarm.plan.operators import CodeRef, MapPartitions, Parallelize
from tabswarm.plan.task import (
    BlockSource,
    DriverSource,
    FromSource,
    FromStep,
    PartitionSink,
    Sink,
    Source,
    Step,
    TaskSpec,
)
from tabswarm.shipping.block_hash import root_hash, segment_hash
from tabswarm.shipping.code import Shipment, ship, ship_values
from tabswarm.shipping.records import read_records
from tabswarm.transport.connection import Connection
from tabswarm.transport.memory import pair
from tabswarm.transport.relay import FetchedBlock, Relay, Served
from tabswarm.transport.transfers import Ask
from tabswarm.wire import messages as m
from tabswarm.wire.blocks import Wanted
from tabswarm.worker.native import NativeVolunteer

M = TypeVar("M", bound=m.Message)
_decode = msgspec.msgpack.Decoder(m.FromVolunteer).decode
_hello = msgspec.msgpack.Decoder(m.Hello).decode
_encode = msgspec.msgpack.Encoder().encode
PATIENCE = 30.0
OUT = 100
"""Task `n` computes node `OUT + n`."""


class LoneCoordinator:
    """A door for one volunteer, and what stands behind it."""

    def __init__(self) -> None:
        self.peer = "v1"
        self.control: Connection | None = None
        self.relay: Relay | None = None
        self.relay_open = asyncio.Event()
        self.received: list[m.Message] = []
        self.blocks: dict[BlockId, bytes] = {}
        self.forged: dict[BlockId, bytes] = {}
        self._served = 0
        self._joined = 0
        self._arrived = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._numbers = iter(range(1, 1000))

    # --- a Door

    async def connect(self, socket: str) -> Connection:
        here, there = pair()
        self._tasks.append(asyncio.create_task(self._serve(there, socket)))
        return here

    async def _serve(self, connection: Connection, socket: str) -> None:
        hello = _hello(await connection.receive())
        assert hello.socket == socket and hello.role == "volunteer" and hello.kind == "native"
        await connection.send(_encode(m.Welcome(peer=self.peer, resume="secret", swarm="s1", title="a class")))
        if socket == "relay":
            assert hello.resume == "secret"
            self.relay = Relay(connection, self._look_up, passes=passes("a1", "a2"))
            self.relay_open.set()
            return
        for application in ("a1", "a2"):
            await connection.send(_encode(m.Pass(application=application, secret=application[::-1])))
        self.control = connection
        self._joined += 1
        self._arrived.set()
        while True:
            self.received.append(_decode(await connection.receive()))
            self._arrived.set()

    async def _look_up(self, block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
        data = self.blocks.get(block)
        if data is None:
            return None
        self._served += 1
        self._arrived.set()
        return Served(sizes=(len(data),), hashes=segment_hash(data), chunks=[self.forged.get(block, data)])

    # --- what a test says and hears

    async def tell(self, *messages: m.Message) -> None:
        assert self.control is not None
        for message in messages:
            await self.control.send(_encode(message))

    async def heard(self, kind: type[M], **fields: Any) -> M:
        """The first message of a kind (and with these fields) that comes, or has come."""
        async with asyncio.timeout(PATIENCE):
            while True:
                self._arrived.clear()
                for message in self.received:
                    if isinstance(message, kind) and all(getattr(message, k) == v for k, v in fields.items()):
                        return message
                await self._arrived.wait()

    async def joined_times(self, times: int) -> None:
        """Wait until the volunteer has joined so often."""
        while self._joined < times:
            self._arrived.clear()
            await self._arrived.wait()

    async def served(self, blocks: int) -> None:
        """Wait until so many of the driver's blocks were fetched."""
        async with asyncio.timeout(PATIENCE):
            while self._served < blocks:
                self._arrived.clear()
                await self._arrived.wait()

    def count(self, kind: type[m.Message]) -> int:
        return sum(isinstance(message, kind) for message in self.received)

    async def fetch(self, block: BlockId, ceiling: int = 1 << 30) -> FetchedBlock:
        assert self.relay is not None
        (fetched,) = await self.relay.fetch("v1", [Ask(Wanted(block), ceiling)])
        return fetched

    async def records(self, block: BlockId) -> list[Any]:
        return read_records((await self.fetch(block)).data)

    def driver_block(self, values: Sequence[Any], node: int = 1) -> tuple[Source, Location]:
        """Values that the driver holds, at a peer called `driver`."""
        block = BlockId("a1", BlockKind.PARTITION, node, 0, 0)
        data = self.blocks[block] = ship_values(list(values))
        return DriverSource(block), Location(block, len(data), root_hash(segment_hash(data)), ("driver",))

    async def run(
        self,
        function: Callable[..., Any],
        values: Sequence[Any] = (1, 2, 3),
        *,
        source: tuple[Source, Location] | None = None,
        application: str = "a1",
        time_limit: int = 0,
    ) -> int:
        """Assign `mapPartitions(function)` over the driver's values (or over `source`); gives the task's number."""
        number = next(self._numbers)
        shipped: Shipment = ship(function)
        given, location = source or self.driver_block(values, node=1000 + number)
        spec = TaskSpec(
            application=application,
            job="j1",
            task=number,
            attempt=1,
            operators={1: Parallelize(), OUT + number: MapPartitions(CodeRef(shipped.root, tuple(shipped.blobs)))},
            names={1: "parallelize", OUT + number: "mapPartitions at job.py:7"},
            steps=_steps(number, given),
            sources=(given,),
            sinks=(_sink(application, number, given),),
        )
        await self.tell(
            m.Code(application=application, blobs=shipped.blobs),
            m.Assign(spec=spec, code=tuple(shipped.blobs), locations=(location,), time_limit=time_limit),
        )
        return number

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.relay is not None:
            await self.relay.close()


def _steps(number: int, given: Source) -> tuple[Step, ...]:
    if isinstance(given, BlockSource):
        return (Step(OUT + number, 0, (FromSource(0),)),)
    return (Step(1, 0, (FromSource(0),)), Step(OUT + number, 0, (FromStep(0),)))


def _sink(application: str, number: int, given: Source) -> Sink:
    return PartitionSink(len(_steps(number, given)) - 1, out_block(number, application))


def out_block(number: int, application: str = "a1") -> BlockId:
    """The block that the task of this number writes."""
    return BlockId(application, BlockKind.PARTITION, OUT + number, 0, 0)


@asynccontextmanager
async def swarm_of_one(slots: int = 1) -> AsyncIterator[tuple[LoneCoordinator, NativeVolunteer]]:
    """A coordinator and a volunteer that has joined it; afterwards no process is left."""
    coordinator = LoneCoordinator()
    volunteer = NativeVolunteer(coordinator, "token", slots=slots, name="test")
    running = asyncio.create_task(volunteer.run())
    try:
        async with asyncio.timeout(PATIENCE):
            joined = asyncio.create_task(volunteer.joined.wait())
            await asyncio.wait([joined, running], return_when=asyncio.FIRST_COMPLETED)
            joined.cancel()
            if running.done():
                await running
            await coordinator.relay_open.wait()
        yield coordinator, volunteer
    finally:
        volunteer.stop()
        await running
        await coordinator.close()
