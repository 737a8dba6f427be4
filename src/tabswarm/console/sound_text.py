"""Text that a message can carry: half of a surrogate pair, which Python's strings may hold, is no text."""

from __future__ import annotations


def sound(text: str) -> str:
    """The text, with a question mark for each half of a surrogate pair.

    >>> sound("a\\ud800b")
    'a?b'
    """
    return text.encode("utf-8", "replace").decode()
