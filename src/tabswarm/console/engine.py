"""The engine of a console: its coordinator, peers and block store are the page's, reached by messages.

    submit      hands the page the driver's own blocks, then says `Submit`; or, where a replayed cell did the same
                before, says `Watch`, and `Submit` only when that is refused or the job has failed
    heard       what the coordinator said comes by the page, and goes the same way as in any driver (`RunningJobs`)

Nothing here waits for an answer but `list_jobs`: a job that is refused says so where its results are asked for.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from tabswarm.console.cell_run import CellRun, running
from tabswarm.console.host import JsBlocks, JsFailure, Page
from tabswarm.console.own_blocks import OwnBlocks
from tabswarm.console.plan_hash import plan_hash
from tabswarm.console.routes import PageRoutes
from tabswarm.console.waiting import Waiting
from tabswarm.driver.job_listing import ANSWERS_WITHIN, JobListing
from tabswarm.driver.result_fetcher import ResultFetcher
from tabswarm.driver.running_jobs import RunningJobs
from tabswarm.driver.submission import submission
from tabswarm.driver.swarm_job import SwarmJob
from tabswarm.errors import TabswarmError
from tabswarm.plan.lineage import Plan
from tabswarm.plan.report import JobReport
from tabswarm.rdd.engine import BlockReader
from tabswarm.rdd.engine_context import MAX_RESULT_SIZE
from tabswarm.wire.messages import (
    Accepted,
    JobDone,
    JobFailed,
    Jobs,
    Message,
    Refused,
    Release,
    Submit,
    ToDriver,
    Unpersist,
    Watch,
    Watched,
    Welcome,
)

_pack = msgspec.msgpack.Encoder().encode


@dataclass(slots=True)
class _Action:
    """What has to be known of a job until it is accepted, or, where it is watched, until that has gone well."""

    run: CellRun | None
    k: int
    hash: str
    carries: Mapping[str, bytes]


class ConsoleEngine:
    """Runs the jobs of the notebook's application. Requests are numbered from `first` on: one that an earlier Python
    made names its job for as long as the application lives."""

    def __init__(
        self, page: Page, waiting: Waiting, welcome: Welcome, first: int = 1, max_result_size: int = MAX_RESULT_SIZE
    ) -> None:
        self.welcome = welcome
        self._page = page
        self._waiting = waiting
        self._limit = max_result_size
        self._requests = itertools.count(first)
        self._own = OwnBlocks(page)
        self._routes = PageRoutes(page)
        fetcher = ResultFetcher(self._routes, self._routes, lambda size: None, self._say)
        self._jobs = RunningJobs(self._say, fetcher, lambda nodes: "", _Unshown())
        self._listing = JobListing(waiting.condition)
        self._actions: dict[int, _Action] = {}
        self._code: dict[str, bytes] = {}
        self._lost: TabswarmError | None = None

    # --- as any engine

    @property
    def application(self) -> str:
        """The application's id."""
        return self.welcome.application

    @property
    def default_parallelism(self) -> int:
        """The swarm's task slots, 2 where nobody is there; the same throughout a run of a cell, and in its replay."""
        run = running.get()
        if run is None:
            return self._jobs.slots or 2
        run.parallelism = run.parallelism or self._jobs.slots or 2
        return run.parallelism

    def submit(self, plan: Plan, code: Mapping[str, bytes]) -> SwarmJob:
        """Start a job, or take up the one that did the same in the cell's last run."""
        if self._lost is not None:
            raise self._lost
        self._code.update(code)
        run = running.get()
        digest = plan_hash(plan, self._own.roots)
        k, recorded = (0, None) if run is None else run.recall.next(digest)
        job = SwarmJob(next(self._requests), plan, self, self._limit, self._waiting.condition)
        self._actions[job.request] = _Action(run, k, digest, {})
        message = self._submission(job) if recorded is None else Watch(request=job.request, job=recorded)
        self._jobs.start(job, message)
        return job

    def list_jobs(self) -> tuple[JobReport, ...]:
        """What the coordinator knows of all jobs of the swarm."""
        question, answer = self._listing.ask(next(self._requests))
        self._say(question)
        return answer.result(ANSWERS_WITHIN)

    def report(self, job: str) -> JobReport | None:
        """What the coordinator knows of one job; None where it forgot it."""
        return next((report for report in self.list_jobs() if report.id == job), None)

    def provide(self, node: int, reader: BlockReader) -> None:
        """Serve the node's source blocks, from the first job on that needs them."""
        self._own.provide(node, reader)

    def release(self, nodes: Sequence[int]) -> None:
        """No handle to these nodes is left."""
        self._own.release(nodes)
        self._say(Release(nodes=tuple(nodes)))

    def unpersist(self, node: int) -> None:
        """Drop the node's persisted blocks."""
        self._say(Unpersist(node=node))

    def stop(self) -> None:
        """Cancel all jobs. The notebook's application goes on: it belongs to the link, and not to this Python."""
        for job in self._jobs:
            job.cancel()

    # --- for its jobs

    def cancel(self, job: SwarmJob) -> None:
        """Stop a job on the swarm, as soon as it has an id."""
        self._jobs.cancel(job)

    def done_with(self, job: SwarmJob) -> None:
        """All of a job's blocks are here."""
        self._jobs.done_with(job)

    def has_room(self, job: SwarmJob) -> None:
        """The program took a block of a job that streams."""
        self._jobs.has_room(job)

    # --- what the page says

    def heard(self, message: ToDriver) -> None:
        """Take a message of the coordinator's."""
        match message:
            case Jobs():
                self._listing.heard(message)
            case Accepted():
                self._accepted(message.request, message.job, recalled=False)
                self._jobs.heard(message)
            case Watched():
                if (asked := self._jobs.asked_by(message.request)) is not None:
                    self._accepted(message.request, message.job, recalled=True)
                    self._jobs.accept(asked[0], message.job, 0)
            case Refused() if self._was_watched(message.request):
                self._submit_instead(message.request)
            case JobFailed() if (request := self._watching(message.job)) is not None:
                self._submit_instead(request)
            case _:
                self._jobs.heard(message)
                if isinstance(message, JobDone | JobFailed | Refused):
                    self._forget_actions()

    def fetched(self, number: int, blocks: JsBlocks, failure: JsFailure | None) -> None:
        """The answer to a fetch."""
        self._routes.fetched(number, blocks, failure)

    def again(self) -> None:
        """The session was taken up again: say what is still open."""
        for message in [*self._jobs.anew(), *self._listing.questions()]:
            self._say(message)

    def end(self, error: TabswarmError) -> None:
        """The session is over."""
        self._lost = error
        self._jobs.end(error)
        self._listing.end(error)

    def waited_for(self) -> list[str]:
        """The jobs that are not over."""
        return [job.accepted_id for job in self._jobs if job.accepted_id is not None]

    # --- within

    def _say(self, message: Message) -> None:
        self._page.say(_pack(message))

    def _submission(self, job: SwarmJob) -> Submit:
        """The message, with all code that no accepted job has carried yet."""
        self._own.hand_over(job.plan)
        message = submission(job.request, job.plan, self._code, keep=True)
        self._actions[job.request].carries = message.code
        return message

    def _accepted(self, request: int, job: str, *, recalled: bool) -> None:
        action = self._actions.get(request)
        if action is None:
            return
        for name in action.carries:
            self._code.pop(name, None)
        if action.run is not None and not action.run.over:
            self._page.action(action.run.cell, action.k, action.hash, job, recalled, action.run.parallelism)
            action.run.tell({"is": "job", "job": job, "recalled": recalled})
        if not recalled:
            del self._actions[request]

    def _was_watched(self, request: int) -> bool:
        asked = self._jobs.asked_by(request)
        return asked is not None and isinstance(asked[1], Watch)

    def _watching(self, id: str) -> int | None:
        """The request of a job that is watched in place of being submitted, and not over."""
        found = (job.request for job in self._jobs if job.accepted_id == id and self._was_watched(job.request))
        return next(found, None)

    def _submit_instead(self, request: int) -> None:
        """What was recorded is not to be had, or had failed: compute it."""
        asked = self._jobs.asked_by(request)
        assert asked is not None
        job, _ = asked
        try:
            self._jobs.ask_otherwise(job, self._submission(job))
        except TabswarmError as error:
            self._jobs.fail(job, error)

    def _forget_actions(self) -> None:
        open_requests = {job.request for job in self._jobs}
        for request in [request for request in self._actions if request not in open_requests]:
            del self._actions[request]


class _Unshown:
    """The page shows progress itself."""

    def started(self, job: SwarmJob) -> None: ...

    def heard(self, job: SwarmJob) -> None: ...

    def ended(self, job: SwarmJob) -> None: ...
