"""Which code an application has shipped: each blob travels to the coordinator once.

The book ships a function when a plan first names it, keeps its blobs until a job that was accepted carried them, and
remembers them as sent from then on.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from tabswarm.plan.operators import CodeRef
from tabswarm.shipping.broadcast import broadcasts_among


class Shipped(Protocol):
    """What shipping makes of a value: the hash of the blob to load, and all blobs (it and its modules) by hash,
    and the broadcasts and accumulators inside."""

    @property
    def root(self) -> str: ...

    @property
    def blobs(self) -> Mapping[str, bytes]: ...

    @property
    def handles(self) -> tuple[str, ...]: ...

    @property
    def python(self) -> str | None: ...

    @property
    def because(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def heaviest(self) -> str: ...


class Needs(NamedTuple):
    """What a volunteer must offer, as a node's `requires` and `because` say it."""

    words: tuple[str, ...] = ()
    because: str = ""


def needs_of(shipped: Shipped) -> Needs:
    """What carries bytecode needs a volunteer with the driver's own Python; everything else needs nothing.

    >>> from types import SimpleNamespace
    >>> needs_of(SimpleNamespace(python="3.12.1", because="`f` has no source")).words
    ('python3.12',)
    """
    if shipped.python is None:
        return Needs()
    minor = ".".join(shipped.python.split(".")[:2])
    return Needs((f"python{minor}",), shipped.because)


class CodeBook:
    """The blobs of one application. `ship` gives `Shipped` for a value and a description of it."""

    def __init__(self, ship: Callable[[object, str], Shipped]) -> None:
        self._ship = ship
        self._sent: set[str] = set()
        self._pending: dict[str, bytes] = {}
        self._needs: dict[str, Needs] = {}

    def ship(self, value: object, what: str) -> CodeRef:
        """The reference by which a plan names this value; `what` describes it in errors."""
        shipped = self._ship(value, what)
        if shipped.heaviest:
            warnings.warn(
                f"{what} carries {shipped.size / 1e6:.1f} MB with it, and each volunteer that runs it loads them anew: "
                f"{shipped.heaviest}. Put it into a broadcast, which travels once: `big = sc.broadcast(...)` in the "
                "program and `big.value` in the function; or make an RDD of it",
                stacklevel=2,
            )
        for name, blob in shipped.blobs.items():
            if name not in self._sent:
                self._pending[name] = blob
        needs = needs_of(shipped)
        if needs.words:
            self._needs[shipped.root] = needs
        return CodeRef(shipped.root, tuple(sorted(shipped.blobs)), broadcasts_among(shipped.handles))

    def needs(self, ref: CodeRef) -> Needs:
        """What a volunteer must offer to load this."""
        return self._needs.get(ref.root, Needs())

    def pending(self) -> dict[str, bytes]:
        """The blobs that no accepted job has carried yet."""
        return dict(self._pending)

    def carried(self, names: Mapping[str, bytes]) -> None:
        """A job with these blobs was accepted."""
        self._sent.update(names)
        for name in names:
            self._pending.pop(name, None)
