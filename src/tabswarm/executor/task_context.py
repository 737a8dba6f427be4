"""What a function can ask of the task that it runs in: PySpark's `TaskContext`.

The law: `TaskContext.get()` tells of the partition whose records are being made, whoever pulls them. In a chain all
steps have one partition; where a chain leads through a `union` or `coalesce` into another partition, the context
changes with each record that is pulled across (`in_partition`), and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, NoReturn

from tabswarm.barrier_task_info import BarrierTaskInfo
from tabswarm.errors import NotApplicable
from tabswarm.plan.task import TaskSpec

_END = object()
_PARTITION_BITS = 17
"""A node has at most 100,000 partitions."""
_ATTEMPT_BITS = 7
"""A task is started at most 100 times."""


class TaskContext:
    """The running task, as seen from one of its partitions. Functions get theirs by `TaskContext.get()`.

    Everything but `partitionId` is the same for all partitions of a task.
    """

    __slots__ = ("_partition", "_spec")

    _partition: int
    _spec: TaskSpec

    def __new__(cls) -> TaskContext:
        """As in PySpark, this is `get()` inside a task; in the driver there is nothing to tell of."""
        if _current is None:
            raise RuntimeError(
                "there is a TaskContext inside tasks only: call TaskContext.get() in a function of an RDD"
            )
        return _current

    @classmethod
    def get(cls) -> TaskContext | None:
        """The context of the task that runs in this process; None in the driver.

        >>> TaskContext.get() is None
        True
        >>> sc.parallelize(range(4), 2).map(lambda x: TaskContext.get().partitionId()).collect()
        [0, 0, 1, 1]
        """
        return _current

    def partitionId(self) -> int:
        """The partition whose records are being made.

        >>> sc.parallelize("ab", 2).mapPartitions(lambda part: [TaskContext.get().partitionId()]).collect()
        [0, 1]
        """
        return self._partition

    def stageId(self) -> int:
        """The stage that the task belongs to, as `StatusTracker` numbers it.

        >>> first, second = (sc.range(1, numSlices=1).map(lambda x: TaskContext.get().stageId()).first() for _ in "ab")
        >>> second - first
        1
        """
        return self._spec.stage

    def attemptNumber(self) -> int:
        """How many attempts at this task ran before, here or elsewhere: 0 the first time.

        >>> sc.range(1).map(lambda x: TaskContext.get().attemptNumber()).collect()
        [0]
        """
        return self._spec.begun_before

    def taskAttemptId(self) -> int:
        """A number that no other attempt at any task of the swarm has for its partition.

        >>> len(set(sc.range(4, numSlices=4).map(lambda x: TaskContext.get().taskAttemptId()).collect()))
        4
        """
        started = self._spec.task << _ATTEMPT_BITS | self._spec.attempt
        return started << _PARTITION_BITS | self._partition

    def getLocalProperty(self, key: str) -> str | None:
        """What the program set by `setLocalProperty` when it started the job.

        >>> sc.setLocalProperty("colour", "green")
        >>> sc.range(1).map(lambda x: TaskContext.get().getLocalProperty("colour")).collect()
        ['green']
        >>> sc.setLocalProperty("colour", None)
        """
        return self._spec.properties.get(key)

    def resources(self) -> Mapping[str, object]:
        """Spark's accelerators by name: a volunteer has none to give.

        >>> sc.range(1).map(lambda x: TaskContext.get().resources()).collect()
        [{}]
        """
        return {}

    def cpus(self) -> int:
        """How many processor cores the task may use.

        >>> sc.range(1).map(lambda x: TaskContext.get().cpus()).collect()
        [1]
        """
        return 1

    def cpuAmount(self) -> Decimal:
        """The same, as an exact number.

        >>> sc.range(1).map(lambda x: TaskContext.get().cpuAmount()).collect()
        [Decimal('1')]
        """
        return Decimal(1)

    def __repr__(self) -> str:
        return f"TaskContext(stage {self.stageId()}, partition {self._partition}, attempt {self.attemptNumber()})"


class BarrierTaskContext(TaskContext):
    """The running task of a stage that begins with `RDD.barrier()`."""

    __slots__ = ()

    def __new__(cls) -> BarrierTaskContext:
        """As `get()`."""
        return cls.get()

    @classmethod
    def get(cls) -> BarrierTaskContext:
        """The context of the task, where its stage begins with a barrier; elsewhere an error.

        >>> def partition(records):
        ...     yield BarrierTaskContext.get().partitionId()
        >>> sc.range(4, numSlices=2).barrier().mapPartitions(partition).collect()
        [0, 1]
        """
        if not isinstance(_current, BarrierTaskContext):
            raise RuntimeError("a BarrierTaskContext is only in the tasks of a stage that begins with RDD.barrier()")
        return _current

    def getTaskInfos(self) -> list[BarrierTaskInfo]:
        """One entry for each task of the barrier, in the order of their partitions.

        >>> def tasks(records):
        ...     yield len(BarrierTaskContext.get().getTaskInfos())
        >>> sc.range(4, numSlices=2).barrier().mapPartitions(tasks).collect()
        [2, 2]
        """
        return [BarrierTaskInfo() for _ in range(self._spec.barrier)]

    def barrier(self) -> NoReturn:
        """Spark's wait for all other tasks of the stage: volunteers have no way to wait for each other in mid-task."""
        raise NotApplicable(f"BarrierTaskContext.barrier() {_NO_WAITING}")

    def allGather(self, message: str = "") -> NoReturn:
        """Spark's exchange of messages between the tasks of the stage: not here, as `barrier`."""
        raise NotApplicable(f"BarrierTaskContext.allGather() {_NO_WAITING}")


_NO_WAITING = (
    "would make this task wait for others in the middle, and a volunteer may leave at any moment: end the step here, "
    "and let what comes after a shuffle (groupByKey, repartition) or an action go on with what all of them made"
)
_current: TaskContext | None = None
_spec: TaskSpec | None = None


@contextmanager
def in_task(spec: TaskSpec) -> Iterator[None]:
    """While it lasts, this process runs that task."""
    global _current, _spec
    before = _current, _spec
    _current, _spec = None, spec
    try:
        yield
    finally:
        _current, _spec = before


@contextmanager
def partition(number: int) -> Iterator[None]:
    """While it lasts, records of that partition are made."""
    global _current
    before = _current
    _current = _context_of(number)
    try:
        yield
    finally:
        _current = before


def in_partition(records: Iterable[Any], number: int) -> Iterator[Any]:
    """The records, each made while the context is that of the partition."""
    global _current
    pulled, own = iter(records), _context_of(number)
    while True:
        before, _current = _current, own
        try:
            record = next(pulled, _END)
        finally:
            _current = before
        if record is _END:
            return
        yield record


def _context_of(number: int) -> TaskContext | None:
    if _spec is None:
        return None
    made = object.__new__(BarrierTaskContext if _spec.barrier else TaskContext)
    made._spec = _spec
    made._partition = number
    return made
