"""A case of the shared suite: a program on a context, and what plain Python says that it gives.

The modules of cases import nothing but the standard library and each other, because their functions travel to tabs, and
because real PySpark runs them too (`with_pyspark.py`): `sc` is a context of either.

To add cases, put `Case(name, program, plain)` into a `CASES` list, here in a module of its own where it is a new
subject, and name that module in `every_case.py`. The answer must not hang on the order in which a hash spreads keys:
sort it, or wrap it in `unordered`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

Sc = Any
"""A context, tabswarm's or PySpark's."""


class Case(NamedTuple):
    """`program(sc)` gives what `plain()` gives.

    `needs_native`: no tab can run it. `pyspark`: PySpark has it too, and gives the same.
    """

    name: str
    program: Callable[[Sc], Any]
    plain: Callable[[], Any]
    needs_native: bool = False
    pyspark: bool = True


def unordered(records: Iterable[Any]) -> list[Any]:
    """The records in an order that depends on nothing but them."""
    return sorted(records, key=lambda record: (type(record).__name__, repr(record)))
