"""What cells print, sent to the page as it comes, also while they compute.

A line goes at once; in a loop that prints more than the page could show, lines go together. What one run of a cell
prints is capped, and the rest counted.
"""

from __future__ import annotations

import io
import time

from tabswarm.console.cell_run import CellRun, running
from tabswarm.console.sound_text import sound

CELL_LIMIT = 1 << 20
"""Characters of one run of a cell that are sent."""
LINES_A_SECOND = 100
"""Messages that a stream sends in a second before it sends larger ones only."""
PIECE = 32 << 10
"""Characters that are sent however many messages there were."""


class CellStream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of cells."""

    def __init__(self, name: str) -> None:
        self._stream_name = name
        self._held: list[str] = []
        self._size = 0
        self._run: CellRun | None = None
        self._sent = 0
        self._dropped = 0
        self._second = 0.0
        self._messages = 0

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """For whoever asks before printing."""
        return "utf-8"

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """Print it in the running cell."""
        run = running.get()
        if run is not self._run:
            self.flush()
            self._run, self._sent, self._dropped = run, 0, 0
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._held.append(text)
        self._size += len(text)
        if self._size >= PIECE or ("\n" in text and self._may_send()):
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Send what is held."""
        text, self._held, self._size = "".join(self._held), [], 0
        room = CELL_LIMIT - self._sent
        self._dropped += max(len(text) - room, 0)
        text = text[: max(room, 0)]
        self._sent += len(text)
        if text and self._run is not None:
            self._run.tell({"is": "stream", "name": self._stream_name, "text": sound(text)})

    def finish(self) -> None:
        """The cell is at its end."""
        self.flush()
        if self._dropped and self._run is not None:
            text = f"... and {self._dropped:,} characters more, which are not shown\n"
            self._run.tell({"is": "stream", "name": "stderr", "text": text})
        self._run, self._dropped = None, 0

    def _may_send(self) -> bool:
        now = time.monotonic()
        if now - self._second >= 1:
            self._second, self._messages = now, 0
        self._messages += 1
        return self._messages <= LINES_A_SECOND
