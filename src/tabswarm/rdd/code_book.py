"""Which code an application has shipped: each blob travels to the coordinator once.

The book ships a function when a plan first names it, keeps its blobs until a job that was accepted carried them, and
remembers them as sent from then on.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Protocol

from tabswarm.plan.operators import CodeRef

LARGE = 1_000_000
"""Bytes of one shipped function from which on the user is warned."""


class Shipped(Protocol):
    """What shipping makes of a value: the hash of the blob to load, and all blobs (it and its modules) by hash."""

    @property
    def root(self) -> str: ...

    @property
    def blobs(self) -> Mapping[str, bytes]: ...


class CodeBook:
    """The blobs of one application. `ship` gives `Shipped` for a value and a description of it."""

    def __init__(self, ship: Callable[[object, str], Shipped]) -> None:
        self._ship = ship
        self._sent: set[str] = set()
        self._pending: dict[str, bytes] = {}

    def ship(self, value: object, what: str) -> CodeRef:
        """The reference by which a plan names this value; `what` describes it in errors."""
        shipped = self._ship(value, what)
        size = len(shipped.blobs[shipped.root])
        if size > LARGE:
            warnings.warn(
                f"{what} carries {size / 1e6:.1f} MB with it, to every volunteer that runs it: "
                "does it close over a large variable? Make an RDD of it, or make it in the function",
                stacklevel=2,
            )
        for name, blob in shipped.blobs.items():
            if name not in self._sent:
                self._pending[name] = blob
        return CodeRef(shipped.root, tuple(sorted(shipped.blobs)))

    def pending(self) -> dict[str, bytes]:
        """The blobs that no accepted job has carried yet."""
        return dict(self._pending)

    def carried(self, names: Mapping[str, bytes]) -> None:
        """A job with these blobs was accepted."""
        self._sent.update(names)
        for name in names:
            self._pending.pop(name, None)
