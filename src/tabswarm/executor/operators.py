"""What each operator does with its inputs: one small function for each, from iterables to an iterable.

Everything is lazy, and runs at the speed of C where the user's function allows. A plain generator expression calls a
Python function as fast as `map` does and has a virtue that `map` lacks: a StopIteration that the function lets slip
becomes an error, and does not silently end the data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from tabswarm.plan import operators as op

Records = Iterable[Any]
Function = Callable[..., Any]
_END = object()
_UNEQUAL = "Can only zip RDDs with same number of elements in each partition"


def apply(operator: op.Operator, partition: int, function: Function | None, inputs: Sequence[Records]) -> Records:
    """The records of one partition of a node. `function` is what its function slot holds.

    (`Take` is not here: the evaluation does it, because it decides what is partial.)
    """
    return _APPLY[type(operator)](operator, partition, function, inputs)


def _map(operator: op.Map, partition: int, f: Function, inputs: Sequence[Records]) -> Records:
    return (f(record) for record in inputs[0])


def _flat_map(operator: op.FlatMap, partition: int, f: Function, inputs: Sequence[Records]) -> Records:
    return chain.from_iterable(f(record) for record in inputs[0])


def _filter(operator: op.Filter, partition: int, f: Function, inputs: Sequence[Records]) -> Records:
    return (record for record in inputs[0] if f(record))


def _map_partitions(operator: op.MapPartitions, partition: int, f: Function, inputs: Sequence[Records]) -> Records:
    return chain.from_iterable(f(iter(records)) for records in inputs)


def _map_partitions_with_index(
    operator: op.MapPartitionsWithIndex, partition: int, f: Function, inputs: Sequence[Records]
) -> Records:
    return chain.from_iterable(f(partition, iter(records)) for records in inputs)


def _map_values(operator: op.MapValues, partition: int, f: Function, inputs: Sequence[Records]) -> Records:
    return ((key, f(value)) for key, value in inputs[0])


def _flat_map_values(operator: op.FlatMapValues, partition: int, f: Function, inputs: Sequence[Records]) -> Records:
    return ((key, item) for key, value in inputs[0] for item in f(value))


def _keys(operator: op.Keys, partition: int, f: None, inputs: Sequence[Records]) -> Records:
    return (pair[0] for pair in inputs[0])


def _values(operator: op.Values, partition: int, f: None, inputs: Sequence[Records]) -> Records:
    return (pair[1] for pair in inputs[0])


def _together(operator: op.Operator, partition: int, f: None, inputs: Sequence[Records]) -> Records:
    return inputs[0] if len(inputs) == 1 else chain.from_iterable(inputs)


def _split(operator: op.Split, partition: int, f: None, inputs: Sequence[Records]) -> Records:
    records = inputs[0] if isinstance(inputs[0], list) else list(inputs[0])
    run, length = partition % operator.n, len(records)
    return records[run * length // operator.n : (run + 1) * length // operator.n]


def _zip(operator: op.Zip, partition: int, f: None, inputs: Sequence[Records]) -> Iterator[Any]:
    left, right = (iter(records) for records in inputs)
    for one in left:
        other = next(right, _END)
        if other is _END:
            raise ValueError(f"{_UNEQUAL}: the second has fewer")
        yield one, other
    if next(right, _END) is not _END:
        raise ValueError(f"{_UNEQUAL}: the first has fewer")


def unequal_zip(error: BaseException) -> object:
    """The operator that found unequal partitions, where that is what the error says; else None."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or trace.tb_frame.f_code is not _zip.__code__:
        return None
    found: object = trace.tb_frame.f_locals["operator"]
    return found


def _cartesian(operator: op.Cartesian, partition: int, f: None, inputs: Sequence[Records]) -> Iterator[Any]:
    left, right = inputs
    others = right if isinstance(right, list) else list(right)
    return ((one, other) for one in left for other in others)


def _custom(operator: op.Custom, partition: int, f: Function, inputs: Sequence[Records]) -> Records:
    return chain.from_iterable(f(partition, [iter(records) for records in every]) for every in (inputs,))


def _range(operator: op.Range, partition: int, f: None, inputs: Sequence[Records]) -> Records:
    if operator.slices < 1:
        raise ValueError("a Range in the plan does not say into how many slices it is cut")
    numbers = range(operator.start, operator.stop, operator.step)
    size, slices = len(numbers), operator.slices
    return numbers[partition * size // slices : (partition + 1) * size // slices]


_APPLY: dict[type[Any], Callable[..., Records]] = {
    op.Parallelize: _together,  # its one source is read as the driver's values
    op.TextLines: _together,  # its one source is read as text
    op.StoredRecords: _together,  # its one source is read as a block is
    op.FixedRecords: _together,  # its one source is cut into records
    op.Fetch: _together,  # its one source is what a URL gave
    op.Shuffled: _together,  # its one source is read as a shuffle
    op.Range: _range,
    op.Map: _map,
    op.FlatMap: _flat_map,
    op.Filter: _filter,
    op.MapPartitions: _map_partitions,
    op.MapPartitionsWithIndex: _map_partitions_with_index,
    op.MapValues: _map_values,
    op.FlatMapValues: _flat_map_values,
    op.Keys: _keys,
    op.Values: _values,
    op.Union: _together,
    op.Coalesce: _together,
    op.Split: _split,
    op.Zip: _zip,
    op.Cartesian: _cartesian,
    op.Custom: _custom,
}
