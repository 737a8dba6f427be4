"""How often one address may try: hellos that fail, and connections that have not said hello yet.

A class of laptops behind one address joins all at once, so what succeeds is not counted; what fails is (a guess at a
token takes 2^192 of them, so this only keeps the noise down).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

FAILURES = "120/minute"
PENDING = 256


class Gate:
    """Counts by address. `failures` is a rate as the library `limits` writes it, `pending` a number."""

    def __init__(self, failures: str = FAILURES, pending: int = PENDING) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._failures: RateLimitItem = parse(failures)
        self._most_pending = pending
        self._pending: Counter[str] = Counter()

    def is_open(self, address: str) -> bool:
        """Whether this address may try again."""
        return self._pending[address] < self._most_pending and self._limiter.test(self._failures, address)

    def failed(self, address: str) -> None:
        """A try of this address failed."""
        self._limiter.hit(self._failures, address)

    @contextmanager
    def waiting(self, address: str) -> Iterator[None]:
        """While a connection of this address has not been let in."""
        self._pending[address] += 1
        try:
            yield
        finally:
            self._pending[address] -= 1
            if not self._pending[address]:
                del self._pending[address]
