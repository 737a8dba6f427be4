"""The part of a context that makes Spark's shared variables: what tasks add to, and what they all read.

A broadcast is a source block of the driver's, served on request like `parallelize`'s data and numbered like an RDD;
what differs is that volunteers keep it and pass it on (`scheduler/spreading.py`), and that functions and not steps read
it.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TypeVar

from tabswarm.errors import BroadcastGone
from tabswarm.plan.accumulator import Accumulator, AccumulatorParam, param_for
from tabswarm.plan.lineage import SourceBlock
from tabswarm.plan.task import Update
from tabswarm.rdd.call_site import call_site
from tabswarm.rdd.engine import Engine
from tabswarm.rdd.handles import Handles
from tabswarm.rdd.source_data import SourceData
from tabswarm.rdd.travel import dump_broadcast, read_block
from tabswarm.shipping.broadcast import Broadcast, broadcasts_among
from tabswarm.shipping.class_registry import ClassRegistry

V = TypeVar("V")


class SharedVariables:
    """`accumulator` and `broadcast`."""

    _max_result_size: int
    _classes: ClassRegistry
    _engine: Engine
    _handles: Handles

    def __init__(self, adding: AbstractContextManager[object]) -> None:
        """`adding` is a lock: jobs may end in several threads."""
        self._accumulator_ids = itertools.count()
        self._accumulators: weakref.WeakValueDictionary[int, Accumulator[object]] = weakref.WeakValueDictionary()
        self._adding = adding
        self._broadcasts: dict[int, _Data] = {}
        self._everywhere: tuple[int, ...] = ()

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

    def broadcast(self, value: V) -> Broadcast[V]:
        """A value that each volunteer gets once, whatever number of tasks read it: from the driver once or twice, and
        then from one another. Functions use its `value`; it is taken as it is now.

        >>> stops = sc.broadcast({"the", "a"})
        >>> sc.parallelize(["the", "cat"]).filter(lambda word: word not in stops.value).collect()
        ['cat']
        """
        self._must_run()
        site = call_site()
        data, handles = dump_broadcast(value, f"value of broadcast at {site.line}")
        nested = broadcasts_among(handles)
        number = self._new_id()
        source = SourceData.of_bytes([data])
        made = Broadcast(self._engine.application, number, value, _Owner(self), nested)
        self._broadcasts[number] = _Data(site.line, source.blocks)
        if source.reader is not None:
            self._engine.provide(number, source.reader)
        self._handles.watch(made, number)
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

    def _new_id(self) -> int:
        raise NotImplementedError

    def _unpersist(self, node: int) -> None:
        raise NotImplementedError

    def _give_up(self, nodes: tuple[int, ...]) -> None:
        raise NotImplementedError


class _Data:
    """What plans say of one broadcast."""

    def __init__(self, line: str, blocks: tuple[SourceBlock, ...]) -> None:
        self._line = line
        self.blocks = blocks
        self.destroyed = ""

    def line(self) -> str:
        """Where it was made. Raises `BroadcastGone` where it was destroyed."""
        if self.destroyed:
            raise BroadcastGone(
                f"Attempted to use the broadcast of {self._line} after it was destroyed (destroy at {self.destroyed})"
            )
        return self._line


class _Owner:
    """The context's side of its broadcasts; holds the context no longer than others do."""

    def __init__(self, context: SharedVariables) -> None:
        self._context = weakref.ref(context)

    def drop_copies(self, broadcast: int) -> None:
        """Volunteers let go of it."""
        context = self._context()
        if context is not None:
            context._unpersist(broadcast)

    def give_up(self, broadcast: int) -> None:
        """All let go of it, the driver too."""
        context = self._context()
        if context is not None:
            context._broadcasts[broadcast].destroyed = self.destroyed_at()
            context._give_up((broadcast,))

    def destroyed_at(self) -> str:
        """The user's line."""
        return call_site().line
