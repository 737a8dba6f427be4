"""What a driver that looks on is told of the swarm: the console's dashboards; see `wire/messages.py`.

`Observe` asks for it, of one job in detail. The answer is a stream of `Observation`s of one form: the first is `fresh`
and has all that there is, the others only what has changed, by id. They come at most four times a second, and not at
all while nothing happens. Large lists come in slices, one an observation: the first may lack what the next ones bring.
"""

from __future__ import annotations

from tabswarm.plan.observation import (
    FoldedAttempts,
    NodeProgress,
    ObservedAttempt,
    ObservedError,
    ObservedJob,
    ObservedNode,
    ObservedStore,
    ObservedVolunteer,
)
from tabswarm.wire.message import Message

# --- a driver to the coordinator ------------------------------------------------------------------------------------


class Observe(Message, frozen=True):
    """Show me the swarm from now on, and `job` (of the swarm; empty: none) in detail. Said again with another job it
    takes the place of what was said before, and all begins anew."""

    job: str = ""


class Unobserve(Message, frozen=True):
    """I do not look any more."""


# --- the coordinator to a driver ------------------------------------------------------------------------------------


class Observation(Message, frozen=True):
    """What has changed in the swarm since the last one, or (`fresh`) all of it: then forget what you had. `now` is the
    coordinator's clock in milliseconds, by which all times go.

    Each thing replaces the one with the same id: `volunteers`, `jobs`, and `stores` by (application, node); `gone`,
    `forgotten` and `dropped` are those that are no more. The rest is of the job that you observe and which is named in
    `job` (empty: there is no such job, or it was forgotten): the `nodes` of its graph, once, and their `progress`; its
    `attempts` by (task, attempt), `errors` by id, and what is only counted of it by stage, `folded`.
    `more`: what is to be told does not fit into this one, and follows.
    """

    now: int
    fresh: bool = False
    job: str = ""
    volunteers: tuple[ObservedVolunteer, ...] = ()
    gone: tuple[str, ...] = ()
    jobs: tuple[ObservedJob, ...] = ()
    forgotten: tuple[str, ...] = ()
    stores: tuple[ObservedStore, ...] = ()
    dropped: tuple[tuple[str, int], ...] = ()
    nodes: tuple[ObservedNode, ...] = ()
    progress: tuple[NodeProgress, ...] = ()
    attempts: tuple[ObservedAttempt, ...] = ()
    errors: tuple[ObservedError, ...] = ()
    folded: tuple[FoldedAttempts, ...] = ()
    more: bool = False
