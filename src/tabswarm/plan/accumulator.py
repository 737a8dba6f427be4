"""Accumulators: shared variables that tasks add to and that only the driver reads.

The law: what the driver sees is the sum over the runs that count. While a task runs, what its functions add is kept
apart for each step (a `Tally`), leaves with the task's report as one update a vertex, and counts when that report is
committed. A vertex that runs again in the same job (its block was lost, a copy of a slow task won) *replaces* what it
added before; a failed attempt never adds anything. So additions inside of `map` are as exact as those inside of
`foreach`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, NoReturn, TypeVar

from tabswarm.errors import AccumulatorUnreadable

T = TypeVar("T")


class AccumulatorParam(Generic[T]):
    """How values of a type of yours are added up: subclass it, and give it to `sc.accumulator`.

    >>> class Vector(AccumulatorParam):
    ...     def zero(self, value):
    ...         return [0.0] * len(value)
    ...     def addInPlace(self, value1, value2):
    ...         return [one + other for one, other in zip(value1, value2)]
    >>> Vector().addInPlace(Vector().zero([5.0, 6.0]), [1.0, 2.0])
    [1.0, 2.0]
    """

    def zero(self, value: T) -> T:
        """The neutral value of `addInPlace`, of the same shape as `value` (a vector of zeros of the same length)."""
        raise NotImplementedError(f"{type(self).__name__} has no zero(value)")

    def addInPlace(self, value1: T, value2: T) -> T:
        """The sum of two values; `value1` may be changed and given back."""
        raise NotImplementedError(f"{type(self).__name__} has no addInPlace(value1, value2)")


class AddingAccumulatorParam(AccumulatorParam[T]):
    """Adds with `+`, from a zero that is given; what numbers get where nothing else is said.

    >>> AddingAccumulatorParam(0).addInPlace(2, 3)
    5
    """

    def __init__(self, zero_value: T) -> None:
        self.zero_value = zero_value

    def zero(self, value: T) -> T:
        """The zero that was given."""
        return self.zero_value

    def addInPlace(self, value1: Any, value2: Any) -> Any:
        """`value1 += value2`."""
        value1 += value2
        return value1


_NUMBERS: dict[type[Any], AccumulatorParam[Any]] = {
    int: AddingAccumulatorParam(0),
    float: AddingAccumulatorParam(0.0),
    complex: AddingAccumulatorParam(0j),
}


def param_for(value: object) -> AccumulatorParam[Any]:
    """What adds values of this type where the program does not say it.

    >>> param_for(2).zero(5), param_for(2.5).zero(5)
    (0, 0.0)
    """
    for kind, param in _NUMBERS.items():
        if isinstance(value, kind):
            return param
    raise TypeError(
        f"No default accumulator param for type {type(value)}: numbers have one; for other types give an "
        "AccumulatorParam with zero() and addInPlace()"
    )


class Accumulator(Generic[T]):
    """A variable that tasks add to, with `+=` or `add`; made by `sc.accumulator`. Only the driver may read its `value`.

    What counts: each vertex (one partition of one RDD) whose run was committed, once in each job that ran it, also
    where it had to be computed again, and also in transformations: better than Spark, which counts every run there. An
    action that stops early (`take`) adds what the partitions it looked at had added until then. What was committed of
    a job that failed or was cancelled counts; an attempt that failed does not. The driver's value changes when an
    action ends.

    >>> seen = sc.accumulator(0)
    >>> def look(x):
    ...     seen.add(1)
    ...     return x
    >>> sc.range(10).map(look).sum(), seen.value
    (45, 10)
    """

    def __init__(self, aid: int, value: T, accum_param: AccumulatorParam[T]) -> None:
        self.aid = aid
        self.accum_param = accum_param
        self._value = value
        self._in_task = False

    def __shipped_handle__(self) -> str:
        return f"accumulator:{self.aid}"

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _in_task, (self.aid, self.accum_param.zero(self._value), self.accum_param)

    @property
    def value(self) -> T:
        """What was added so far, in the driver; inside a task an error: a task sees only its own part.

        >>> total = sc.accumulator(1)
        >>> sc.parallelize([1, 2, 3]).foreach(total.add)
        >>> total.value
        7
        >>> total.value = 2
        >>> total.value
        2
        """
        if self._in_task:
            _refuse_value()
        return self._value

    @value.setter
    def value(self, value: T) -> None:
        if self._in_task:
            _refuse_value()
        self._value = value

    def add(self, term: T) -> None:
        """Add a term: in a task to what this task's report will carry, in the driver to the value itself.

        >>> total = sc.accumulator(1.5)
        >>> total.add(2)
        >>> total.value
        3.5
        """
        if self._in_task:
            tally().add(self, term)
        else:
            self._value = self.accum_param.addInPlace(self._value, term)

    def __iadd__(self, term: T) -> Accumulator[T]:
        self.add(term)
        return self

    def __str__(self) -> str:
        return f"accumulator {self.aid} inside a task" if self._in_task else str(self._value)

    def __repr__(self) -> str:
        return f"Accumulator<id={self.aid}, value={'(known to the driver only)' if self._in_task else self._value}>"


def _in_task(aid: int, zero: Any, param: AccumulatorParam[Any]) -> Accumulator[Any]:
    """An accumulator as a task has it: what a shipped function gets in its place."""
    global _met
    _met = True
    made = Accumulator(aid, zero, param)
    made._in_task = True
    return made


def _refuse_value() -> NoReturn:
    raise AccumulatorUnreadable(
        "Value `Accumulator.value` cannot be accessed inside tasks: a task can only add to an accumulator, and the "
        "driver reads it when the action has ended"
    )


class Tally:
    """What the functions of one task add, apart for each of its steps. `step` is the step that runs now."""

    def __init__(self) -> None:
        self.step = 0
        self._values: dict[tuple[int, int], Any] = {}
        self._accumulators: dict[int, Accumulator[Any]] = {}

    def add(self, accumulator: Accumulator[Any], term: Any) -> None:
        """Add a term for the step that runs now."""
        place = (accumulator.aid, self.step)
        if place in self._values:
            value = self._values[place]
        else:
            self._accumulators.setdefault(accumulator.aid, accumulator)
            value = copy.deepcopy(accumulator._value)  # a zero that adding in place may change
        self._values[place] = accumulator.accum_param.addInPlace(value, term)

    def by_step(self) -> Iterator[tuple[int, int, Any]]:
        """Accumulator, step and what was added, in the order of first use."""
        for (aid, step), value in self._values.items():
            yield aid, step, value


_met = False
_open: Tally | None = None


def were_met() -> bool:
    """Whether this process ever got an accumulator with a task's functions; most programs have none."""
    return _met


def tally() -> Tally:
    """The tally of the task that runs in this process."""
    if _open is None:
        raise RuntimeError("nothing can be added to an accumulator here: no task runs")
    return _open


@contextmanager
def tallied(tally: Tally) -> Iterator[None]:
    """Accumulators add to this tally inside of the block."""
    global _open
    before, _open = _open, tally
    try:
        yield
    finally:
        _open = before
