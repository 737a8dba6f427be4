"""The console's Python: what the page says goes in here, cell by cell, and what cells do goes out to the page.

The law: a cell's events come in order, and after its end none; one cell runs at a time, and whatever it raises is told
as its error. What leaves a method of this class as an exception is the end of this Python.
"""

from __future__ import annotations

import asyncio
import builtins
import io
import json
import sys
import time
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from tabswarm.console.cell_code import compile_cell
from tabswarm.console.cell_error import describe_error
from tabswarm.console.cell_run import CellRun, running
from tabswarm.console.completion import completions
from tabswarm.console.context import ConsoleContext
from tabswarm.console.engine import ConsoleEngine
from tabswarm.console.host import JsBlocks, JsBytes, JsFailure, Page
from tabswarm.console.recall import Recall, Recorded
from tabswarm.console.screen import PageScreen
from tabswarm.console.streams import CellStream
from tabswarm.console.waiting import RunSync, Waiting, interrupted_by
from tabswarm.errors import CoordinatorUnreachable, SessionReplaced
from tabswarm.showing.screen import display, show_on
from tabswarm.wire.close_code import CloseCode
from tabswarm.wire.messages import ToDriver, Welcome

_welcome_of = msgspec.msgpack.Decoder(Welcome).decode
_message_of: Callable[[bytes], ToDriver] = msgspec.msgpack.Decoder(ToDriver).decode


class Room:
    """One Python of a console. `main` is the module in which cells run; `files` is where dropped files lie."""

    def __init__(self, page: Page, run_sync: RunSync, main: ModuleType, files: Path = Path("/files")) -> None:
        self._page = page
        self._waiting = Waiting(run_sync, self._tell_waiting)
        self._main = main
        self._folder = files
        self._engine: ConsoleEngine | None = None
        self._cells: dict[str, str] = {}
        self._run: CellRun | None = None
        self._task: asyncio.Task[Any] | None = None
        self._streams = CellStream("stdout"), CellStream("stderr")

    def furnish(self) -> None:
        """Give cells what they find in any Python: streams, `time.sleep`, `display`, `tabswarm`."""
        sys.stdout, sys.stderr = self._streams
        sys.stdin = io.StringIO()
        sys.modules["__main__"] = self._main
        time.sleep = self._waiting.sleep  # type: ignore[assignment]
        show_on(PageScreen())
        self._main.__dict__.update({"__name__": "__main__", "__builtins__": builtins, "display": display})

    # --- what the page says

    def open(self, welcome: JsBytes, first_free: int) -> None:
        """The session is there; its application has used no number from `first_free` on."""
        import tabswarm

        self._engine = ConsoleEngine(self._page, self._waiting, _welcome_of(welcome.to_bytes()), max(first_free, 1))
        context = ConsoleContext.begin(self._engine, self._waiting, first_free)
        for name in ("Context", "SparkContext"):
            setattr(tabswarm, name, ConsoleContext)
        self._main.__dict__.update({"sc": context, "Context": ConsoleContext, "SparkContext": ConsoleContext})

    def message(self, message: JsBytes) -> None:
        """The coordinator said something."""
        if self._engine is None:
            return
        token = running.set(self._run)  # what tasks print belongs to the cell that runs
        try:
            self._engine.heard(_message_of(message.to_bytes()))
        finally:
            running.reset(token)

    def again(self) -> None:
        """The session was taken up again."""
        if self._engine is not None:
            self._engine.again()

    def lost(self, code: int, reason: str) -> None:
        """The session is over."""
        if self._engine is not None:
            kind = SessionReplaced if code == CloseCode.REPLACED else CoordinatorUnreachable
            self._engine.end(kind(reason or f"the console's session has ended ({code})"))

    async def run(self, cell: str, name: str, source: str, actions: str, parallelism: int) -> None:
        """Run a cell to its end. `actions` is JSON of what its last run recorded, where this is a replay."""
        recorded = msgspec.json.decode(actions, type=list[Recorded])
        run = self._run = CellRun(cell, name, self._page, Recall(cell, recorded), parallelism)
        self._cells[name] = cell
        token = running.set(run)
        try:
            with interrupted_by(run.interrupt):
                self._task = asyncio.get_running_loop().create_task(self._evaluate(source, run))
                outcome = await self._task
        except asyncio.CancelledError:  # stopped at its very end
            outcome = "stopped"
        finally:
            running.reset(token)
            self._run = self._task = None
        run.over = True
        self._page.done(cell, outcome, run.parallelism)

    def interrupt(self) -> None:
        """The person stops the cell."""
        if self._run is not None and not self._run.interrupt.ask() and self._task is not None:
            self._task.cancel()

    async def complete(self, id: int, source: str, cursor: int) -> None:
        """What may stand at the cursor; nothing while a cell computes."""
        found: list[dict[str, str]] = []
        if self._run is None:
            with suppress(Exception):  # of jedi's, which a person who types must not hear of
                found = completions(source, cursor, self._main.__dict__)
        self._page.completions(id, json.dumps(found))

    def fetched(self, id: int, blocks: JsBlocks, failure: JsFailure | None) -> None:
        """The answer to a fetch."""
        if self._engine is not None:
            self._engine.fetched(id, blocks, failure)

    def files(self, names: str) -> None:
        """The dropped files (JSON of their names) lie in their folder now: let cells find them where they run."""
        wanted = set(json.loads(names))
        here = Path.cwd()
        for path in here.iterdir():
            if path.is_symlink() and path.name not in wanted and path.readlink().parent == self._folder:
                path.unlink()
        for name in wanted:
            if not (here / name).exists() and not (here / name).is_symlink():
                (here / name).symlink_to(self._folder / name)

    # --- within

    async def _evaluate(self, source: str, run: CellRun) -> str:
        try:
            value = await _Seen(compile_cell(source, run.name).run(self._main.__dict__), self._tell_waiting)
            if value is not None:
                self._main.__dict__["_"] = value
                display(value)
            return "done"
        except asyncio.CancelledError as error:
            stopped = run.interrupt.asked
            return self._failed(KeyboardInterrupt().with_traceback(error.__traceback__) if stopped else error, run)
        except BaseException as error:
            return self._failed(error, run)
        finally:
            for stream in self._streams:
                stream.finish()

    def _failed(self, error: BaseException, run: CellRun) -> str:
        for stream in self._streams:
            stream.flush()
        run.tell({"is": "error", "error": describe_error(error, self._cells, run.cell)})
        return "stopped" if isinstance(error, KeyboardInterrupt) else "failed"

    def _tell_waiting(self, waits: bool) -> None:
        run = running.get()
        if run is None or run.over or run is not self._run:
            return
        if waits:
            for stream in self._streams:
                stream.flush()
            self._page.waiting(run.cell, json.dumps([] if self._engine is None else self._engine.waited_for()))
        else:
            self._page.computing(run.cell)


class _Seen:
    """A coroutine whose waits are told of."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], tell: Callable[[bool], None]) -> None:
        self._coroutine = coroutine
        self._tell = tell

    def __await__(self) -> Generator[Any, Any, Any]:
        resume: Callable[[], Any] = partial(self._coroutine.send, None)
        while True:
            try:
                awaited = resume()
            except StopIteration as end:
                return end.value
            self._tell(True)
            try:
                resume = partial(self._coroutine.send, (yield awaited))
            except BaseException as error:
                resume = partial(self._coroutine.throw, error)
            finally:
                self._tell(False)
