"""A cheap stand-in for the executor: what a task computes is a digest of who it is and of all that it read.

Each vertex's value is eight bytes that depend on its node, its partition and the values of its inputs in their order,
down to the sources, so a block that was mixed up, left out, read twice or taken from a wrong place changes the answer
as surely as with real records, and a seed takes a tenth of the time. The blocks of two attempts differ in their bytes
(behind the value stands the generation), as those of real tasks may. Every third node adds its vertices' values to an
accumulator.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tabswarm.executor import BroadcastShelf, Piece, TaskResult, WrittenSink
from tabswarm.executor.piece import proven
from tabswarm.executor.sources import Code
from tabswarm.plan.dependency import Shuffle
from tabswarm.plan.lineage import Plan
from tabswarm.plan.task import (
    BlockSource,
    DriverSource,
    FromStep,
    MapOutputSink,
    Run,
    SinkReport,
    TaskSpec,
    Update,
)
from tabswarm.shipping.block_hash import root_hash, segment_hash
from tabswarm.simulation.mishaps import is_loaded

if TYPE_CHECKING:
    from tabswarm.simulation.swarm import SimulatedSwarm

WIDTH = 8
ACCUMULATOR = 1


def mix(*parts: bytes | int) -> bytes:
    """A digest of numbers and digests, in order."""
    digest = hashlib.blake2b(digest_size=WIDTH)
    for part in parts:
        digest.update(part if isinstance(part, bytes) else part.to_bytes(8, "big"))
    return digest.digest()


def value_of(block: bytes | memoryview) -> bytes:
    """What a block says, without what tells its generation apart."""
    return bytes(block[:WIDTH])


def by_stand_in(
    swarm: SimulatedSwarm, spec: TaskSpec, inputs: Sequence[Sequence[Piece]], reader: Code, shelf: BroadcastShelf
) -> TaskResult:
    """Run a task. Raises `SourceCorrupt` where the executor would."""
    values: list[bytes] = []
    runs: list[Run] = []
    updates: list[Update] = []
    sources: dict[int, bytes] = {}

    def source_value(index: int) -> bytes:
        if index not in sources:
            source, pieces = spec.sources[index], inputs[index]
            if isinstance(source, DriverSource):
                data = source.inline if source.inline is not None else proven(pieces[0])
                sources[index] = mix(bytes(data))
            elif isinstance(source, BlockSource):
                sources[index] = value_of(proven(pieces[0]))
            else:
                sources[index] = mix(*(value_of(proven(piece)) for piece in pieces))
        return sources[index]

    for step in spec.steps:
        parts = [values[each.step] if isinstance(each, FromStep) else source_value(each.source) for each in step.inputs]
        if is_loaded(spec, step):
            values.append(parts[0])
        else:
            values.append(mix(step.node, step.partition, *parts))
            runs.append(Run(step.node, step.partition, -1, False))
            if adds(step.node):
                updates.append(Update(ACCUMULATOR, step.node, step.partition, values[-1]))
    sinks = []
    for sink in spec.sinks:
        value, tail = values[sink.step], sink.block.generation.to_bytes(4, "big") * (1 + values[sink.step][0] % 8)
        if isinstance(sink, MapOutputSink):
            segments = [mix(value, reducer) + tail for reducer in range(sink.partitioner.partitions)]
        else:
            segments = [value + tail + bytes(swarm.conditions.bulk)]
        hashes = b"".join(map(segment_hash, segments))
        size = sum(map(len, segments))
        inline = segments[0] if len(segments) == 1 and size <= swarm.inline_limit else None
        report = SinkReport(
            block=sink.block, size=size, root=root_hash(hashes), segments=len(segments), records=1, inline=inline
        )
        sinks.append(WrittenSink(report, segments, hashes))
    return TaskResult(sinks, runs, 0.0, updates)


def adds(node: int) -> bool:
    """Whether what is computed for a node adds to the accumulator."""
    return node % 3 == 0


def digests(plan: Plan, driver_data: Callable[[int, int], bytes]) -> dict[tuple[int, int], bytes]:
    """The value of each vertex that the target takes, by one loop over the plan."""
    nodes = {node.id: node for node in plan.nodes}
    known: dict[tuple[int, int], bytes] = {}

    def value(number: int, partition: int) -> bytes:
        if (number, partition) not in known:
            parts: list[bytes] = []
            if number in plan.sources:
                inline = plan.sources[number][partition].inline
                parts.append(mix(inline if inline is not None else driver_data(number, partition)))
            for dependency in nodes[number].dependencies:
                above = nodes[dependency.parent]
                if isinstance(dependency, Shuffle):
                    maps = (mix(value(above.id, each), partition) for each in range(above.partitions))
                    parts.append(mix(*maps))
                else:
                    parts += [value(above.id, each) for each in dependency.parents_of(partition, above.partitions)]
            known[number, partition] = mix(number, partition, *parts)
        return known[number, partition]

    for wanted in plan.partitions:
        value(plan.target, wanted)
    return known
