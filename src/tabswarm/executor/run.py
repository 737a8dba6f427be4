"""Runs one task: reads its inputs, pulls its steps through the sinks, and says how each went.

The law: whatever the user's code does (short of ending the process), `run_task` ends with a result, with `TaskFailed`
or with `SourceCorrupt`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import CodeType
from typing import Any, NamedTuple

from tabswarm.errors import RecordTooLarge
from tabswarm.executor.evaluation import Evaluation
from tabswarm.executor.failures import SourceCorrupt, TaskFailed, failure_of, frames_of
from tabswarm.executor.map_output import write_map_output
from tabswarm.executor.operators import unequal_zip
from tabswarm.executor.piece import Piece
from tabswarm.executor.shelf import BroadcastShelf
from tabswarm.executor.sources import Code, SourceReader
from tabswarm.executor.task_context import in_task, partition
from tabswarm.executor.task_output import Output, TaskOutput, capture
from tabswarm.plan.accumulator import Tally, tallied
from tabswarm.plan.operators import CodeRef, Operator
from tabswarm.plan.task import Failure, PartitionSink, Run, Sink, SinkReport, TaskSpec, Update
from tabswarm.shipping.block_hash import root_hash, segment_hash
from tabswarm.shipping.broadcast import shelved
from tabswarm.shipping.class_registry import ClassRegistry
from tabswarm.shipping.records import write_records

INLINE_LIMIT = 16 * 1024
"""Bytes of a block that its report may carry."""
OUTPUT_LIMIT = 256 * 1024
"""Bytes of output that one attempt may send."""
UPDATES_LIMIT = 1 << 20
"""Bytes that one attempt may add to accumulators in all."""


class WrittenSink(NamedTuple):
    """One block that a task wrote: its report, its segments' bytes, and their hashes one after the other."""

    report: SinkReport
    segments: list[bytes]
    hashes: bytes


class TaskResult(NamedTuple):
    """What a task made. `sinks` are in the order of the spec's, without those of partial steps.

    `runs` has an entry for each step that computed something. The number of records is known where they were
    written (a block, or a map output without combining before it); else it is -1, for counting would slow every step.
    `updates` is what was added to accumulators.
    """

    sinks: list[WrittenSink]
    runs: list[Run]
    seconds: float
    updates: Sequence[Update] = ()


def run_task(
    spec: TaskSpec,
    inputs: Sequence[Sequence[Piece]],
    code: Code,
    output: Output,
    *,
    classes: ClassRegistry | None = None,
    shelf: BroadcastShelf | None = None,
    output_limit: int = OUTPUT_LIMIT,
    inline_limit: int = INLINE_LIMIT,
) -> TaskResult:
    """Run a task. `inputs[i]` are the pieces of source `i`: one of a block, one for each map output of a shuffle in
    map-partition order, none for driver's data that stands in the spec.

    `code` loads function slots, `classes` are the program's classes that may stand in records, and `output` gets
    `(stream, text, partition, dropped)`. `shelf` holds the
    worker's broadcasts from one task to the next. Raises `TaskFailed` or `SourceCorrupt`.
    """
    started = time.perf_counter()
    told = TaskOutput(output, output_limit)
    shelf = BroadcastShelf() if shelf is None else shelf
    task = _Task(spec, inputs, code, classes, told)
    failure: Failure | None = None
    with capture(told), tallied(task.tally), shelved(shelf.value), in_task(spec):
        try:
            shelf.load(spec.sources, inputs, code)
            sinks, runs = task.run(inline_limit)
            updates = task.updates()
        except SourceCorrupt:
            raise
        except BaseException as error:  # the user's KeyboardInterrupt and SystemExit too are errors of the task
            failure = task.failure(error)
        del task
    if failure is not None:
        raise TaskFailed(failure)  # out here, where it does not hold the user's exception with all its frames
    return TaskResult(sinks, runs, time.perf_counter() - started, updates)


def code_of_call(function: object) -> CodeType | None:
    """The code that runs when this is called, where it is written in Python: of a function, or of an object's
    `__call__` (a step of ours that holds a function of the user's)."""
    found = getattr(function, "__code__", None) or getattr(type(function).__call__, "__code__", None)
    return found if isinstance(found, CodeType) else None


class _Task:
    """One run of a task."""

    def __init__(
        self,
        spec: TaskSpec,
        inputs: Sequence[Sequence[Piece]],
        code: Code,
        classes: ClassRegistry | None,
        told: TaskOutput,
    ) -> None:
        self._spec = spec
        self._code = code
        self._classes = classes
        self._told = told
        self._loaded: dict[str, Any] = {}
        self._at = 0
        self.tally = Tally()
        self._evaluation = Evaluation(
            spec, SourceReader(spec.sources, inputs, code, self._load, classes), self._load, classes, self.tally
        )

    def run(self, inline_limit: int) -> tuple[list[WrittenSink], list[Run]]:
        written: dict[Sink, WrittenSink] = {}
        records: dict[int, int] = {}
        later: list[PartitionSink] = []
        for sink in sorted(self._spec.sinks, key=lambda sink: sink.step):
            if isinstance(sink, PartitionSink) and self._evaluation.has_reader(sink.step):
                later.append(sink)
            else:
                written[sink] = self._write(sink, inline_limit, records)
        partial = self._evaluation.partial_steps()
        for sink in later:
            if sink.step not in partial:
                written[sink] = self._write(sink, inline_limit, records)
        runs = [
            Run(step.node, step.partition, records.get(index, -1), index in partial)
            for index, step in enumerate(self._spec.steps)
            if not self._evaluation.is_load(step)
        ]
        return [written[sink] for sink in self._spec.sinks if sink in written], runs

    def updates(self) -> list[Update]:
        """What the task's functions added to accumulators, by vertex."""
        made: list[Update] = []
        size = 0
        for accumulator, index, value in self.tally.by_step():
            self._at = index
            step = self._spec.steps[index]
            data = write_records([value], classes=self._classes)
            size += len(data)
            if size > UPDATES_LIMIT:
                raise RecordTooLarge(
                    f"what this task added to accumulators has more than {UPDATES_LIMIT:,} bytes: let it return "
                    "records, and combine them in an action"
                )
            made.append(Update(accumulator, step.node, step.partition, data))
        return made

    def _write(self, sink: Sink, inline_limit: int, records: dict[int, int]) -> WrittenSink:
        self._at = self.tally.step = sink.step
        number = self._spec.steps[sink.step].partition
        self._told.turn_to(number)
        with partition(number):
            segments, count = self._segments(sink, records)
        hashes = b"".join(map(segment_hash, segments))
        size = sum(map(len, segments))
        report = SinkReport(
            block=sink.block,
            size=size,
            root=root_hash(hashes),
            segments=len(segments),
            records=count,
            inline=segments[0] if len(segments) == 1 and size <= inline_limit else None,
        )
        return WrittenSink(report, segments, hashes)

    def _segments(self, sink: Sink, records: dict[int, int]) -> tuple[list[bytes], int]:
        if isinstance(sink, PartitionSink):
            block, count = self._evaluation.block(sink.step)
            records[sink.step] = count
            return [block], count
        pulled = self._evaluation.pull(sink.step)
        segments, count = write_map_output(sink, pulled, self._load, self._classes)
        if sink.aggregator is None or not sink.map_side:
            records[sink.step] = count
        return segments, count

    def _load(self, ref: CodeRef) -> Any:
        if ref.root not in self._loaded:
            self._loaded[ref.root] = self._code.load(ref.root)
        return self._loaded[ref.root]

    def failure(self, error: BaseException) -> Failure:
        """The failure, at the step whose function raised."""
        step = self._spec.steps[self._guilty(error)]
        return failure_of(
            error, node=step.node, partition=step.partition, where=self._spec.names.get(step.node, f"node {step.node}")
        )

    def _operator(self, step: int) -> Operator:
        return self._spec.operators[self._spec.steps[step].node]

    def _guilty(self, error: BaseException) -> int:
        """The step that raised: of those under way, the one whose function has the deepest frame.

        A built-in function (`rdd.map(int)`) has no frame; where one only of the steps under way has such, it is that.
        A zip of unequal partitions raises on its own account.
        """
        under_way = self._evaluation.lineage(self._at)
        zipped = unequal_zip(error)
        if zipped is not None:
            return next((link for link in under_way if self._operator(link) is zipped), self._at)
        functions = self._evaluation.functions
        by_code = {code_of_call(functions[link]): link for link in under_way if link in functions}
        guilty = [by_code[code] for code, _ in frames_of(error.__traceback__) if code in by_code]
        if guilty:
            return guilty[-1]
        without = [link for link in under_way if link in functions and code_of_call(functions[link]) is None]
        return without[0] if len(without) == 1 else self._at
