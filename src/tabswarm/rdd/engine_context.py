"""A context over an engine: gives RDDs their numbers, makes source RDDs, and turns actions into jobs.

It knows no links, files or processes; `driver.Context` adds those. Jobs may be run from several threads.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from hashlib import blake2b
from types import TracebackType
from typing import Any, NoReturn, TypeVar

from tabswarm.errors import ContextInTask, ProgramError
from tabswarm.plan.operators import MapPartitions, Parallelize, Range
from tabswarm.rdd.answers import AS_LIST, Answer, AsFiles
from tabswarm.rdd.barrier import must_fit
from tabswarm.rdd.call_site import CallSite, call_site
from tabswarm.rdd.code_book import CodeBook, Needs
from tabswarm.rdd.engine import Engine, JobHandle
from tabswarm.rdd.handles import Handles
from tabswarm.rdd.lowering import lower
from tabswarm.rdd.operation import Plain
from tabswarm.rdd.partitions import union_of
from tabswarm.rdd.rdd import RDD
from tabswarm.rdd.shared_variables import SharedVariables
from tabswarm.rdd.slicing import slices_of
from tabswarm.rdd.source_data import SourceData
from tabswarm.rdd.structure import Structure, must_be_callable
from tabswarm.rdd.summaries import AsEstimate
from tabswarm.rdd.travel import dump_values, read_block, ship, trusting
from tabswarm.rdd.type_variables import T, U

Self = TypeVar("Self", bound="EngineContext")

MAX_RESULT_SIZE = 1 << 30
"""Bytes of one action's answer that a driver takes, unless the program says otherwise (Spark's default as well)."""


class EngineContext(SharedVariables):
    """One application: its RDDs, jobs and shipped code."""

    def __init__(
        self,
        engine: Engine,
        *,
        appName: str | None = None,
        master: str = "",
        conf: Mapping[str, str] | None = None,
        max_result_size: int = MAX_RESULT_SIZE,
        task_timeout: int = 0,
        trust: Iterable[type] = (),
    ) -> None:
        if task_timeout < 0:
            raise ValueError(f"taskTimeout is a number of seconds, and 0 is no limit; it was {task_timeout}")
        super().__init__(threading.Lock())
        self.master = master
        self.appName = appName or "tabswarm"
        self._engine = engine
        self._conf = dict(conf or {})
        self._numbers = itertools.count()
        self._trust = tuple(trust)
        self._classes = trusting(self._trust)
        self._code = CodeBook(partial(ship, trust=self._trust))
        self._handles = Handles()
        self._submitting = threading.Lock()
        self._persisted: set[int] = set()
        self._barriers: set[int] = set()
        self._max_result_size = max_result_size
        self._task_timeout = task_timeout
        self._stopped: str | None = None

    # --- what it is

    @property
    def applicationId(self) -> str:
        """The id of this application on its swarm.

        >>> isinstance(sc.applicationId, str)
        True
        """
        return self._engine.application

    @property
    def _default_parallelism_is_set(self) -> bool:
        """Whether the program said how many partitions it wants by default (`spark.default.parallelism`)."""
        return "spark.default.parallelism" in self._conf

    @property
    def defaultParallelism(self) -> int:
        """How many partitions `parallelize` makes by default: the swarm's task slots, unless
        `spark.default.parallelism` says otherwise.

        >>> sc.defaultParallelism > 0
        True
        """
        if self._default_parallelism_is_set:
            return int(self._conf["spark.default.parallelism"])
        return self._engine.default_parallelism

    @property
    def defaultMinPartitions(self) -> int:
        """The least number of partitions of a file by default: `min(defaultParallelism, 2)`.

        >>> sc.defaultMinPartitions in (1, 2)
        True
        """
        return min(self.defaultParallelism, 2)

    # --- sources

    def parallelize(self, c: Iterable[T], numSlices: int | None = None) -> RDD[T]:
        """The elements of a local collection as an RDD of `numSlices` partitions. They are pickled now: what changes in
        them later does not matter.

        >>> sc.parallelize([0, 2, 3, 4, 6], 5).glom().collect()
        [[0], [2], [3], [4], [6]]
        >>> sc.parallelize(range(0, 6, 2), 5).glom().collect()
        [[], [0], [], [2], [4]]
        """
        self._must_run()
        slices = self._slices(numSlices)
        if isinstance(c, range) and len(c):
            return RDD(self, Plain(Range(c.start, c.stop, c.step, slices)), partitions=slices)
        values: Sequence[T] = c if isinstance(c, list | tuple | str) else list(c)
        what = f"data of parallelize at {call_site().line}"
        parts = [dump_values(part, what, self._trust) for part in slices_of(values, slices)]
        needs = next((needs for _, needs in parts if needs.words), Needs())
        operation = Plain(Parallelize(), requires=needs.words, because=needs.because)
        return self._source(operation, SourceData.of_bytes(data for data, _ in parts))

    def range(self, start: int, end: int | None = None, step: int = 1, numSlices: int | None = None) -> RDD[int]:
        """The numbers of Python's `range` as an RDD; none of them are stored.

        >>> sc.range(5).collect(), sc.range(2, 4).collect(), sc.range(5, 0, -2).collect()
        ([0, 1, 2, 3, 4], [2, 3], [5, 3, 1])
        """
        if end is None:
            start, end = 0, start
        return self.parallelize(range(start, end, step), numSlices)

    def emptyRDD(self) -> RDD[Any]:
        """An RDD without partitions or records.

        >>> sc.emptyRDD().isEmpty()
        True
        """
        self._must_run()
        return self._source(Plain(Parallelize()), SourceData(()))

    def union(self, rdds: list[RDD[T]]) -> RDD[T]:
        """The union of a list of RDDs.

        >>> sc.union([sc.parallelize(["a"]), sc.parallelize(["b"]), sc.parallelize(["c"])]).collect()
        ['a', 'b', 'c']
        """
        if not rdds:
            raise ValueError("union needs at least one RDD")
        return union_of(tuple(rdds))

    # --- running

    def runJob(
        self,
        rdd: RDD[T],
        partitionFunc: Callable[[Iterator[T]], Iterable[U]],
        partitions: Sequence[int] | None = None,
        allowLocal: bool = False,
    ) -> list[U]:
        """`partitionFunc` run on the given partitions (all by default); what it yields, as one list.

        >>> sc.runJob(sc.range(6, numSlices=3), lambda part: [x * x for x in part], [0, 2])
        [0, 1, 16, 25]
        """
        mapped = rdd._apply(MapPartitions, must_be_callable(partitionFunc, "partitionFunc"))
        wanted = None if partitions is None else list(partitions)
        records: list[U] = self._answer(mapped, AS_LIST, wanted)
        return records

    def stop(self) -> None:
        """End the application: cancel its jobs, drop its blocks. May be called again."""
        if self._stopped is None:
            self._stopped = call_site().line
            self._engine.stop()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} master={self.master} appName={self.appName}>"

    def __reduce__(self) -> NoReturn:
        raise ContextInTask(
            "a Context cannot be used inside a function that runs in tasks: only the driver has one. "
            "Take what the function needs from it (a value, a list) before, and use that"
        )

    # --- what RDDs ask of it

    def _new_id(self) -> int:
        """A number for a node or a shuffle."""
        return next(self._numbers)

    def _draw_seed(self) -> int:
        """A seed for a random operation that was given none: another one each time and in each application, and the
        same where the same program is played again."""
        drawn = blake2b(f"{self.applicationId}/{self._new_id()}".encode(), digest_size=7)
        return int.from_bytes(drawn.digest(), "big")

    def _adopt(self, rdd: Structure[Any]) -> int:
        """Number a new RDD, and note when the program lets go of it."""
        self._must_run()
        node = self._new_id()
        self._handles.watch(rdd, node)
        return node

    def _source(self, operation: Plain, source: SourceData) -> RDD[Any]:
        """A source RDD of data that the driver holds."""
        rdd: RDD[Any] = RDD(self, operation, partitions=len(source.blocks), source=source)
        if source.reader is not None:
            self._engine.provide(rdd.id(), source.reader)
        return rdd

    def _answer(self, rdd: Structure[Any], answer: Answer, partitions: Sequence[int] | None = None) -> Any:
        """What an action gives: one job, and what `answer` makes of its records."""
        parts = self._partitions_of(rdd, partitions, answer)
        with closing(parts):
            return answer.make(parts)

    def _save(self, rdd: Structure[Any], answer: AsFiles) -> None:
        """Write an RDD to the driver's disk, where there is one (`driver.Context`)."""
        raise ProgramError(f"{answer.call} writes to the driver's disk, and this context has none")

    def _estimate(self, rdd: Structure[Any], answer: AsEstimate, timeout: float) -> Any:
        """What an approximate action gives: `answer` of the partitions that are there after `timeout` seconds."""
        total = rdd.getNumPartitions()
        seen: list[list[Any]] = []
        parts = self._partitions_of(rdd, None, answer, in_order=False, timeout=timeout)
        with closing(parts), suppress(TimeoutError):
            for part in parts:
                seen.append(part)
        return answer.make_of(seen, total)

    def _iterate(self, rdd: Structure[T], ahead: int) -> Iterator[T]:
        """The records partition by partition, a job each; `ahead` jobs run before they are asked for."""
        self._must_run()
        return self._one_by_one(rdd, ahead, call_site())

    def _one_by_one(self, rdd: Structure[T], ahead: int, site: CallSite) -> Iterator[T]:
        running: deque[JobHandle] = deque()
        try:
            for partition in range(rdd.getNumPartitions()):
                running.append(self._submit(rdd, [partition], site))
                while len(running) > ahead:
                    yield from self._records_of(running.popleft())
            while running:
                yield from self._records_of(running.popleft())
        finally:
            for handle in running:
                handle.cancel()
            self._let_go()

    def _records_of(self, handle: JobHandle) -> list[Any]:
        try:
            return [
                record
                for _, block in handle.results()
                for record in read_block(block, self._max_result_size, self._classes)
            ]
        except BaseException:
            handle.cancel()
            raise
        finally:
            self._add_up(handle.updates())

    def _partitions_of(
        self,
        rdd: Structure[Any],
        partitions: Sequence[int] | None = None,
        answer: Answer = AS_LIST,
        *,
        in_order: bool = True,
        timeout: float | None = None,
    ) -> Generator[list[Any], None, None]:
        """The records of each wanted partition, in order where nothing else is said: one job. Whatever ends the
        caller's loop early ends the job; `timeout` seconds end it with `TimeoutError`."""
        wanted = range(rdd.getNumPartitions()) if partitions is None else partitions
        if not wanted:
            self._must_run()
            return
        handle = self._submit(rdd, wanted, call_site(), answer)
        finished = False
        try:
            for _, block in handle.results(in_order, timeout):
                yield read_block(block, self._max_result_size, self._classes)
            finished = True
        finally:
            if not finished:
                handle.cancel()
            self._add_up(handle.updates())
            self._let_go()

    def _submit(
        self, rdd: Structure[Any], partitions: Sequence[int], action: CallSite, answer: Answer = AS_LIST
    ) -> JobHandle:
        self._must_run()
        self._let_go()
        # One at a time: a blob that this job's plan names may be one that the job before carries.
        with self._submitting:
            plan = lower(
                rdd,
                partitions,
                application=self._engine.application,
                action=action,
                ship=self._code.ship,
                task_timeout=self._task_timeout,
                answer=answer,
                needs=self._code.needs,
            )
            must_fit(plan, self._barriers, self._engine.default_parallelism)
            code = self._code.pending()
            handle = self._engine.submit(plan, code)
            self._code.carried(code)
        return handle

    def _persist(self, node: int) -> None:
        self._persisted.add(node)

    def _unpersist(self, node: int) -> None:
        self._persisted.discard(node)
        if self._stopped is None:
            self._engine.unpersist(node)

    def _let_go(self) -> None:
        """Tell the engine which RDDs the program can no longer reach."""
        gone = self._handles.take_gone()
        if gone and self._stopped is None:
            for node in gone:
                if node in self._persisted:  # as Spark does for an RDD that is garbage: nobody can ask for it again
                    self._unpersist(node)
            self._engine.release(gone)

    def _slices(self, numSlices: int | None) -> int:
        slices = self.defaultParallelism if numSlices is None else int(numSlices)
        if slices < 1:
            raise ValueError(f"numSlices must be positive, not {slices}")
        return slices

    def _must_run(self) -> None:
        if self._stopped is not None:
            at = f" (at {self._stopped})" if self._stopped else ""
            raise RuntimeError(f"this context was stopped{at}; make a new one with Context(...)")
