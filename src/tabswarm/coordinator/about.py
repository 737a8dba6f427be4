"""What volunteers are told of the program that asks for their device, before they press Start and after.

All of it stands in plans, as text: names, call sites, the lines there. Nothing of it is read but its length. Who has
not started yet sees the tasks that are left change, every 2 s at most; who has, hears of a new job alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from tabswarm.coordinator.sessions import Session
from tabswarm.plan.lineage import Node, Plan, function_slots
from tabswarm.wire.messages import About, CodeLine

LINES = 30
SOURCE = 400
"""Steps that are told, and characters of each one's text; names and call sites are shorter still."""
NAME = 120
JOBS = 20
"""Running jobs that are remembered; those who began first are forgotten first."""

NOTHING = About()


class AboutBoard:
    """That of one swarm. `sessions` are its peers, by id; `tasks_left` asks the scheduler of a job: None once it is
    over. Only pages are told: other volunteers show nothing."""

    def __init__(
        self, sessions: Mapping[str, Session], tasks_left: Callable[[str], int | None], seconds: float
    ) -> None:
        self._sessions = sessions
        self._tasks_left = tasks_left
        self._seconds = seconds
        self._jobs: dict[str, About] = {}
        self._told: dict[str, About] = {}
        self._due = 0.0

    def began(self, job: str, plan: Plan, name: str) -> None:
        """A job was accepted. Told of it again, nothing changes."""
        if job in self._jobs:
            return
        self._jobs[job] = about(job, plan, name)
        while len(self._jobs) > JOBS:
            del self._jobs[next(iter(self._jobs))]

    def greet(self, session: Session) -> None:
        """A volunteer is here."""
        if session.kind == "tab":
            self._tell(session, self.now())

    def leave(self, peer: str) -> None:
        """A volunteer is gone."""
        self._told.pop(peer, None)

    def pulse(self, now: float) -> None:
        """Once a pulse, at `now` in seconds: tell whom it concerns."""
        if now < self._due or not self._told:
            return
        self._due = now + self._seconds
        about = self.now()
        for peer in list(self._told):
            session = self._sessions[peer]
            told = self._told[peer]
            shown = about if not session.slots else msgspec.structs.replace(about, tasks=told.tasks)
            if shown != told:
                self._tell(session, about)

    def now(self) -> About:
        """The running job that began last, or the last one that ran."""
        left = {job: self._tasks_left(job) for job in self._jobs}
        running = [job for job, tasks in left.items() if tasks is not None]
        if self._jobs:
            last = running[-1] if running else next(reversed(self._jobs))
            self._jobs = {job: said for job, said in self._jobs.items() if job in running or job == last}
            return msgspec.structs.replace(self._jobs[last], running=bool(running), tasks=left[last] or 0)
        return NOTHING

    def _tell(self, session: Session, about: About) -> None:
        self._told[session.peer] = about
        session.tell(about)


def about(job: str, plan: Plan, name: str) -> About:
    """What a plan says of itself."""
    lines = list(dict.fromkeys(_lines(plan)))
    return About(
        application=plan.application,
        name=name[:NAME],
        job=job,
        action=plan.action[:NAME],
        call_site=plan.call_site[:NAME],
        code=tuple(lines[:LINES]),
        more_code=max(0, len(lines) - LINES),
        source_bytes=sum(max(0, block.size) for blocks in plan.sources.values() for block in blocks),
    )


def _lines(plan: Plan) -> Iterator[CodeLine]:
    for node in plan.nodes:
        if has_function(node):
            yield CodeLine(node.name[:NAME], node.call_site[:NAME], node.code[:SOURCE])


def has_function(node: Node) -> bool:
    """Whether a step runs a function of the program's."""
    return next(iter(function_slots([node])), None) is not None
