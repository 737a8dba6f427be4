"""What a task prints or logs, on its way to the driver: capped, and marked with the partition that it belongs to.

One pair of streams serves a worker all its life, because `logging.basicConfig()` in a user's function keeps hold of
the stream it finds. While no task runs they swallow what comes. (A log record of a program that configured nothing goes
to stderr by `logging`'s own last resort.)
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

Output = Callable[[str, str, int, int], None]
"""Takes `(stream, text, partition, dropped)`: `dropped` counts the bytes that were over the cap since the last call."""

_AT_ONCE = 40
"""Lines that are told as they come; later ones wait for one another."""
_FLUSH_BYTES = 8 * 1024
_FLUSH_SECONDS = 0.25


class TaskOutput:
    """Collects the output of one task, and tells it a few lines at a time (whole lines, so far as that goes)."""

    def __init__(self, tell: Output, limit: int) -> None:
        self.partition = -1
        self._tell = tell
        self._left = limit
        self._dropped = 0
        self._waiting: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self._told = time.monotonic()
        self._times = 0

    def write(self, stream: str, data: bytes) -> None:
        """Take bytes of a stream."""
        kept = data[: self._left]
        self._left -= len(kept)
        self._dropped += len(data) - len(kept)
        if not kept:
            return
        waiting = self._waiting[stream]
        waiting += kept
        due = self._times < _AT_ONCE or time.monotonic() - self._told > _FLUSH_SECONDS
        if due or len(waiting) >= _FLUSH_BYTES:
            end = len(waiting) if len(waiting) >= 8 * _FLUSH_BYTES else waiting.rfind(b"\n") + 1
            if end:
                self._send(stream, bytes(waiting[:end]))
                del waiting[:end]

    def turn_to(self, partition: int) -> None:
        """What comes now belongs to another partition."""
        if partition != self.partition:
            self.flush()
            self.partition = partition

    def flush(self) -> None:
        """Tell all that waits."""
        for stream, waiting in self._waiting.items():
            if waiting:
                self._send(stream, bytes(waiting))
                waiting.clear()
        if self._dropped:
            self._send("stderr", b"")

    def _send(self, stream: str, data: bytes) -> None:
        dropped, self._dropped = self._dropped, 0
        self._told = time.monotonic()
        self._times += 1
        self._tell(stream, data.decode("utf-8", "replace"), self.partition, dropped)


class _Stream(io.BufferedIOBase):
    """The bytes' end of `sys.stdout` or `sys.stderr`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        raw = bytes(data)
        if _current is not None:
            _current.write(self.name, raw)
        return len(raw)


def _text(name: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        _Stream(name), encoding="utf-8", errors="backslashreplace", newline="\n", write_through=True
    )


_current: TaskOutput | None = None
_STDOUT = _text("stdout")
_STDERR = _text("stderr")


@contextmanager
def capture(output: TaskOutput) -> Iterator[None]:
    """While it lasts, what is printed goes to `output`, and there is nothing to read from stdin."""
    global _STDOUT, _STDERR, _current
    if _STDOUT.closed or _STDERR.closed:  # a task closed them
        _STDOUT, _STDERR = _text("stdout"), _text("stderr")
    before = sys.stdout, sys.stderr, sys.stdin
    _current = output
    sys.stdout, sys.stderr, sys.stdin = _STDOUT, _STDERR, io.StringIO()
    try:
        yield
    finally:
        sys.stdout, sys.stderr, sys.stdin = before
        _current = None
        output.flush()
