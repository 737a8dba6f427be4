"""A task's way through a volunteer: sources, a turn, a process, one report.

    assigned --all sources here--> waiting --a slot is free--> running (Started) --> Finished | Failed | FetchFailed
        any state --CancelTask, end of its application--> forgotten, without a report; cancelled while it runs, it has
                                                          `GRACE` to come to its end and spare its process

Sources of tasks that wait are fetched while others compute. Turns go in the order in which sources became complete. A
process that dies or runs past the limit costs its task and itself, nothing else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from tabswarm.ids import BlockId
from tabswarm.plan.task import Failure, FailureKind
from tabswarm.wire.messages import Assign, Failed, FetchFailed, Finished, Message, Output, Started
from tabswarm.worker.native.block_store import BlockStore
from tabswarm.worker.native.frames import Broke, Corrupt, Done, Portion, Printed, RunTask
from tabswarm.worker.native.process_pool import ProcessPool
from tabswarm.worker.native.source_fetcher import PageMissing, SourceFetcher, SourceMissing
from tabswarm.worker.native.worker_process import ProcessDied

OF_DRIVER = 0
"""The generation of what the driver holds."""
Report = Callable[[Message], None]
GRACE = 1.0
"""Seconds that a cancelled task may go on. Most end within it, one, say, that was moved to a free slot elsewhere just
as it began here; and a process that is ended has to be replaced."""


class TaskRunner:
    """Runs the tasks of one session, at most `slots` at a time. `report` takes messages for the coordinator."""

    def __init__(
        self, slots: int, pool: ProcessPool, store: BlockStore, sources: SourceFetcher, report: Report
    ) -> None:
        self._pool = pool
        self._store = store
        self._sources = sources
        self._report = report
        self._slots = asyncio.Semaphore(slots)
        self._tasks: dict[tuple[int, int], asyncio.Task[None]] = {}
        self._applications: dict[tuple[int, int], str] = {}
        self._running: set[tuple[int, int]] = set()
        self._unwanted: set[tuple[int, int]] = set()
        self._blobs: dict[str, dict[str, bytes]] = {}

    def learn_code(self, application: str, blobs: dict[str, bytes]) -> None:
        """Keep code blobs until the application ends."""
        self._blobs.setdefault(application, {}).update(blobs)

    def assign(self, assign: Assign) -> None:
        """Take on a task."""
        key = (assign.spec.task, assign.spec.attempt)
        if key in self._tasks:
            return
        task = asyncio.create_task(self._run(assign), name=f"tabswarm task {key[0]}.{key[1]}")
        self._tasks[key], self._applications[key] = task, assign.spec.application
        task.add_done_callback(lambda _: self._forget(key))

    def drop(self, blocks: tuple[BlockId, ...]) -> None:
        """Nobody needs these blocks any more: out of the store, and out of the workers what they unpacked of
        broadcasts."""
        self._store.drop(blocks)
        self._pool.dropped(block for block in blocks if block.generation == OF_DRIVER)

    def cancel(self, task: int, attempt: int) -> None:
        """Stop an attempt; it is not reported."""
        key = (task, attempt)
        found = self._tasks.get(key)
        if found is None or key in self._unwanted:
            return
        if key not in self._running:
            found.cancel()
            return
        self._unwanted.add(key)
        over = asyncio.get_running_loop().call_later(GRACE, found.cancel)
        found.add_done_callback(lambda _: over.cancel())

    def end_application(self, application: str) -> None:
        """Stop the application's tasks and forget all that is kept for it."""
        for key, owner in list(self._applications.items()):
            if owner == application:
                self._tasks[key].cancel()
        self._blobs.pop(application, None)
        self._pool.end_application(application)
        self._sources.forget(application)
        self._store.drop_application(application)

    async def close(self) -> None:
        """Stop everything, without a report."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, key: tuple[int, int]) -> None:
        self._tasks.pop(key, None)
        self._applications.pop(key, None)
        self._unwanted.discard(key)

    async def _run(self, assign: Assign) -> None:
        spec = assign.spec
        prefix = self._store.fresh_prefix()
        inputs: list[list[Portion]] = []
        written = False
        try:
            begun = time.monotonic()
            inputs = await self._sources.gather(assign, f"{prefix}in-")
            read, fetched = self._sources.weigh(inputs)
            seconds = time.monotonic() - begun
            started = Started(task=spec.task, attempt=spec.attempt, read=read, fetched=fetched, seconds=seconds)
            async with self._slots:
                answer = await self._compute(assign, started, inputs, f"{prefix}out-")
            if (spec.task, spec.attempt) in self._unwanted:
                return
            if isinstance(answer, Done):
                written = True
                for sink in answer.sinks:
                    self._store.add(sink)
            self._report(_told(assign, answer))
        except SourceMissing as missing:
            self._report(
                FetchFailed(
                    task=spec.task,
                    attempt=spec.attempt,
                    block=missing.block,
                    holder=missing.holder,
                    reason=missing.reason,
                    corrupt=missing.corrupt,
                )
            )
        except PageMissing as page:
            failure = Failure(
                kind=FailureKind.URL_UNAVAILABLE,
                message=page.reason,
                node=page.block.node,
                partition=page.block.partition,
            )
            self._report(_told(assign, Broke(failure)))
        except Exception as error:  # whatever goes wrong here, the coordinator must not wait for this task
            reason = f"the volunteer could not run it: {error}"
            self._report(_told(assign, _broke(FailureKind.WORKER_DIED, type(error).__name__, reason)))
        finally:
            if written:
                self._store.drop_fetched(inputs, prefix)
            else:
                self._store.drop_files(prefix)

    async def _compute(
        self, assign: Assign, started: Started, inputs: list[list[Portion]], prefix: str
    ) -> Done | Broke | Corrupt:
        """Run the task in a process, and say so first. The process is given back only where it is sound."""
        spec = assign.spec
        key = (spec.task, spec.attempt)
        try:
            process = await self._pool.take(spec.application)
        except ProcessDied as died:
            return _broke(FailureKind.WORKER_DIED, "", f"no worker process could start: {died}", died.crash)
        sound = False
        try:
            known = self._blobs.get(spec.application, {})
            code = {blob: known[blob] for blob in assign.code if blob in known and blob not in process.code}
            self._report(started)
            self._running.add(key)
            async with asyncio.timeout(assign.time_limit or None):
                forget, process.stale = tuple(process.stale), {}
                order = RunTask(spec, inputs, code, prefix, forget)
                answer = await process.run(order, lambda told: self._print(assign, told))
            process.code.update(code)
            sound = not (isinstance(answer, Broke) and answer.failure.kind is FailureKind.OUT_OF_MEMORY)
            return answer
        except TimeoutError:
            words = f"the task ran longer than its limit of {assign.time_limit} s and was ended"
            return _broke(FailureKind.TIMEOUT, "", words)
        except ProcessDied as died:
            return _broke(FailureKind.WORKER_DIED, "", str(died), died.crash)
        finally:
            self._running.discard(key)
            if sound:
                self._pool.put_back(process)
            else:
                self._pool.discard(process)

    def _print(self, assign: Assign, told: Printed) -> None:
        if (assign.spec.task, assign.spec.attempt) in self._unwanted:
            return
        self._report(
            Output(
                task=assign.spec.task,
                attempt=assign.spec.attempt,
                stream=told.stream,
                text=told.text,
                partition=told.partition,
                dropped=told.dropped,
            )
        )


def _broke(kind: FailureKind, type_name: str, message: str, traceback: str = "") -> Broke:
    return Broke(Failure(kind=kind, type_name=type_name, message=message, traceback=traceback))


def _told(assign: Assign, answer: Done | Broke | Corrupt) -> Message:
    task, attempt = assign.spec.task, assign.spec.attempt
    match answer:
        case Done():
            reports = tuple(sink.report for sink in answer.sinks)
            return Finished(
                task=task,
                attempt=attempt,
                sinks=reports,
                runs=tuple(answer.runs),
                seconds=answer.seconds,
                updates=answer.updates,
            )
        case Broke():
            return Failed(task=task, attempt=attempt, failure=answer.failure)
        case Corrupt():
            return FetchFailed(
                task=task,
                attempt=attempt,
                block=answer.block,
                holder=answer.holder,
                reason=answer.reason,
                corrupt=True,
            )
