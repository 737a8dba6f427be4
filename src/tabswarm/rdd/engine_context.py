"""A context over an engine: gives RDDs their numbers, makes source RDDs, and turns actions into jobs.

It knows no links, files or processes; `driver.Context` adds those. Jobs may be run from several threads.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from types import TracebackType
from typing import Any, NoReturn, TypeVar

from tabswarm.errors import ContextInTask, ProgramError
from tabswarm.plan.operators import Parallelize, Range
from tabswarm.rdd.answers import AsFiles
from tabswarm.rdd.call_site import call_site
from tabswarm.rdd.code_book import Needs
from tabswarm.rdd.engine import Engine
from tabswarm.rdd.fetching import Fetching
from tabswarm.rdd.operation import Plain
from tabswarm.rdd.partitions import union_of
from tabswarm.rdd.rdd import RDD
from tabswarm.rdd.running import Running
from tabswarm.rdd.slicing import slices_of
from tabswarm.rdd.source_data import SourceData
from tabswarm.rdd.structure import Structure
from tabswarm.rdd.travel import dump_values
from tabswarm.rdd.type_variables import T

Self = TypeVar("Self", bound="EngineContext")

MAX_RESULT_SIZE = 1 << 30
"""Bytes of one action's answer that a driver takes, unless the program says otherwise (Spark's default as well)."""


class EngineContext(Running, Fetching):
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
        max_failures: int = 0,
    ) -> None:
        if task_timeout < 0:
            raise ValueError(f"taskTimeout is a number of seconds, and 0 is no limit; it was {task_timeout}")
        super().__init__(engine, max_result_size, task_timeout, max_failures, tuple(trust))
        self.master = master
        self.appName = appName or "tabswarm"
        self._conf = dict(conf or {})
        self._numbers = itertools.count()
        self._shown_numbers = itertools.count()

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
        return f"<SparkContext master={self.master} appName={self.appName}>"

    def _repr_html_(self) -> str:
        from tabswarm.rdd.notebook_html import context_html

        facts = {"Master": self.master, "AppName": self.appName, "Application": self.applicationId}
        return context_html("SparkContext", {**facts, "State": "stopped" if self._stopped is not None else "running"})

    def __reduce__(self) -> NoReturn:
        raise ContextInTask(
            "a Context cannot be used inside a function that runs in tasks: only the driver has one. "
            "Take what the function needs from it (a value, a list) before, and use that"
        )

    # --- what RDDs ask of it

    def _new_id(self) -> int:
        """A number for a node or a shuffle."""
        return next(self._numbers)

    def _next_number(self) -> int:
        """What `id()` shows of an RDD."""
        return next(self._shown_numbers)

    def _checkpoint_folder(self, node: int) -> str | None:
        """Where a checkpoint is written; None where the driver has no folder for it."""
        return None

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
            self._engine.provide(rdd._id, source.reader)
        return rdd

    def _save(self, rdd: Structure[Any], answer: AsFiles) -> None:
        """Write an RDD to the driver's disk, where there is one (`driver.Context`)."""
        raise ProgramError(f"{answer.call} writes to the driver's disk, and this context has none")

    def _check_file(self, path: str) -> None:
        """Refuse a file that cannot be written, before anything runs."""

    def _save_file(self, path: str, content: bytes) -> None:
        """Write a file to the driver's disk, where there is one (`driver.Context`)."""
        raise ProgramError("save writes to the driver's disk, and this context has none")

    def _slices(self, numSlices: int | None) -> int:
        slices = self.defaultParallelism if numSlices is None else int(numSlices)
        if slices < 1:
            raise ValueError(f"numSlices must be positive, not {slices}")
        return slices
