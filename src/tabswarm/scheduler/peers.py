"""The volunteers: their slots, what they are at, what they have been sent, and how loaded they are.

A volunteer takes as many tasks as it has slots, and as many again in its queue, so that the sources of the next ones
are fetched while it computes. Placement never looks at all volunteers: those with room stand in *buckets* of equal
load, by what they offer, and the least loaded one is the first of the lowest bucket that is not empty. Inside a bucket
the one whose load changed longest ago comes first, which keeps equal volunteers even by number of tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tabswarm.ids import BlockId

LEVELS = 16
"""Buckets for the running slots, and as many for the queue: level = tasks * LEVELS // slots."""


class Profile(NamedTuple):
    """What a volunteer can do, as far as it matters to who may run what: its Python, and the words that a node may
    require. Most swarms have a handful of these."""

    kind: str
    python: str
    words: tuple[str, ...]

    def offers(self, requires: Iterable[str]) -> bool:
        """Whether all of these words are among them."""
        return all(word in self.words for word in requires)


def profile_of(kind: str, python: str, capabilities: Iterable[str]) -> Profile:
    """The words of a volunteer: its kind, its Python without the last number, and its capabilities.

    >>> profile_of("native", "3.12.1", ("tcp",)).words
    ('native', 'python3.12', 'tcp')
    """
    minor = ".".join(python.split(".")[:2])
    return Profile(kind, python, tuple(sorted({kind, f"python{minor}", *capabilities})))


@dataclass(slots=True, eq=False)
class Volunteer:
    """One volunteer. `attempts` are its leases as (task, attempt), oldest first; `code` and `tables` say what it has
    been sent of each application. `strikes` counts damaged blocks that it wrote. `copying` are the
    blocks that it was ordered to copy and has not answered for. A `finishing` one takes no task and wants to leave;
    its last task was over at `finished_at` (milliseconds). A `resting` one takes none either, unless it is `admitted`
    as a last resort. For observers: when it `joined` (milliseconds), attempts that `failed`, `seconds` and `rows` of
    those that did not, bytes that it fetched."""

    id: str
    kind: str
    name: str
    slots: int
    memory: int
    python: str
    capabilities: tuple[str, ...] = ()
    joined: int = 0
    profile: Profile = field(init=False)
    attempts: dict[tuple[int, int], None] = field(default_factory=dict)
    code: dict[str, dict[str, None]] = field(default_factory=dict)
    tables: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    tasks: int = 0
    failed: int = 0
    seconds: float = 0.0
    rows: int = 0
    direct: int = 0
    relayed: int = 0
    strikes: int = 0
    touched: int = 0
    level: int | None = None
    copying: dict[BlockId, None] = field(default_factory=dict)
    finishing: bool = False
    finished_at: int | None = None
    resting: bool = False
    admitted: bool = False

    def __post_init__(self) -> None:
        self.profile = profile_of(self.kind, self.python, self.capabilities)

    @property
    def is_active(self) -> bool:
        """Whether it takes tasks at all."""
        return self.slots > 0 and not self.finishing and (self.admitted or not self.resting)

    @property
    def capacity(self) -> int:
        """How many attempts it may have at once: its slots, and as many queued."""
        return 2 * self.slots if self.is_active else 0

    @property
    def overfull(self) -> bool:
        """Whether something waits in its queue."""
        return len(self.attempts) > self.slots


Buckets = list[dict[str, None]]


@dataclass(slots=True, eq=False)
class Volunteers:
    """All volunteers by id, and those with room by profile and load. `profiles` counts who is there by what they offer,
    `active` those of them who take tasks; `takers` are the same, in the order in which the next copies go to them.
    `finishing` are those who want to leave and may not yet. `freed`: somebody who could take no copy can now.
    `aside` are those who rest, and until when (milliseconds)."""

    by_id: dict[str, Volunteer] = field(default_factory=dict)
    buckets: dict[Profile, Buckets] = field(default_factory=dict)
    with_queue: dict[str, None] = field(default_factory=dict)
    profiles: dict[Profile, int] = field(default_factory=dict)
    active: dict[Profile, int] = field(default_factory=dict)
    takers: dict[str, None] = field(default_factory=dict)
    finishing: dict[str, None] = field(default_factory=dict)
    aside: dict[str, int] = field(default_factory=dict)
    freed: bool = False
    room: int = 0
    changes: int = 0

    def add(self, volunteer: Volunteer) -> None:
        """A volunteer is there."""
        self.by_id[volunteer.id] = volunteer
        self.profiles[volunteer.profile] = self.profiles.get(volunteer.profile, 0) + 1
        self._count_active(volunteer, was=False)
        self.settle(volunteer)

    def remove(self, peer: str) -> Volunteer:
        """A volunteer is gone."""
        volunteer = self.by_id.pop(peer)
        self._unsettle(volunteer)
        self.with_queue.pop(peer, None)
        if volunteer.is_active:
            self._add_active(volunteer, -1)
        self.finishing.pop(peer, None)
        self.aside.pop(peer, None)
        self.profiles[volunteer.profile] -= 1
        if not self.profiles[volunteer.profile]:
            del self.profiles[volunteer.profile]
            del self.buckets[volunteer.profile]
        return volunteer

    def resize(self, volunteer: Volunteer, slots: int, memory: int) -> None:
        """A volunteer has other slots or memory now."""
        was = volunteer.is_active
        volunteer.slots, volunteer.memory = slots, memory
        self._count_active(volunteer, was=was)
        self.settle(volunteer)

    def finish(self, volunteer: Volunteer) -> None:
        """A volunteer takes no new task and wants to leave."""
        was = volunteer.is_active
        volunteer.finishing = True
        self.finishing[volunteer.id] = None
        self._count_active(volunteer, was=was)
        self.settle(volunteer)

    def set_aside(self, volunteer: Volunteer, until: int) -> None:
        """A volunteer rests until then (milliseconds)."""
        was = volunteer.is_active
        volunteer.resting, volunteer.admitted = True, False
        self.aside[volunteer.id] = until
        self._count_active(volunteer, was=was)
        self.settle(volunteer)

    def bring_back(self, volunteer: Volunteer) -> None:
        """A volunteer has rested."""
        was = volunteer.is_active
        volunteer.resting = volunteer.admitted = False
        del self.aside[volunteer.id]
        self._count_active(volunteer, was=was)
        self.settle(volunteer)

    def admit(self, volunteer: Volunteer, *, admitted: bool) -> None:
        """A volunteer that rests works all the same, or no longer does."""
        was = volunteer.is_active
        volunteer.admitted = admitted
        self._count_active(volunteer, was=was)
        self.settle(volunteer)

    def _count_active(self, volunteer: Volunteer, *, was: bool) -> None:
        if volunteer.is_active != was:
            self._add_active(volunteer, 1 if volunteer.is_active else -1)

    def _add_active(self, volunteer: Volunteer, change: int) -> None:
        if change > 0:
            self.takers[volunteer.id] = None
            self.freed = True
        else:
            del self.takers[volunteer.id]
        profile = volunteer.profile
        self.active[profile] = self.active.get(profile, 0) + change
        if not self.active[profile]:
            del self.active[profile]

    def settle(self, volunteer: Volunteer) -> None:
        """Put a volunteer into the bucket of its load, after its tasks or slots changed."""
        self._unsettle(volunteer)
        self.changes += 1
        volunteer.touched = self.changes
        if volunteer.overfull:
            self.with_queue[volunteer.id] = None
        else:
            self.with_queue.pop(volunteer.id, None)
        buckets = self.buckets.setdefault(volunteer.profile, [{} for _ in range(2 * LEVELS)])
        if len(volunteer.attempts) < volunteer.capacity:
            volunteer.level = len(volunteer.attempts) * LEVELS // volunteer.slots
            buckets[volunteer.level][volunteer.id] = None
            self.room += 1

    def _unsettle(self, volunteer: Volunteer) -> None:
        if volunteer.level is not None:
            del self.buckets[volunteer.profile][volunteer.level][volunteer.id]
            volunteer.level = None
            self.room -= 1

    def least_loaded(
        self, profiles: Iterable[Profile], allowed: Callable[[str], bool], levels: range = range(2 * LEVELS)
    ) -> Volunteer | None:
        """The volunteer with room that has the least load, of those with one of these profiles; the longest unchanged
        of equal ones."""
        rows = [self.buckets[profile] for profile in profiles]
        for level in levels:
            best: Volunteer | None = None
            for buckets in rows:
                for peer in buckets[level]:
                    if allowed(peer):
                        volunteer = self.by_id[peer]
                        if best is None or volunteer.touched < best.touched:
                            best = volunteer
                        break
            if best is not None:
                return best
        return None

    def with_free_slot(self, profiles: Iterable[Profile]) -> Iterator[Volunteer]:
        """Those with one of these profiles who could start another task right now."""
        for profile in profiles:
            for bucket in self.buckets[profile][:LEVELS]:
                for peer in bucket:
                    yield self.by_id[peer]

    def has_free_slot(self) -> bool:
        """Whether some volunteer could start another task right now."""
        return any(bucket for buckets in self.buckets.values() for bucket in buckets[:LEVELS])
