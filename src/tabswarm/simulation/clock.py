"""A virtual clock: what is to happen stands in a heap by time, and time jumps from one to the next."""

from __future__ import annotations

import heapq
from collections.abc import Callable

Action = Callable[[], None]


class Clock:
    """Milliseconds that pass only when something happens. Of two things at one time the first asked for comes first.

    >>> clock, seen = Clock(), []
    >>> clock.after(5, lambda: seen.append(clock.now)); clock.after(2, lambda: seen.append(clock.now))
    >>> while clock.step(): pass
    >>> seen
    [2, 5]
    """

    def __init__(self) -> None:
        self.now = 0
        self._asked = 0
        self._heap: list[tuple[int, int, Action]] = []

    def after(self, delay: int, action: Action) -> None:
        """Do something `delay` milliseconds from now."""
        self._asked += 1
        heapq.heappush(self._heap, (self.now + delay, self._asked, action))

    def step(self) -> bool:
        """Go on to the next thing and do it. False if there is none."""
        if not self._heap:
            return False
        self.now, _, action = heapq.heappop(self._heap)
        action()
        return True

    def run_to(self, end: int) -> None:
        """Do all that is to happen until then, and let it be then."""
        while self._heap and self._heap[0][0] <= end:
            self.step()
        self.now = max(self.now, end)
