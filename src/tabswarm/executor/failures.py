"""From an exception to text: what a failed attempt says of itself.

The law: an exception object never leaves the worker. Only text does, capped, with the user's own line and without our
frames; whatever the exception's own methods do (raise, or return 100 MB) costs nobody but itself.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from types import CodeType, TracebackType

from tabswarm import errors
from tabswarm.ids import BlockId
from tabswarm.plan.task import Failure, FailureKind

MESSAGE_LIMIT = 4 * 1024
TRACEBACK_LIMIT = 16 * 1024
"""Bytes of UTF-8."""

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_SLIPPED = "Caught StopIteration thrown from user's code; failing the task"
"""What becomes of a StopIteration, as in PySpark: let through, it would silently end the data."""
_UNPACKING = ("cannot unpack non-iterable", "not enough values to unpack", "too many values to unpack")
_KINDS: tuple[tuple[type[BaseException], FailureKind], ...] = (
    (errors.ResultNotSerialisable, FailureKind.NOT_SERIALISABLE),
    (errors.RecordTooLarge, FailureKind.NOT_SERIALISABLE),
    (errors.CannotCompile, FailureKind.CANNOT_COMPILE),
    (errors.CodeRefused, FailureKind.CODE_REFUSED),
    (MemoryError, FailureKind.OUT_OF_MEMORY),
)


class TaskFailed(Exception):
    """The attempt failed; `failure` says why, fit to travel."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.kind.value}: {failure.message}")
        self.failure = failure


class SourceCorrupt(Exception):
    """A source's bytes are not what its commit promised: the holder's fault (or the disk's), never the task's."""

    def __init__(self, block: BlockId, holder: str, reason: str) -> None:
        super().__init__(reason)
        self.block = block
        self.holder = holder
        self.reason = reason


def failure_of(error: BaseException, *, node: int | None, partition: int | None, where: str) -> Failure:
    """The failure that an exception stands for. `where` is the node as people know it: `map at job.py:12`."""
    kind = next((kind for cls, kind in _KINDS if isinstance(error, cls)), FailureKind.RAISED)
    slipped = isinstance(error, StopIteration) or (
        type(error) is RuntimeError and isinstance(error.__cause__, StopIteration)
    )
    return Failure(
        kind=kind,
        type_name="RuntimeError" if slipped else capped(_type_name(type(error)), 200),
        message=_SLIPPED if slipped else capped(_words(error), MESSAGE_LIMIT),
        traceback=capped(_traceback(error), TRACEBACK_LIMIT),
        node=node,
        partition=partition,
        line=capped(user_line(error) or where.partition(" at ")[2], 400),
    )


def user_line(error: BaseException) -> str:
    """The line of the user's own code that raised, `"job.py:12"`: the deepest frame of a shipped file.

    Shipped code is compiled under its path relative to the driver's folder, and nothing else in a worker is.
    """
    found = ""
    for code, line in frames_of(error.__traceback__):
        name = code.co_filename
        if name and not name.startswith(("<frozen", "<string")) and not os.path.isabs(name):
            found = f"{name}:{line}"
    return found


def frames_of(trace: TracebackType | None) -> Iterator[tuple[CodeType, int]]:
    """The code and line of each frame, the outermost first."""
    while trace is not None:
        yield trace.tb_frame.f_code, trace.tb_lineno
        trace = trace.tb_next


def capped(text: str, limit: int) -> str:
    """A text of at most `limit` bytes of UTF-8, its middle left out; lone surrogates become `\\udc80`.

    >>> capped("x" * 200, 100)
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ... 140 characters left out ... xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
    """
    if len(text) <= limit:
        data = text.encode("utf-8", "backslashreplace")
        if len(data) <= limit:
            return data.decode("utf-8")
    keep = (limit - 40) // 2
    while True:
        cut = f"{text[:keep]} ... {len(text) - 2 * keep} characters left out ... {text[-keep:]}"
        data = cut.encode("utf-8", "backslashreplace")
        if len(data) <= limit:
            return data.decode("utf-8")
        keep = keep * 3 // 4


def _is_raised_by_us(error: BaseException) -> bool:
    frames = [code.co_filename for code, _ in frames_of(error.__traceback__)]
    return bool(frames) and frames[-1].startswith(_OURS)


def _type_name(kind: type[BaseException]) -> str:
    if kind.__module__ in ("builtins", "__main__"):
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def _words(error: BaseException) -> str:
    try:
        text = str(error)
        text = text if type(text) is str else str.__str__(text)
        if isinstance(error, TypeError | ValueError) and text.startswith(_UNPACKING) and _is_raised_by_us(error):
            text += "; operations by key need (key, value) pairs"
        elif isinstance(error, TypeError) and text.startswith("unhashable type") and _is_raised_by_us(error):
            text += "; a key must not change: use a tuple for a list, a frozenset for a set"
        return text
    except RecursionError:
        return "(a message too deep to be told)"
    except BaseException as inner:
        return f"(its message cannot be told: str() raised {type(inner).__name__})"


def _traceback(error: BaseException) -> str:
    """The traceback as Python prints it, without our own frames."""
    try:
        told = traceback.TracebackException.from_exception(error, limit=None, compact=True)
        _leave_out_ours(told, set())
        pieces: list[str] = []
        for piece in told.format():
            pieces.append(piece if len(piece) <= TRACEBACK_LIMIT else capped(piece, TRACEBACK_LIMIT))
        return "".join(pieces)
    except BaseException as inner:
        return f"(the traceback cannot be told: {type(inner).__name__})"


def _leave_out_ours(told: traceback.TracebackException, seen: set[int]) -> None:
    if id(told) in seen:
        return
    seen.add(id(told))
    told.stack[:] = [frame for frame in told.stack if not frame.filename.startswith(_OURS)]
    for other in (told.__cause__, told.__context__, *(told.exceptions or ())):
        if other is not None:
            _leave_out_ours(other, seen)
