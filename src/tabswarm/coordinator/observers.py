"""Drivers that look on at the swarm, and what each of them was told: a whole picture first, and then what changes.

    event --touch--> a round is due (at once, or `INTERVAL` after the last) --> one look, and to each observer the
                     difference between it and what that observer was told last

So however much happens, an observer hears at most four times a second, of each thing once, as it is then; and where
nothing happens, nothing is looked at. An observer that reads too slowly for that misses rounds, never changes. Long
lists go in slices of `SLICE`, so that no message is larger than a page can take in at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping
from typing import Protocol, TypeVar

from tabswarm.plan.observation import NodeProgress
from tabswarm.scheduler.observed import JobSight, Sight
from tabswarm.wire.messages import Message, Observation

INTERVAL = 0.25
"""Seconds between two rounds."""
SLICE = 2_000
"""Attempts in one observation."""
UNREAD = 2**20
"""Bytes that wait in an observer's outbox and make it miss rounds."""

Id = TypeVar("Id", bound=Hashable)
Thing = TypeVar("Thing")


class Looker(Protocol):
    """What is looked at: the scheduler."""

    def look(self) -> Sight: ...
    def look_at(self, job: str, since: int, most: int) -> JobSight | None: ...


class Ear(Protocol):
    """An observer's session: takes messages, and says how many bytes of them were not read."""

    def tell(self, message: Message) -> None: ...
    @property
    def unread(self) -> int: ...


class Observer:
    """What one observer was told."""

    def __init__(self, job: str) -> None:
        self.more = False
        self._job = job
        self._fresh = True
        self._told = Sight({}, {}, {})
        self._change = -1
        self._progress: dict[int, NodeProgress] = {}

    def news(self, sight: Sight, looker: Looker, now: int) -> Observation | None:
        """What to tell it; None where nothing is new."""
        found = looker.look_at(self._job, self._change, SLICE) if self._job else None
        if self._job and found is None and self._change >= 0:
            self._job = ""  # the job was forgotten, as `forgotten` says
        seen = found or JobSight(self._change, (), (), (), (), (), more=False)
        told, self._told = self._told, sight
        volunteers, gone = _difference(told.volunteers, sight.volunteers)
        jobs, forgotten = _difference(told.jobs, sight.jobs)
        stores, dropped = _difference(told.stores, sight.stores)
        observation = Observation(
            now=now,
            fresh=self._fresh,
            job=self._job if found is not None else "",
            volunteers=volunteers,
            gone=gone,
            jobs=jobs,
            forgotten=forgotten,
            stores=stores,
            dropped=dropped,
            nodes=seen.nodes,
            progress=self._new_progress(seen.progress),
            attempts=seen.attempts,
            errors=seen.errors,
            folded=seen.folded,
            more=seen.more,
        )
        self._change, self._fresh, self.more = seen.change, False, seen.more
        empty = Observation(now=observation.now, job=observation.job)
        return observation if observation != empty else None

    def _new_progress(self, seen: tuple[NodeProgress, ...]) -> tuple[NodeProgress, ...]:
        new = tuple(progress for progress in seen if self._progress.get(progress.node) != progress)
        self._progress.update((progress.node, progress) for progress in new)
        return new


class Observers:
    """The observers of one swarm, by session. `touch` says that something has happened; `clock` gives milliseconds."""

    def __init__(self, looker: Looker, clock: Callable[[], int]) -> None:
        self._looker = looker
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._observers: dict[Ear, Observer] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._last = -INTERVAL

    def observe(self, session: Ear, job: str) -> None:
        """This session looks on from now on, and begins anew where it did already."""
        self._observers[session] = Observer(job)
        self.touch()

    def leave(self, session: Ear) -> None:
        """It does not look any more."""
        self._observers.pop(session, None)

    def touch(self) -> None:
        """Something may look different now."""
        if self._observers and self._timer is None:
            self._timer = self._loop.call_at(max(self._last + INTERVAL, self._loop.time()), self._round)

    def close(self) -> None:
        """Stop the clock."""
        if self._timer is not None:
            self._timer.cancel()

    def _round(self) -> None:
        self._timer = None
        self._last = self._loop.time()
        listening = {ear: observer for ear, observer in self._observers.items() if ear.unread < UNREAD}
        again = len(listening) < len(self._observers)
        if listening:
            sight = self._looker.look()
            for ear, observer in listening.items():
                news = observer.news(sight, self._looker, self._clock())
                if news is not None:
                    ear.tell(news)
                again = again or observer.more
        if again:
            self.touch()


def _difference(old: Mapping[Id, Thing], new: Mapping[Id, Thing]) -> tuple[tuple[Thing, ...], tuple[Id, ...]]:
    """What is new or different, and the ids of what is no more."""
    changed = tuple(thing for id, thing in new.items() if (known := old.get(id)) is not thing and known != thing)
    return changed, tuple(id for id in old if id not in new)
