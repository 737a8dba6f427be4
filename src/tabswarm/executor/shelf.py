"""The broadcasts of one worker: each is unpacked once, and then stands here for all tasks of the application."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from tabswarm.errors import BroadcastGone, CodeRefused
from tabswarm.executor.piece import Piece, proven
from tabswarm.ids import BlockId
from tabswarm.plan.task import BroadcastSource, Source


class Values(Protocol):
    """What reads the driver's own values: the code reader."""

    def load_values(self, data: bytes, /) -> list[Any]: ...


class BroadcastShelf:
    """What a worker has of broadcasts. A task `load`s what came with it, and reads values with `value`."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, int], Any] = {}

    def load(self, sources: Sequence[Source], inputs: Sequence[Sequence[Piece]], code: Values) -> None:
        """Unpack what the task's sources bring and is not here yet. A source without a piece was here before.

        Raises `SourceCorrupt` where the bytes are not what the plan promised.
        """
        for source, pieces in zip(sources, inputs):
            if not isinstance(source, BroadcastSource) or _name(source.block) in self._values:
                continue
            data: bytes | memoryview
            if source.inline is not None:
                data = source.inline  # it stood in the plan itself, as the code did
            elif not pieces:
                raise BroadcastGone(f"broadcast {source.block.node} did not come with the task")
            else:
                piece = pieces[0]
                if not piece.root:
                    raise CodeRefused(f"the plan promised no hash for broadcast {source.block.node}")
                data = proven(piece)
            (self._values[_name(source.block)],) = code.load_values(bytes(data))

    def value(self, application: str, broadcast: int) -> Any:
        """The value of a broadcast, the same object each time."""
        try:
            return self._values[application, broadcast]
        except KeyError:
            raise BroadcastGone(
                f"Broadcast variable '{broadcast}' not loaded: the plan did not say that this function uses it. A "
                "broadcast can be named by functions and by other broadcasts, and not stand among records"
            ) from None

    def forget(self, blocks: Iterable[BlockId]) -> None:
        """The driver dropped these."""
        for block in blocks:
            self._values.pop(_name(block), None)


def _name(block: BlockId) -> tuple[str, int]:
    return block.application, block.node
