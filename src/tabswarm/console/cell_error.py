"""An exception of a cell's as the page shows it: the traceback from the cell's own line on, and where to point.

Frames of tabswarm's own files are left out: whoever reads this wrote the cell. Of a failing task the error says the
partition, and the line of the cell where the function stands.
"""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Mapping
from typing import Any

from tabswarm.console.sound_text import sound
from tabswarm.driver.plain_text import harmless
from tabswarm.errors import TaskError

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LIMIT = 64 << 10
"""Characters of a traceback."""
_TASK_LINE = re.compile(r"(.+):(\d+)")


def describe_error(error: BaseException, cells: Mapping[str, str], cell: str) -> dict[str, Any]:
    """A `CellError` of `kernel.ts`. `cells` gives the page's id of a cell by its name; `cell` is the id of this one."""
    told = traceback.TracebackException.from_exception(error, compact=True)
    _cut(told)
    described: dict[str, Any] = {
        "type": type(error).__name__,
        "message": _cut_short(_message(error), 4096),
        "traceback": _cut_short("".join(told.format()), _LIMIT),
    }
    place = _place(error, cells)
    if place is not None:
        name, described["line"] = place
        if cells[name] != cell:
            described["cell"] = cells[name]
    if isinstance(error, TaskError):
        known = {"partition": error.partition, "volunteer": error.volunteer or None}
        described |= {key: value for key, value in known.items() if value is not None}
    return described


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as why:  # the exception is the user's, and so is its __str__
        return f"(its message cannot be had: {type(why).__name__})"


def _cut(told: traceback.TracebackException) -> None:
    """Leave tabswarm's frames out, here and in the exceptions that led to this one."""
    seen: list[traceback.TracebackException] = []
    waiting: list[traceback.TracebackException | None] = [told]
    while waiting:
        each = waiting.pop()
        if each is None or any(each is other for other in seen):
            continue
        seen.append(each)
        each.stack = traceback.StackSummary.from_list(
            [frame for frame in each.stack if not frame.filename.startswith(_PACKAGE)]
        )
        waiting += [each.__cause__, each.__context__, *(each.exceptions or ())]


def _place(error: BaseException, cells: Mapping[str, str]) -> tuple[str, int] | None:
    """Name and line of the cell where it happened: where the task's function stands, else the innermost frame."""
    if isinstance(error, TaskError) and (found := _TASK_LINE.fullmatch(error.line)) and found[1] in cells:
        return found[1], int(found[2])
    if isinstance(error, SyntaxError) and error.filename is not None and error.filename in cells:
        return error.filename, error.lineno or 1
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in cells]
    return (frames[-1].filename, frames[-1].lineno or 1) if frames else None


def _cut_short(text: str, limit: int) -> str:
    return sound(harmless(text)[:limit])
