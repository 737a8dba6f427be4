"""What the ledger and the swarm look like from outside: the data behind `tabswarm jobs --json` and the dashboards."""

from __future__ import annotations

import msgspec


class NodeReport(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger's line for one node: how often its partitions were run, and why."""

    id: int
    name: str
    call_site: str
    partitions: int
    first: int
    recomputed: int
    speculative: int
    partial: int
    runs: dict[str, int]


class VolunteerReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one volunteer did for a job; or, in a list of who is there, for all of them, and how many tasks it takes
    at once."""

    id: str
    name: str
    kind: str
    tasks: int
    slots: int = 0


class BytesReport(msgspec.Struct, frozen=True, kw_only=True):
    """Block bytes a job moved: from peer to peer, through the coordinator, and inside messages."""

    direct: int
    relayed: int
    inline: int


class JobReport(msgspec.Struct, frozen=True, kw_only=True):
    """One job as `tabswarm jobs --json` shows it. `runs` of a node counts by volunteer. `waiting_for` says what keeps a
    running job from going on (`volunteers`, or source data by the name of its RDD), and is empty while it goes on.
    `group`, `description` and `tags` are what the program said of it."""

    id: str
    application: str
    state: str
    action: str
    done: int
    total: int
    nodes: tuple[NodeReport, ...]
    bytes: BytesReport
    volunteers: tuple[VolunteerReport, ...]
    error: str = ""
    waiting_for: str = ""
    call_site: str = ""
    group: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
