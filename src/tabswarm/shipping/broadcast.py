"""Broadcasts: a value of the driver's that travels to each volunteer once, and that functions name by its id.

The law: a function carries the id and never the value. The driver's side is made by `sc.broadcast` and keeps the
value; what a task has in its place finds the value on its worker's shelf, where it was unpacked once for all tasks of
the application (`executor/shelf.py`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, Generic, Protocol, TypeVar, cast

from tabswarm.errors import BroadcastGone

T = TypeVar("T")


class Owner(Protocol):
    """What a broadcast asks of the context that made it."""

    def drop_copies(self, broadcast: int) -> None:
        """Volunteers may let go of their copies; the driver still has the value."""

    def give_up(self, broadcast: int) -> None:
        """Nobody will ask for the value again."""

    def destroyed_at(self) -> str:
        """The line of the program that runs now, for the error of who uses it later."""


class Broadcast(Generic[T]):
    """A read-only variable that lives with each volunteer; made by `sc.broadcast`.

    >>> capitals = sc.broadcast({"IT": "Rome", "FR": "Paris"})
    >>> sc.parallelize(["FR", "IT"]).map(lambda country: capitals.value[country]).collect()
    ['Paris', 'Rome']
    """

    def __init__(self, application: str, id: int, value: T, owner: Owner | None, nested: tuple[int, ...] = ()) -> None:
        self.id = id
        self._application = application
        self._value = value
        self._owner = owner
        self._nested = nested
        self._destroyed: str | None = None

    @property
    def value(self) -> T:
        """The value: in the driver what was broadcast, in a task the worker's copy of it as it was then.

        >>> sc.broadcast([1, 2, 3]).value
        [1, 2, 3]
        """
        self._must_be_there()
        return self._value

    def unpersist(self, blocking: bool = False) -> None:
        """Let the volunteers drop their copies; a task that needs it fetches it again (`blocking` changes nothing
        here).

        >>> table = sc.broadcast([1, 2, 3])
        >>> table.unpersist()
        >>> sc.range(1).map(lambda n: table.value[n]).collect()
        [1]
        """
        self._must_be_there()
        if self._owner is not None:
            self._owner.drop_copies(self.id)

    def destroy(self, blocking: bool = False) -> None:
        """Drop the value everywhere; using the broadcast from now on is an error. (Without this the same happens when
        the program lets go of it.)

        >>> table = sc.broadcast([1, 2, 3])
        >>> table.destroy()
        >>> table.value
        Traceback (most recent call last):
        tabswarm.errors.BroadcastGone: Attempted to use Broadcast(...) after it was destroyed (destroy at ...)
        """
        self._must_be_there()
        if self._owner is not None:
            self._owner.give_up(self.id)
            self._destroyed = self._owner.destroyed_at()
            self._value = cast("T", None)

    def dump(self, value: T, f: IO[bytes]) -> None:
        """Write a value to a binary file as a broadcast travels, and close the file; `load` reads it.

        >>> import io, tempfile, pathlib
        >>> table = sc.broadcast(0)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     table.dump([1, 2], open(pathlib.Path(folder, "table"), "wb"))
        ...     table.load_from_path(str(pathlib.Path(folder, "table")))
        [1, 2]
        """
        from tabswarm.shipping.code import ship_values

        with f:
            f.write(ship_values([value], what="broadcast"))

    def load(self, file: IO[bytes]) -> T:
        """The value that `dump` wrote to this binary file. As whatever unpickles, it runs what the file says: read your
        own files only."""
        from tabswarm.shipping.code_reader import CodeReader

        (value,) = CodeReader({}).load_values(file.read())
        return cast("T", value)

    def load_from_path(self, path: str | os.PathLike[str]) -> T:
        """`load` of the file of this name."""
        with open(path, "rb") as file:
            return self.load(file)

    def __shipped_handle__(self) -> str:
        self._must_be_there()
        return "broadcast:" + ",".join(map(str, (self.id, *self._nested)))

    def __reduce__(self) -> tuple[Callable[[str, int], Any], tuple[str, int]]:
        self._must_be_there()
        return BroadcastInTask, (self._application, self.id)

    def __repr__(self) -> str:
        return f"Broadcast({self.id})"

    def _must_be_there(self) -> None:
        if self._destroyed is not None:
            raise BroadcastGone(
                f"Attempted to use Broadcast({self.id}) after it was destroyed (destroy at {self._destroyed})"
            )


class BroadcastInTask(Broadcast[Any]):
    """A broadcast as a task has it: its id, and what the worker's shelf says."""

    def __init__(self, application: str, id: int) -> None:
        super().__init__(application, id, None, None)

    @property
    def value(self) -> Any:
        """The worker's copy, the same object for all tasks of the application: read it, and leave it as it is."""
        if _shelf is None:
            raise BroadcastGone(f"Broadcast variable '{self.id}' not loaded: its value can be read while a task runs")
        return _shelf(self._application, self.id)

    def destroy(self, blocking: bool = False) -> None:
        """Only the driver may."""
        raise BroadcastGone(f"Broadcast({self.id}) can only be destroyed by the driver, not inside a task")

    unpersist = destroy


Shelf = Callable[[str, int], Any]
"""The value of a broadcast, by application and id."""

_shelf: Shelf | None = None


def in_task() -> bool:
    """Whether a task runs here."""
    return _shelf is not None


@contextmanager
def shelved(shelf: Shelf) -> Iterator[None]:
    """Inside of the block broadcasts find their values here."""
    global _shelf
    before, _shelf = _shelf, shelf
    try:
        yield
    finally:
        _shelf = before


def broadcasts_among(handles: tuple[str, ...]) -> tuple[int, ...]:
    """The broadcasts that a shipment names, and those that their values name.

    >>> broadcasts_among(("accumulator:1", "broadcast:7,3", "broadcast:3"))
    (3, 7)
    """
    found = [handle.removeprefix("broadcast:") for handle in handles if handle.startswith("broadcast:")]
    return tuple(sorted({int(number) for listed in found for number in listed.split(",")}))
