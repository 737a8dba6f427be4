"""How block bytes are framed, on a relay socket and on a data channel alike.

Every frame is `type: u8, stream: u32` (big-endian) and a body. A *stream* is one request to one holder for many
segments of many blocks; the requester numbers it. On a relay socket the coordinator renumbers streams on the way, for
each side numbers its own.

    requester                                   holder
    REQUEST  {holder, items}         ->         (looks them up)
    CREDIT   u32 bytes               ->         may send that many more bytes of DATA
                                     <-         ITEM {index, sizes, hashes}    one for each item, in the order asked
                                     <-         DATA bytes (at most 64 KiB)    that item's segments, one after the other
                                     <-         END                            all items are sent
                                     <-         REFUSED {code, reason}         instead of END
    CANCEL                           ->         stop; no more frames of this stream follow from the requester

On a data channel a message holds one frame and is at most as long as a DATA frame of 64 KiB. What is longer (a REQUEST
for very many blocks, an ITEM with very many hashes) goes as several messages: all but the last are a byte 0, which is
no frame's type, and 64 KiB of the body's beginning; the last is the frame's head with the rest of the body.

A receiver proves what it got: `hashes` holds the 16-byte blake2b of *every* segment of the block, their blake2b is
the root hash that the coordinator knows from the commit, and each segment received has its hash there
(`shipping/block_hash.py`; the worker that reads the bytes checks it). So a holder can't cheat with a part of a block.
"""

from __future__ import annotations

import struct
from enum import IntEnum

import msgspec

from tabswarm.ids import BlockId

HEADER = struct.Struct(">BI")
FRAME_LIMIT = 64 * 1024
"""Bytes of payload in one DATA frame; with its header it fits what every browser's data channel takes."""
INITIAL_CREDIT = 256 * 1024
"""Bytes of DATA that a holder may send before the first CREDIT frame arrives."""


RELAY_LIMIT = 4 * 2**20
"""The largest frame of all: an ITEM with the hashes of a block of very many segments, or a long REQUEST."""
STREAM_LIMIT = 64
"""Streams that one peer may have open at a time on its relay socket, as requester and again as holder."""


class FrameType(IntEnum):
    """The first byte of every frame."""

    REQUEST = 1
    ITEM = 2
    DATA = 3
    CREDIT = 4
    END = 5
    REFUSED = 6
    CANCEL = 7


class Wanted(msgspec.Struct, frozen=True, array_like=True):
    """One block, and which of its segments (None: all)."""

    block: BlockId
    segments: tuple[int, ...] | None = None


class Request(msgspec.Struct, frozen=True):
    """The body of REQUEST. `holder` is who should serve it; towards the holder the coordinator puts the requester
    there. `passes` are those of the items' applications, without which nothing is served."""

    holder: str
    items: tuple[Wanted, ...]
    passes: dict[str, str] = {}


class Item(msgspec.Struct, frozen=True):
    """The body of ITEM: which of the wanted items follows, the sizes of the segments sent, and the hashes of all of
    the block's."""

    index: int
    sizes: tuple[int, ...]
    hashes: bytes


class Refusal(msgspec.Struct, frozen=True):
    """The body of REFUSED: `code` is `unavailable`, `not_allowed`, `limit` or `gone` (the holder left)."""

    code: str
    reason: str


def frame(kind: FrameType, stream: int, body: bytes = b"") -> bytes:
    """One frame as bytes.

    >>> frame(FrameType.END, 7)
    b'\\x05\\x00\\x00\\x00\\x07'
    """
    return HEADER.pack(kind, stream) + body
