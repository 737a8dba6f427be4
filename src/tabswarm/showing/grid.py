"""Records as the values of a grid: `(row, [values])`, or `(column, row, value)`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any

from tabswarm.showing.plain import cut, shown
from tabswarm.showing.points import LONGEST_LABEL, number_of


def grid_of(records: Iterable[Any], width: int, height: int, limit: int) -> tuple[list[float | None], int]:
    """The values row by row, None where there is none, and how many are in a row. `width` and `height` are the least
    that it has; more than `limit` values are a `ValueError`.

    >>> grid_of([(1, [7, 8])], 0, 3, 100)
    ([None, None, 7, 8, None, None], 2)
    >>> grid_of([(0, 0, 1), (1, 1, 2)], 0, 0, 100)
    ([1, None, None, 2], 2)
    """
    values = {(row, column): value for record in records for row, column, value in _values_of(record)}
    width = max(width, 1 + max((column for _, column in values), default=0))
    height = max(height, 1 + max((row for row, _ in values), default=0))
    if width * height > limit:
        raise ValueError(
            f"plot.image() would draw {width:,} by {height:,} values, and its limit is {limit:,}: make the grid "
            "coarser, or raise limit"
        )
    return [values.get((row, column)) for row in range(height) for column in range(width)], width


def _values_of(record: Any) -> Iterator[tuple[int, int, float | None]]:
    match record:
        case (int(row), list() | tuple() as values) if row >= 0:
            yield from ((row, column, _value(value, record)) for column, value in enumerate(values))
        case (int(column), int(row), value) if column >= 0 and row >= 0:
            yield row, column, _value(value, record)
        case _:
            raise _no_value(record)


def _value(value: Any, record: Any) -> float | None:
    """Six digits are more than a colour shows."""
    number = number_of(value)
    if number is None:
        raise _no_value(record)
    if not isfinite(number):
        return None
    return number if isinstance(number, int) else float(f"{number:.6g}")


def _no_value(record: Any) -> TypeError:
    return TypeError(
        f"plot.image() needs records (row, [numbers]) or (column, row, number), not {cut(shown(record), LONGEST_LABEL)}"
    )
