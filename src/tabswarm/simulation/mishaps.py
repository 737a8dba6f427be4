"""What goes wrong in the worker that runs a task: it dies, or the user's code raises.

Now and then it happens to any attempt, and the next one goes well. A *poison* node does it at every attempt to compute
it, wherever that is, so whatever needs it has to end with the error that fits, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tabswarm.plan.task import BlockSource, Failure, FailureKind, FromSource, Step, TaskSpec, UrlSource
from tabswarm.simulation.web import is_there

if TYPE_CHECKING:
    from tabswarm.simulation.swarm import SimulatedSwarm

POISONS = {
    FailureKind.RAISED: "TaskError",
    FailureKind.WORKER_DIED: "WorkerLost",
    FailureKind.OUT_OF_MEMORY: "WorkerLost",
    FailureKind.TIMEOUT: "TaskTimeout",
}
"""What a poison node may do, and the error with which its jobs end."""


class Mishaps:
    """Decides for each attempt. `deaths` counts those of workers by task, `raised` the odd exceptions by job; `poison`
    says what the nodes of an application do."""

    def __init__(self, swarm: SimulatedSwarm) -> None:
        self._swarm = swarm
        self.deaths: dict[int, int] = {}
        self.raised: dict[str, int] = {}
        self.poison: dict[tuple[str, int], FailureKind] = {}

    def of(self, spec: TaskSpec) -> Failure | None:
        """What befalls this attempt."""
        for step in computed(spec) if self.poison else ():
            kind = self.poison.get((spec.application, step.node))
            if kind is not None:
                return Failure(
                    kind=kind,
                    type_name="ValueError",
                    message="each time",
                    node=step.node,
                    partition=step.partition,
                    line=f"poison.py:{step.node}",
                )
        conditions, chance = self._swarm.conditions, self._swarm.random
        if chance.random() < conditions.worker_deaths:
            self.deaths[spec.task] = self.deaths.get(spec.task, 0) + 1
            return Failure(kind=FailureKind.WORKER_DIED, message="the simulated worker died")
        if conditions.raises and chance.random() < conditions.raises:
            self.raised[spec.job] = self.raised.get(spec.job, 0) + 1
            line = f"job.py:{self.raised[spec.job]}"
            return Failure(kind=FailureKind.RAISED, type_name="ValueError", message="now and then", line=line)
        for source in spec.sources:
            if isinstance(source, UrlSource) and not is_there(source.url):
                return Failure(kind=FailureKind.URL_UNAVAILABLE, message=f"{source.url}: there is no such host")
        return None


def computed(spec: TaskSpec) -> Iterator[Step]:
    """The steps of a task that compute something; the others are there already, as blocks."""
    return (step for step in spec.steps if not is_loaded(spec, step))


def is_loaded(spec: TaskSpec, step: Step) -> bool:
    """Whether a step only reads the block that it was stored as."""
    if len(step.inputs) != 1 or not isinstance(step.inputs[0], FromSource):
        return False
    source = spec.sources[step.inputs[0].source]
    return isinstance(source, BlockSource) and (source.block.node, source.block.partition) == (
        step.node,
        step.partition,
    )
