"""A task as the executor sees it: a small dataflow program from its sources to its sinks.

The cut resolves every dependency formula, so a task needs none: each *step* is one node x partition and names where its
inputs come from, an earlier step or a source. Steps stand in topological order. A step that several steps use is
computed once.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tabswarm.ids import BlockId
from tabswarm.plan.operators import Operator
from tabswarm.plan.partitioner import Aggregator, Partitioner


class FromStep(msgspec.Struct, frozen=True, array_like=True, tag=0):
    """The records of an earlier step of the same task."""

    step: int


class FromSource(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """The records of a block that exists: the task's source of that index."""

    source: int


Input = FromStep | FromSource


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One node x partition to compute; `inputs` in the order of the node's dependencies.

    A step whose only input is the stored block of its own node and partition *loads* it: its operator is not applied,
    and it is no run (a map output is written from a persisted block so).
    """

    node: int
    partition: int
    inputs: tuple[Input, ...] = ()


class BlockSource(msgspec.Struct, frozen=True, tag="block"):
    """The records of one partition of a node, written by a volunteer and read by the record reader."""

    block: BlockId


class DriverSource(msgspec.Struct, frozen=True, tag="driver"):
    """The bytes of one partition that the driver holds; the step's operator says how to read them (values, or text)."""

    block: BlockId
    inline: bytes | None = None


class BroadcastSource(msgspec.Struct, frozen=True, tag="broadcast"):
    """A broadcast that the task's functions name: the driver's value, read by the code reader. No step reads it."""

    block: BlockId
    inline: bytes | None = None


class UrlSource(msgspec.Struct, frozen=True, tag="url"):
    """What a URL gives, fetched by the volunteer that runs the task. `block` names the partition."""

    block: BlockId
    url: str


class ShuffleSource(msgspec.Struct, frozen=True, tag="shuffle"):
    """Segment `partition` of each of the map outputs of a shuffle, in map-partition order.

    The task names the shuffle only; which blocks these are stands in the volunteer's table of map outputs, which the
    coordinator keeps up to date (whole at first, then as deltas).
    """

    application: str
    shuffle: int
    partition: int
    map_partitions: int
    aggregator: Aggregator | None = None
    map_side: bool = True


Source = BlockSource | DriverSource | BroadcastSource | UrlSource | ShuffleSource


class PartitionSink(msgspec.Struct, frozen=True, tag="rdd"):
    """Write all records of a step as one block of one segment: a target, a persisted node or a fork."""

    step: int
    block: BlockId


class MapOutputSink(msgspec.Struct, frozen=True, tag="map"):
    """Write the records of a step as a map output: a segment for each of the partitioner's partitions."""

    step: int
    block: BlockId
    partitioner: Partitioner
    aggregator: Aggregator | None = None
    map_side: bool = True


Sink = PartitionSink | MapOutputSink


class TaskSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a worker needs to run one task, but for the blocks and the code blobs it names.

    `names` gives each node's name and call site, so that an error can say `reduceByKey at job.py:12`. `stage`,
    `begun_before` (how many attempts ran before), `barrier` (how many partitions run at the same time, 0 where that
    is nobody's wish) and `properties` are for the user's functions alone (`TaskContext`).
    """

    application: str
    job: str
    task: int
    attempt: int
    operators: dict[int, Operator]
    names: dict[int, str]
    steps: tuple[Step, ...]
    sources: tuple[Source, ...]
    sinks: tuple[Sink, ...]
    stage: int = 0
    begun_before: int = 0
    barrier: int = 0
    properties: dict[str, str] = {}


class SinkReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the executor wrote to one sink: sizes in bytes as stored, and the root hash over the segments' hashes.

    `inline` is the block itself where it has one segment of at most 16 KiB, so that a small answer needs no transfer.
    """

    block: BlockId
    size: int
    root: bytes
    segments: int = 1
    records: int = 0
    inline: bytes | None = None


class Run(msgspec.Struct, frozen=True, array_like=True):
    """One run of a node x partition, for the ledger: how many records came out, and whether it was cut short
    (`take`)."""

    node: int
    partition: int
    records: int
    partial: bool


class Update(msgspec.Struct, frozen=True, array_like=True):
    """What the functions of one vertex added to an accumulator: `data` is a block of one record.

    A later update of the same accumulator and vertex in the same job replaces this one.
    """

    accumulator: int
    node: int
    partition: int
    data: bytes


class FailureKind(StrEnum):
    """Whom a failed attempt counts against."""

    RAISED = "raised"
    NOT_SERIALISABLE = "not_serialisable"
    CANNOT_COMPILE = "cannot_compile"
    CODE_REFUSED = "code_refused"
    TIMEOUT = "timeout"
    WORKER_DIED = "worker_died"
    OUT_OF_MEMORY = "out_of_memory"
    URL_UNAVAILABLE = "url_unavailable"
    URL_CLOSED_TO_TABS = "url_closed_to_tabs"


class Failure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why an attempt at a task failed, as text only (an exception object never leaves the volunteer).

    `message` holds at most 4 KiB and `traceback` 16 KiB. `line` is the user's own line, `"job.py:12"`, where one is
    known: the same `type_name` at the same `line` on two volunteers is the program's fault. `volunteer` is whose
    attempt it was; the scheduler says so, whatever the volunteer did.
    """

    kind: FailureKind
    type_name: str = ""
    message: str = ""
    traceback: str = ""
    node: int | None = None
    partition: int | None = None
    line: str = ""
    volunteer: str = ""
