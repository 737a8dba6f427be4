"""What a coordinator counts of itself as it goes, for `/metrics`. Counts only rise; nothing here is decided by them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

from tabswarm.scheduler import commands, events

LAGS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Seconds: the upper ends of the buckets that the event loop's lag is counted in; a last one has what is more."""


class Traffic:
    """Of all sessions together: control messages and their bytes, sessions refused by the close code's word, bytes
    relayed, and by how much the event loop was late."""

    def __init__(self) -> None:
        self.messages_in = self.messages_out = 0
        self.bytes_in = self.bytes_out = 0
        self.relayed = 0
        self.refused: Counter[str] = Counter()
        self.lags = [0] * (len(LAGS) + 1)
        self.lag_sum = 0.0

    def heard(self, size: int) -> None:
        """A message came."""
        self.messages_in += 1
        self.bytes_in += size

    def told(self, size: int) -> None:
        """A message goes."""
        self.messages_out += 1
        self.bytes_out += size

    def late(self, seconds: float) -> None:
        """The event loop did something so much later than it should have.

        >>> traffic = Traffic()
        >>> traffic.late(0.003)
        >>> traffic.lags[1]
        1
        """
        self.lags[bisect_left(LAGS, seconds)] += 1
        self.lag_sum += max(0.0, seconds)


class SwarmTally:
    """Of one swarm: how attempts at tasks ended, and block bytes by the way they took."""

    def __init__(self) -> None:
        self.attempts: Counter[str] = Counter()
        self.moved: Counter[str] = Counter()

    def event(self, event: events.Event) -> None:
        """The scheduler hears of this."""
        match event:
            case events.TaskFinished():
                self.attempts["finished"] += 1
            case events.TaskFailed(failure=failure):
                self.attempts[failure.kind.value] += 1
            case events.FetchFailed():
                self.attempts["fetch_failed"] += 1
            case events.BytesMoved(direct=direct, relayed=relayed):
                self.moved["direct"] += direct
                self.moved["relayed"] += relayed
            case _:
                pass

    def command(self, order: commands.Command) -> None:
        """The scheduler commands this."""
        if isinstance(order, commands.TellResults):
            self.moved["inline"] += sum(len(result.inline or b"") for result in order.results)
