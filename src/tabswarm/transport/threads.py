"""Blocking work beside the loop: in a thread for as long as the interpreter starts any."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """What `asyncio.to_thread` does; and here, on the loop, where no thread can be had.

    So it is at a program's end, when a driver still hands out its data: from then on Python 3.12 starts no thread.
    `function` may then run a second time, in a thread that becomes free.

    >>> asyncio.run(in_thread(sum, [1, 2, 3]))
    6
    """
    call = partial(copy_context().run, function, *args, **kwargs)
    try:
        running = asyncio.get_running_loop().run_in_executor(None, call)
    except RuntimeError:
        return function(*args, **kwargs)
    return await running
