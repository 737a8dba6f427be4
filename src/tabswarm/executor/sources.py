"""Reading a task's inputs: blocks by the record reader, the driver's own values by the code reader, text as lines.

Pieces are proven as they are read, one after the other, so a task's inputs need not fit in memory together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Protocol

from tabswarm.errors import CodeRefused
from tabswarm.executor.combining import combine_by_key, group_by_key, join_groups, reduce_by_key
from tabswarm.executor.file_records import records_of_file
from tabswarm.executor.piece import Piece, proven
from tabswarm.ids import BlockId
from tabswarm.plan.operators import FILE_SOURCES, CodeRef, Fetch, Operator
from tabswarm.plan.partitioner import CombineValues
from tabswarm.plan.task import BroadcastSource, DriverSource, ShuffleSource, Source, UrlSource
from tabswarm.result_iterable import ResultIterable
from tabswarm.shipping.class_registry import ClassRegistry
from tabswarm.shipping.records import iter_chunks

Records = Iterable[Any]


class Code(Protocol):
    """What reads the driver's bytes: `tabswarm.shipping.code_reader.CodeReader`."""

    def load(self, root: str, /) -> Any:
        """The object that a blob holds, by its hash."""

    def load_values(self, data: bytes, /) -> list[Any]:
        """The driver's own values, from bytes whose hash the plan promised (the caller has checked it)."""


class SourceReader:
    """Reads the sources of one task. `load` gives a function slot's function."""

    def __init__(
        self,
        sources: Sequence[Source],
        inputs: Sequence[Sequence[Piece]],
        code: Code,
        load: Callable[[CodeRef], Any],
        classes: ClassRegistry | None,
    ) -> None:
        self._sources = sources
        self._inputs = inputs
        self._code = code
        self._load = load
        self._classes = classes

    def is_block_of(self, index: int, node: int, partition: int) -> bool:
        """Whether the source is the stored block of that very vertex: the step then loads, and computes nothing."""
        source = self._sources[index]
        if isinstance(source, DriverSource | BroadcastSource | UrlSource | ShuffleSource):
            return False
        return (source.block.node, source.block.partition) == (node, partition)

    def read(self, index: int, operator: Operator) -> Records:
        """The records of a source; `operator` is of the step that reads it."""
        source = self._sources[index]
        if isinstance(source, ShuffleSource):
            return self._merged(source, self._records(self._inputs[index]))
        if isinstance(source, UrlSource):
            (piece,) = self._inputs[index]
            return [_fetched(operator, piece.data)]
        if isinstance(source, DriverSource):
            return self._driver(source, index, operator)
        return self._records(self._inputs[index])

    def _records(self, pieces: Iterable[Piece]) -> Iterator[Any]:
        """The records of the pieces, one after the other."""
        return chain.from_iterable(
            chunk for piece in pieces for chunk in iter_chunks(proven(piece), classes=self._classes)
        )

    def _driver(self, source: DriverSource, index: int, operator: Operator) -> Records:
        if source.inline is not None:
            # It stood in the plan itself, as the code did.
            data: bytes | memoryview = source.inline
        else:
            (piece,) = self._inputs[index]
            if not isinstance(operator, FILE_SOURCES) and not piece.root:
                raise CodeRefused(f"the plan promised no hash for the driver's values in block {source.block}")
            data = proven(piece)
        if isinstance(operator, FILE_SOURCES):
            return records_of_file(operator, data, self._classes)
        return self._code.load_values(bytes(data))

    def _merged(self, source: ShuffleSource, records: Iterator[Any]) -> Records:
        """What the reducer's map outputs hold, put together by the shuffle's aggregator."""
        aggregator = source.aggregator
        if aggregator is None:
            return records
        if not isinstance(aggregator, CombineValues):
            return _groups(join_groups if source.map_side else group_by_key, records)
        if source.map_side or aggregator.create is None:
            merge = self._load(aggregator.merge_combiners if source.map_side else aggregator.merge_value)
            return _later(lambda: reduce_by_key(records, merge).items())
        create, merge = self._load(aggregator.create), self._load(aggregator.merge_value)
        return _later(lambda: combine_by_key(records, create, merge).items())


def _fetched(operator: Operator, data: bytes | memoryview) -> str | bytes:
    """What a URL gave, as the one record. Nobody promised a hash of it."""
    content = bytes(data)
    return content.decode("utf-8", "replace") if isinstance(operator, Fetch) and operator.use_unicode else content


def _groups(together: Callable[[Iterator[Any]], dict[Any, list[Any]]], records: Iterator[Any]) -> Iterator[Any]:
    return _later(lambda: ((key, ResultIterable(values)) for key, values in together(records).items()))


def _later(make: Callable[[], Iterable[Any]]) -> Iterator[Any]:
    """The items of what `make` gives, which is called when the first of them is wanted."""
    return chain.from_iterable(make() for _ in (None,))


def block_of(source: Source) -> BlockId | None:
    """The block of a source of one block."""
    return None if isinstance(source, ShuffleSource) else source.block
