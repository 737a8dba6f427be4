"""What crosses between JavaScript and the console's Python, as types: `web/src/frame/console_protocol.ts` says what
each means, and `web/src/frame/console_worker.ts` has the same lists.

Only buffers, numbers and texts cross; whatever has more of a shape does so as JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class JsBytes(Protocol):
    """A JavaScript `Uint8Array`."""

    def to_bytes(self) -> bytes:
        """Its bytes, copied once into Python's heap."""


class JsBlock(Protocol):
    """One block that a `fetch` brought."""

    data: JsBytes
    hashes: JsBytes
    direct: bool


class JsFailure(Protocol):
    """Why a fetch ended early."""

    code: str
    reason: str
    corrupt: bool
    lost: bool


JsBlocks = Sequence[JsBlock]


class Page(Protocol):
    """What the console's Python says to the page."""

    def say(self, message: bytes) -> None:
        """A message for the coordinator."""

    def fetch(self, id: int, holder: str, orders: str) -> None:
        """Blocks of a peer: JSON of `[{"block": [...], "size": n}, ...]`. Answered by `Room.fetched`."""

    def provide(self, block: str, data: bytes, hashes: bytes) -> None:
        """A block of the driver's own; its id as JSON."""

    def release(self, nodes: str) -> None:
        """What was provided for these nodes (JSON of their numbers) may go."""

    def event(self, cell: str, event: str) -> None:
        """Something that a cell did: JSON of a `CellEvent`."""

    def action(self, cell: str, k: int, hash: str, job: str, recalled: bool, parallelism: int) -> None:
        """The cell's k-th action runs in this job; its RDDs had so many partitions by default."""

    def waiting(self, cell: str, jobs: str) -> None:
        """The cell waits, for these jobs (JSON of their ids)."""

    def computing(self, cell: str) -> None:
        """It goes on."""

    def completions(self, id: int, completions: str) -> None:
        """What may stand at the cursor: JSON of `Completion`s."""

    def done(self, cell: str, outcome: str, parallelism: int) -> None:
        """The cell's end: done, failed or stopped."""
