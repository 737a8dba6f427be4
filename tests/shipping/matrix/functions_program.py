"""A driver program with the functions that people really write; run as a script, it ships every case to a file.

python functions_program.py OUT
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import functools
import os.path
import pathlib
import re
import sys
from functools import cached_property, lru_cache, partial, singledispatch
from typing import Any

import local_module
from case_book import case, ship_all
from local_package import Doubler

GLOBAL = 10
TABLE = {"a": 1}
first, second, third = lambda x: x + GLOBAL, lambda x: x * GLOBAL, lambda x: x + GLOBAL  # noqa: E731


@case
def lambdas_on_one_line() -> Any:
    return [first(1), second(2), third(3), (lambda x, *, y=2: x**y)(3)]


def make_counter() -> Any:
    count = 0

    def increment() -> int:
        nonlocal count
        count += 1
        return count

    def get() -> int:
        return count

    return increment, get


increment, get = make_counter()
increment()


@case
def closures_share_their_cells() -> Any:
    increment()
    return [increment() - get(), get() > 1]


def default_arguments(
    a: int, b: list[int] = [GLOBAL], /, c: int = GLOBAL * 2, *rest: int, d: int = 4, **more: int
) -> Any:  # noqa: B006
    return [a, b, c, rest, d, more]


@case
def defaults() -> Any:
    return [default_arguments(1), default_arguments(1, [2], 3, 4, d=5, e=6), (lambda x=GLOBAL: x)()]


def louder(times: int) -> Any:
    def decorate(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any) -> Any:
            return [function(*args)] * times

        return wrapper

    return decorate


@louder(times=2)
@louder(3)
def decorated(x: int) -> int:
    """A docstring."""
    return x + 1


@case
def decorators() -> Any:
    return [decorated(1), decorated.__name__, decorated.__doc__, decorated.__wrapped__.__wrapped__(5)]


def countdown(n: int) -> Any:
    while n:
        sent = yield n
        n -= 1 + (sent or 0)
    yield from (letter for letter in "ab")


@case
def generators() -> Any:
    return [list(countdown(3)), sum(x * GLOBAL for x in range(4))]


def factorial(n: int) -> int:
    return 1 if n < 2 else n * factorial(n - 1)


def is_even(n: int) -> bool:
    return n == 0 or is_odd(n - 1)


def is_odd(n: int) -> bool:
    return n != 0 and is_even(n - 1)


def local_recursion() -> Any:
    def even(n: int) -> bool:
        return n == 0 or odd(n - 1)

    def odd(n: int) -> bool:
        return n != 0 and even(n - 1)

    return even


even_by_closure = local_recursion()


@case
def recursion() -> Any:
    return [factorial(10), is_even(7), is_odd(7), even_by_closure(8)]


@case
def local_modules() -> Any:
    from local_package.inner import offset

    return [local_module.triple(2), Doubler(1).double(5), offset.OFFSET, local_module.slow_square(4), adder(4)]


adder = local_module.make_adder(5)


@lru_cache(maxsize=100)
def fibonacci(n: int) -> int:
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


class Lazy:
    def __init__(self) -> None:
        self.runs = 0

    @cached_property
    def value(self) -> int:
        self.runs += 1
        return self.runs


add_three = partial(default_arguments, 3, d=1)


@singledispatch
def describe(value: object) -> str:
    return "object"


@describe.register
def _(value: int) -> str:
    return f"int {value + GLOBAL}"


@describe.register(list)
def _describe_list(value: Any) -> str:
    return "list of " + ", ".join(map(describe, value))


class Dispatching:
    @functools.singledispatchmethod
    def of(self, value: object) -> str:
        return "object"

    @of.register
    def _(self, value: str) -> str:
        return "str"


@functools.total_ordering
class Ordered:
    def __init__(self, n: int) -> None:
        self.n = n

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ordered) and self.n == other.n

    def __lt__(self, other: Ordered) -> bool:
        return self.n < other.n


@case
def functools_wrappers() -> Any:
    lazy = Lazy()
    return [
        *[
            fibonacci(30),
            fibonacci.cache_info().maxsize,
            lazy.value + lazy.value,
            add_three(4),
            describe(1),
            describe([1, "a"]),
        ],
        *[Dispatching().of("a"), Dispatching().of(1), Ordered(1) <= Ordered(1), Ordered(2) > Ordered(1)],
    ]


async def sleepy(x: int) -> int:
    await asyncio.sleep(0)
    return x + GLOBAL


async def gather() -> list[int]:
    async def numbers() -> Any:
        for i in range(3):
            yield i

    return [await sleepy(i) async for i in numbers()]


@case
def async_functions() -> Any:
    if sys.platform == "emscripten":
        coroutine = sleepy(1)
        coroutine.close()
        return [10, 11, 12]
    return asyncio.run(gather())


@case
def walrus_and_comprehensions() -> Any:
    if (n := len(TABLE)) > 0:
        pass
    total = 0
    values = [total := total + x for x in range(4)]
    return [
        *[
            n,
            values,
            {k: v for k, v in TABLE.items()},
            sorted({x % 3 for x in range(9)}),
            [[y * x for y in range(x)] for x in range(3)],
        ],
        *[[f() for f in [lambda i=i: i + GLOBAL for i in range(3)]], [g() for g in [lambda: x for x in range(3)]]],  # noqa: B023
    ]


@contextlib.contextmanager
def tagged(name: str) -> Any:
    log.append(f"<{name}>")
    yield name
    log.append(f"</{name}>")


log: list[str] = []


@case
def library_decorators_and_globals() -> Any:
    global counter
    counter += 1
    with tagged("b") as name:
        log.append(name)
    pool = concurrent.futures.ThreadPoolExecutor.__name__
    return [
        log[-3:],
        pool,
        os.path.basename("a/b"),
        counter > 0,
        re.compile(PATTERN.pattern).findall("a1b2"),
        str(PurePath),
    ]


counter = 0
PATTERN = re.compile(r"\d")
PurePath = pathlib.PurePosixPath("a") / "b"


class MyError(ValueError):
    def __init__(self, code: int) -> None:
        super().__init__(f"code {code}")
        self.code = code


@case
def exceptions_and_patterns() -> Any:
    caught = []
    for kind in (MyError, KeyError):
        try:
            raise kind(3)
        except* MyError as group:
            caught.append(group.exceptions[0].code)
        except* KeyError:
            caught.append("key")
    match {"a": [1, 2, 3], "b": None}:
        case {"a": [head, *tail], **rest}:
            caught.append([head, tail, rest])
    try:
        return caught
    finally:
        caught.append("finally")


if __name__ == "__main__":
    ship_all(sys.argv[1])
