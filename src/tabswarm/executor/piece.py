"""The bytes of one segment of a block, with what proves them.

The law: nothing that came from elsewhere is read before its hash has been checked, here in the worker that reads it.
"""

from __future__ import annotations

from dataclasses import dataclass

from tabswarm.executor.failures import SourceCorrupt
from tabswarm.ids import BlockId
from tabswarm.shipping.block_hash import HASH_SIZE, root_hash, segment_hash


@dataclass(frozen=True, slots=True)
class Piece:
    """Segment `index` of a block.

    `hashes` are those of all the block's segments, `root` the root hash that the commit told (empty: nobody told one,
    as for a file that the driver serves). `holder` is the peer that the bytes came from, or this one.
    `data` is any buffer of bytes: a worker that maps a file gives a view of it. `in_place`: they were read from the
    very file of the user's that the driver named, so they were on no way that a hash could guard.
    """

    data: bytes | memoryview
    hashes: bytes
    root: bytes
    block: BlockId
    index: int = 0
    holder: str = ""
    in_place: bool = False


def proven(piece: Piece) -> bytes | memoryview:
    """The bytes of a piece, if they are what the commit promised; else `SourceCorrupt`.

    >>> from tabswarm.ids import BlockKind
    >>> bad = Piece(b"other bytes", segment_hash(b"bytes"), b"", BlockId("a", BlockKind.PARTITION, 1, 0, 0))
    >>> proven(bad)
    Traceback (most recent call last):
        ...
    tabswarm.executor.failures.SourceCorrupt: segment 0 of block a/rdd/1/0/0 has other bytes than its hash says
    """
    if piece.in_place:
        return piece.data
    if piece.root and root_hash(piece.hashes) != piece.root:
        raise SourceCorrupt(piece.block, piece.holder, f"the hashes of block {piece.block} are not those of its commit")
    start = piece.index * HASH_SIZE
    if segment_hash(piece.data) != piece.hashes[start : start + HASH_SIZE]:
        reason = f"segment {piece.index} of block {piece.block} has other bytes than its hash says"
        raise SourceCorrupt(piece.block, piece.holder, reason)
    return piece.data
