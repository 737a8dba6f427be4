"""Records as points of a plot: `(x, y)`, `(x, y, series)`, or y alone.

An x is a number or a text; a date or time counts as its ISO text, anything else as its `repr`. A y is a number. Points
whose y is None, NaN or infinite have no place in a plot, and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from numbers import Number
from typing import Any, NamedTuple

from tabswarm.showing.plain import cut, plain, shown

LONGEST_LABEL = 200
"""Characters of an x or of a series' name."""


class Point(NamedTuple):
    """`series` is empty where the record names none."""

    x: float | str
    y: float
    series: str = ""


def points_of(records: Iterable[Any], first: int, call: str) -> list[Point]:
    """The points of these records, of which the first one is number `first`: its x, where records are y alone.

    >>> points_of([(1, 2), ("a", 3, "red")], 0, "line")
    [Point(x=1, y=2, series=''), Point(x='a', y=3, series='red')]
    >>> points_of([5, 6], 10, "line")
    [Point(x=10, y=5, series=''), Point(x=11, y=6, series='')]
    >>> points_of(["five"], 0, "line")
    Traceback (most recent call last):
    TypeError: plot.line() needs a number for y, and record 0 is 'five': map the RDD to (x, y), (x, y, series) or y
    """
    found: list[Point] = []
    for number, record in enumerate(records, first):
        is_point = isinstance(record, tuple | list) and len(record) in (2, 3)
        x, y, *series = record if is_point else (number, record)
        value = number_of(y)
        if value is None:
            raise TypeError(
                f"plot.{call}() needs a number for y, and record {number} is {cut(shown(record), LONGEST_LABEL)}: "
                "map the RDD to (x, y), (x, y, series) or y"
            )
        if isfinite(value):
            found.append(Point(_position(x), value, str(_label(series[0])) if series else ""))
    return found


def is_plain(record: Any) -> bool:
    """Whether it is a y alone, whose x is its place among all records.

    >>> is_plain(3), is_plain((1, 3))
    (True, False)
    """
    return not (isinstance(record, tuple | list) and len(record) in (2, 3))


def number_of(value: Any) -> float | None:
    """The value as a page's number, NaN for None; None where it is no real number.

    >>> from fractions import Fraction
    >>> number_of(Fraction(1, 2)), number_of(True), number_of("1")
    (0.5, 1, None)
    """
    if value is None:
        return float("nan")
    if isinstance(value, int) and -(2**53) <= value <= 2**53:
        return int(value)
    if isinstance(value, Number) or hasattr(value, "__float__"):
        try:
            return float(value)
        except (TypeError, ValueError):
            return None
        except OverflowError:
            return float("inf")
    return None


def _position(x: Any) -> float | str:
    if not isinstance(x, str | bool) and x is not None:
        number = number_of(x)
        if number is not None and isfinite(number):
            return number
    return str(_label(x))


def _label(value: Any) -> Any:
    return plain(value.isoformat() if hasattr(value, "isoformat") else value, LONGEST_LABEL)
