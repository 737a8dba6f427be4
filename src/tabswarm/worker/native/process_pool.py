"""Which process runs whose tasks.

A process belongs to one application and ends with it: stale modules and monkey-patches never leak. Processes start when
tasks need them, up to the number of slots, and one warm spare without an application stands by.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from pathlib import Path

from tabswarm.ids import BlockId
from tabswarm.worker.native.worker_process import ProcessDied, WorkerProcess


class ProcessPool:
    """The processes of one volunteer. At most `slots` are `take`n at a time: the caller sees to that."""

    def __init__(self, slots: int, directory: Path) -> None:
        self._slots = slots
        self.directory = directory
        self._idle: list[WorkerProcess] = []
        self._busy: set[WorkerProcess] = set()
        self._spare: WorkerProcess | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def pids(self) -> list[int]:
        """The ids of all processes."""
        spare = [] if self._spare is None else [self._spare]
        return [process.pid for process in (*self._idle, *self._busy, *spare)]

    def warm_up(self) -> None:
        """See that a spare stands by."""
        if self._spare is None and not self._closed:
            self._spare = WorkerProcess.start(self.directory)

    async def take(self, application: str) -> WorkerProcess:
        """A process for one task of an application. Raises ProcessDied where none can start."""
        for process in [process for process in self._idle if process.application == application]:
            self._idle.remove(process)
            if process.is_alive:
                self._busy.add(process)
                return process
            self._let_go(process)
        process = self._take_spare() or WorkerProcess.start(self.directory)
        process.application = application
        self._busy.add(process)
        while len(self._busy) + len(self._idle) > self._slots:
            self._let_go(self._idle.pop(0))
        try:
            await process.ready()
        except BaseException:
            self.discard(process)
            raise
        self.warm_up()
        return process

    def _take_spare(self) -> WorkerProcess | None:
        spare, self._spare = self._spare, None
        if spare is not None and not spare.is_alive:
            self._let_go(spare)
            return None
        return spare

    def put_back(self, process: WorkerProcess) -> None:
        """The task is through, and the process is sound."""
        self._busy.discard(process)
        self._idle.append(process)

    def discard(self, process: WorkerProcess) -> None:
        """The process hangs or is dead."""
        self._busy.discard(process)
        self._let_go(process)

    def end_application(self, application: str) -> None:
        """End the idle processes of an application; whoever took one discards it."""
        for process in [process for process in self._idle if process.application == application]:
            self._idle.remove(process)
            self._let_go(process)

    def dropped(self, blocks: Iterable[BlockId]) -> None:
        """The driver dropped these broadcasts: whoever unpacked one lets go of it with the next task."""
        for block in blocks:
            for process in (*self._idle, *self._busy):
                if process.application == block.application:
                    process.stale[block] = None

    async def close(self) -> None:
        """End all processes, and wait until they are gone."""
        self._closed = True
        for process in (*self._idle, *self._busy, *filter(None, (self._spare,))):
            self._let_go(process)
        self._idle, self._busy, self._spare = [], set(), None
        while self._background:
            await asyncio.wait(self._background)

    def _let_go(self, process: WorkerProcess) -> None:
        process.kill_now()
        task = asyncio.create_task(_reap(process), name="tabswarm reap")
        self._background.add(task)
        task.add_done_callback(self._background.discard)


async def _reap(process: WorkerProcess) -> None:
    with contextlib.suppress(ProcessDied, OSError):
        await process.kill()
