"""Starts a browser under its guard, with a new profile that vanishes with it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tabswarm.browsers import guard
from tabswarm.browsers.errors import BrowserError


def new_profile(executable: Path) -> Path:
    """A new folder for a profile, where this browser can read it: one packed as a snap sees its own folders only."""
    real = executable.resolve()
    parent: Path | None = None
    if real.name == "snap" or "snap" in real.parts:
        parent = Path.home() / "snap" / executable.name / "common"
        parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="tabswarm-browser-", dir=parent))


class BrowserProcess:
    """A running browser: its profile, its last words, its end."""

    def __init__(self, process: asyncio.subprocess.Process, lifeline: int, profile: Path) -> None:
        self.profile = profile
        self._process = process
        self._lifeline: int | None = lifeline
        self._lines: deque[str] = deque(maxlen=30)
        self._listeners: list[Callable[[str], None]] = []
        self._reader = asyncio.create_task(self._read_stderr())

    @classmethod
    async def start(cls, command: list[str], profile: Path, pipe: int = -1) -> BrowserProcess:
        """Starts `command` under a guard; `pipe` is a socket for Chromium's files 3 and 4.

        The guard owns `profile` from here on and removes it. Raises BrowserError where that cannot be (Windows).
        """
        if sys.platform == "win32":
            raise BrowserError("tabswarm drives browsers on Linux and macOS only; open the link in a browser yourself.")
        for_guard, lifeline = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                guard.__file__,
                str(profile),
                str(pipe),
                "--",
                *command,
                stdin=for_guard,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                limit=1 << 20,
                pass_fds=() if pipe < 0 else (pipe,),
                start_new_session=True,  # a Ctrl-C in the terminal is for us; we end the browser in good order
                env=_environment(profile),
            )
        except BaseException:
            os.close(lifeline)
            shutil.rmtree(profile, ignore_errors=True)
            raise
        finally:
            os.close(for_guard)
        return cls(process, lifeline, profile)

    @property
    def pid(self) -> int:
        """The guard's process; the browser's own are below it."""
        return self._process.pid

    @property
    def last_words(self) -> str:
        """The last lines that the browser wrote to its standard error."""
        return "\n".join(self._lines)

    async def line_with(self, text: str, timeout: float) -> str:
        """The first line of standard error that contains `text`. Raises BrowserError if it does not come."""
        found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def listen(line: str) -> None:
            if text in line and not found.done():
                found.set_result(line)

        for line in self._lines:
            listen(line)
        self._listeners.append(listen)
        either: set[asyncio.Future[Any]] = {found, self._reader}  # standard error ends when the browser does
        try:
            await asyncio.wait(either, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._listeners.remove(listen)
        if found.done():
            return found.result()
        why = "ended" if self._reader.done() else f"did not say {text!r} in {timeout:g} s"
        raise BrowserError(f"The browser {why}. Its last words:\n{self.last_words}")

    def kill(self) -> None:
        """Ends the browser at once (SIGKILL to all its processes), as a crash would."""
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None

    async def wait(self, timeout: float) -> bool:
        """Waits until browser and profile are gone; False if they still are there after `timeout` seconds."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._process.wait(), timeout)
            await self._reader
            self.kill()  # closes the lifeline; there is nothing left to end
            return True
        return False

    async def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            text = line.decode(errors="replace").rstrip()
            self._lines.append(text)
            for listen in self._listeners:
                listen(text)


def _environment(profile: Path) -> dict[str, str]:
    environment = dict(os.environ)
    # Firefox refuses to start as root in the home of somebody else, and both want a home that they can write to.
    home = environment.get("HOME", "")
    if not home or not os.path.isdir(home) or os.stat(home).st_uid != os.geteuid() or not os.access(home, os.W_OK):
        environment["HOME"] = str(profile)
    for name in ("PYTHONPATH", "PYTHONHOME", "MOZ_REMOTE_ALLOW_SYSTEM_ACCESS", "DISPLAY", "WAYLAND_DISPLAY"):
        environment.pop(name, None)
    return environment
