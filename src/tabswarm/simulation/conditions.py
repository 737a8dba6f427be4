"""How bad it is in a simulated swarm: delays, and the share of things that go wrong.

`draw` makes *swarm testing* of it: each seed has some kinds of fault and not others, each at a rate of its own, for a
swarm in which everything goes wrong at once never gets to the states in which only one thing does.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

Bounds = tuple[int, int]
"""From and to, both included."""


@dataclass(frozen=True)
class Conditions:
    """All times are in milliseconds, all rates are shares from 0 to 1.

    `inline_limit` is the size up to which results travel in messages; `noticed_after` says how long a broken session is
    not noticed, at either end; `worker_deaths` is the share of attempts that take their worker with them,
    `departures` of those that take their volunteer with them as they end (half of them before the report is out).
    `breaks` is the share of control messages at which the session breaks, `repeats` of the resumed sessions that tell
    their last reports again. `damage` is the share of transfers with a flipped bit or a missing end, `stalls` of those
    that never end; `rots` is the share of blocks that are damaged as soon as they are reported, and of the small ones
    half in the report itself. `raises` is the share of attempts whose user's code raises, on no other attempt. `bulk`
    is how many bytes more a stand-in's block of a partition has, so that results are more than the scheduler itself
    keeps.
    """

    message_delay: Bounds = (1, 20)
    transfer_delay: Bounds = (2, 60)
    task_duration: Bounds = (5, 80)
    noticed_after: Bounds = (0, 400)
    inline_limit: int = 0
    worker_deaths: float = 0.0
    departures: float = 0.0
    breaks: float = 0.0
    repeats: float = 0.0
    damage: float = 0.0
    stalls: float = 0.0
    rots: float = 0.0
    raises: float = 0.0
    bulk: int = 0

    def healed(self) -> Conditions:
        """The same network with nothing going wrong any more."""
        return replace(
            self,
            worker_deaths=0.0,
            departures=0.0,
            breaks=0.0,
            repeats=0.0,
            damage=0.0,
            stalls=0.0,
            rots=0.0,
            raises=0.0,
        )


def draw(rng: random.Random) -> Conditions:
    """Conditions of a seed: each fault is there in some seeds only, and then often or seldom."""

    def sometimes(share: float, *rates: float) -> float:
        return rng.choice(rates) if rng.random() < share else 0.0

    inline_limit, bulk = rng.choice([(0, 0), (16_384, 0), (65_536, 40_000)])
    return Conditions(
        message_delay=rng.choice([(1, 20), (1, 20), (0, 300), (0, 7000)]),
        transfer_delay=rng.choice([(2, 60), (1, 500), (10, 3000)]),
        task_duration=rng.choice([(5, 80), (50, 800), (500, 4000)]),
        noticed_after=rng.choice([(0, 1), (0, 400), (0, 1500), (0, 10_000)]),
        inline_limit=inline_limit,
        worker_deaths=sometimes(0.25, 0.01, 0.03, 0.1),
        departures=sometimes(0.4, 0.02, 0.1, 0.33),
        breaks=sometimes(0.3, 0.002, 0.02),
        repeats=sometimes(0.5, 0.3, 1.0),
        damage=sometimes(0.25, 0.01, 0.1),
        stalls=sometimes(0.25, 0.01, 0.1),
        rots=sometimes(0.15, 0.01, 0.05),
        raises=sometimes(0.1, 0.01),
        bulk=bulk,
    )
