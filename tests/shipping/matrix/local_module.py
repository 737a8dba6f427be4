"""A module beside the program."""

import functools

STATE: list[int] = []


def triple(x: int) -> int:
    return 3 * x


def make_adder(n: int):  # type: ignore[no-untyped-def]
    def add(x: int) -> int:
        STATE.append(x)
        return x + n + len(STATE) * 0

    return add


@functools.lru_cache(maxsize=None)
def slow_square(x: int) -> int:
    return x * x
