"""Refers to a sibling in a nested package."""

from __future__ import annotations

from dataclasses import dataclass

from .inner import offset

TWICE = 2


@dataclass
class Doubler:
    """A class that travels by reference, with its module."""

    extra: int = 0

    def double(self, x: int) -> int:
        return TWICE * x + offset.OFFSET + self.extra


def fail_here(x: int) -> float:
    y = x - x
    return x / y
