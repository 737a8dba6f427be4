"""What an engine makes of the coordinator's messages: which job each one is for, and what the program hears of it.

    asked        started, and said to the coordinator under a request's number
    accepted     known by the coordinator's id
    over         fetched, failed or cancelled: forgotten here

The law: nothing here waits, and all of it is called from one thread, the engine's. A message for a job that is over
changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from tabswarm.driver.failures import error_of, error_of_refusal
from tabswarm.driver.plain_text import harmless
from tabswarm.driver.swarm_job import SwarmJob
from tabswarm.driver.task_output import OutputPrinter
from tabswarm.errors import SourceUnavailable, TabswarmError, TaskError
from tabswarm.plan.location import Result
from tabswarm.wire.messages import (
    Accepted,
    CancelJob,
    Fetched,
    JobDone,
    JobFailed,
    Message,
    Progress,
    Refused,
    ResultsReady,
    Submit,
    TaskOutput,
    ToDriver,
    Updates,
    Volunteers,
    Watch,
)


class Fetcher(Protocol):
    """Brings blocks to jobs (`ResultFetcher`)."""

    def take(self, job: SwarmJob, results: Sequence[Result]) -> None: ...

    def go_on(self, job: SwarmJob) -> None: ...

    def forget(self, job: SwarmJob) -> None: ...


class Shows(Protocol):
    """Shows a person how far the jobs are (`ProgressDisplay`)."""

    def started(self, job: SwarmJob) -> None: ...

    def heard(self, job: SwarmJob) -> None: ...

    def ended(self, job: SwarmJob) -> None: ...


class RunningJobs:
    """The jobs of one engine. `say` sends a message, `why` explains why the driver's own data of these nodes could not
    be read (empty where it could)."""

    def __init__(
        self,
        say: Callable[[Message], None],
        fetcher: Fetcher,
        why: Callable[[Iterable[int]], str],
        progress: Shows,
    ) -> None:
        self.slots = 0
        self._say = say
        self._fetcher = fetcher
        self._why = why
        self._progress = progress
        self._printer = OutputPrinter()
        self._names: dict[str, str] = {}
        self._jobs: dict[int, SwarmJob] = {}
        self._by_id: dict[str, SwarmJob] = {}
        self._asked: dict[int, Submit | Watch] = {}
        self._lost: TabswarmError | None = None

    def __iter__(self) -> Iterator[SwarmJob]:
        """Those that are not over."""
        return iter(list(self._jobs.values()))

    def start(self, job: SwarmJob, message: Submit | Watch) -> None:
        """Ask the coordinator for a job."""
        if self._lost is not None:
            job.on_error(self._lost)
            return
        self._jobs[job.request] = job
        self._asked[job.request] = message
        self._say(message)
        self._progress.started(job)

    def ask_otherwise(self, job: SwarmJob, message: Submit | Watch) -> None:
        """Ask for the same job in another way: the first one came to nothing."""
        if job.accepted_id is not None:
            self._by_id.pop(job.accepted_id, None)
        self._asked[job.request] = message
        self._say(message)

    def asked_by(self, request: int) -> tuple[SwarmJob, Submit | Watch] | None:
        """The job of a request that is not over, and how it was asked for."""
        job = self._jobs.get(request)
        return None if job is None else (job, self._asked[request])

    def anew(self) -> list[Message]:
        """What has to be asked again after a break: of a job that failed meanwhile, say, nobody tells unasked."""
        return [self._asked[request] for request in self._jobs]

    def heard(self, message: ToDriver) -> None:
        """Take a message; those that concern no job are passed over."""
        match message:
            case Accepted():
                if (job := self._jobs.get(message.request)) is not None:
                    self.accept(job, message.job, message.total)
            case Refused():
                if (job := self._jobs.get(message.request)) is not None:
                    self.fail(job, error_of_refusal(message))
            case Updates():
                if (job := self._by_id.get(message.job)) is not None:
                    job.on_updates(message.updates)
            case ResultsReady():
                if (job := self._by_id.get(message.job)) is not None:
                    self._fetcher.take(job, message.results)
            case Progress():
                self._progressed(message)
            case JobDone():
                if (job := self._by_id.get(message.job)) is not None:
                    job.on_done()
            case JobFailed():
                if (job := self._by_id.get(message.job)) is not None:
                    self.fail(job, self._explained(job, error_of(message)))
            case TaskOutput():
                self._printer.show(message, self._names.get(message.volunteer, message.volunteer))
            case Volunteers():
                self._names = {volunteer.id: volunteer.name or volunteer.id for volunteer in message.volunteers}
                self.slots = message.slots
            case _:
                pass

    def accept(self, job: SwarmJob, id: str, total: int) -> None:
        """The coordinator knows the job under this id."""
        self._by_id[id] = job
        job.on_accepted(id, total)
        if job.is_over:  # cancelled before it had an id
            self.cancel(job)

    def cancel(self, job: SwarmJob) -> None:
        """Stop it on the swarm, as soon as it has an id."""
        if job.accepted_id is not None and job.request in self._jobs:
            self._say(CancelJob(job=job.accepted_id))
            self.forget(job)

    def done_with(self, job: SwarmJob) -> None:
        """All of its blocks are here."""
        if job.accepted_id is not None and job.request in self._jobs:
            self._say(Fetched(job=job.accepted_id))
        self.forget(job)

    def has_room(self, job: SwarmJob) -> None:
        """The program took a block of it."""
        self._fetcher.go_on(job)

    def forget(self, job: SwarmJob) -> None:
        """It is over."""
        self._jobs.pop(job.request, None)
        self._asked.pop(job.request, None)
        self._fetcher.forget(job)
        self._progress.ended(job)
        if job.accepted_id is not None:
            self._by_id.pop(job.accepted_id, None)
            self._printer.job_ended(job.accepted_id)

    def fail(self, job: SwarmJob, error: TabswarmError) -> None:
        """It ended without an answer."""
        job.on_error(error)
        self.forget(job)

    def end(self, error: TabswarmError) -> None:
        """The session is over, and with it all jobs, also those that are started later."""
        self._lost = error
        for job in self:
            self.fail(job, error)

    def _progressed(self, message: Progress) -> None:
        if (job := self._by_id.get(message.job)) is not None:
            job.on_progress(message.done, message.total, message.running, message.volunteers, message.waiting_for)
            self._progress.heard(job)

    def _explained(self, job: SwarmJob, error: TabswarmError) -> TabswarmError:
        """The error, with what only the driver knows: volunteers' names, and why its own data could not be read."""
        if isinstance(error, TaskError):
            error.volunteer = harmless(self._names.get(error.volunteer, error.volunteer))
        why = self._why(job.plan.sources) if isinstance(error, SourceUnavailable) else ""
        return SourceUnavailable(f"{why} ({error})") if why else error
