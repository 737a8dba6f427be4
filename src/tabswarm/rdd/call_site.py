"""Where the user wrote it: the line of his own that called into tabswarm, `"job.py:12"`.

The law: a call site names files below the working directory by their path from there, and all others by their last name
only, so that no home folder's name ever reaches a volunteer.
"""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

CODE_LENGTH = 200
"""Characters of the user's line that are shown."""
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class CallSite(NamedTuple):
    """`operation` is the public method that the user called (`"reduceByKey"`), `line` where (`"job.py:12"`), `code`
    what stands there (empty where nobody knows)."""

    operation: str
    line: str
    code: str = ""


_given: ContextVar[CallSite | None] = ContextVar("tabswarm call site", default=None)


@contextmanager
def called_from(site: CallSite) -> Iterator[None]:
    """While it lasts, all that this thread calls was called from there: it works for another thread."""
    token = _given.set(site)
    try:
        yield
    finally:
        _given.reset(token)


def call_site() -> CallSite:
    """The innermost line outside tabswarm's own files in the calling thread, and which method it called.

    A method that is built from others (`distinct` from `reduceByKey`) is so named once, by what the user wrote.
    """
    given = _given.get()
    if given is not None:
        return given
    frame = sys._getframe(1)
    operation = "RDD"
    while frame.f_code.co_filename.startswith(_PACKAGE):
        if not frame.f_code.co_name.startswith("_"):
            operation = frame.f_code.co_name
        if frame.f_back is None:
            return CallSite(operation, "")
        frame = frame.f_back
    filename, number = frame.f_code.co_filename, frame.f_lineno
    return CallSite(operation, f"{shown_path(filename)}:{number}", _code(filename, number, frame.f_globals))


def _code(filename: str, number: int, names: dict[str, Any]) -> str:
    return linecache.getline(filename, number, names).strip()[:CODE_LENGTH]


def shown_path(filename: str) -> str:
    """The name under which a file of the user's is shown to others: relative to the working directory, with `/`.

    >>> shown_path("/somewhere/else/job.py"), shown_path("<stdin>")
    ('job.py', '<stdin>')
    """
    if filename.startswith("<"):
        return filename
    try:
        relative = os.path.relpath(filename)
    except (ValueError, OSError):  # another drive, or the working directory was removed
        return os.path.basename(filename)
    if relative.startswith(os.pardir):
        return os.path.basename(filename)
    return relative.replace(os.sep, "/")
