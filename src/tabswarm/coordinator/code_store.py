"""Code blobs as opaque bytes, by application and hash name: taken from drivers, sent to volunteers, never looked into.

That the bytes have the hash they are named by is proved where they are loaded; here only their sizes matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from tabswarm.coordinator.bounds import Bounds
from tabswarm.errors import PlanRefused
from tabswarm.plan.dependency import Shuffle
from tabswarm.plan.finish import Finish, code_of_finish
from tabswarm.plan.lineage import Plan
from tabswarm.plan.operators import CodeRef, code_of
from tabswarm.plan.partitioner import CombineValues, FunctionPartitioner

NAME_LIMIT = 128


class CodeStore:
    """The code of one application."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._blobs: dict[str, bytes] = {}
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes of all blobs."""
        return self._size

    def add(self, blobs: dict[str, bytes]) -> None:
        """Keep blobs; one of a known name is not kept twice. Raises PlanRefused when they are too many or too large."""
        fresh = {name: blob for name, blob in blobs.items() if name not in self._blobs}
        size = self._size + sum(map(len, fresh.values()))
        for name, blob in fresh.items():
            if len(name) > NAME_LIMIT or len(blob) > self._bounds.code_blob_bytes:
                raise PlanRefused(
                    f"a code blob of {len(blob)} bytes; {self._bounds.code_blob_bytes} are allowed: large data belongs"
                    " in a broadcast or in parallelize, not in a function"
                )
        if size > self._bounds.code_bytes or len(self._blobs) + len(fresh) > self._bounds.code_blobs:
            raise PlanRefused(f"the application's code would take {size} bytes; {self._bounds.code_bytes} are allowed")
        self._blobs.update(fresh)
        self._size = size

    def missing(self, names: Iterable[str]) -> list[str]:
        """Which of these blobs are not here."""
        return sorted({name for name in names if name not in self._blobs})

    def take(self, names: Iterable[str]) -> dict[str, bytes]:
        """The blobs of these names that are here."""
        return {name: self._blobs[name] for name in names if name in self._blobs}


class CodeStores:
    """The code of all of a swarm's applications, the one that was fed longest ago first."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._stores: dict[str, CodeStore] = {}

    def of(self, application: str) -> CodeStore:
        """The application's code; an empty store where it has none."""
        return self._stores.get(application) or CodeStore(self._bounds)

    def add(self, application: str, blobs: dict[str, bytes], here: Collection[str]) -> CodeStore:
        """Keep an application's blobs, and give its store.

        Where there is no room, applications that are not `here` (neither driver nor job is) lose their code, the oldest
        first; where that gives none, PlanRefused.
        """
        store = self._stores.pop(application, None) or CodeStore(self._bounds)
        coming = sum(map(len, blobs.values()))
        for other in list(self._stores):
            if self._has_room(store, coming):
                break
            if other not in here:
                del self._stores[other]
        if store.size or self._has_room(store, coming):
            self._stores[application] = store
        if not self._has_room(store, coming):
            raise PlanRefused(f"the swarm keeps the code of {len(self._stores)} applications already, and has no room")
        store.add(blobs)
        return store

    def drop(self, application: str) -> None:
        """The application is over."""
        self._stores.pop(application, None)

    def _has_room(self, store: CodeStore, coming: int) -> bool:
        others = [other for other in self._stores.values() if other is not store]
        total = sum(other.size for other in others) + store.size + coming
        return len(others) < self._bounds.applications and total <= self._bounds.swarm_code_bytes


def code_names(plan: Plan) -> Iterator[str]:
    """The names of all blobs that a plan's functions need."""
    yield from finish_names(plan.finish)
    for node in plan.nodes:
        yield from _names(code_of(node.operator))
        for dependency in node.dependencies:
            if isinstance(dependency, Shuffle):
                if isinstance(dependency.partitioner, FunctionPartitioner):
                    yield from _names(dependency.partitioner.f)
                if isinstance(dependency.aggregator, CombineValues):
                    yield from _names(dependency.aggregator.create)
                    yield from _names(dependency.aggregator.merge_value)
                    yield from _names(dependency.aggregator.merge_combiners)


def finish_names(finish: Finish) -> Iterator[str]:
    """The names of the blobs that it takes to finish an action."""
    for code in code_of_finish(finish):
        yield from _names(code)


def _names(code: CodeRef | None) -> Iterator[str]:
    if code is not None:
        yield code.root
        yield from code.blobs
