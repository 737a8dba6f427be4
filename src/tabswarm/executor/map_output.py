"""Writing a map output: a segment for each reducer, with values put together by key before they travel.

Segments stand in the order of the partitions; records inside one in the order in which their keys were first seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from tabswarm.executor.combining import combine_by_key, group_by_key, reduce_by_key
from tabswarm.plan.operators import CodeRef
from tabswarm.plan.partitioner import CombineValues, HashPartitioner, Partitioner
from tabswarm.plan.task import MapOutputSink
from tabswarm.shipping.class_registry import ClassRegistry
from tabswarm.shipping.records import RecordWriter
from tabswarm.shipping.stable_hash import PartitionTable

BATCH = 8192
"""Records that are spread over the segments at a time."""

Load = Callable[[CodeRef], Any]


def write_map_output(
    sink: MapOutputSink, records: Iterable[Any], load: Load, classes: ClassRegistry | None
) -> tuple[list[bytes], int]:
    """The segments, and how many records they hold in all."""
    partition_of = _partition_of(sink.partitioner, load)
    pairs = iter(_combined(sink, records, load))
    writers = [RecordWriter(classes=classes) for _ in range(sink.partitioner.partitions)]
    if len(writers) == 1:
        # The key is hashed all the same: whether it has a stable hash must not hang on the number of partitions.
        while batch := list(islice(pairs, BATCH)):
            for key, _ in batch:
                partition_of(key)
            writers[0].write_batch(batch)
    else:
        while batch := list(islice(pairs, BATCH)):
            buckets: list[list[Any]] = [[] for _ in writers]
            for pair in batch:
                key, _ = pair
                buckets[partition_of(key)].append(pair)
            for writer, bucket in zip(writers, buckets):
                if bucket:
                    writer.write_batch(bucket)
    segments = [writer.finish() for writer in writers]
    return segments, sum(writer.count for writer in writers)


def _combined(sink: MapOutputSink, records: Iterable[Any], load: Load) -> Iterable[Any]:
    aggregator = sink.aggregator
    if aggregator is None or not sink.map_side:
        return records
    if not isinstance(aggregator, CombineValues):
        return group_by_key(records).items()
    merge_value = load(aggregator.merge_value)
    if aggregator.create is None:
        return reduce_by_key(records, merge_value).items()
    return combine_by_key(records, load(aggregator.create), merge_value).items()


def _partition_of(partitioner: Partitioner, load: Load) -> Callable[[Any], int]:
    if isinstance(partitioner, HashPartitioner):
        return PartitionTable(partitioner.partitions).__getitem__
    function, partitions = load(partitioner.f), partitioner.partitions
    return lambda key: int(function(key) % partitions)


def batches(records: Iterable[Any], size: int = BATCH) -> Iterator[list[Any]]:
    """The records as lists of at most `size`."""
    pulled = iter(records)
    while batch := list(islice(pulled, size)):
        yield batch
