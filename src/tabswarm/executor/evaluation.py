"""A task's steps as fused iterator chains, pulled by its sinks.

The laws: a step is computed once, however many read it; and what one reader does to a record, no other sees.

- A step with one reader is a link in a chain: nothing of it is kept.
- A step with several readers (later steps, map outputs) is *kept* as a list. Readers share its records if these cannot
  change (numbers, text, tuples of such); else each gets a copy of its own, from bytes written before any reader ran.
- The block of a step that has one reader as well is written in the same pass, each run of records before the reader
  gets it (`_Tap`).
- A `Take` that did not see its input's end makes everything before it in its chain *partial*: no sink of it is written.
  What a user's function left unread is read to the end for the block's sake.
- A function that runs behind a `union` or `coalesce` is told its own partition, not that of who pulls (`TaskContext`).
- Where the program has accumulators, whose turn it is stands in the task's tally, record by record.
- A chain is at most `DEEPEST` links long; then a list stands between, for iterators in iterators use up the stack.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from tabswarm.errors import ResultNotSerialisable
from tabswarm.executor import operators
from tabswarm.executor.sources import SourceReader
from tabswarm.executor.task_context import in_partition, partition
from tabswarm.plan.accumulator import Tally, were_met
from tabswarm.plan.operators import CodeRef, Take, code_of
from tabswarm.plan.task import FromSource, FromStep, MapOutputSink, PartitionSink, Step, TaskSpec
from tabswarm.shipping.class_registry import ClassRegistry
from tabswarm.shipping.records import RecordWriter, iter_chunks, write_records

Records = Iterable[Any]
DEEPEST = 40
_UNCHANGING = frozenset((int, str, float, bool, bytes, complex, type(None)))
_END = object()
_FIRST_RUN, _LONGEST_RUN, _AIM = 32, 1 << 14, 256 * 1024


class _Tap:
    """Writes a step's block while its one reader pulls the records through."""

    def __init__(self, records: Records, classes: ClassRegistry | None) -> None:
        self._records = iter(records)
        self._classes = classes
        self._chunks: list[bytes] = []
        self.count = 0

    def lists(self) -> Iterator[list[Any]]:
        """The records as lists, each written by the time the reader gets it."""
        length = _FIRST_RUN
        while run := list(islice(self._records, length)):
            chunk = write_records(run, classes=self._classes)
            self._chunks.append(chunk)
            self.count += len(run)
            length = max(_FIRST_RUN, min(_LONGEST_RUN, length * 4, len(run) * _AIM // (len(chunk) + 1)))
            yield run

    def finish(self) -> tuple[bytes, int]:
        """The whole block and its number of records; what nobody read is computed now."""
        writer = RecordWriter(classes=self._classes)
        while run := list(islice(self._records, _LONGEST_RUN)):
            writer.write_batch(run)
        rest = writer.finish()
        return b"".join((*self._chunks, rest)), self.count + writer.count


class _Kept:
    """The records of a step with several readers."""

    def __init__(self, records: list[Any], readers: int, classes: ClassRegistry | None) -> None:
        self._records = records
        self._classes = classes
        self._left = readers
        self._copy: bytes | None = None
        if readers > 1 and not cannot_change(records):
            try:
                self._copy = write_records(records, classes=classes, compress=False)
            except ResultNotSerialisable:
                self._copy = None  # no data (generators, locks): shared, as sequential Python would

    def take(self) -> Records:
        """The records for one reader; the last gets the very objects."""
        self._left -= 1
        if self._left == 0:
            records, self._records, self._copy = self._records, [], None
            return records
        if self._copy is None:
            return self._records
        return chain.from_iterable(iter_chunks(self._copy, classes=self._classes))


def cannot_change(records: list[Any]) -> bool:
    """Whether no reader can change a record under another's hands: all are numbers or text, or tuples of such.

    >>> cannot_change([("a", 1), ("b", 2)]), cannot_change([["a"]])
    (True, False)
    """
    kinds = set(map(type, records))
    if kinds <= _UNCHANGING:
        return True
    return kinds == {tuple} and set(map(type, chain.from_iterable(records))) <= _UNCHANGING


class Evaluation:
    """The steps of one task. Sinks ask for records (`pull`) or blocks (`block`) step by step, in the steps' order."""

    def __init__(
        self,
        spec: TaskSpec,
        sources: SourceReader,
        load: Callable[[CodeRef], Any],
        classes: ClassRegistry | None,
        tally: Tally | None = None,
    ) -> None:
        self._spec = spec
        self._tally = Tally() if tally is None else tally
        self._sources = sources
        self._load = load
        self._classes = classes
        self._readers = _count_readers(spec)
        self._blocks = {sink.step for sink in spec.sinks if isinstance(sink, PartitionSink)}
        self._kept: dict[int, _Kept] = {}
        self._taps: dict[int, _Tap] = {}
        self._cut: set[int] = set()
        self._coded: set[int] = set()
        self.functions: dict[int, Any] = {}

    def pull(self, step: int) -> Records:
        """The records of a step for one of its readers."""
        self._keep_shared(step)
        return self._kept[step].take() if step in self._kept else self._chain(step)

    def block(self, step: int) -> tuple[bytes, int]:
        """The step's block, and its number of records. To be asked for once its reader, if any, is through."""
        if step not in self._taps:
            self._keep_shared(step)
            if step not in self._kept:
                self._chain(step)
        return self._taps.pop(step).finish()

    def has_reader(self, step: int) -> bool:
        """Whether a later step or a map output reads the step."""
        return self._readers[step] > 0

    def partial_steps(self) -> set[int]:
        """The steps that a `Take` cut short."""
        partial: set[int] = set()
        for step in self._cut:
            partial.update(self.lineage(step))
            partial.discard(step)
        return partial - self._kept.keys()

    def is_load(self, step: Step) -> bool:
        """Whether a step only loads the stored block of its own vertex, which is no run."""
        return (
            len(step.inputs) == 1
            and isinstance(step.inputs[0], FromSource)
            and self._sources.is_block_of(step.inputs[0].source, step.node, step.partition)
        )

    def lineage(self, step: int) -> list[int]:
        """The steps that a step is made of, itself included, up to those that are kept; earliest first."""
        found = {step}
        waiting = [step]
        while waiting:
            for given in self._spec.steps[waiting.pop()].inputs:
                if isinstance(given, FromStep) and given.step not in found:
                    found.add(given.step)
                    if given.step not in self._kept:
                        waiting.append(given.step)
        return sorted(found)

    def _keep_shared(self, step: int) -> None:
        """Compute what is to be kept of all that a step is made of."""
        for link in self.lineage(step):
            if self._readers[link] > 1 and link not in self._kept:
                with partition(self._spec.steps[link].partition):
                    records = self._chain(link)
                    whole = records if type(records) is list else list(records)
                self._kept[link] = _Kept(whole, self._readers[link], self._classes)

    def _chain(self, step: int) -> Records:
        """The records of a step, fused with all that stands before it."""
        made: dict[int, Records] = {}
        depth: dict[int, int] = {}
        for link in self.lineage(step):
            if link in self._kept:
                continue
            given = self._spec.steps[link].inputs
            deep = 1 + max((depth.get(one.step, 0) for one in given if isinstance(one, FromStep)), default=0)
            inputs = [self._input(link, one, made) for one in given]
            records = self._apply(link, inputs)
            if were_met():
                records = _in_turn(records, link, self._tally)
            if link in self._blocks:
                tap = self._taps[link] = _Tap(records, self._classes)
                records = chain.from_iterable(tap.lists())
            if deep >= DEEPEST and link != step:
                with partition(self._spec.steps[link].partition):
                    records, deep = list(records), 0
            made[link], depth[link] = records, deep
        return made[step]

    def _input(self, link: int, given: FromSource | FromStep, made: dict[int, Records]) -> Records:
        if isinstance(given, FromStep):
            if given.step in self._kept:
                return self._kept[given.step].take()
            own = self._spec.steps[given.step].partition
            if given.step in self._coded:
                self._coded.add(link)
                if own != self._spec.steps[link].partition:
                    return in_partition(made.pop(given.step), own)
            return made.pop(given.step)
        return self._sources.read(given.source, self._spec.operators[self._spec.steps[link].node])

    def _apply(self, link: int, inputs: Sequence[Records]) -> Records:
        step = self._spec.steps[link]
        if self.is_load(step):
            return inputs[0]
        operator = self._spec.operators[step.node]
        if isinstance(operator, Take):
            return self._first(link, inputs[0], operator.n)
        ref = code_of(operator)
        function = None
        if ref is not None:
            function = self.functions.setdefault(link, self._load(ref))
            self._coded.add(link)
        return operators.apply(operator, step.partition, function, inputs)

    def _first(self, link: int, records: Records, n: int) -> Iterator[Any]:
        """The first `n` records. Whether more were there is not looked at, for that would run the user's code."""
        self._cut.add(link)

        def first() -> Iterator[Any]:
            count = 0
            for record in islice(records, n):
                count += 1
                yield record
            if count < n:
                self._cut.discard(link)

        return first()


def _in_turn(records: Records, step: int, tally: Tally) -> Iterator[Any]:
    """The records of a step, each made while the tally knows that it is this step's turn."""
    pulled = iter(records)
    while True:
        before, tally.step = tally.step, step
        try:
            record = next(pulled, _END)
        finally:
            tally.step = before
        if record is _END:
            return
        yield record


def _count_readers(spec: TaskSpec) -> Counter[int]:
    """How many read each step: later steps and map outputs. A block of its own is no reader: it is written first."""
    readers: Counter[int] = Counter()
    for step in spec.steps:
        readers.update(given.step for given in step.inputs if isinstance(given, FromStep))
    readers.update(sink.step for sink in spec.sinks if isinstance(sink, MapOutputSink))
    return readers
