"""The scheduler: one event in, the commands it leads to out. The law: the same events give the same commands.

There is nothing here but the table of who handles what, and what follows every event: lost or abandoned keys that
somebody needs are cut anew, ready tasks are placed, drivers hear of results. What a job, a task, a block or a volunteer
is stands in the rooms beside this one.

>>> from tabswarm.scheduler.events import Tick
>>> Scheduler().handle(Tick(now=0))
[]
"""

from __future__ import annotations

from tabswarm.ids import BlockId
from tabswarm.plan.report import JobReport, VolunteerReport
from tabswarm.scheduler import queries
from tabswarm.scheduler.absence import configured, next_alarm, program_ended, ring
from tabswarm.scheduler.census import Census, census
from tabswarm.scheduler.comings import (
    blocks_lost,
    driver_joined,
    driver_left,
    fetch_failed,
    resources_changed,
    volunteer_joined,
    volunteer_left,
)
from tabswarm.scheduler.commands import Command
from tabswarm.scheduler.commits import find_lease, finished, started
from tabswarm.scheduler.copies import (
    blocks_copied,
    leaving_deadline,
    let_leave,
    order_copies,
    volunteer_finishes,
)
from tabswarm.scheduler.driver_copies import drivers_deadline, let_drivers_leave
from tabswarm.scheduler.endings import cancel, fetched, stop_application
from tabswarm.scheduler.events import (
    ApplicationStopped,
    BlocksAnnounced,
    BlocksCopied,
    BlocksLost,
    BytesMoved,
    Configured,
    DriverJoined,
    DriverLeft,
    Event,
    FetchFailed,
    JobCancelled,
    JobSubmitted,
    JobWatched,
    NodesReleased,
    NodeUnpersisted,
    ProgramEnded,
    ResourcesChanged,
    ResultMissing,
    ResultsFetched,
    TaskFailed,
    TaskFinished,
    TaskStarted,
    Tick,
    VolunteerFinishing,
    VolunteerJoined,
    VolunteerLeft,
    WatcherJoined,
)
from tabswarm.scheduler.jobs import JobState
from tabswarm.scheduler.losses import recut
from tabswarm.scheduler.missing_results import result_missing
from tabswarm.scheduler.observed import JobSight, Sight, look, look_at
from tabswarm.scheduler.open_tasks import wake_rested
from tabswarm.scheduler.placement import place_ready_tasks
from tabswarm.scheduler.queries import count_bytes
from tabswarm.scheduler.rests import call_last_resort, next_waking, wake_volunteers
from tabswarm.scheduler.retention import release, unpersist
from tabswarm.scheduler.retries import attempt_failed
from tabswarm.scheduler.returns import blocks_announced
from tabswarm.scheduler.speculation import speculate
from tabswarm.scheduler.spreading import spread_broadcasts
from tabswarm.scheduler.submission import submitted
from tabswarm.scheduler.swarm_state import SwarmState
from tabswarm.scheduler.telling import progress_deadline, tell_all_progress, tell_results, waiting_for
from tabswarm.scheduler.watching import job_watched, watcher_joined


class Scheduler:
    """The state machine of one swarm. It keeps no time, opens nothing and draws nothing at random."""

    def __init__(self) -> None:
        self.state = SwarmState()

    def handle(self, event: Event) -> list[Command]:
        """Take in one event, and return what is to be done, in order."""
        state = self.state
        state.event += 1
        self._dispatch(event)
        if isinstance(event, Tick):
            if any([wake_rested(state), wake_volunteers(state), ring(state)]):
                self._follow_up()
            speculate(state)
            let_leave(state)
            let_drivers_leave(state)
            tell_all_progress(state)
        else:
            state.changed = True
            self._follow_up()
        commands, state.commands = state.commands, []
        return commands

    def _dispatch(self, event: Event) -> None:
        state = self.state
        match event:
            case Tick():
                state.now = max(state.now, event.now)
            case Configured():
                configured(state, event)
            case TaskStarted():
                started(state, event)
            case TaskFinished():
                finished(state, event)
            case TaskFailed():
                lease = find_lease(state, event.peer, event.task, event.attempt)
                if lease is not None:
                    attempt_failed(state, *lease, event.failure)
            case FetchFailed():
                fetch_failed(state, event)
            case BlocksLost():
                blocks_lost(state, event)
            case BlocksAnnounced():
                blocks_announced(state, event)
            case BlocksCopied():
                blocks_copied(state, event)
            case VolunteerFinishing():
                volunteer_finishes(state, event)
            case VolunteerJoined():
                volunteer_joined(state, event)
            case VolunteerLeft():
                volunteer_left(state, event)
            case ResourcesChanged():
                resources_changed(state, event)
            case DriverJoined():
                driver_joined(state, event)
            case DriverLeft():
                driver_left(state, event)
            case JobSubmitted():
                submitted(state, event)
            case WatcherJoined():
                watcher_joined(state, event)
            case JobWatched():
                job_watched(state, event)
            case JobCancelled():
                self._cancel(event.job, event.peer)
            case ResultsFetched():
                if event.job in state.jobs:
                    fetched(state, state.jobs[event.job], event.peer)
            case ResultMissing():
                result_missing(state, event)
            case ApplicationStopped():
                if event.application in state.applications:
                    stop_application(state, state.applications[event.application])
            case ProgramEnded():
                program_ended(state, event)
            case NodesReleased():
                if event.application in state.applications:
                    release(state, state.applications[event.application], event.nodes)
            case NodeUnpersisted():
                if event.application in state.applications:
                    unpersist(state, state.applications[event.application], event.node)
            case BytesMoved():
                count_bytes(state, event)

    def _cancel(self, job_id: str, peer: str) -> None:
        job = self.state.jobs.get(job_id)
        if job is None:
            return
        if job.state is JobState.DONE:
            if peer not in self.state.watchers:
                fetched(self.state, job, None)
        else:
            cancel(self.state, job, "the job was cancelled")

    def _follow_up(self) -> None:
        """What any event may have made necessary. Failing a job while placing leaves wanted keys again: so a loop."""
        state = self.state
        while True:
            call_last_resort(state)
            for application in list(state.applications.values()):
                recut(state, application)
            place_ready_tasks(state)
            if not any(application.wanted for application in state.applications.values()):
                break
        spread_broadcasts(state)
        let_drivers_leave(state)
        order_copies(state)
        let_leave(state)
        news, state.news = state.news, {}
        for job in news.values():
            if job.id in state.jobs:
                tell_results(state, state.applications[job.application], job)
        state.flush_drops()

    def report(self, job: str | None = None, application: str | None = None) -> tuple[JobReport, ...]:
        """The ledger's view of one job, of an application's jobs, or of all (the last of those that are over)."""
        return queries.report(self.state, job, application)

    def look(self) -> Sight:
        """The whole swarm, for those who look on."""
        return look(self.state)

    def look_at(self, job: str, since: int, most: int) -> JobSight | None:
        """What has changed of a job after the change `since` (-1: all), with `most` attempts at once; None where no
        such job is known."""
        return look_at(self.state, job, since, most)

    def may_fetch(self, requester: str, holder: str, block: BlockId) -> bool:
        """Whether the scheduler ordered this transfer; a relay serves nothing else."""
        return queries.may_fetch(self.state, requester, holder, block)

    def volunteers(self) -> tuple[VolunteerReport, ...]:
        """Who is there, and how many tasks each has done."""
        return queries.volunteers(self.state)

    def slots(self) -> int:
        """Task slots of all volunteers together."""
        return sum(volunteer.slots for volunteer in self.state.volunteers.by_id.values())

    def has_application(self, application: str) -> bool:
        """Whether it is there: neither stopped nor dropped."""
        return application in self.state.applications

    def busy_applications(self) -> set[str]:
        """Those that have jobs, whose code has to stay."""
        return {application.id for application in self.state.applications.values() if application.jobs}

    def census(self) -> Census:
        """How much there is of everything."""
        return census(self.state)

    def job_counts(self) -> tuple[int, int]:
        """Jobs that run now, and jobs that are over, however they ended."""
        running = sum(job.state is JobState.RUNNING for job in self.state.jobs.values())
        return running, self.state.last_job - running

    def tasks_left(self, job: str) -> int | None:
        """Tasks of a running job that are not done, as far as is known now; None where it does not run (any more)."""
        found = self.state.jobs.get(job)
        return found.total - found.done if found is not None and found.state is JobState.RUNNING else None

    def application_of(self, job: str) -> str | None:
        """The application of a job that is not over, to check that a driver speaks of its own."""
        found = self.state.jobs.get(job)
        return found.application if found is not None else None

    def next_deadline(self) -> int | None:
        """The time, in milliseconds, at which a `Tick` is due; None while none is."""
        heaps = (self.state.resting, self.state.watched)
        state = self.state
        due = [progress_deadline(state), leaving_deadline(state), next_alarm(state), next_waking(state)]
        due.append(drivers_deadline(state))
        due += (heap[0][0] for heap in heaps if heap)
        return min((time for time in due if time is not None), default=None)

    def waiting_for(self, job: str) -> str:
        """What keeps a job from going on: `volunteers`, `source NAME at LINE`, or nothing."""
        found = self.state.jobs.get(job)
        return waiting_for(self.state, self.state.applications[found.application], found) if found is not None else ""
