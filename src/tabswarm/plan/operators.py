"""The closed list of what a node does with its parents' records.

An operator names its user function by hash in a *function slot* (`CodeRef`); the function itself travels beside the
plan. The list is closed, and functions are never composed into new closures, so that the executor can fuse a chain,
the ledger can count each node, and an error can name the user's line. The executor has one implementation for each
(`executor/operators.py`).
"""

from __future__ import annotations

import msgspec


class CodeRef(msgspec.Struct, frozen=True, array_like=True):
    """A function slot: the hash of the blob to load, of all blobs (it and its local modules) that loading needs, and
    the broadcasts that it names."""

    root: str
    blobs: tuple[str, ...]
    broadcasts: tuple[int, ...] = ()


class _Operator(msgspec.Struct, frozen=True, tag=str.lower, tag_field="op"):
    """Common to all operators: on the wire the class name, in lower case, tells them apart."""


class Parallelize(_Operator, frozen=True):
    """Source: the driver's own values, one source block a partition, pickled by the driver and read by the code
    reader."""


class Range(_Operator, frozen=True):
    """Source: the numbers of `range(start, stop, step)`, cut into `slices` partitions as PySpark cuts a range."""

    start: int
    stop: int
    step: int
    slices: int = 0


class TextLines(_Operator, frozen=True):
    """Source: one source block of raw bytes a partition, split into lines at LF, CR and CRLF, decoded with
    `errors="replace"`."""

    use_unicode: bool = True


class StoredRecords(_Operator, frozen=True):
    """Source: one source block a partition that holds records as volunteers' blocks do (a file that somebody saved),
    read by the record reader."""


class FixedRecords(_Operator, frozen=True):
    """Source: one source block of raw bytes a partition, cut into records of `length` bytes."""

    length: int


class Fetch(_Operator, frozen=True):
    """Source: one URL a partition, which stands in its source block; the volunteer that computes it fetches it. One
    record: what the URL gave, as text (bytes that are no UTF-8 as U+FFFD) or as bytes."""

    use_unicode: bool = True


class Map(_Operator, frozen=True):
    """`f(record)` for each record."""

    f: CodeRef


class FlatMap(_Operator, frozen=True):
    """Each item of `f(record)`."""

    f: CodeRef


class Filter(_Operator, frozen=True):
    """The records for which `f(record)` is true."""

    f: CodeRef


class MapPartitions(_Operator, frozen=True):
    """The items of `f(iterator)`."""

    f: CodeRef


class MapPartitionsWithIndex(_Operator, frozen=True):
    """The items of `f(partition, iterator)`."""

    f: CodeRef


class MapValues(_Operator, frozen=True):
    """`(key, f(value))`."""

    f: CodeRef


class FlatMapValues(_Operator, frozen=True):
    """`(key, item)` for each item of `f(value)`."""

    f: CodeRef


class Keys(_Operator, frozen=True):
    """The first of each pair."""


class Values(_Operator, frozen=True):
    """The second of each pair."""


class Union(_Operator, frozen=True):
    """The parents' partitions one after the other; each child partition has one parent partition."""


class Coalesce(_Operator, frozen=True):
    """The records of several parent partitions, in the parents' order."""


class Split(_Operator, frozen=True):
    """Child `i` of a partition gets the `i % n`-th of `n` contiguous runs of its records, order kept."""

    n: int


class Zip(_Operator, frozen=True):
    """Pairs of the records of two parents; unequal lengths are an error."""


class Cartesian(_Operator, frozen=True):
    """Each pair of a record of the first parent's partition and one of the second's."""


class Custom(_Operator, frozen=True):
    """A user's RDD: the items of `f(partition, [iterator for each parent partition])`."""

    f: CodeRef


class Take(_Operator, frozen=True):
    """The first `n` records. What stands before it in its task is *partial* when more were there."""

    n: int


class Shuffled(_Operator, frozen=True):
    """What a reducer gets from its map outputs, merged in map-partition order by the aggregator of its shuffle
    dependency."""


Operator = (
    Parallelize
    | Range
    | TextLines
    | StoredRecords
    | FixedRecords
    | Fetch
    | Map
    | FlatMap
    | Filter
    | MapPartitions
    | MapPartitionsWithIndex
    | MapValues
    | FlatMapValues
    | Keys
    | Values
    | Union
    | Coalesce
    | Split
    | Zip
    | Cartesian
    | Custom
    | Take
    | Shuffled
)
"""Any operator, for type annotations and for the decoder."""


FILE_SOURCES = (TextLines, StoredRecords, FixedRecords)
"""Sources whose bytes are read from the driver's files when they are wanted, so that no hash of them is known before.
None of them is read by the code reader."""
DRIVER_SOURCES = (Parallelize, *FILE_SOURCES)
"""Sources whose bytes the driver holds."""


def code_of(operator: Operator) -> CodeRef | None:
    """The operator's function slot, or None where it has none.

    >>> code_of(Keys()) is None
    True
    """
    return getattr(operator, "f", None)
