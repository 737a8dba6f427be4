"""A driver program of things that few people write, each of which once broke, or might; run as a script, it ships every
case to a file.

python unusual_functions_program.py OUT
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
import enum
import functools
import io
import math
import operator
import struct
import sys
import threading
import types
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, Optional, ParamSpec, TypeVar, get_args

from case_book import case, ship_all

R = TypeVar("R")
P = ParamSpec("P")


@dataclass(frozen=True)
class Point:
    x: int
    y: int



first, second = (
    lambda text: text + """
several
  lines""" \
    + "end",
    lambda ñ: "日本" + ñ + {"é": "à"}["é"],
)  # fmt: skip


def with_tabs(x: int) -> str:
	if x:
		return "tab"
	return "none"  # fmt: skip


def redefined() -> str:
    return "old"


redefined_before = redefined


def redefined() -> str:  # type: ignore[no-redef]  # noqa: F811
    return "new"


@case
def where_functions_stand() -> Any:
    return first("a"), second("ß"), with_tabs(1), redefined_before(), redefined()


def logged(f: Callable[P, R] | None = None, *, level: int = 1) -> Any:
    if f is None:
        return functools.partial(logged, level=level)

    @functools.wraps(f)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> tuple[int, R]:
        return level, f(*args, **kwargs)

    return wrapper


@logged(level=3)
def one(x: int, *, y: Annotated[int, "meta"] = 2) -> Literal["a", 3]:
    return x + y  # type: ignore[return-value]


@logged
def two(x: int) -> int:
    return x


@case
def decorators_with_and_without_arguments() -> Any:
    return one(1), two(2), one.__name__, one.__wrapped__(5)


class Chain:
    def __init__(self, *steps: Callable[[Any], Any]) -> None:
        self.steps = steps

    def __or__(self, step: Callable[[Any], Any]) -> Chain:
        return Chain(*self.steps, step)

    def __call__(self, value: Any) -> Any:
        return functools.reduce(lambda so_far, step: step(so_far), self.steps, value)


chain = Chain() | (lambda x: x + 1) | str | len | (lambda n: [n] * 2)
factorial = (lambda f: lambda n: f(f, n))(lambda self, n: 1 if n < 2 else n * self(self, n - 1))
made_by_hand = types.FunctionType((lambda: BY_HAND).__code__, {"BY_HAND": 11, "__builtins__": __builtins__})  # type: ignore[name-defined]  # noqa: F821


@case
def functions_made_of_functions() -> Any:
    return chain(99), factorial(5), made_by_hand(), [f(2) for f in [lambda x: x * i for i in range(3)]]


def renamed(x: int) -> Any:
    def inner(y: int) -> int:
        return x + y

    inner.__name__, inner.__doc__, inner.__module__ = "other", "new", "elsewhere"
    return inner


other = renamed(3)


@case
def what_was_set_on_a_function() -> Any:
    return other(1), other.__name__, other.__doc__, other.__module__


async def numbers(n: int) -> AsyncIterator[int]:
    for i in range(n):
        await asyncio.sleep(0)
        yield i


async def consume() -> Any:
    async def produce() -> None:
        async for n in numbers(2):
            await queue.put(n)
        await queue.put(None)

    queue: asyncio.Queue[int | None] = asyncio.Queue()
    got = []
    async with asyncio.TaskGroup() as group, asyncio.timeout(60):
        group.create_task(produce())
        while (n := await queue.get()) is not None:
            got.append(n)
    return got, {k: k async for k in numbers(2)}, await asyncio.gather(*(asyncio.sleep(0, i) for i in range(2)))


@case
def coroutines_and_their_loops() -> Any:
    return asyncio.run(consume())


def talking() -> Iterator[Any]:
    x = yield 1
    while x:
        x = yield x * 2
    return "end"


def delegating() -> Iterator[Any]:
    yield (yield from talking())


@contextlib.contextmanager
def quiet(n: int) -> Iterator[int]:
    try:
        yield n
    except ValueError:
        pass


class Decorating(contextlib.ContextDecorator):
    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> bool:
        return True


@Decorating()
def raises() -> None:
    raise KeyError


@case
def generators_and_contexts() -> Any:
    talk = delegating()
    said = [next(talk), talk.send(5), talk.send(0)]  # type: ignore[attr-defined]
    with quiet(3) as n, contextlib.suppress(KeyError):
        raise ValueError
    return said, n, raises(), list((lambda: (yield 1))())


@case
def patterns_and_exception_groups() -> Any:
    found: list[Any] = []
    for value in [Point(1, 2), {"k": [1, 2, 3]}, (1, 2), "s", None]:
        match value:
            case Point(a, b) if a < b:
                found.append((a, b))
            case {"k": [head, *rest]}:
                found.append((head, rest))
            case (int() as p, q):
                found.append((p, q))
            case str() | None:
                found.append("text or nothing")
    try:
        raise ExceptionGroup("several", [TypeError(1), ValueError(2)])
    except* TypeError as group:
        found.append(len(group.exceptions))
    except* ValueError:
        found.append("value")
    return found


if __name__ == "__main__":
    ship_all(sys.argv[1])
