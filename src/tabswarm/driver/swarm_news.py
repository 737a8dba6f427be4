"""What a driver knows of its swarm at the moment, for whoever watches it in the program: volunteers, jobs, the invite.

The law: it is told on the engine's loop and tells its watchers there, after each change; a watcher that fails is let
go, and nobody else notices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tabswarm.driver.plain_text import harmless
from tabswarm.driver.running_jobs import Shows
from tabswarm.driver.swarm_job import SwarmJob
from tabswarm.plan.report import VolunteerReport
from tabswarm.wire.messages import Invitation, ToDriver, Volunteers


@dataclass(frozen=True, slots=True)
class JobNews:
    """A job that runs: what the program asked for, and how far it is. `total` is 0 until the coordinator has said."""

    name: str
    done: int
    total: int
    state: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of it at one moment. `invite` is empty where there is no link; `ended` says why nothing more will come."""

    volunteers: tuple[VolunteerReport, ...] = ()
    slots: int = 0
    jobs: tuple[JobNews, ...] = ()
    invite: str = ""
    ended: str = ""


Watcher = Callable[[Snapshot], None]


class SwarmNews:
    """Hears of jobs what the progress display hears (`shows`), and hands it on."""

    def __init__(self, shows: Shows) -> None:
        self._shows = shows
        self._jobs: dict[int, SwarmJob] = {}
        self._watchers: list[Watcher] = []
        self.now = Snapshot()

    def watch(self, watcher: Watcher) -> None:
        """From now on tell it, beginning with what is known."""
        self._watchers.append(watcher)
        self._tell()

    def told(self, message: ToDriver) -> None:
        """The coordinator said something."""
        match message:
            case Volunteers():
                self._change(replace(self.now, volunteers=message.volunteers, slots=message.slots))
            case Invitation():
                self._change(replace(self.now, invite=message.link))
            case _:
                pass

    def end(self, reason: str) -> None:
        """The swarm is out of reach for good."""
        self._change(replace(self.now, volunteers=(), slots=0, ended=harmless(reason)))

    # --- of its jobs

    def started(self, job: SwarmJob) -> None:
        """A job was submitted."""
        self._shows.started(job)
        self._jobs[job.request] = job
        self._jobs_changed()

    def heard(self, job: SwarmJob) -> None:
        """The coordinator told how far a job is."""
        self._shows.heard(job)
        self._jobs_changed()

    def ended(self, job: SwarmJob) -> None:
        """A job is over."""
        self._shows.ended(job)
        self._jobs.pop(job.request, None)
        self._jobs_changed()

    def _jobs_changed(self) -> None:
        if self._watchers:
            self._change(replace(self.now, jobs=tuple(map(news_of, self._jobs.values()))))

    def _change(self, now: Snapshot) -> None:
        if now != self.now:
            self.now = now
            self._tell()

    def _tell(self) -> None:
        for watcher in list(self._watchers):
            try:
                watcher(self.now)
            except Exception:  # its notebook is gone, say; the swarm goes on
                self._watchers.remove(watcher)


def news_of(job: SwarmJob) -> JobNews:
    """A job in words."""
    return JobNews(title_of(job), job.done, job.total, state_of(job))


def title_of(job: SwarmJob) -> str:
    """`"collect at job.py:12"`."""
    where = f" at {job.plan.call_site}" if job.plan.call_site else ""
    return harmless(f"{job.plan.action or 'job'}{where}")


def state_of(job: SwarmJob) -> str:
    """What it does, or what it waits for."""
    if job.waiting_for:
        return harmless(f"waiting for {job.waiting_for}")
    return f"{job.running} running on {job.volunteers} volunteer{'' if job.volunteers == 1 else 's'}"
