"""Frames of blocks, good and bad, for the vectors that `write_vectors` writes."""

from __future__ import annotations

from typing import Any

import msgspec

from tabswarm.ids import BlockId, BlockKind
from tabswarm.wire import blocks

PART = BlockId("a1", BlockKind.PARTITION, 3, 0, 0)
MAPPED = BlockId("a1", BlockKind.MAP_OUTPUT, 7, 2, 1)
ROOT = bytes(range(16))

REQUEST = blocks.Request(
    holder="v1", items=(blocks.Wanted(MAPPED, (0, 3)), blocks.Wanted(PART)), passes={"a1": "opens"}
)
ITEM = blocks.Item(index=0, sizes=(3, 0), hashes=ROOT * 4)
REFUSAL = blocks.Refusal(code="gone", reason="v1 left")
FRAMES: list[tuple[str, blocks.FrameType, int, bytes, Any]] = [
    ("REQUEST", blocks.FrameType.REQUEST, 1, msgspec.msgpack.encode(REQUEST), REQUEST),
    ("ITEM", blocks.FrameType.ITEM, 1, msgspec.msgpack.encode(ITEM), ITEM),
    ("DATA", blocks.FrameType.DATA, 2**32 - 1, b"abc", b"abc"),
    ("CREDIT", blocks.FrameType.CREDIT, 1, (262144).to_bytes(4, "big"), (262144).to_bytes(4, "big")),
    ("END", blocks.FrameType.END, 1, b"", ""),
    ("REFUSED", blocks.FrameType.REFUSED, 1, msgspec.msgpack.encode(REFUSAL), REFUSAL),
    ("CANCEL", blocks.FrameType.CANCEL, 7, b"", ""),
]
BAD_FRAMES: list[tuple[str, bytes]] = [
    ("nothing", b""),
    ("a header that is cut off", b"\x05\x00\x00\x00"),
    ("type 0", bytes(5)),
    ("type 8", b"\x08\x00\x00\x00\x01"),
    ("an ITEM without hashes", blocks.frame(blocks.FrameType.ITEM, 1, msgspec.msgpack.encode(
        {"index": 0, "sizes": []}))),
    ("an ITEM that is no msgpack", blocks.frame(blocks.FrameType.ITEM, 1, b"\xc1")),
    ("a REQUEST for an unknown kind of block", blocks.frame(blocks.FrameType.REQUEST, 1, msgspec.msgpack.encode(
        {"holder": "v1", "items": [[["a1", "tmp", 1, 0, 0], None]]}))),
    ("a CREDIT of three bytes", blocks.frame(blocks.FrameType.CREDIT, 1, b"abc")),
    ("a REFUSED without a reason", blocks.frame(blocks.FrameType.REFUSED, 1, msgspec.msgpack.encode({"code": "gone"}))),
]  # fmt: skip
