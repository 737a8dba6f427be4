"""The first records of an RDD as a table: rows and named columns of plain values.

pairs                  key, value
tuples                 _1, _2 ... as Spark's data frames call them
named tuples           their fields
dataclasses            their fields
dicts with text keys   their keys, in the order in which they first come; missing ones are empty
anything else          one column, `value`

What the records have in common decides: where they are of several kinds, each is one value.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from tabswarm.showing.plain import LONGEST, Plain, cut, padded, plain, printable, width
from tabswarm.showing.screen import in_ipython

MEDIA_TYPE = "application/vnd.tabswarm.table+json"
MOST_COLUMNS = 100
"""Of dicts whose keys differ, so that a table stays one."""

Row = Sequence[Any]


@dataclass(frozen=True)
class Table:
    """Rows of plain values; `more` says that the RDD has further ones."""

    columns: list[str]
    rows: list[list[Plain]]
    more: bool = False

    def __str__(self) -> str:
        return text_table(self.columns, self.rows, self.more)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        data = {"columns": self.columns, "rows": self.rows, "more": self.more, "growing": False}
        bundle: dict[str, Any] = {MEDIA_TYPE: data, "text/plain": str(self)}
        return bundle | {"text/html": html_table(self)} if in_ipython() else bundle


def table_of(records: Sequence[Any], n: int, truncate: int = LONGEST) -> Table:
    """The table of the first `n` records; values longer than `truncate` characters are cut.

    >>> print(table_of([("a", 1), ("be", 20)], 20))
    key  value
    ---  -----
    a        1
    be      20
    >>> table_of([{"x": 1}, {"y": 2}], 20).rows
    [[1, None], [None, 2]]
    """
    columns, row_of = shape_of(records[:n])
    rows = [[plain(value, truncate) for value in row_of(record)] for record in records[:n]]
    return Table([cut(name, LONGEST) for name in columns], rows, len(records) > n)


def shape_of(records: Sequence[Any]) -> tuple[list[str], Callable[[Any], Row]]:
    """The columns that these records have in common, and what makes a row of one.

    >>> from collections import namedtuple
    >>> shape_of([namedtuple("Point", "x y")(1, 2)])[0], shape_of([(1, 2, 3)])[0], shape_of([1, "a"])[0]
    (['x', 'y'], ['_1', '_2', '_3'], ['value'])
    """
    if not records:
        return ["value"], _alone
    first = records[0]
    if all(isinstance(record, dict) for record in records):
        keys = list(dict.fromkeys(key for record in records for key in record))
        if 0 < len(keys) <= MOST_COLUMNS and all(isinstance(key, str) for key in keys):
            return keys, lambda record: [record.get(key) for key in keys]
    if any(type(record) is not type(first) for record in records):
        return ["value"], _alone
    if dataclasses.is_dataclass(first) and not isinstance(first, type):
        names = [field.name for field in dataclasses.fields(first) if field.repr]
        return names or ["value"], (lambda record: [getattr(record, name, None) for name in names]) if names else _alone
    if isinstance(first, tuple) and first and all(len(record) == len(first) for record in records):
        return _names_of(first), lambda record: record
    return ["value"], _alone


def _alone(record: Any) -> Row:
    return [record]


def _names_of(record: tuple[Any, ...]) -> list[str]:
    fields = getattr(type(record), "_fields", None)
    if fields is not None and len(fields) == len(record):
        return [str(name) for name in fields]
    return ["key", "value"] if len(record) == 2 else [f"_{number}" for number in range(1, len(record) + 1)]


def text_table(columns: Sequence[str], rows: Sequence[Sequence[Plain]], more: bool) -> str:
    """The table for a terminal: numbers to the right, all else to the left.

    >>> print(text_table(["a"], [[1], [None]], True))
       a
    ----
       1
    None
    and more
    """
    shown = [[printable(str(value)) for value in row] for row in rows]
    heads = [printable(column) for column in columns]
    widths = [max(map(width, column)) for column in zip(heads, *shown)]
    to_the_right = [
        bool(rows) and all(value is None or _is_number(value) for value in column) for column in zip(*rows)
    ] or [False] * len(heads)
    lines = [
        "  ".join(padded(text, size, right=right) for text, size, right in zip(line, widths, to_the_right)).rstrip()
        for line in (heads, ["-" * size for size in widths], *shown)
    ]
    return "\n".join([*lines, "and more"] if more else lines)


def html_table(table: Table) -> str:
    """The table for a notebook, every text escaped."""
    head = "".join(f"<th style='text-align: left'>{escape(printable(name))}</th>" for name in table.columns)
    body = "".join(
        "<tr>" + "".join(f"<td style='text-align: {_side(value)}'>{_cell(value)}</td>" for value in row) + "</tr>"
        for row in table.rows
    )
    more = "<div>and more</div>" if table.more else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _side(value: Plain) -> str:
    return "right" if _is_number(value) else "left"


def _cell(value: Plain) -> str:
    return escape(printable(str(value)))


def _is_number(value: Plain) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
