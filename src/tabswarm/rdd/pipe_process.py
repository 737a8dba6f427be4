"""What `pipe` runs inside a task: a process that reads the records as lines and whose own lines are the new records.

The law: the task's own thread alone pulls the records, so that whatever they raise ends the task; threads read what the
process says, so that neither ever waits for the other. A process that stops reading early (`head`) is no error; one
that the task leaves behind (`take`) is killed.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any

_TOLD = 2000
"""The most bytes of the process's last words that an error repeats."""


class PipeThrough:
    """The lines that a command writes when it is given the records as lines."""

    def __init__(self, command: str, env: Mapping[str, str], check_code: bool) -> None:
        self.command = command
        self.env = dict(env)
        self.check_code = check_code

    def __call__(self, records: Iterator[Any]) -> Iterator[str]:
        pipe = subprocess.PIPE
        process = subprocess.Popen(shlex.split(self.command), env=self.env, stdin=pipe, stdout=pipe, stderr=pipe)
        lines: SimpleQueue[bytes | None] = SimpleQueue()
        errors: list[bytes] = []
        readers = [
            Thread(target=_read_lines, args=(process.stdout, lines), daemon=True),
            Thread(target=_read_all, args=(process.stderr, errors), daemon=True),
        ]
        for reader in readers:
            reader.start()
        try:
            yield from _exchange(records, process.stdin, lines)
            code = process.wait()
        finally:
            process.kill()  # harmless where it has ended
            process.wait()
            for reader in readers:
                reader.join()
            _close(process.stdin)
        said = b"".join(errors)
        sys.stderr.write(said.decode("utf-8", "replace"))
        if self.check_code and code:
            last = said[-_TOLD:].decode("utf-8", "replace").strip()
            raise RuntimeError(
                f"Pipe function `{self.command}` exited with error code {code}" + (f": {last}" if last else "")
            )


def _exchange(records: Iterator[Any], to: IO[bytes] | None, lines: SimpleQueue[bytes | None]) -> Iterator[str]:
    """Give the process the records; its lines meanwhile, and after that until it ends them."""
    assert to is not None
    ended = False
    for record in records:
        try:
            to.write((str(record).rstrip("\n") + "\n").encode())
        except BrokenPipeError:
            break
        while not ended and not lines.empty():
            line = lines.get()
            if line is None:
                ended = True
            else:
                yield line.decode()
    _close(to)
    while not ended and (line := lines.get()) is not None:
        yield line.decode()


def _read_lines(stream: IO[bytes], lines: SimpleQueue[bytes | None]) -> None:
    with stream:
        for line in stream:
            lines.put(line.rstrip(b"\n"))
    lines.put(None)


def _read_all(stream: IO[bytes], errors: list[bytes]) -> None:
    """What the process complains of: its beginning goes where it is much, for the end tells more."""
    with stream:
        for line in stream:
            errors.append(line[:_TOLD])
            if len(errors) > 1000:
                del errors[:500]


def _close(stream: IO[bytes] | None) -> None:
    try:
        if stream is not None:
            stream.close()
    except BrokenPipeError:
        pass
