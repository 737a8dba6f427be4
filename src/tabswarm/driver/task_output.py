"""What tasks print, on the driver's terminal: each line marked with its volunteer and partition, on the stream it
came by.

Volunteers cap what one attempt may send; here a job as a whole is capped, so that a print in a loop over a million
records neither floods the terminal nor slows the job.
"""

from __future__ import annotations

import sys
from typing import TextIO

from tabswarm.driver.plain_text import harmless
from tabswarm.wire.messages import TaskOutput

JOB_LIMIT = 1 << 20
"""Characters of one job that are shown; the rest is counted."""


class OutputPrinter:
    """Prints `TaskOutput` messages."""

    def __init__(self) -> None:
        self._shown: dict[str, int] = {}
        self._dropped: dict[str, int] = {}

    def show(self, output: TaskOutput, volunteer: str) -> None:
        """Print one message; `volunteer` is the name to show."""
        mark = f"[{harmless(volunteer)[:40]}"
        mark += f" · partition {output.partition}] " if output.partition >= 0 else "] "
        text = harmless(output.text)
        room = JOB_LIMIT - self._shown.get(output.job, 0)
        if len(text) > room:
            self._dropped[output.job] = self._dropped.get(output.job, 0) + len(text) - max(room, 0)
            text = text[: max(room, 0)]
        self._shown[output.job] = self._shown.get(output.job, 0) + len(text)
        lines = text.split("\n")
        if lines and not lines[-1]:
            lines.pop()
        if output.dropped:
            lines.append(f"... and {output.dropped:,} bytes more, which the volunteer did not send")
        _write(sys.stderr if output.stream == "stderr" else sys.stdout, "".join(f"{mark}{line}\n" for line in lines))

    def job_ended(self, job: str) -> None:
        """Say how much was left out, and forget the job."""
        self._shown.pop(job, None)
        dropped = self._dropped.pop(job, 0)
        if dropped:
            _write(sys.stderr, f"[tabswarm] {dropped:,} characters more that tasks printed are not shown\n")


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None or not text:
        return
    try:
        stream.write(text)
        stream.flush()
    except UnicodeEncodeError:
        stream.write(text.encode("ascii", "backslashreplace").decode())
    except (OSError, ValueError):  # a closed pipe or file: nobody reads it any more
        pass
