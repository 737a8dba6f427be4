"""What a shipped blob looks like: an index that says what it holds, in front of a payload that only the code reader
opens.

The index (texts, code table, modules) is plain msgpack: whoever wants to show the code of a job reads it and executes
nothing.
"""

from __future__ import annotations

import hashlib

import msgspec

from tabswarm.errors import CodeRefused
from tabswarm.shipping import compression

FORMAT = 1
_COMPRESS_FROM = 1024


class SourceText(msgspec.Struct, frozen=True, array_like=True):
    """Whole lines of a file: `text` starts at line `first_line`; `file` is relative to the driver's folder."""

    file: str
    first_line: int
    text: str


class CodeSource(msgspec.Struct, frozen=True, array_like=True, tag="source"):
    """Where in the texts one code object's `def` or `lambda` stands, and what its surroundings meant for it.

    Lines count from 1, columns are bytes of UTF-8 (as in `ast`). `free` are its free variables in order, `class_name`
    the class round it, for `__names` and `super()`; `flags` are its `__future__` imports.
    """

    text: int
    line: int
    column: int
    end_line: int
    end_column: int
    name: str
    qualname: str
    free: tuple[str, ...]
    class_name: str | None
    flags: int


class Bytecode(msgspec.Struct, frozen=True, array_like=True, tag="bytecode"):
    """A marshalled code object, for a Python of the same magic number only (Law 6)."""

    python: str
    magic: bytes
    name: str
    data: bytes


class Blob(msgspec.Struct, frozen=True, array_like=True):
    """A value with the code in it, or (with `module`) one local module, whose text is the payload's place."""

    format: int
    python: str
    module: str | None
    is_package: bool
    texts: list[SourceText]
    codes: list[CodeSource | Bytecode]
    modules: dict[str, str]
    compressed_from: int  # the payload's size before compression, 0 where it is as it was
    payload: bytes


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Blob)


def blob_hash(data: bytes) -> str:
    """The name of a blob: 32 hex digits of blake2b.

    >>> blob_hash(b"")
    'cae66941d9efbd404e4d88758ea67670'
    """
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def encode_blob(blob: Blob) -> bytes:
    """The blob as bytes, its payload compressed where that pays."""
    if compression.AVAILABLE and len(blob.payload) >= _COMPRESS_FROM:
        packed = compression.compress(blob.payload)
        if len(packed) < len(blob.payload) * 0.9:
            blob = msgspec.structs.replace(blob, payload=packed, compressed_from=len(blob.payload))
    return _ENCODER.encode(blob)


def decode_blob(data: bytes) -> Blob:
    """The blob of some bytes; nothing of it is executed. `CodeRefused` for what is no blob of this format."""
    try:
        blob = _DECODER.decode(data)
    except msgspec.DecodeError as error:
        raise CodeRefused(f"the shipped bytes are no blob of tabswarm's: {error}") from error
    if blob.format != FORMAT:
        raise CodeRefused(f"a blob of format {blob.format}; this tabswarm reads format {FORMAT}")
    return blob


def payload_of(blob: Blob) -> bytes:
    """The payload as it was before compression."""
    return compression.decompress(blob.payload, blob.compressed_from) if blob.compressed_from else blob.payload


def source_of(shipment_blob: bytes) -> list[SourceText]:
    """The source texts in a blob, for people to read; nothing is executed."""
    return decode_blob(shipment_blob).texts
