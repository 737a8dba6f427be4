"""A plan evaluated in one loop: naive, slow and obviously right. Whatever a swarm answers is compared with this.

Every needed vertex is a list, computed once from the lists it hangs on; a shuffle is a loop over all records. Nothing
here is shared with the executor but the plan, the user's functions and the stable hash.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from tabswarm.plan import operators as op
from tabswarm.plan.dependency import Shuffle
from tabswarm.plan.lineage import Node, Plan
from tabswarm.plan.partitioner import CombineValues, GroupValues, HashPartitioner
from tabswarm.result_iterable import ResultIterable
from tabswarm.shipping.records import read_records
from tabswarm.shipping.stable_hash import stable_hash
from tabswarm.simulation.web import page_of

Records = list[Any]


class Functions(Protocol):
    """Where functions and the driver's values come from: the executor's code reader, or a test's shelf."""

    def load(self, root: str, /) -> Any:
        """The function of a slot."""

    def load_values(self, data: bytes, /) -> list[Any]:
        """The driver's own values."""


DriverData = Callable[[int, int], bytes]
"""The bytes of a driver's block that does not stand in the plan, by node and partition."""


def evaluate(plan: Plan, functions: Functions, driver_data: DriverData | None = None) -> dict[int, Records]:
    """The records of each wanted partition of the target."""
    evaluator = _Evaluator(plan, functions, driver_data)
    return {partition: evaluator.records(plan.target, partition) for partition in plan.partitions}


class _Evaluator:
    def __init__(self, plan: Plan, functions: Functions, driver_data: DriverData | None) -> None:
        self.plan = plan
        self.nodes = {node.id: node for node in plan.nodes}
        self.functions = functions
        self.driver_data = driver_data
        self.known: dict[tuple[int, int], Records] = {}

    def records(self, node_id: int, partition: int) -> Records:
        if (node_id, partition) not in self.known:
            node = self.nodes[node_id]
            inputs: list[Records] = []
            for dependency in node.dependencies:
                parent = self.nodes[dependency.parent]
                if isinstance(dependency, Shuffle):
                    inputs.append(self._shuffled(dependency, parent, partition))
                else:
                    for above in dependency.parents_of(partition, parent.partitions):
                        inputs.append(self.records(parent.id, above))
            self.known[(node_id, partition)] = self._apply(node, partition, inputs)
        return list(self.known[(node_id, partition)])

    def _shuffled(self, dependency: Shuffle, parent: Node, partition: int) -> Records:
        pairs = [
            pair
            for above in range(parent.partitions)
            for pair in self.records(parent.id, above)
            if self._reducer(dependency, pair[0]) == partition
        ]
        if dependency.aggregator is None:
            return pairs
        values: dict[Any, list[Any]] = {}
        for key, value in pairs:
            values.setdefault(key, []).append(value)
        if isinstance(dependency.aggregator, GroupValues):
            return [(key, ResultIterable(group)) for key, group in values.items()]
        return [(key, self._combined(dependency.aggregator, group)) for key, group in values.items()]

    def _reducer(self, dependency: Shuffle, key: object) -> int:
        partitioner = dependency.partitioner
        if isinstance(partitioner, HashPartitioner):
            return stable_hash(key) % partitioner.partitions
        return int(self.functions.load(partitioner.f.root)(key)) % partitioner.partitions

    def _combined(self, aggregator: CombineValues, values: list[Any]) -> object:
        merge = self.functions.load(aggregator.merge_value.root)
        combined = values[0] if aggregator.create is None else self.functions.load(aggregator.create.root)(values[0])
        for value in values[1:]:
            combined = merge(combined, value)
        return combined

    def _source(self, node: Node, partition: int) -> bytes:
        block = self.plan.sources[node.id][partition]
        if block.inline is not None:
            return block.inline
        assert self.driver_data is not None, f"node {node.id} needs the driver's data"
        return self.driver_data(node.id, partition)

    def _apply(self, node: Node, partition: int, inputs: list[Records]) -> Records:
        ref = op.code_of(node.operator)
        f: Any = self.functions.load(ref.root) if ref is not None else None
        match node.operator:
            case op.Parallelize():
                return self.functions.load_values(self._source(node, partition))
            case op.TextLines():
                text = self._source(node, partition).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
                lines = text.split(b"\n")
                return [line.decode("utf-8", "replace") for line in (lines if lines[-1] else lines[:-1])]
            case op.StoredRecords():
                return read_records(self._source(node, partition))
            case op.FixedRecords(length):
                data = self._source(node, partition)
                return [data[start : start + length] for start in range(0, len(data), length)]
            case op.Fetch(use_unicode):
                content = page_of(self.plan.sources[node.id][partition].url)
                return [content.decode("utf-8", "replace") if use_unicode else content]
            case op.Range(start, stop, step, slices):
                numbers = range(start, stop, step)
                low, high = (len(numbers) * index // slices for index in (partition, partition + 1))
                return list(numbers[low:high])
            case op.Map():
                return [f(record) for record in inputs[0]]
            case op.FlatMap():
                return [item for record in inputs[0] for item in f(record)]
            case op.Filter():
                return [record for record in inputs[0] if f(record)]
            case op.MapPartitions():
                return list(f(iter(inputs[0])))
            case op.MapPartitionsWithIndex():
                return list(f(partition, iter(inputs[0])))
            case op.MapValues():
                return [(key, f(value)) for key, value in inputs[0]]
            case op.FlatMapValues():
                return [(key, item) for key, value in inputs[0] for item in f(value)]
            case op.Keys():
                return [pair[0] for pair in inputs[0]]
            case op.Values():
                return [pair[1] for pair in inputs[0]]
            case op.Split(n):
                records, index = inputs[0], partition % n
                return records[len(records) * index // n : len(records) * (index + 1) // n]
            case op.Zip():
                return list(zip(inputs[0], inputs[1], strict=True))
            case op.Cartesian():
                return [(left, right) for left in inputs[0] for right in inputs[1]]
            case op.Custom():
                return list(f(partition, [iter(records) for records in inputs]))
            case op.Take(n):
                return inputs[0][:n]
            case op.Union() | op.Coalesce() | op.Shuffled():
                return [record for records in inputs for record in records]
