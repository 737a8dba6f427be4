"""The part of a context that runs jobs: from an action's RDD to a plan, and from its blocks to the action's answer."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from tabswarm.errors import ProgramError
from tabswarm.plan.operators import MapPartitions
from tabswarm.rdd.answers import AS_LIST, Answer, AsFiles, AsNothing
from tabswarm.rdd.barrier import must_fit
from tabswarm.rdd.call_site import CallSite, call_site
from tabswarm.rdd.code_book import CodeBook
from tabswarm.rdd.engine import Engine, JobHandle
from tabswarm.rdd.future_action import FutureAction
from tabswarm.rdd.handles import Handles
from tabswarm.rdd.job_control import JobControl
from tabswarm.rdd.lowering import ancestors, lower
from tabswarm.rdd.partition_functions import nothing_of
from tabswarm.rdd.shared_variables import SharedVariables
from tabswarm.rdd.structure import Structure, must_be_callable
from tabswarm.rdd.summaries import AsEstimate
from tabswarm.rdd.travel import AnswerReader, read_block, ship, trusting
from tabswarm.rdd.type_variables import T, U

if TYPE_CHECKING:
    from tabswarm.rdd.rdd import RDD


class Running(SharedVariables, JobControl):
    """`runJob`, and what every action is made of."""

    def __init__(
        self, engine: Engine, max_result_size: int, task_timeout: int, max_failures: int, trust: tuple[type, ...]
    ) -> None:
        SharedVariables.__init__(self, threading.Lock())
        JobControl.__init__(self)
        self._engine = engine
        self._trust = trust
        self._classes = trusting(trust)
        self._code = CodeBook(partial(ship, trust=trust))
        self._handles = Handles()
        self._submitting = threading.Lock()
        self._persisted: set[int] = set()
        self._barriers: set[int] = set()
        self._checkpoints: dict[int, None] = {}
        self._max_result_size = max_result_size
        self._task_timeout = task_timeout
        self._max_failures = max_failures
        self._stopped: str | None = None

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

    def _answer(self, rdd: Structure[Any], answer: Answer, partitions: Sequence[int] | None = None) -> Any:
        """What an action gives: one job, and what `answer` makes of its records."""
        parts = self._partitions_of(rdd, partitions, answer)
        with closing(parts):
            made = answer.make(parts)
        self._make_checkpoints(rdd)
        return made

    def _make_checkpoints(self, target: Structure[Any]) -> None:
        """An action ended well: make the checkpoints that were asked for on its way."""
        if not self._checkpoints:
            return
        for rdd in ancestors(target):
            if rdd._id in self._checkpoints and rdd._checkpoint is not None:
                del self._checkpoints[rdd._id]
                if rdd._checkpoint.folder is not None:
                    self._write_checkpoint(rdd, rdd._checkpoint.folder)
                else:
                    self._answer(rdd._apply(MapPartitions, nothing_of), AsNothing())
                rdd._checkpoint.done = True

    def _write_checkpoint(self, rdd: Structure[Any], folder: str) -> None:
        """Write it to the driver's disk, where there is one (`driver.Context`)."""
        raise NotImplementedError

    def _estimate(self, rdd: Structure[Any], answer: AsEstimate, timeout: float) -> Any:
        """What an approximate action gives: `answer` of the partitions that are there after `timeout` seconds."""
        seen: dict[int, list[Any]] = {}
        parts = self._numbered_partitions_of(rdd, None, answer, in_order=False, timeout=timeout)
        with closing(parts), suppress(TimeoutError):
            for partition, records in parts:
                seen[partition] = records
        # In order, whoever was first: sums of floats are the same then.
        return answer.make_of([seen[partition] for partition in sorted(seen)], rdd.getNumPartitions())

    def _as_they_come(
        self, rdd: Structure[Any], answer: Answer, came: Callable[[dict[int, list[Any]]], None]
    ) -> dict[int, list[Any]]:
        """The records of each partition by its number. `came` is shown those that are there after each one that
        comes, in whatever order."""
        seen: dict[int, list[Any]] = {}
        with closing(self._numbered_partitions_of(rdd, None, answer, in_order=False)) as parts:
            for partition, records in parts:
                seen[partition] = records
                came(seen)
        self._make_checkpoints(rdd)
        return seen

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
        self, rdd: Structure[Any], partitions: Sequence[int] | None = None, answer: Answer = AS_LIST
    ) -> Generator[list[Any], None, None]:
        """The records of each wanted partition, in order: one job. Whatever ends the caller's loop early ends the
        job."""
        with closing(self._numbered_partitions_of(rdd, partitions, answer)) as parts:
            for _, records in parts:
                yield records

    def _numbered_partitions_of(
        self,
        rdd: Structure[Any],
        partitions: Sequence[int] | None,
        answer: Answer,
        *,
        in_order: bool = True,
        timeout: float | None = None,
    ) -> Generator[tuple[int, list[Any]], None, None]:
        """The same with the partitions' numbers, as they come where `in_order` is not asked for. `timeout` seconds end
        the job with `TimeoutError`."""
        wanted = range(rdd.getNumPartitions()) if partitions is None else partitions
        if not wanted:
            self._must_run()
            return
        handle = self._submit(rdd, wanted, call_site(), answer)
        finished = False
        reader = AnswerReader(self._max_result_size, self._classes, apart=isinstance(answer, AsFiles))
        try:
            for partition, block in handle.results(in_order, timeout):
                yield partition, reader.read(block)
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
                properties=self._properties.all(),
                first_stage=self._jobs.next_stage,
                max_failures=self._max_failures,
                barriers=self._barriers,
                broadcasts=self._broadcasts,
                everywhere=self._everywhere,
            )
            must_fit(plan, self._barriers, self._engine.default_parallelism)
            code = self._code.pending()
            handle = self._engine.submit(plan, code)
            self._code.carried(code)
            return self._jobs.add(plan, handle)

    def _in_background(self, action: Callable[[], U]) -> FutureAction[U]:
        """Start an action and return at once, where there are threads (`driver.Context`)."""
        raise ProgramError("this context has no threads to run actions in the background")

    def _persist(self, node: int) -> None:
        self._persisted.add(node)

    def _unpersist(self, node: int) -> None:
        self._persisted.discard(node)
        if self._stopped is None:
            self._engine.unpersist(node)

    def _give_up(self, nodes: tuple[int, ...]) -> None:
        """These will not be used again, although the program may still reach them."""
        if self._stopped is None:
            self._engine.release(nodes)

    def _let_go(self) -> None:
        """Tell the engine which RDDs the program can no longer reach."""
        gone = self._handles.take_gone()
        if gone and self._stopped is None:
            for node in gone:
                self._broadcasts.pop(node, None)
                self._checkpoints.pop(node, None)
                if node in self._persisted:  # as Spark does for an RDD that is garbage: nobody can ask for it again
                    self._unpersist(node)
            self._engine.release(gone)

    def _must_run(self) -> None:
        if self._stopped is not None:
            at = f" (at {self._stopped})" if self._stopped else ""
            raise RuntimeError(f"this context was stopped{at}; make a new one with Context(...)")
