"""The part of a context that makes Spark's shared variables: what tasks add to, and what they all read."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TypeVar

from tabswarm.plan.accumulator import Accumulator, AccumulatorParam, param_for
from tabswarm.plan.task import Update
from tabswarm.rdd.travel import read_block
from tabswarm.shipping.class_registry import ClassRegistry

V = TypeVar("V")


class SharedVariables:
    """`accumulator`."""

    _max_result_size: int
    _classes: ClassRegistry

    def __init__(self, adding: AbstractContextManager[object]) -> None:
        """`adding` is a lock: jobs may end in several threads."""
        self._accumulator_ids = itertools.count()
        self._accumulators: weakref.WeakValueDictionary[int, Accumulator[object]] = weakref.WeakValueDictionary()
        self._adding = adding

    def accumulator(self, value: V, accum_param: AccumulatorParam[V] | None = None) -> Accumulator[V]:
        """A variable that tasks add to and only the driver reads. Numbers are added with `+`; for other types
        `accum_param` says how (`AccumulatorParam`).

        >>> longest = sc.accumulator(0)
        >>> def measure(word):
        ...     longest.add(len(word))
        >>> sc.parallelize(["to", "be"]).foreach(measure)
        >>> longest.value
        4
        """
        self._must_run()
        param = param_for(value) if accum_param is None else accum_param
        made = Accumulator(next(self._accumulator_ids), value, param)
        self._accumulators[made.aid] = made
        return made

    def _add_up(self, updates: Iterable[Update]) -> None:
        """A job is over: what its runs added goes into the values, in the order of nodes and partitions, so that sums
        of floats do not hang on who was first."""
        for update in sorted(updates, key=lambda update: (update.accumulator, update.node, update.partition)):
            accumulator = self._accumulators.get(update.accumulator)
            if accumulator is not None:
                for term in read_block(update.data, self._max_result_size, self._classes):
                    with self._adding:
                        accumulator.add(term)

    def _must_run(self) -> None:
        raise NotImplementedError
