"""What becomes of a whole file's or page's record in the task. Travels by name, so it imports next to nothing."""

from __future__ import annotations

import zlib


def lines_in(text: str | bytes) -> list[str] | list[bytes]:
    """The lines of one text, as `textFile` gives them: at LF, CR and CRLF.

    >>> lines_in("to be\\r\\nor not\\n")
    ['to be', 'or not']
    """
    if isinstance(text, bytes):
        return text.splitlines()
    if not isinstance(text, str):
        raise TypeError(f"lines() splits records that are text or bytes, not {type(text).__name__}")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


class DecodeFile:
    """`(path, text)`: unpacked where the path says that the file is packed, bytes that are no UTF-8 as U+FFFD. Without
    `use_unicode` both stay bytes."""

    def __init__(self, use_unicode: bool) -> None:
        self.use_unicode = use_unicode

    def __call__(self, record: tuple[str, bytes]) -> tuple[str | bytes, str | bytes]:
        path, content = record
        content = _unpacked(path, content)
        if not self.use_unicode:
            return path.encode("utf-8", "surrogateescape"), content
        return path, content.decode("utf-8", "replace")


def _unpacked(path: str, content: bytes) -> bytes:
    if path.endswith(".bz2"):
        import bz2

        return bz2.decompress(content)
    if not path.endswith(".gz"):
        return content
    parts: list[bytes] = []
    while content:  # one file may hold several packed ones, back to back
        unpacker = zlib.decompressobj(wbits=31)
        parts.append(unpacker.decompress(content))
        if not unpacker.eof:
            raise EOFError(f"{path} ends too early: it was cut off, or is still being written")
        content = unpacker.unused_data.lstrip(b"\0")
    return b"".join(parts)
