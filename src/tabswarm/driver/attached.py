"""Attaching to an application: what its jobs are, and what its actions would have returned.

It looks on beside the program that runs them, or after that has left or died, and takes nothing from either: any number
may attach, and ask for a result as often as they like while it is kept.
"""

from __future__ import annotations

import os
import threading
from types import TracebackType
from typing import Any

from msgspec import structs

from tabswarm.driver.loop_thread import LoopThread
from tabswarm.driver.save_folder import SaveFolder
from tabswarm.driver.swarm_engine import SwarmEngine
from tabswarm.driver.swarm_job import SwarmJob
from tabswarm.errors import CoordinatorUnreachable, ResultsGone
from tabswarm.plan.finish import Saved
from tabswarm.plan.lineage import Plan
from tabswarm.plan.report import JobReport
from tabswarm.rdd.answer_of import answer_of
from tabswarm.rdd.answers import AsFiles
from tabswarm.rdd.engine_context import MAX_RESULT_SIZE
from tabswarm.rdd.travel import AnswerReader
from tabswarm.shipping.code_reader import CodeReader
from tabswarm.transport.connection import Door
from tabswarm.transport.links import Link
from tabswarm.transport.websocket import WebSocketDoor
from tabswarm.wire.messages import (
    CancelJob,
    Hello,
    StopApplication,
    ToDriver,
    Watch,
    Watched,
)


class AttachedApplication:
    """An application of a swarm, seen from outside. Get one by `Context.attach`.

    A context manager: its end ends the session, and neither the application nor its jobs.
    """

    def __init__(self, engine: WatchingEngine, max_result_size: int = MAX_RESULT_SIZE) -> None:
        self._engine = engine
        self._limit = max_result_size
        self._locks: dict[str, threading.Lock] = {}

    @property
    def applicationId(self) -> str:
        """The application's id."""
        return self._engine.application

    def jobs(self) -> list[JobReport]:
        """Its jobs in the order of their submission, each with its state and its ledger."""
        return [report for report in self._engine.list_jobs() if report.application == self.applicationId]

    def result(self, job: str | None = None, timeout: float | None = None) -> Any:
        """What the action behind a job (by default the latest one) returned, or would have returned.

        Waits while the job runs, at most `timeout` seconds, and raises `TimeoutError` then. A job that failed raises
        what its action would have raised; `ResultsGone` where its driver took the results and nobody kept them.
        """
        wanted = job or self._latest()
        with self._locks.setdefault(wanted, threading.Lock()):
            handle = self._engine.watch(wanted)
            try:
                handle.wait(timeout)
                described = self._engine.described(handle)
                reader = CodeReader(described.code)
                answer = answer_of(described.finish, lambda ref: reader.load(ref.root))
                reading = AnswerReader(self._limit)
                return answer.make(reading.read(block) for _, block in handle.results())
            finally:
                self._engine.forget(handle)

    def save(self, path: str | os.PathLike[str], job: str | None = None, timeout: float | None = None) -> None:
        """Write here what a job (by default the latest one) was to save as files on its driver's disk, to the new
        folder `path`.

        Waits and raises as `result` does; `ValueError` for a job whose action saves nothing.
        """
        wanted = job or self._latest()
        with self._locks.setdefault(wanted, threading.Lock()):
            handle = self._engine.watch(wanted)
            try:
                handle.wait(timeout)
                finish = self._engine.described(handle).finish
                if not isinstance(finish, Saved):
                    raise ValueError(f"job {wanted} saves no files; its answer is had by result({wanted!r})")
                with SaveFolder(AsFiles(os.fspath(path), finish.suffix, finish.call), self._limit) as folder:
                    for partition, block in handle.results():
                        folder.write(partition, block)
                    folder.complete()
            finally:
                self._engine.forget(handle)

    def cancel(self, job: str) -> None:
        """Stop a job on the swarm; harmless where it is over."""
        self._engine.say_cancel(job)

    def stop(self) -> None:
        """End the application on the swarm: its jobs are cancelled, its results and blocks dropped."""
        self._engine.end_application = True
        self.close()

    def close(self) -> None:
        """End the session. The application, its jobs and results stay."""
        self._engine.stop()

    def __enter__(self) -> AttachedApplication:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<AttachedApplication {self.applicationId}>"

    def _latest(self) -> str:
        jobs = self.jobs()
        if not jobs:
            raise ResultsGone(f"application {self.applicationId} has no job yet")
        return jobs[-1].id


class WatchingEngine(SwarmEngine):
    """An engine whose session looks on: it submits nothing, and takes nothing away."""

    def __init__(
        self,
        loop: LoopThread,
        door: Door,
        *,
        token: str,
        application: str,
        max_result_size: int = MAX_RESULT_SIZE,
        progress: bool | None = None,
        owns_loop: bool = True,
    ) -> None:
        self._watched_application = application
        self._described: dict[int, Watched] = {}
        self.end_application = False
        super().__init__(
            loop,
            door,
            token=token,
            name="attach",
            max_result_size=max_result_size,
            progress=progress,
            owns_loop=owns_loop,
            keep_results=True,
        )

    def watch(self, job: str) -> SwarmJob:
        """Have the coordinator tell of a job, and wait until it has said what the job is. Raises why it cannot."""
        self._must_live()
        unknown = Plan(application=self.application, nodes=(), target=0, partitions=())
        watched = SwarmJob(next(self._requests), unknown, self, self._limit)
        self._loop.call(self._start, watched, Watch(request=watched.request, job=job))
        try:
            watched.wait_accepted()
        except BaseException:
            self.forget(watched)
            raise
        return watched

    def described(self, job: SwarmJob) -> Watched:
        """What the coordinator said that a watched job is."""
        return self._described[job.request]

    def forget(self, job: SwarmJob) -> None:
        """Nobody waits for this any more."""
        self._loop.call(self._forget, job)

    def say_cancel(self, job: str) -> None:
        """Stop a job on the swarm."""
        self._must_live()
        self._post(CancelJob(job=job))

    # --- on the loop

    def _introduction(self, token: str, name: str) -> Hello:
        told = super()._introduction(token, name)
        return structs.replace(told, application=self._watched_application, watch=True)

    def _heard(self, message: ToDriver) -> None:
        match message:
            case Watched():
                self._understood(message)
            case _:
                super()._heard(message)

    def _understood(self, message: Watched) -> None:
        asked = self._jobs.asked_by(message.request)
        if asked is None:
            return
        job, _ = asked
        self._described[job.request] = message
        job.plan = structs.replace(
            job.plan,
            partitions=message.partitions,
            action=message.action,
            call_site=message.call_site,
            finish=message.finish,
        )
        self._jobs.accept(job, message.job, 0)

    def _cancel(self, job: SwarmJob) -> None:
        self._forget(job)  # a job that grew over our limit is still somebody else's

    def _forget(self, job: SwarmJob) -> None:
        self._described.pop(job.request, None)
        self._jobs.forget(job)

    async def _leave(self) -> None:
        self._end(CoordinatorUnreachable("this session was closed"))
        if self.end_application:
            self._session.say(StopApplication())
            await self._session.all_taken()


def attach_application(
    link: Link, application: str, *, max_result_size: int = MAX_RESULT_SIZE, progress: bool | None = None
) -> AttachedApplication:
    """Attach to an application of the swarm behind a driver link. Raises one of `ConnectionRefused`'s kinds."""
    loop = LoopThread("tabswarm attached")
    try:
        engine = WatchingEngine(
            loop,
            WebSocketDoor(link),
            token=link.token,
            application=application,
            max_result_size=max_result_size,
            progress=progress,
        )
    except BaseException:
        loop.stop()
        raise
    return AttachedApplication(engine, max_result_size)
