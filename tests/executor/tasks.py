"""Writes tasks by hand for the executor's tests: functions stand in a table, blocks are made on the spot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from tabswarm.executor import Piece, TaskResult, run_task
from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.operators import CodeRef, Operator
from tabswarm.plan.partitioner import Aggregator, HashPartitioner, Partitioner
from tabswarm.plan.task import (
    BlockSource,
    DriverSource,
    FromSource,
    FromStep,
    MapOutputSink,
    PartitionSink,
    ShuffleSource,
    Sink,
    Source,
    Step,
    TaskSpec,
)
from tabswarm.shipping.block_hash import root_hash, segment_hash
from tabswarm.shipping.records import read_records, write_records


def as_job(source: str, **names: Any) -> Any:
    """The value of the last expression of a program that calls itself `job.py`, as a shipped function would."""
    lines = source.strip().splitlines()
    exec(compile("\n".join((*lines[:-1], f"_last = {lines[-1]}")), "job.py", "exec"), names)
    return names["_last"]


def partition_block(node: int, partition: int = 0) -> BlockId:
    return BlockId("a1", BlockKind.PARTITION, node, partition, 0)


def map_block(shuffle: int, partition: int = 0) -> BlockId:
    return BlockId("a1", BlockKind.MAP_OUTPUT, shuffle, partition, 0)


def piece_of(block: BlockId, segments: Sequence[bytes], segment: int = 0, holder: str = "v2") -> Piece:
    hashes = b"".join(map(segment_hash, segments))
    return Piece(segments[segment], hashes, root_hash(hashes), block, segment, holder)


class Program:
    """One task, built step by step; it is its own code reader."""

    def __init__(self) -> None:
        self.functions: dict[str, Any] = {}
        self.operators: dict[int, Operator] = {}
        self.names: dict[int, str] = {}
        self.steps: list[Step] = []
        self.sources: list[Source] = []
        self.inputs: list[Sequence[Piece]] = []
        self.sinks: list[Sink] = []
        self.told: list[tuple[str, str, int, int]] = []

    # --- what the executor asks of a code reader

    def load(self, root: str, /) -> Any:
        return self.functions[root]

    def load_values(self, data: bytes, /) -> list[Any]:
        return read_records(data)

    # --- building

    def code(self, function: Any) -> CodeRef:
        root = f"f{len(self.functions)}"
        self.functions[root] = function
        return CodeRef(root, (root,))

    def step(self, operator: Operator, *inputs: FromStep | FromSource, node: int = 0, partition: int = 0) -> FromStep:
        node = node or len(self.steps) + 1
        self.operators[node] = operator
        self.names[node] = f"{type(operator).__name__} at job.py:{node}"
        self.steps.append(Step(node, partition, inputs))
        return FromStep(len(self.steps) - 1)

    def _source(self, source: Source, pieces: Sequence[Piece]) -> FromSource:
        self.sources.append(source)
        self.inputs.append(pieces)
        return FromSource(len(self.sources) - 1)

    def values(self, values: Iterable[Any]) -> FromSource:
        """The driver's own values, in the plan."""
        return self._source(DriverSource(partition_block(900), write_records(values)), [])

    def text(self, data: bytes) -> FromSource:
        """Text that the driver serves; nobody told its hash."""
        block = partition_block(901)
        return self._source(DriverSource(block), [replace(piece_of(block, [data]), root=b"", holder="driver")])

    def stored(self, values: Iterable[Any], node: int = 902, partition: int = 0) -> FromSource:
        """The stored block of a vertex."""
        block = partition_block(node, partition)
        return self._source(BlockSource(block), [piece_of(block, [write_records(values)])])

    def shuffle(
        self,
        outputs: Sequence[Sequence[bytes]],
        partition: int,
        aggregator: Aggregator | None = None,
        map_side: bool = True,
    ) -> FromSource:
        """One reducer's segment of each map output."""
        pieces = [piece_of(map_block(800, index), segments, partition) for index, segments in enumerate(outputs)]
        return self._source(ShuffleSource("a1", 800, partition, len(outputs), aggregator, map_side), pieces)

    def keep(self, step: FromStep) -> FromStep:
        """Write the step's block."""
        at = self.steps[step.step]
        self.sinks.append(PartitionSink(step.step, partition_block(at.node, at.partition)))
        return step

    def spread(
        self,
        step: FromStep,
        partitioner: Partitioner | int,
        aggregator: Aggregator | None = None,
        map_side: bool = True,
        shuffle: int = 800,
    ) -> FromStep:
        """Write the step as a map output."""
        if isinstance(partitioner, int):
            partitioner = HashPartitioner(partitioner)
        block = map_block(shuffle, self.steps[step.step].partition)
        self.sinks.append(MapOutputSink(step.step, block, partitioner, aggregator, map_side))
        return step

    # --- running

    def spec(self) -> TaskSpec:
        return TaskSpec(
            application="a1",
            job="j1",
            task=1,
            attempt=1,
            operators=self.operators,
            names=self.names,
            steps=tuple(self.steps),
            sources=tuple(self.sources),
            sinks=tuple(self.sinks),
        )

    def run(self, **options: Any) -> TaskResult:
        return run_task(self.spec(), self.inputs, self, lambda *told: self.told.append(told), **options)

    def segments(self, **options: Any) -> list[list[list[Any]]]:
        """For each sink the records of its segments."""
        return [[read_records(segment) for segment in sink.segments] for sink in self.run(**options).sinks]

    def records(self, **options: Any) -> list[Any]:
        """The records of the one sink of one segment."""
        ((segment,),) = self.segments(**options)
        return segment
