"""How an RDD's functions and data travel: the one place where rdd/ meets shipping/."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tabswarm.errors import BroadcastGone, ContextInTask, NotShippable, RecordTooLarge, ResultTooLarge
from tabswarm.rdd.code_book import Needs, Shipped, needs_of
from tabswarm.shipping.class_registry import SHIPPED, ClassRegistry
from tabswarm.shipping.records import raw_size, read_records


def ship(value: object, what: str, trust: Collection[type] = ()) -> Shipped:
    """A function and all that it needs, fit to travel; files are named relative to the working directory.

    Classes that `trust` names may run their own methods on the records of whoever loads it."""
    from tabswarm.shipping.code import ship as ship_value  # cloudpickle loads with the first action, not before

    with _contexts_refused(what):
        return ship_value(value, what=what, root_folder=Path.cwd(), allow_bytecode=True, weigh=True, trust=trust)


def dump_values(values: list[Any], what: str, trust: Collection[type] = ()) -> tuple[bytes, Needs]:
    """One partition of `parallelize`, as the code reader will read it, and what that needs of a volunteer."""
    from tabswarm.shipping.code import encode_values
    from tabswarm.shipping.code import ship as ship_value

    with _contexts_refused(what):
        shipment = ship_value(values, what=what, root_folder=Path.cwd(), allow_bytecode=True, trust=trust)
    return encode_values(shipment), needs_of(shipment)


def dump_broadcast(value: object, what: str) -> tuple[bytes, tuple[str, ...]]:
    """A broadcast's value, as the code reader will read it, and the broadcasts and accumulators inside of it."""
    from tabswarm.shipping.code import ship_with_handles

    with _contexts_refused(what):
        return ship_with_handles([value], what=what, root_folder=Path.cwd())


def trusting(classes: Collection[type]) -> ClassRegistry:
    """The program's classes as the reader of records wants them, these among them trusted."""
    for cls in classes:
        if not isinstance(cls, type):
            raise TypeError(f"trust is a list of classes, and {cls!r} is none")
    return SHIPPED.trusting(classes) if classes else SHIPPED


def read_block(block: bytes, limit: int, classes: ClassRegistry = SHIPPED) -> list[Any]:
    """The records of a result, which a volunteer wrote: read by the restricted reader.

    `limit` is the most bytes that they may have unpacked; more raise `ResultTooLarge`, before they are unpacked.
    """
    try:
        return read_records(block, classes=classes, limit=limit)
    except RecordTooLarge as error:
        raise ResultTooLarge(
            f"a partition of the answer is larger than the driver takes ({limit:,} bytes): {error}. Reduce it on the "
            "swarm, or raise maxResultSize in Context(...)"
        ) from None


class AnswerReader:
    """Reads the blocks of one answer, one after the other; their records may have `limit` bytes unpacked, all together,
    or each block as many where the records do not stay in the driver (`apart`)."""

    def __init__(self, limit: int, classes: ClassRegistry = SHIPPED, *, apart: bool = False) -> None:
        self._limit = limit
        self._classes = classes
        self._apart = apart
        self._read = 0

    def read(self, block: bytes) -> list[Any]:
        """A block's records. Raises ResultTooLarge before that many bytes are unpacked."""
        try:
            records = read_records(block, classes=self._classes, limit=self._limit - self._read)
        except RecordTooLarge:
            size = self._read + raw_size(block)
            raise ResultTooLarge(
                f"the answer is larger than the driver takes: {size:,} bytes unpacked, and the limit is "
                f"{self._limit:,}. Reduce it on the swarm, take it partition by partition (toLocalIterator), or raise "
                "maxResultSize in Context(...)"
            ) from None
        if not self._apart:
            self._read += raw_size(block)
        return records


@contextmanager
def _contexts_refused(what: str) -> Iterator[None]:
    """Where what cannot travel is an RDD, a Context or a destroyed broadcast, say that, and not which lock deep inside
    of it could not."""
    try:
        yield
    except NotShippable as error:
        if isinstance(error.__cause__, ContextInTask | BroadcastGone):
            raise type(error.__cause__)(f"the {what}: {error.__cause__}") from None
        raise
