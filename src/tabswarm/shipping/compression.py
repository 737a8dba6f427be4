"""zstd, from wherever this Python has it: the standard library from 3.14 on, `backports.zstd` below, or not at all."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tabswarm.errors import RecordRefused

if TYPE_CHECKING:
    from backports import zstd
elif sys.version_info >= (3, 14):
    from compression import zstd
else:
    try:
        from backports import zstd
    except ImportError:
        zstd = None

AVAILABLE: bool = zstd is not None
"""Whether this Python can compress; one that cannot writes plain chunks and refuses compressed ones."""

_LEVEL = 1
_WINDOW_LOG = 23  # 8 MiB: what a frame may make its reader allocate, far above what level 1 asks for


def compress(data: bytes | memoryview) -> bytes:
    """One frame, at the fastest level that has a good ratio."""
    return zstd.compress(data, _LEVEL)


def decompress(data: bytes | memoryview, size: int) -> bytes:
    """The content of one frame, which must have exactly the declared size; never holds more than that."""
    if not AVAILABLE:
        raise RecordRefused("a compressed chunk, and this Python has no zstd: install backports.zstd")
    decompressor = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG})
    try:
        # One byte more than declared is asked for, so that a frame with more shows itself; no more is ever made.
        content = decompressor.decompress(data, max_length=size + 1)
    except zstd.ZstdError as error:
        raise RecordRefused(f"a chunk is no zstd frame: {error}") from error
    if len(content) > size:
        raise RecordRefused(f"a chunk decompresses past its declared {size:,} bytes")
    if len(content) < size or not decompressor.eof or decompressor.unused_data:
        raise RecordRefused(f"a chunk's frame does not hold exactly its declared {size:,} bytes")
    return content
