"""A plot in a sentence, for who hears the page instead of seeing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tabswarm.showing.plain import cut, number_text, printable

if TYPE_CHECKING:
    from tabswarm.showing.plot import Plot

_NAMES = {"line": "Line plot", "bar": "Bar chart", "scatter": "Scatter plot", "hist": "Histogram", "image": "Image"}
LONGEST = 40


def summary(plot: Plot) -> str:
    """What it is, how much of it there is, and between which values.

    >>> from tabswarm.showing.plot import Plot
    >>> summary(Plot("line", x=[0, 1, 2], y=[4, 1, 9], y_label="cups"))
    'Line plot: 3 points, x from 0 to 2, y (cups) from 1 to 9'
    >>> summary(Plot("hist", x=[0, 10, 20], y=[4, 1]))
    'Histogram: 2 bins, x from 0 to 20, y from 1 to 4'
    >>> summary(Plot("image", values=[1, None, 3, 4], width=2))
    'Image: 2 by 2 values from 1 to 4, 1 still to come'
    """
    name = _NAMES[plot.kind]
    if plot.kind == "image":
        there = [value for value in plot.values if value is not None]
        missing = len(plot.values) - len(there)
        size = f"{plot.width} by {len(plot.values) // (plot.width or 1)} values"
        coming = f", {missing:,} still to come" if missing else ""
        return f"{name}: {size}{_between(there)}{coming}"
    if not plot.y:
        return f"{name} without points"
    series = list(dict.fromkeys(name for name in plot.series if name))
    parts = [
        f"{len(plot.y):,} {'bin' if plot.kind == 'hist' else 'point'}{'' if len(plot.y) == 1 else 's'}",
        f"{_axis('x', plot.x_label)}{_between(plot.x)}",
        f"{_axis('y', plot.y_label)}{_between(plot.y)}",
        *([f"{len(series)} series"] if len(series) > 1 else []),
    ]
    return f"{name}: {', '.join(parts)}"


def _axis(name: str, label: str) -> str:
    return f"{name} ({cut(printable(label), LONGEST)})" if label else name


def _between(values: Sequence[Any]) -> str:
    """Numbers by the least and the greatest, words by the first and the last."""
    if not values:
        return ""
    if any(isinstance(value, str) for value in values):
        ends = [value if isinstance(value, str) else number_text(value) for value in (values[0], values[-1])]
        return f" from {cut(printable(ends[0]), LONGEST)} to {cut(printable(ends[1]), LONGEST)}"
    return f" from {number_text(min(values))} to {number_text(max(values))}"
