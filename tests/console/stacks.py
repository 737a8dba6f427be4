"""What a browser's promise integration does, by greenlets: a stack that waits is set aside, and the loop goes on.

As in Pyodide, each task of the loop runs on a stack of its own.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Coroutine, Generator
from functools import partial
from typing import Any

import greenlet


def run_sync(future: Awaitable[bool]) -> bool:
    """Sets the calling stack aside until the future is done."""
    parent = greenlet.getcurrent().parent
    assert parent is not None, "only code of a task may wait"
    given: bool = parent.switch(future)
    return given


def own_stacks(loop: asyncio.AbstractEventLoop, coroutine: Any, **named: Any) -> asyncio.Task[Any]:
    """A task factory."""
    return asyncio.Task(_on_own_stack(coroutine), loop=loop, **named)


async def _on_own_stack(coroutine: Coroutine[Any, Any, Any]) -> Any:
    context = contextvars.copy_context()
    resume = partial(coroutine.send, None)
    while True:
        stack = greenlet.greenlet(partial(context.run, resume))
        try:
            awaited = stack.switch()
            while not stack.dead:  # it waits in the middle of a step
                awaited = stack.switch(await awaited)
        except StopIteration as end:
            return end.value
        try:
            resume = partial(coroutine.send, await _Yielded(awaited))
        except BaseException as error:
            resume = partial(coroutine.throw, error)


class _Yielded:
    """Yields to the loop what a step yielded."""

    def __init__(self, awaited: Any) -> None:
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, Any]:
        given = yield self._awaited
        return given
