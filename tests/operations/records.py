"""The records that many cases share."""

from __future__ import annotations

from typing import Any

NUMBERS = [(number * 37) % 101 - 50 for number in range(80)]
WORDS = "to be or not to be that is the question whether tis nobler in the mind to suffer".split()
PAIRS: list[tuple[Any, int]] = [(word, place) for place, word in enumerate(WORDS)]
ODD_KEYS: list[tuple[Any, Any]] = [(None, 1), (1.0, 2), (1, 3), (True, 4), ((1, None), 5), ("", 6), (b"x", 7), (-1, 8)]
OTHER_KEYS: list[tuple[Any, Any]] = [(1, "a"), (None, "b"), ((1.0, None), "c"), ("", None), (2**70, "d")]


def by_key(pairs: list[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    """All values of each key."""
    groups: dict[Any, list[Any]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
