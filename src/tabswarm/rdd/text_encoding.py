"""Records as the bytes of a text file, made in the task: a line each, packed where a codec says so.

Travels by name, as a member of this module, which every worker has; so the module imports next to nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

CHUNK = 256 * 1024
"""Bytes that are gathered before they are packed and handed on."""

SUFFIXES = {"": "", "gzip": ".gz", "bzip2": ".bz2"}
"""How the names of files end, by codec."""

_CODECS = {"gzip": "gzip", "gzipcodec": "gzip", "gz": "gzip", "bzip2": "bzip2", "bzip2codec": "bzip2", "bz2": "bzip2"}
_PACKAGE = "org.apache.hadoop.io.compress."


class Packer(Protocol):
    """What packs bytes as they come."""

    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


class EncodeLines:
    """The bytes of a partition's file: bytes as they are, text as UTF-8, anything else as its `str()`, each with a line
    feed after it."""

    def __init__(self, codec: str) -> None:
        self.codec = codec

    def __call__(self, records: Iterator[Any]) -> Iterator[bytes]:
        packer = packer_of(self.codec)
        for chunk in _gathered(records):
            packed = chunk if packer is None else packer.compress(chunk)
            if packed:
                yield packed
        if packer is not None:
            yield packer.flush()


def codec_of(name: str | None) -> str:
    """A codec by the name that PySpark's users give it: Hadoop's class, with or without its package, or a short name.

    >>> codec_of("org.apache.hadoop.io.compress.GzipCodec"), codec_of("bzip2"), codec_of(None)
    ('gzip', 'bzip2', '')
    """
    if name is None:
        return ""
    if not isinstance(name, str):
        raise TypeError(f"compressionCodecClass is the name of a codec, not {type(name).__name__}")
    codec = _CODECS.get(name.removeprefix(_PACKAGE).lower())
    if codec is None:
        raise ValueError(
            f"unknown codec {name!r}: text is saved as it is (None), by {_PACKAGE}GzipCodec (gzip) or by "
            f"{_PACKAGE}BZip2Codec (bzip2)"
        )
    return codec


def packer_of(codec: str) -> Packer | None:
    """A fresh packer for one file; None where it is not packed."""
    if codec == "gzip":
        return zlib.compressobj(wbits=31)
    if codec == "bzip2":
        import bz2

        return bz2.BZ2Compressor()
    return None


def _gathered(records: Iterable[Any]) -> Iterator[bytes]:
    lines: list[bytes] = []
    size = 0
    for record in records:
        line = record if isinstance(record, bytes) else str(record).encode()
        lines.append(line)
        size += len(line) + 1
        if size >= CHUNK:
            lines.append(b"")
            yield b"\n".join(lines)
            lines, size = [], 0
    if lines:
        lines.append(b"")
        yield b"\n".join(lines)
