"""What a Context needs from whatever runs its jobs: a swarm far away, one in this process, or a simulated one.

The law: an engine knows plans, code blobs and block bytes, and nothing of RDDs; a Context knows RDDs, and nothing of
sockets or peers. All calls are blocking and may come from any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from tabswarm.plan.lineage import Plan
from tabswarm.plan.report import JobReport
from tabswarm.plan.task import Update

BlockReader = Callable[[int], bytes]
"""Gives the bytes of one partition of a source node, each time the same; raises `OSError` where they cannot be had."""


class JobHandle(Protocol):
    """One job that was submitted."""

    @property
    def id(self) -> str:
        """The job's id, as the coordinator and `tabswarm jobs` call it."""

    def results(self, in_order: bool = True, timeout: float | None = None) -> Iterator[tuple[int, bytes]]:
        """The blocks of the wanted partitions as `(partition, block bytes)`, each as soon as it is here.

        `in_order` gives them in the order of the plan's `partitions`, else as they come. Each block is one segment
        whose bytes have been checked against the root hash of its commit; the caller reads the records. To be called
        once. A job that ends without an answer raises a `JobError`, here or in `wait`; `TimeoutError` when more than
        `timeout` seconds have passed since the first was asked for, and none is here. Once all have been given, the
        engine tells the coordinator that it may drop the target blocks.
        """

    def updates(self) -> tuple[Update, ...]:
        """What the committed runs have added to accumulators so far, one update an accumulator and vertex; all of it
        once the results were given."""

    def wait(self, timeout: float | None = None) -> None:
        """Return when every wanted partition is committed. Raises the job's error, or `TimeoutError` after `timeout`
        seconds."""

    def cancel(self, reason: str = "") -> None:
        """Stop the job on the swarm; harmless where it is over. Waiting calls raise `JobCancelled`, which says why."""

    @property
    def running(self) -> int:
        """How many of its tasks run, by the latest news."""


class Engine(Protocol):
    """Runs the jobs of one application."""

    @property
    def application(self) -> str:
        """The application's id, which stands in every plan."""

    @property
    def default_parallelism(self) -> int:
        """The number of task slots of the swarm, at least 1 (at least 2 where nobody is there yet)."""

    def submit(self, plan: Plan, code: Mapping[str, bytes]) -> JobHandle:
        """Start a job. `code` holds the blobs, by hash, that no earlier `submit` of this engine carried.

        Returns once the job is accepted (or at once); `PlanRefused` and lost connections are raised here or by the
        handle.
        """

    def report(self, job: str) -> JobReport | None:
        """What the coordinator knows of a job of this application; None where it forgot it."""

    def provide(self, node: int, reader: BlockReader) -> None:
        """Serve the source blocks of `node` that do not stand in the plan, until the node is released. `reader` is
        called from a thread of the engine's."""

    def release(self, nodes: Sequence[int]) -> None:
        """The driver has no handle to these nodes left. Never waits for the swarm."""

    def unpersist(self, node: int) -> None:
        """Drop the persisted blocks of a node. Never waits for the swarm."""

    def stop(self) -> None:
        """End the application: its jobs are cancelled, its blocks dropped. May be called twice."""
