"""What an RDD is: five properties, and no data.

An RDD has (1) a number of partitions, (2) an operation that computes one of them from its parents', (3) dependencies on
parents, (4) a partitioner where its records are spread by key, and (5) the line where the user wrote it. It never
changes once it is made, but for two marks that change no result: its name and its storage level.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, NoReturn, cast

from tabswarm.errors import ContextInTask
from tabswarm.plan.dependency import OneToOne
from tabswarm.plan.operators import Operator
from tabswarm.plan.storage_level import StorageLevel
from tabswarm.rdd.call_site import call_site
from tabswarm.rdd.key_partitioner import KeyPartitioner
from tabswarm.rdd.operation import AnyFunction, Applied, FunctionOperator, Lowered, Operation, Plain, RddDependency
from tabswarm.rdd.type_variables import T_co

if TYPE_CHECKING:
    from tabswarm.rdd.checkpointing import Checkpoint
    from tabswarm.rdd.engine_context import EngineContext
    from tabswarm.rdd.rdd import RDD
    from tabswarm.rdd.source_data import SourceData


class Structure(Generic[T_co]):
    """The part of an RDD that all its methods build on. Users meet it as `RDD`."""

    def __init__(
        self,
        ctx: EngineContext,
        operation: Operation,
        *,
        partitions: int,
        parents: tuple[Structure[Any], ...] = (),
        dependencies: tuple[RddDependency, ...] = (),
        partitioner: KeyPartitioner | None = None,
        source: SourceData | None = None,
    ) -> None:
        self.ctx = ctx
        self.partitioner = partitioner
        self._operation = operation
        self._partitions = partitions
        self._parents = parents
        self._dependencies = dependencies
        self._source = source
        self._site = call_site()
        self._name: str | None = None
        self._storage: StorageLevel | None = None
        self._checkpoint_level: StorageLevel | None = None
        self._checkpoint: Checkpoint | None = None
        self._number: int | None = None
        self._lowered: Lowered | None = None
        self._id = ctx._adopt(self)

    # --- making children

    def _derive(
        self,
        operation: Operation,
        *,
        partitions: int | None = None,
        dependencies: tuple[RddDependency, ...] | None = None,
        parents: tuple[Structure[Any], ...] | None = None,
        partitioner: KeyPartitioner | None = None,
    ) -> RDD[Any]:
        """A child: of this RDD alone, partition by partition, where nothing else is said."""
        made = self._class_of_children()(
            self.ctx,
            operation,
            partitions=self._partitions if partitions is None else partitions,
            parents=(self,) if parents is None else parents,
            dependencies=(OneToOne(self._id),) if dependencies is None else dependencies,
            partitioner=partitioner,
        )
        return cast("RDD[Any]", made)

    @classmethod
    def _class_of_children(cls) -> type[Structure[Any]]:
        """What transformations make: RDDs without what a subclass adds to itself."""
        return cls

    def _apply(self, operator: FunctionOperator, f: AnyFunction, *, keeps_keys: bool = False) -> RDD[Any]:
        """A child that puts each partition through a function; it keeps the partitioner where the function keeps
        keys."""
        return self._derive(
            Applied(operator, must_be_callable(f)), partitioner=self.partitioner if keeps_keys else None
        )

    def _plain(self, operator: Operator, *, keeps_keys: bool = False) -> RDD[Any]:
        """A child by an operator without a function."""
        return self._derive(Plain(operator), partitioner=self.partitioner if keeps_keys else None)

    @property
    def _rdd(self) -> RDD[T_co]:
        """This RDD with all its methods, for a mixin that needs those of another."""
        return cast("RDD[T_co]", self)

    # --- what can be asked of it

    def id(self) -> int:
        """The RDD's number, unique within its context, given when it is first asked for: a chain of `map` and `filter`
        takes one, as in PySpark. (Plans and ledgers number every step.)

        >>> numbers = sc.range(3)
        >>> first = numbers.id()
        >>> numbers.map(str).filter(bool).id() == first + 1
        True
        """
        if self._number is None:
            self._number = self.ctx._next_number()
        return self._number

    @property
    def context(self) -> EngineContext:
        """The context that this RDD was made on.

        >>> sc.range(3).context is sc
        True
        """
        return self.ctx

    def getNumPartitions(self) -> int:
        """The number of partitions.

        >>> sc.parallelize([1, 2, 3, 4], 2).getNumPartitions()
        2
        """
        return self._partitions

    def name(self) -> str | None:
        """The name given by `setName`, or None.

        >>> sc.range(3).setName("numbers").name(), sc.range(3).name()
        ('numbers', None)
        """
        return self._name

    def setName(self, name: str) -> RDD[T_co]:
        """Give the RDD a name, which the ledger and error messages use.

        >>> sc.parallelize([1, 2]).setName("pair").name()
        'pair'
        """
        self._name = str(name)
        return self._rdd

    def _cut_off(self, operation: Operation, source: SourceData) -> None:
        """From now on the RDD is this source, and no longer what it was made from."""
        self._operation, self._source = operation, source
        self._parents, self._dependencies, self._lowered = (), (), None

    def getStorageLevel(self) -> StorageLevel:
        """How the RDD is persisted; `StorageLevel.NONE` where it is not.

        >>> print(sc.range(3).cache().getStorageLevel())
        Memory Serialized 1x Replicated
        """
        return self._storage or StorageLevel.NONE

    def toDebugString(self) -> bytes:
        """The lineage as text, this RDD first; each deeper line is a parent. A `+-` leads over a shuffle.

        >>> print(sc.parallelize([("a", 1)], 2).reduceByKey(max, 3).toDebugString().decode())  # doctest: +ELLIPSIS
        (3) reduceByKey ... [...]
        +-(2) parallelize ... [...]
        """
        from tabswarm.rdd.debug_string import debug_string

        return debug_string(self).encode()

    def __repr__(self) -> str:
        return f"{self._title()} [{self._id}], {self._partitions} partitions"

    def _repr_html_(self) -> str:
        from tabswarm.rdd.notebook_html import rdd_html

        return rdd_html(self)

    def _title(self) -> str:
        """`"reduceByKey at job.py:12"`, with the RDD's name before it where it has one."""
        written = f"{self._site.operation} at {self._site.line}" if self._site.line else self._site.operation
        return f"{self._name} {written}" if self._name else written

    def __reduce__(self) -> NoReturn:
        raise ContextInTask(
            f"an RDD ({self._title()}) cannot be used inside a function that runs in tasks: only the driver has RDDs. "
            "Combine the two RDDs (join, union, zip ...), or collect() one of them first and use the list"
        )


def must_be_callable(f: object, what: str = "f") -> AnyFunction:
    """`f` itself; a `TypeError` at the user's own call where it is no function."""
    if not callable(f):
        raise TypeError(f"{what} must be a function, not {type(f).__name__}: {f!r:.100}")
    return f


def must_be_rdd(other: object) -> None:
    """A `TypeError` at the user's own call where it is no RDD."""
    if not isinstance(other, Structure):
        raise TypeError(f"an RDD is needed here, not {type(other).__name__}: {other!r:.100}")


def same_context(rdds: Sequence[Structure[Any]]) -> None:
    """Refuse to combine RDDs of two contexts."""
    if any(rdd.ctx is not rdds[0].ctx for rdd in rdds):
        raise ValueError("RDDs of two contexts cannot be combined: collect() the one and parallelize() it in the other")
