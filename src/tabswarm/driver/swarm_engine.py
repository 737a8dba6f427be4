"""The engine over a coordinator: a control session, a relay socket and direct lines, all on a background loop.

Messages leave in the order in which they were asked for. A connection that breaks is taken up again and the program
waits; when the session itself ends, every job that runs ends with the reason, and later calls raise it.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import platform
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import TimeoutError as FutureTimeout

from tabswarm.driver.job_listing import ANSWERS_WITHIN, JobListing
from tabswarm.driver.loop_thread import LoopThread
from tabswarm.driver.moved_bytes import MovedBytes
from tabswarm.driver.progress import ProgressDisplay
from tabswarm.driver.result_fetcher import ResultFetcher
from tabswarm.driver.running_jobs import RunningJobs
from tabswarm.driver.source_store import SourceStore
from tabswarm.driver.submission import submission
from tabswarm.driver.swarm_job import SwarmJob
from tabswarm.driver.swarm_news import SwarmNews, Watcher
from tabswarm.errors import ConnectionRefused, CoordinatorUnreachable, TabswarmError
from tabswarm.plan.lineage import Plan
from tabswarm.plan.report import JobReport
from tabswarm.rdd.engine import BlockReader
from tabswarm.rdd.engine_context import MAX_RESULT_SIZE
from tabswarm.transport.block_port import TcpWay
from tabswarm.transport.connection import Connection, ConnectionLost, Door
from tabswarm.transport.lasting_session import LastingSession
from tabswarm.transport.neighbours import Neighbourhood
from tabswarm.transport.passes import Passes
from tabswarm.transport.relay_line import RelayLine
from tabswarm.transport.routes import Routes
from tabswarm.transport.webrtc import WebRtcWay, network_capabilities
from tabswarm.transport.websocket import local_host
from tabswarm.wire.messages import (
    Hello,
    Holders,
    Jobs,
    MayLeave,
    Message,
    Pass,
    Release,
    Signal,
    StopApplication,
    Submit,
    ToDriver,
    Unpersist,
    Watch,
    Welcome,
)
from tabswarm.wire.version import PROTOCOL, tabswarm_version

GOODBYE = 2.0
"""Seconds that the coordinator has to hear that the application ends."""
LEAVES_WITHIN = 6.0
"""Seconds that copies of this driver's data may take, where its jobs go on without it."""
STOPS_WITHIN = 10.0
"""Seconds that `stop` takes at most."""


class SwarmEngine:
    """Runs the jobs of one application on the swarm behind `door`; `welcome` tells which.

    With `owns_loop` the loop ends with the engine. With `keep_results` the jobs' results stay on the swarm for whoever
    attaches, also after `stop`, and running jobs go on; `on_job` is told the application's id when its first job was
    accepted.
    """

    def __init__(
        self,
        loop: LoopThread,
        door: Door,
        *,
        token: str,
        name: str,
        max_result_size: int = MAX_RESULT_SIZE,
        progress: bool | None = None,
        owns_loop: bool = True,
        keep_results: bool = False,
        on_job: Callable[[str], None] | None = None,
    ) -> None:
        self._keep_results = keep_results
        self._on_job = on_job
        self._loop = loop
        self._owns_loop = owns_loop
        self._listing = JobListing()
        self._requests = itertools.count(1)
        self._limit = max_result_size
        self.news = SwarmNews(ProgressDisplay(progress))
        self._lost: TabswarmError | None = None
        self._stopping = threading.Lock()
        self._stopped = False
        self._jobs: RunningJobs
        self._session: LastingSession
        self._relay: RelayLine
        self._sources: SourceStore
        self._fetcher: ResultFetcher
        self.welcome: Welcome = loop.run(self._connect(door, token, name))

    @property
    def application(self) -> str:
        """The application's id."""
        return self.welcome.application

    @property
    def default_parallelism(self) -> int:
        """The swarm's task slots; 2 where nobody is there."""
        return self._jobs.slots or 2

    def submit(self, plan: Plan, code: Mapping[str, bytes]) -> SwarmJob:
        """Start a job, and wait until the coordinator has taken it."""
        self._must_live()
        job = SwarmJob(next(self._requests), plan, self, self._limit)
        message = submission(job.request, plan, code, keep=self._keep_results)
        self._loop.call(self._start, job, message)
        try:
            job.wait_accepted()
        except BaseException:
            job.cancel()
            raise
        if self._on_job is not None:
            told, self._on_job = self._on_job, None
            told(self.application)
        return job

    def list_jobs(self) -> tuple[JobReport, ...]:
        """What the coordinator knows of all jobs of the swarm."""
        question, answer = self._listing.ask(next(self._requests))
        self._post(question)
        return answer.result(ANSWERS_WITHIN)

    def report(self, job: str) -> JobReport | None:
        """What the coordinator knows of one job; None where it forgot it."""
        return next((report for report in self.list_jobs() if report.id == job), None)

    def provide(self, node: int, reader: BlockReader) -> None:
        """Serve the node's source blocks."""
        self._sources.provide(node, reader)

    def release(self, nodes: Sequence[int]) -> None:
        """No handle to these nodes is left."""
        self._sources.release(nodes)
        self._post(Release(nodes=tuple(nodes)))

    def unpersist(self, node: int) -> None:
        """Drop the node's persisted blocks."""
        self._post(Unpersist(node=node))

    def watch_swarm(self, watcher: Watcher) -> None:
        """Tell what changes in the swarm, on the engine's thread, beginning with what is known."""
        self._loop.call(self.news.watch, watcher)

    def stop(self) -> None:
        """End the application and the connection."""
        with self._stopping:
            if self._stopped:
                return
            self._stopped = True
        try:
            if self._loop.alive:
                goodbye = self._loop.start(self._say_goodbye())
                try:
                    goodbye.result(STOPS_WITHIN)
                except (FutureTimeout, ConnectionLost):
                    goodbye.cancel()
        finally:  # also when Ctrl-C comes a second time
            if self._owns_loop:
                self._loop.stop()

    # --- for its jobs

    def cancel(self, job: SwarmJob) -> None:
        """Stop a job on the swarm, as soon as it has an id."""
        self._loop.call(self._cancel, job)

    def done_with(self, job: SwarmJob) -> None:
        """All of a job's blocks are here."""
        self._loop.call(self._jobs.done_with, job)

    def has_room(self, job: SwarmJob) -> None:
        """The program took a block of a job that streams."""
        self._loop.call(self._jobs.has_room, job)

    # --- on the loop

    async def _connect(self, door: Door, token: str, name: str) -> Welcome:
        self._neighbours = Neighbourhood()
        self._session = LastingSession(door, _notice)

        def introduce(connection: Connection) -> Hello:
            over_network = network_capabilities() if local_host(connection) else ()
            self._abilities = (*self._neighbours.capabilities, *over_network)
            return self._introduction(token, name)

        welcome = await self._session.open(introduce)
        say = self._session.say
        self._sources = SourceStore(welcome.application)
        self._passes = Passes()
        await self._neighbours.open(welcome.peer, self._sources.place)
        self._moved = MovedBytes(welcome.application, say)
        self._relay = RelayLine(door, self._session.relay_hello(), self._sources.look_up, self._passes)
        self._routes = Routes(self._relay.fetch)
        self._channels = WebRtcWay(
            welcome.peer, say, self._sources.look_up, self._passes, self._routes.adopt, welcome.ice_servers
        )
        if not welcome.relay_only:
            self._routes.ways += [TcpWay(welcome.peer, self._passes), self._channels]
        fetcher = ResultFetcher(self._routes, self._neighbours, self._moved.count, say)
        self._jobs = RunningJobs(say, fetcher, self._sources.why, self.news)
        self._may_leave = asyncio.Event()
        self._relaying = asyncio.create_task(self._relay.keep(), name="tabswarm relay line")
        self._listening = asyncio.create_task(self._listen(), name="tabswarm driver hears")
        return welcome

    def _introduction(self, token: str, name: str) -> Hello:
        return Hello(
            token=token,
            role="driver",
            protocol=PROTOCOL,
            version=tabswarm_version(),
            python=".".join(platform.python_version_tuple()[:2]),
            kind="library",
            name=name[:100],
            capabilities=self._abilities,
            host=self._neighbours.id,
        )

    def _post(self, message: Message) -> None:
        self._loop.call(self._session.say, message)

    def _start(self, job: SwarmJob, message: Submit | Watch) -> None:
        self._jobs.start(job, message)

    async def _listen(self) -> None:
        try:
            await self._session.run(self._heard, self._anew, self._relay.renew)
        except ConnectionRefused as reason:
            self._end(reason)
        except Exception as error:  # a bug of ours must not leave the program waiting for ever
            self._end(CoordinatorUnreachable(f"the driver cannot go on: {type(error).__name__}: {error}"))
            raise

    def _anew(self) -> list[Message]:
        return [*self._jobs.anew(), *self._listing.questions()]

    def _heard(self, message: ToDriver) -> None:
        match message:
            case Pass():
                self._passes.learn(message.application, message.secret)
            case Holders():
                self._routes.meet(message)
            case Signal() if self._channels in self._routes.ways:
                self._channels.take(message)
            case Jobs():
                self._listing.heard(message)
            case MayLeave():
                self._may_leave.set()
            case _:
                self.news.told(message)
                self._jobs.heard(message)

    def _cancel(self, job: SwarmJob) -> None:
        self._jobs.cancel(job)

    def _end(self, error: TabswarmError) -> None:
        self._lost = error
        self._may_leave.set()
        self._jobs.end(error)
        self._listing.end(error)
        self.news.end(str(error))

    async def _say_goodbye(self) -> None:
        self.news.end("The context was stopped.")
        for job in [] if self._keep_results else self._jobs:
            job.cancel()
        with contextlib.suppress(TimeoutError, ConnectionLost):
            async with asyncio.timeout(LEAVES_WITHIN if self._keep_results else GOODBYE):
                await self._leave()
        try:
            async with asyncio.timeout(GOODBYE):
                await self._neighbours.close()
                await self._routes.close()
                await self._channels.close()
                await self._relay.close()
                await self._session.close()
        except (TimeoutError, ConnectionLost):
            pass
        for task in (self._listening, self._relaying):
            task.cancel()
        await asyncio.gather(self._listening, self._relaying, return_exceptions=True)

    async def _leave(self) -> None:
        """Say that the program is over; where its jobs go on, wait until they need nothing more of us."""
        if self._lost is None:
            if (moved := self._moved.take()) is not None:
                self._session.say(moved)
            self._session.say(StopApplication(keep_results=self._keep_results))
            await self._session.all_taken()
            if self._keep_results:
                await self._may_leave.wait()

    def _must_live(self) -> None:
        if self._lost is not None:
            raise self._lost


def _notice(line: str) -> None:
    """Tell the person at the program of what keeps it waiting."""
    print(f"tabswarm: {line}", file=sys.stderr, flush=True)
