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
