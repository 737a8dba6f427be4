"""What crosses between JavaScript and Python in a tab's Worker, as types.

Only plain buffers, numbers and texts do. The names are those of `web/src/frame/protocol.ts` and of `Host` in
`web/src/frame/python_worker.ts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class JsBytes(Protocol):
    """A JavaScript `Uint8Array`."""

    def to_bytes(self) -> bytes:
        """Its bytes, copied once into Python's heap."""


class JsList(Protocol):
    """A JavaScript array of plain values."""

    def to_py(self) -> list[str | int]:
        """The same as a list."""


class JsBlocks(Protocol):
    """A JavaScript array of block ids."""

    def to_py(self) -> list[list[str | int]]:
        """The same as lists."""


class JsPiece(Protocol):
    """One segment of a block: `Piece` of `executor/piece.py`, as JavaScript has it."""

    data: JsBytes
    hashes: JsBytes
    root: JsBytes
    block: JsList
    index: int
    holder: str


class Host(Protocol):
    """What a task tells the page while it runs. The buffers given to it must be JavaScript's own (`to_js`)."""

    def output(self, stream: str, text: str, partition: int, dropped: int, /) -> None:
        """The task printed or logged."""

    def block(self, data: object, sizes: object, hashes: object, /) -> None:
        """The task wrote a block; told for each, in the sinks' order, before `finished`."""

    def finished(self, message: object, /) -> None:
        """The task is done: a `Finished` as msgpack."""

    def failed(self, message: object, /) -> None:
        """The task failed: a `Failed` as msgpack."""

    def corrupt(self, block: str, reason: str, /) -> None:
        """An input has other bytes than its hash says."""


JsCode = Sequence[tuple[str, JsBytes]]
JsInputs = Sequence[Sequence[JsPiece]]
