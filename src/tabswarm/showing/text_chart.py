"""A plot of characters, for a terminal and for who cannot see pictures.

Bars lie, one line each, in eighths of a block; lines and scatters are dots of braille, two by four in a character;
images are shades.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from tabswarm.showing.plain import cut, number_text, padded, printable, width

if TYPE_CHECKING:
    from tabswarm.showing.plot import Plot

COLUMNS, ROWS = 60, 15
"""Characters of the drawing itself."""
MOST_BARS = 40
_EIGHTHS = " ▏▎▍▌▋▊▉"
_SHADES = " ░▒▓█"
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bits of a braille character, row by row."""


def text_chart(plot: Plot) -> str:
    """The plot as lines of text: its title, the drawing, what the axes mean."""
    if plot.kind == "image":
        drawing = _image(plot)
    elif not plot.y:
        drawing = ["(no points)"]
    elif plot.kind == "hist":
        borders = [number_text(x) if not isinstance(x, str) else x for x in plot.x]
        drawing = bars([f"{low} – {high}" for low, high in pairwise(borders)], plot.y)
    elif plot.kind == "bar":
        drawing = bars([_name(x, series) for x, series in zip(plot.x, plot.series or [""] * len(plot.x))], plot.y)
    else:
        drawing = _dots(plot)
    axes = [f"{axis}: {label}" for axis, label in (("x", plot.x_label), ("y", plot.y_label)) if label]
    lines = [plot.title, *drawing, ", ".join(axes)]
    return "\n".join(line.rstrip() for line in (printable(line) for line in lines) if line)


def bars(labels: Sequence[str], values: Sequence[float]) -> list[str]:
    """A line for each value, as long as its part of the largest.

    >>> print(*bars(["a", "be"], [4, 1]), sep="|\\n")
    a   ████████████████████████████████████████████████████████████ 4|
    be  ███████████████ 1
    """
    heads = [cut(printable(label), 24) for label in labels[:MOST_BARS]]
    size = max(map(width, heads))
    most = max(map(abs, values[:MOST_BARS])) or 1
    lines = [
        f"{padded(head, size)}  {_bar(abs(value) / most)} {number_text(value)}" for head, value in zip(heads, values)
    ]
    return lines if len(labels) <= MOST_BARS else [*lines, f"and {len(labels) - MOST_BARS:,} more"]


def _bar(part: float) -> str:
    eighths = round(part * COLUMNS * 8)
    rest = eighths % 8
    return "█" * (eighths // 8) + (_EIGHTHS[rest] if rest else "")


def _name(x: float | str, series: str) -> str:
    name = x if isinstance(x, str) else number_text(x)
    return f"{name} {series}" if series else name


def _dots(plot: Plot) -> list[str]:
    names = {name: place for place, name in enumerate(dict.fromkeys(x for x in plot.x if isinstance(x, str)))}
    xs = [names[x] if isinstance(x, str) else x for x in plot.x]
    left, right, low, high = min(xs), max(xs), min(plot.y), max(plot.y)
    across = [_scaled(x, left, right, COLUMNS * 2 - 1) for x in xs]
    down = [_scaled(high - y, 0, high - low, ROWS * 4 - 1) for y in plot.y]
    spots: Iterable[tuple[int, int]] = zip(across, down)
    if plot.kind == "line":
        spots = _lines(across, down, plot.series or [""] * len(xs))
    grid = [[0] * COLUMNS for _ in range(ROWS)]
    for column, row in spots:
        grid[row // 4][column // 2] |= _DOTS[row % 4][column % 2]
    ends = [number_text(high), *[""] * (ROWS - 2), number_text(low)]
    size = max(map(len, ends))
    lines = [
        f"{padded(end, size, right=True)} ┤{''.join(chr(0x2800 + bits) if bits else ' ' for bits in row)}"
        for end, row in zip(ends, grid)
    ]
    ordered = list(names) or [number_text(left), number_text(right)]
    first, last = ordered[0], ordered[-1]
    return [*lines, " " * (size + 2) + padded(cut(first, 28), COLUMNS - width(cut(last, 28))) + cut(last, 28)]


def _lines(across: Sequence[int], down: Sequence[int], series: Sequence[str]) -> Iterable[tuple[int, int]]:
    """Each point, and the spots between it and the one before of its series."""
    before: dict[str, tuple[int, int]] = {}
    for column, row, name in zip(across, down, series):
        old_column, old_row = before.get(name, (column, row))
        steps = max(abs(column - old_column), abs(row - old_row), 1)
        for step in range(steps + 1):
            part = step / steps
            yield round(old_column + (column - old_column) * part), round(old_row + (row - old_row) * part)
        before[name] = column, row


def _scaled(value: float, low: float, high: float, most: int) -> int:
    """Where the value lies between `low` and `high`, in steps from 0 to `most`.

    >>> _scaled(5, 0, 10, 100), _scaled(3, 3, 3, 100)
    (50, 0)
    """
    span = high - low
    return min(max(round((value - low) / span * most), 0), most) if span > 0 else 0


def _image(plot: Plot) -> list[str]:
    there = [value for value in plot.values if value is not None]
    if not there:
        return ["(nothing to draw)"]
    low, high = min(there), max(there)
    height = len(plot.values) // plot.width
    columns = min(plot.width, COLUMNS)
    rows = max(1, round(height * columns / plot.width / 2))  # a character is twice as high as it is wide
    lines = []
    for row in range(rows):
        start = row * height // rows * plot.width
        values = (plot.values[start + column * plot.width // columns] for column in range(columns))
        lines.append("".join(_shade(value, low, high) for value in values))
    return lines


def _shade(value: float | None, low: float, high: float) -> str:
    return "·" if value is None else _SHADES[_scaled(value, low, high, len(_SHADES) - 1)]
