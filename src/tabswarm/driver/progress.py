"""A progress bar in a terminal or notebook for jobs that take a while; nothing where nobody watches.

It appears after half a second, so that quick jobs leave no trace, and is gone when the last job has ended.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, cast

from tabswarm.driver.notebook_progress import NotebookBars
from tabswarm.driver.plain_text import harmless
from tabswarm.driver.swarm_job import SwarmJob
from tabswarm.driver.swarm_news import state_of, title_of
from tabswarm.showing.screen import in_notebook

if TYPE_CHECKING:
    from rich.progress import Progress

APPEARS_AFTER = 0.5
"""Seconds after a job's start."""
EACH = 0.2
"""Seconds between two looks at the jobs."""


class ProgressDisplay:
    """Shows the jobs of one engine. Used on the engine's loop. `enabled` None means: where stderr is a terminal, or in
    a notebook."""

    def __init__(self, enabled: bool | None = None) -> None:
        self._enabled = (_is_terminal() or in_notebook()) if enabled is None else enabled
        self._jobs: dict[int, SwarmJob] = {}
        self._told: set[int] = set()
        self._bars: dict[int, int] = {}
        self._display: Bars | None = None
        self._timer: asyncio.TimerHandle | None = None

    def started(self, job: SwarmJob) -> None:
        """A job was submitted."""
        if self._enabled:
            self._jobs[job.request] = job
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(APPEARS_AFTER, self._show)

    def heard(self, job: SwarmJob) -> None:
        """The coordinator told how far a job is. What it waits for is said once, also where there is no bar."""
        if job.waiting_for and job.request not in self._told and not self._enabled and sys.stderr is not None:
            self._told.add(job.request)
            sys.stderr.write(f"[tabswarm] {title_of(job)} waits for {harmless(job.waiting_for)}\n")

    def ended(self, job: SwarmJob) -> None:
        """A job is over."""
        self._told.discard(job.request)
        self._jobs.pop(job.request, None)
        bar = self._bars.pop(job.request, None)
        if bar is not None and self._display is not None:
            self._display.remove_task(bar)
        if not self._jobs:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            display, self._display = self._display, None
            if display is not None:
                with suppress(OSError, ValueError):  # the terminal is gone: there is nothing to clean up on it
                    display.stop()

    def _show(self) -> None:
        if self._display is None:
            self._display = _display()
            self._display.start()
        for request, job in self._jobs.items():
            bar = self._bars.get(request)
            if bar is None:
                bar = self._bars[request] = self._display.add_task(title_of(job), total=None, state=state_of(job))
            self._display.update(
                bar, total=job.total or None, completed=job.done, description=title_of(job), state=state_of(job)
            )
        self._timer = asyncio.get_running_loop().call_later(EACH, self._show)


class Bars(Protocol):
    """Where jobs are shown: rich's `Progress`, `NotebookBars` or `WidgetBars`."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def add_task(self, description: str, *, total: float | None, state: str) -> int: ...
    def remove_task(self, bar: int, /) -> None: ...
    def update(self, bar: int, /, *, total: float | None, completed: float, description: str, state: str) -> None: ...


def _display() -> Bars:
    if not in_notebook():
        return cast("Bars", _terminal_bars())
    from tabswarm.driver.swarm_widget import WidgetBars, can_show_widgets

    return WidgetBars() if can_show_widgets() else NotebookBars()


def _terminal_bars() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[state]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )


def _is_terminal() -> bool:
    try:
        return sys.stderr is not None and sys.stderr.isatty()
    except ValueError:  # it was closed
        return False
