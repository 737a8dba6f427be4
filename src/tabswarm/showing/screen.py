"""Where `display` puts things: on the console's page, in a notebook's output, or in the terminal.

The law: what is shown describes itself by media type (`_repr_mimebundle_`, as in Jupyter), and always as plain text;
whoever shows it takes the richest that he knows. Text stays text: nothing in this package makes markup of a record but
by escaping it.
"""

from __future__ import annotations

import itertools
import sys
from typing import Any, Protocol


class Screen(Protocol):
    """What shows things instead of the terminal: the console's page."""

    def show(self, value: object, id: str) -> None:
        """Show a value; the same `id` again replaces what it showed."""


_screens: list[Screen] = []
_ids = itertools.count(1)
_handles: dict[tuple[int, str], Any] = {}
"""The outputs of the notebook's running cell that may be replaced."""


def display(value: object, id: str | None = None) -> None:
    """Show a value in the console or the notebook, where this runs in one; else print it.

    What was shown under an `id` in the same cell is replaced by what is shown under it later; a terminal prints both.

    >>> display("to be")
    to be
    """
    if _screens:
        _screens[-1].show(value, new_id() if id is None else id)
    elif in_notebook():
        _show_in_notebook(value, id, _shell())
    else:
        print(value)


def show_on(screen: Screen | None) -> None:
    """From now on `display` uses this screen; with None the notebook or terminal that Python runs in."""
    _screens[:] = [] if screen is None else [screen]


def replaces() -> bool:
    """Whether a second showing under one id replaces the first, so that things may grow in front of the reader."""
    return on_page() or in_notebook()


def on_page() -> bool:
    """Whether a page shows things, so that a file goes to who looks at it and not to a disk that nobody sees."""
    return bool(_screens)


def new_id() -> str:
    """An id that nothing was shown under yet."""
    return f"shown-{next(_ids)}"


def in_ipython() -> bool:
    """Whether IPython runs here, in a notebook or a terminal: it asks for more media types than the console."""
    return not on_page() and _shell() is not None


def in_notebook() -> bool:
    """Whether IPython runs here with a kernel, whose front end shows more than text."""
    return in_ipython() and getattr(_shell(), "kernel", None) is not None


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def _show_in_notebook(value: object, id: str | None, shell: Any) -> None:
    show = sys.modules["IPython"].display.display
    if id is None:
        show(value)
        return
    cell = shell.execution_count
    for stale in [key for key in _handles if key[0] != cell]:
        del _handles[stale]
    if (handle := _handles.get((cell, id))) is not None:
        handle.update(value)
    else:  # an id of IPython's own making: ours begin anew with each kernel, and the notebook keeps old outputs
        _handles[cell, id] = show(value, display_id=True)
