"""The run ledger: which node x partition was run how often, by whom, and why.

It proves the first law, *compute once*: within a job and with no failure each needed vertex has exactly one run, a
first one, and a pruned vertex has none. Each vertex of a running job has one byte here:

    UNPLANNED --plan--> PLANNED --run--> RAN

A run of a PLANNED vertex is a *first* run. A run of any other is *recomputed*: either it ran before in this job, or
its block existed when the job began (so the job planned no run of it) and was lost since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from tabswarm.plan.job_properties import DESCRIPTION, GROUP, tags_of
from tabswarm.plan.lineage import Node, Plan
from tabswarm.plan.report import BytesReport, JobReport, NodeReport, VolunteerReport
from tabswarm.plan.task import Run, Step

UNPLANNED, PLANNED, RAN = 0, 1, 2


class Reason(StrEnum):
    """Why a vertex was run."""

    FIRST = "first"
    RECOMPUTED = "recomputed"
    SPECULATIVE = "speculative"


@dataclass(slots=True, eq=False)
class NodeLedger:
    """One node's lines: a byte for each partition, counts by reason, and runs by volunteer. `partial` counts those
    of the runs that were cut short, `rows` the records that came out of all."""

    vertices: bytearray
    rows: int = 0
    counts: dict[Reason, int] = field(default_factory=dict)
    partial: int = 0
    by_peer: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Worked:
    """What one volunteer did for a job; its name is kept because it may be gone by the time that somebody asks."""

    name: str
    kind: str
    tasks: int = 0


@dataclass(slots=True, eq=False)
class Ledger:
    """All runs of one job. Nodes without any planned or done run take no room."""

    partitions: dict[int, int]
    nodes: dict[int, NodeLedger] = field(default_factory=dict)
    volunteers: dict[str, Worked] = field(default_factory=dict)
    direct: int = 0
    relayed: int = 0
    inline: int = 0

    @classmethod
    def of(cls, plan: Plan) -> Ledger:
        """An empty ledger for a plan's nodes."""
        return cls({node.id: node.partitions for node in plan.nodes})

    def _node(self, node: int) -> NodeLedger:
        found = self.nodes.get(node)
        if found is None:
            found = self.nodes[node] = NodeLedger(bytearray(self.partitions[node]))
        return found

    def plan_first(self, steps: Iterable[Step]) -> None:
        """These steps are going to run, and never did in this job."""
        for step in steps:
            vertices = self._node(step.node).vertices
            if vertices[step.partition] == UNPLANNED:
                vertices[step.partition] = PLANNED

    def is_planned(self, node: int, partition: int) -> bool:
        """Whether a run of it would be its first."""
        found = self.nodes.get(node)
        return found is not None and found.vertices[partition] == PLANNED

    def record(self, peer: str, name: str, kind: str, runs: Iterable[Run], *, speculative: bool = False) -> None:
        """A committed attempt of `peer` made these runs."""
        self.volunteers.setdefault(peer, Worked(name, kind)).tasks += 1
        for run in runs:
            node = self._node(run.node)
            first = node.vertices[run.partition] == PLANNED
            reason = Reason.SPECULATIVE if speculative else Reason.FIRST if first else Reason.RECOMPUTED
            node.vertices[run.partition] = RAN
            node.counts[reason] = node.counts.get(reason, 0) + 1
            node.partial += run.partial
            node.rows += run.records
            node.by_peer[peer] = node.by_peer.get(peer, 0) + 1

    def node_report(self, node: Node) -> NodeReport:
        """The lines of one node; all zero where it was pruned."""
        found = self.nodes.get(node.id)
        counts = found.counts if found else {}
        return NodeReport(
            id=node.id,
            name=node.name,
            call_site=node.call_site,
            partitions=node.partitions,
            first=counts.get(Reason.FIRST, 0),
            recomputed=counts.get(Reason.RECOMPUTED, 0),
            speculative=counts.get(Reason.SPECULATIVE, 0),
            partial=found.partial if found else 0,
            runs=dict(found.by_peer) if found else {},
        )

    def report(
        self, plan: Plan, *, job: str, state: str, done: int, total: int, error: str, waiting_for: str = ""
    ) -> JobReport:
        """The job as `tabswarm jobs --json` shows it."""
        return JobReport(
            id=job,
            application=plan.application,
            state=state,
            action=plan.action,
            done=done,
            total=total,
            nodes=tuple(self.node_report(node) for node in plan.nodes),
            bytes=BytesReport(direct=self.direct, relayed=self.relayed, inline=self.inline),
            volunteers=tuple(
                VolunteerReport(id=peer, name=worked.name, kind=worked.kind, tasks=worked.tasks)
                for peer, worked in self.volunteers.items()
            ),
            error=error,
            waiting_for=waiting_for,
            call_site=plan.call_site,
            group=plan.properties.get(GROUP, ""),
            description=plan.properties.get(DESCRIPTION, ""),
            tags=tags_of(plan.properties),
        )
