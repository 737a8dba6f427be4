"""An engine that runs nothing: it writes down what a context asks of it, and a shipping that names functions
plainly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tabswarm.plan.lineage import Plan
from tabswarm.plan.operators import CodeRef
from tabswarm.plan.report import JobReport
from tabswarm.plan.task import Update
from tabswarm.rdd.call_site import CallSite
from tabswarm.rdd.engine import BlockReader
from tabswarm.rdd.lowering import lower
from tabswarm.rdd.structure import Structure
from tabswarm.shipping.records import write_records


class AnsweredJob:
    """A job whose blocks are there at once."""

    def __init__(self, blocks: Mapping[int, bytes]) -> None:
        self.id = "job"
        self.running = 0
        self.cancelled = False
        self._blocks = blocks

    def results(self, in_order: bool = True, timeout: float | None = None) -> Iterator[tuple[int, bytes]]:
        yield from self._blocks.items()

    def updates(self) -> tuple[Update, ...]:
        return ()

    def wait(self, timeout: float | None = None) -> None:
        pass

    def cancel(self, reason: str = "") -> None:
        self.cancelled = True


class RecordingEngine:
    """Answers every job with the records that `answer` gives for a plan and a partition."""

    application = "a1"
    default_parallelism = 4

    def __init__(self, answer: Callable[[Plan, int], list[Any]] = lambda plan, partition: []) -> None:
        self.answer = answer
        self.plans: list[Plan] = []
        self.code: list[dict[str, bytes]] = []
        self.jobs: list[AnsweredJob] = []
        self.provided: dict[int, BlockReader] = {}
        self.released: list[int] = []
        self.unpersisted: list[int] = []
        self.stops = 0

    def submit(self, plan: Plan, code: Mapping[str, bytes]) -> AnsweredJob:
        self.plans.append(plan)
        self.code.append(dict(code))
        job = AnsweredJob({p: write_records(self.answer(plan, p)) for p in plan.partitions})
        self.jobs.append(job)
        return job

    def report(self, job: str) -> JobReport | None:
        return None

    def provide(self, node: int, reader: BlockReader) -> None:
        self.provided[node] = reader

    def release(self, nodes: Sequence[int]) -> None:
        self.released.extend(nodes)

    def unpersist(self, node: int) -> None:
        self.unpersisted.append(node)

    def stop(self) -> None:
        self.stops += 1


def ship_by_name(value: object, what: str) -> CodeRef:
    """A reference that can be read in a snapshot: the function's name, or its class's."""
    name = getattr(value, "__qualname__", type(value).__name__)
    return CodeRef(name, (name,))


def plan_of(rdd: Structure[Any], action: str = "collect") -> Plan:
    """The plan of all partitions of an RDD, with plain names for functions."""
    partitions = range(rdd.getNumPartitions())
    return lower(rdd, partitions, application="a1", action=CallSite(action, "job.py:9"), ship=ship_by_name)


def shown(plan: Plan) -> list[str]:
    """A plan as lines: `id name operator partitions <- dependencies`, for a snapshot."""
    return [
        f"{node.id} {node.name} {node.operator} x{node.partitions}"
        + "".join(f" <- {dependency}" for dependency in node.dependencies)
        for node in plan.nodes
    ]
