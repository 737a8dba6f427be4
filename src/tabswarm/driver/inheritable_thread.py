"""Threads that take over what their parent said of its jobs: job group, tags, local properties."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, overload

from tabswarm.rdd.local_properties import adopt, snapshot

P = ParamSpec("P")
R = TypeVar("R")


class InheritableThread(threading.Thread):
    """A `threading.Thread` that starts with a copy of the local properties which the thread that made it has when it
    calls `start`. Later changes in either are its own.

    >>> sc.setLocalProperty("colour", "green")
    >>> seen = []
    >>> thread = InheritableThread(target=lambda: seen.append(sc.getLocalProperty("colour")))
    >>> thread.start(); thread.join(); seen
    ['green']
    >>> sc.setLocalProperty("colour", None)
    """

    def start(self) -> None:
        """Start it, with the calling thread's properties."""
        self._inherited = snapshot()
        super().start()

    def run(self) -> None:
        """What the thread does: adopt the properties, then the target."""
        adopt(self._inherited)
        super().run()


@overload
def inheritable_thread_target(f: Callable[P, R]) -> Callable[P, R]: ...
@overload
def inheritable_thread_target(f: Any) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def inheritable_thread_target(f: Any) -> Any:
    """A function that runs with the local properties of the thread that wrapped it, for pools and threads of others'
    making. Also a decorator with an argument, as PySpark's takes a session; the argument does not matter.

    >>> from concurrent.futures import ThreadPoolExecutor
    >>> sc.setLocalProperty("colour", "red")
    >>> with ThreadPoolExecutor(1) as pool:
    ...     pool.submit(inheritable_thread_target(lambda: sc.getLocalProperty("colour"))).result()
    'red'
    >>> sc.setLocalProperty("colour", None)
    """
    if not callable(f):
        return inheritable_thread_target
    inherited = snapshot()

    @functools.wraps(f)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        own = snapshot()
        adopt(inherited)
        try:
            return f(*args, **kwargs)
        finally:
            adopt(own)

    return wrapped
