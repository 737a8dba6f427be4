"""The simulated web: every URL gives a text of its own, the same each time, but where the host ends in `.invalid`."""

from __future__ import annotations

from urllib.parse import urlsplit

from tabswarm.executor import Piece
from tabswarm.ids import BlockId


def page_of(url: str) -> bytes:
    """What a URL gives.

    >>> page_of("http://a/")
    b'This is http://a/\\nand its second line\\n'
    """
    return f"This is {url}\nand its second line\n".encode()


def is_there(url: str) -> bool:
    """Whether a URL can be fetched."""
    return not (urlsplit(url).hostname or "").endswith(".invalid")


def web_piece(block: BlockId, url: str) -> Piece:
    """A task's source."""
    return Piece(page_of(url), b"", b"", block)
