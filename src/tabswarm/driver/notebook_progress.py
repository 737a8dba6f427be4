"""Progress bars in a notebook: one display that is updated in place, and empty when nothing runs.

It has the methods of rich's `Progress` that `progress.py` uses; rich itself would need ipywidgets here.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from html import escape
from typing import Any


@dataclass(frozen=True, slots=True)
class _Bar:
    description: str
    state: str
    total: float | None = None
    completed: float = 0


class NotebookBars:
    """The bars of the jobs that run."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._bars: dict[int, _Bar] = {}
        self._display: Any = None

    def start(self) -> None:
        """Show the display."""
        from IPython.display import HTML, display

        self._display = display(HTML(""), display_id=True)

    def add_task(self, description: str, total: float | None = None, state: str = "") -> int:
        """A job began."""
        number = next(self._numbers)
        self._bars[number] = _Bar(description, state, total)
        return number

    def update(self, bar: int, *, total: float | None, completed: float, description: str, state: str) -> None:
        """A job went on."""
        self._bars[bar] = replace(
            self._bars[bar], total=total, completed=completed, description=description, state=state
        )
        self._show()

    def remove_task(self, bar: int) -> None:
        """A job is over."""
        self._bars.pop(bar, None)
        self._show()

    def stop(self) -> None:
        """Nothing runs any more."""
        self._bars = {}
        self._show()

    def _show(self) -> None:
        if self._display is not None:
            from IPython.display import HTML

            self._display.update(HTML("".join(map(_line, self._bars.values()))))


def _line(bar: _Bar) -> str:
    share = "" if bar.total is None else f" value='{bar.completed:g}' max='{bar.total:g}'"
    count = "" if bar.total is None else f" {bar.completed:g}/{bar.total:g}"
    return f"<div><progress{share}></progress>{count} {escape(bar.description)} <i>{escape(bar.state)}</i></div>"
