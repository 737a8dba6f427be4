"""One worker process, seen from its supervisor.

The law: a process that dies, however it does, is an answer like any other (`ProcessDied`), and a process that is let go
of is dead when `kill` has been awaited: it and all that it started, for it leads a process group of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import tabswarm
from tabswarm.errors import TabswarmError
from tabswarm.ids import BlockId
from tabswarm.shipping.task_files import FOLDER_VARIABLE
from tabswarm.worker.native.frames import (
    FRAME_LIMIT,
    LENGTH,
    Broke,
    Corrupt,
    Done,
    FromProcess,
    Printed,
    Ready,
    RunTask,
    decode_answer,
    framed,
)

_PASSED_ON = frozenset(
    "PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR TEMP TMP LD_LIBRARY_PATH DYLD_LIBRARY_PATH PYTHONPATH "
    "VIRTUAL_ENV OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS".split()
)
"""The variables that a process gets; all others stay with the supervisor, for they may hold a link's token."""
_POLL_SECONDS = 0.5
_CRASH_LIMIT = 4096


class ProcessDied(TabswarmError):
    """The process ended in the middle of its task, or before it was ready; `crash` is what it left on stderr."""

    def __init__(self, words: str, crash: str = "") -> None:
        super().__init__(words)
        self.crash = crash


class WorkerProcess:
    """A running process; `start` makes one. It has an `application` once it has run a task; `stale` are
    broadcasts that its next task has to forget."""

    def __init__(self, popen: subprocess.Popen[bytes], connection: socket.socket, crashes: Path, files: Path) -> None:
        self.application: str | None = None
        self.code: set[str] = set()
        self.stale: dict[BlockId, None] = {}
        self.python = ""
        self._popen = popen
        self._crashes = crashes
        self._files = files
        self._connection = connection
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    @staticmethod
    def start(directory: Path) -> WorkerProcess:
        """Start a process; `directory` takes the file for its crashes."""
        here, there = socket.socketpair()
        name = f"{there.fileno()}-{os.urandom(4).hex()}"
        crashes, files = directory / f"crash-{name}", directory / f"files-{name}"
        with there, crashes.open("wb") as stderr:
            popen = subprocess.Popen(
                [sys.executable, "-P", "-m", "tabswarm.worker.native.process", str(there.fileno()), str(os.getpid())],
                pass_fds=(there.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                env=_environment() | {FOLDER_VARIABLE: str(files)},
                start_new_session=True,
            )
        here.setblocking(False)
        return WorkerProcess(popen, here, crashes, files)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._popen.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._popen.poll() is None

    async def ready(self) -> None:
        """Wait until it has started. Raises ProcessDied."""
        if self._reader is None:
            self._reader, self._writer = await asyncio.open_connection(sock=self._connection, limit=1 << 20)
            answer = await self._answer()
            if not isinstance(answer, Ready):
                raise ProcessDied(f"the worker process said {type(answer).__name__} before it was ready")
            self.python = answer.python

    async def run(self, task: RunTask, printed: Callable[[Printed], None]) -> Done | Broke | Corrupt:
        """Run one task. Raises ProcessDied."""
        await self.ready()
        assert self._writer is not None
        self._writer.write(framed(task))
        with contextlib.suppress(ConnectionError):  # the reader tells of its death
            await self._writer.drain()
        while True:
            answer = await self._answer()
            if isinstance(answer, Printed):
                printed(answer)
            elif isinstance(answer, Ready):
                raise ProcessDied("the worker process started anew by itself")
            else:
                return answer

    async def kill(self) -> None:
        """End it and all that it started, and wait until it is gone."""
        self.kill_now()
        await self._exit_code()
        self._crashes.unlink(missing_ok=True)
        shutil.rmtree(self._files, ignore_errors=True)
        self.hang_up()
        if self._writer is not None:
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    def hang_up(self) -> None:
        """Close its socket; it leaves by itself."""
        if self._writer is not None:
            self._writer.close()
        else:
            self._connection.close()

    def kill_now(self) -> None:
        """End it and all that it started, without waiting."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)

    async def _answer(self) -> FromProcess:
        """The next message. Looks now and then whether the process lives: what it started may hold its socket open."""
        reading = asyncio.ensure_future(self._read())
        try:
            while not reading.done():
                await asyncio.wait([reading], timeout=_POLL_SECONDS)
                if not reading.done() and not self.is_alive:
                    await asyncio.wait([reading], timeout=_POLL_SECONDS)
                    break
            if reading.done():
                with contextlib.suppress(EOFError, OSError, ValueError):
                    return reading.result()
        finally:
            reading.cancel()
        raise await self._died()

    async def _read(self) -> FromProcess:
        assert self._reader is not None
        (length,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
        if length > FRAME_LIMIT:
            raise ValueError("a frame that no worker process writes")
        return decode_answer.decode(await self._reader.readexactly(length))

    async def _exit_code(self) -> int:
        """Wait until it is gone. Without a thread: at a program's end Python 3.12 starts none any more."""
        while (code := self._popen.poll()) is None:  # noqa: ASYNC110 — Popen has no event to wait for
            await asyncio.sleep(0.002)
        return code

    async def _died(self) -> ProcessDied:
        """Why it ended; it is ended here where it only hung up."""
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                code = await self._exit_code()
        except TimeoutError:
            return ProcessDied("the worker process closed its connection to the supervisor")
        crash = ""
        with contextlib.suppress(OSError):
            crash = self._crashes.read_bytes()[-_CRASH_LIMIT:].decode("utf-8", "replace")
        return ProcessDied(words_for(code), crash)


def words_for(code: int) -> str:
    """What a process's exit code says.

    >>> words_for(3), words_for(-11)
    ('the worker process exited with status 3', 'the worker process was ended by SIGSEGV')
    """
    if code >= 0:
        return f"the worker process exited with status {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    perhaps = ", perhaps because the machine ran out of memory" if -code == signal.SIGKILL else ""
    return f"the worker process was ended by {name}{perhaps}"


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith("LC_")}
    package = Path(tabswarm.__file__).parent.parent
    if package.name not in ("site-packages", "dist-packages"):
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, (str(package), kept.get("PYTHONPATH", ""))))
    return kept | {"PYTHONHASHSEED": "0"}
