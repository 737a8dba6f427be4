"""Which reducer a key goes to, and how values that meet there are put together."""

from __future__ import annotations

import msgspec

from tabswarm.plan.operators import CodeRef


class HashPartitioner(msgspec.Struct, frozen=True, tag="hash"):
    """Partition `stable_hash(key) % partitions`; equal on every platform (never `hash()`)."""

    partitions: int


class FunctionPartitioner(msgspec.Struct, frozen=True, tag="function"):
    """Partition `f(key) % partitions`, with a function of the user's."""

    partitions: int
    f: CodeRef


Partitioner = HashPartitioner | FunctionPartitioner


class CombineValues(msgspec.Struct, frozen=True, tag="combine"):
    """`combineByKey`'s three functions. Without `create` the first value is itself the combiner (`reduceByKey`)."""

    create: CodeRef | None
    merge_value: CodeRef
    merge_combiners: CodeRef


class GroupValues(msgspec.Struct, frozen=True, tag="group"):
    """`groupByKey`: all values of a key, in map-partition order, as one `ResultIterable`."""


Aggregator = CombineValues | GroupValues


def code_of_shuffle(partitioner: Partitioner, aggregator: Aggregator | None) -> tuple[CodeRef, ...]:
    """The function slots of a shuffle dependency.

    >>> code_of_shuffle(HashPartitioner(2), GroupValues())
    ()
    """
    refs: tuple[CodeRef, ...] = (partitioner.f,) if isinstance(partitioner, FunctionPartitioner) else ()
    if isinstance(aggregator, CombineValues):
        refs += () if aggregator.create is None else (aggregator.create,)
        refs += (aggregator.merge_value, aggregator.merge_combiners)
    return refs
