"""A volunteer in a few lines that counts words by hand: it reads what the coordinator assigns and runs no code.

It understands just the plan of `word_count_plan`: text, words, pairs, a shuffle, sums. Blocks are JSON, for nobody but
itself and the test reads them.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter

from tabswarm.ids import BlockId
from tabswarm.plan.dependency import OneToOne, Shuffle
from tabswarm.plan.lineage import Node, Plan, SourceBlock
from tabswarm.plan.location import MapOutput
from tabswarm.plan.operators import CodeRef, FlatMap, Shuffled, TextLines
from tabswarm.plan.partitioner import CombineValues, HashPartitioner
from tabswarm.plan.task import (
    BlockSource,
    DriverSource,
    FromSource,
    FromStep,
    MapOutputSink,
    Run,
    ShuffleSource,
    SinkReport,
    Source,
)
from tabswarm.transport.relay import Relay, Served
from tabswarm.transport.session import Session
from tabswarm.transport.transfers import Ask
from tabswarm.wire.blocks import Wanted
from tabswarm.wire.messages import Assign, Finished, MapOutputs, Output, Started, ToVolunteer

CODE = CodeRef("f1", ("f1",))


def word_count_plan(application: str, texts: list[bytes], reducers: int) -> Plan:
    """Three nodes: text, words (with their counts), sums."""
    combine = CombineValues(None, CODE, CODE)
    return Plan(
        application=application,
        nodes=(
            Node(id=1, operator=TextLines(), partitions=len(texts), name="textFile", call_site="job.py:1"),
            Node(id=2, operator=FlatMap(CODE), partitions=len(texts), dependencies=(OneToOne(1),), name="flatMap"),
            Node(
                id=4,
                operator=Shuffled(),
                partitions=reducers,
                dependencies=(Shuffle(2, 3, HashPartitioner(reducers), combine),),
                name="reduceByKey",
            ),
        ),
        target=4,
        partitions=tuple(range(reducers)),
        sources={1: tuple(SourceBlock(len(text), inline=text) for text in texts)},
        action="collect",
    )


class ScriptedVolunteer:
    """Runs what it is assigned, one task after the other, until its session is over."""

    def __init__(self, session: Session[ToVolunteer], relay: Relay | None = None, prints: str = "") -> None:
        self.session = session
        self.relay = relay
        self.peer = session.welcome.peer
        self.prints = prints
        self.ran: list[tuple[int, int]] = []
        self._blocks: dict[BlockId, list[bytes]] = {}
        self._tables: dict[int, dict[int, MapOutput]] = {}

    async def lookup(self, block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
        """What the relay socket serves of this volunteer's."""
        found = self._blocks.get(block)
        if found is None:
            return None
        chosen = [found[index] for index in (range(len(found)) if segments is None else segments)]
        return Served(tuple(map(len, chosen)), bytes(16 * len(found)), chosen)

    async def run(self) -> None:
        while True:
            message = await self.session.receive()
            if isinstance(message, MapOutputs):
                table = self._tables.setdefault(message.shuffle, {})
                table.update({entry.partition: entry for entry in message.entries})
            elif isinstance(message, Assign):
                await self._run_task(message)

    async def _run_task(self, assign: Assign) -> None:
        spec = assign.spec
        inputs = [await self._load(source, assign) for source in spec.sources]
        await self.session.send(Started(task=spec.task, attempt=spec.attempt))
        if self.prints:
            said = Output(task=spec.task, attempt=spec.attempt, stream="stdout", text=self.prints, partition=0)
            await self.session.send(said)
        done: list[Counter[str]] = []
        for step in spec.steps:
            self.ran.append((step.node, step.partition))
            taken: Counter[str] = Counter()
            for source in step.inputs:
                taken += inputs[source.source] if isinstance(source, FromSource) else done[source.step]
                assert isinstance(source, FromSource | FromStep)
            done.append(taken)
        reports = []
        for sink in spec.sinks:
            counts = done[sink.step]
            parts = sink.partitioner.partitions if isinstance(sink, MapOutputSink) else 1
            segments: list[Counter[str]] = [Counter() for _ in range(parts)]
            for word, count in counts.items():
                segments[zlib.crc32(word.encode()) % parts][word] += count
            self._blocks[sink.block] = [json.dumps(segment).encode() for segment in segments]
            size = sum(map(len, self._blocks[sink.block]))
            reports.append(SinkReport(block=sink.block, size=size, root=b"r" * 16, segments=parts))
        runs = tuple(Run(step.node, step.partition, len(out), False) for step, out in zip(spec.steps, done))
        await self.session.send(
            Finished(task=spec.task, attempt=spec.attempt, sinks=tuple(reports), runs=runs, seconds=0.1)
        )

    async def _load(self, source: Source, assign: Assign) -> Counter[str]:
        if isinstance(source, DriverSource):
            assert source.inline is not None
            return Counter(source.inline.decode().split())
        if isinstance(source, BlockSource):
            location = next(location for location in assign.locations if location.block == source.block)
            return await self._fetch(source.block, None, location.size, location.holders)
        assert isinstance(source, ShuffleSource), "these tests fetch no URLs"
        total: Counter[str] = Counter()
        table = self._tables[source.shuffle]
        assert len(table) == source.map_partitions
        for entry in table.values():
            block = BlockId(source.application, "map", source.shuffle, entry.partition, entry.generation)  # type: ignore[arg-type]  # equal to its StrEnum
            total += await self._fetch(block, (source.partition,), entry.size, entry.holders)
        return total

    async def _fetch(
        self, block: BlockId, segments: tuple[int, ...] | None, size: int, holders: tuple[str, ...]
    ) -> Counter[str]:
        if block in self._blocks:
            found = await self.lookup(block, segments)
            assert found is not None
            return sum((Counter(json.loads(bytes(chunk))) for chunk in found.chunks), Counter())
        assert self.relay is not None
        (got,) = await self.relay.fetch(holders[0], [Ask(Wanted(block, segments), size)])
        return Counter(json.loads(got.data))
