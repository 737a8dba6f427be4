"""A plot for Jupyter, VS Code and their like, which draw Vega-Lite by themselves: a description, and no markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tabswarm.showing.plot import Plot

VEGA_LITE = "application/vnd.vegalite.v5+json"
_MARKS: dict[str, Any] = {
    "line": "line",
    "bar": "bar",
    "scatter": {"type": "point", "filled": True},
    "hist": {"type": "bar", "binSpacing": 1},
    "image": "rect",
}


def vega_lite(plot: Plot) -> dict[str, Any]:
    """The plot as a Vega-Lite specification."""
    rows, encoding = _RULES[plot.kind](plot) if plot.kind in _RULES else _points(plot)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": plot.title,
        "width": 480,
        "height": 300,
        "data": {"values": rows},
        "mark": _MARKS[plot.kind],
        "encoding": encoding,
    }


def _points(plot: Plot) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    rows: list[dict[str, Any]] = [{"x": x, "y": y} for x, y in zip(plot.x, plot.y)]
    words = plot.kind == "bar" or any(isinstance(x, str) for x in plot.x)
    x = {"field": "x", "type": "nominal" if words else "quantitative", "title": plot.x_label}
    encoding: dict[str, Any] = {
        "x": x | ({"sort": None} if words else {"scale": {"zero": False}}),
        "y": {"field": "y", "type": "quantitative", "title": plot.y_label, "scale": {"zero": plot.kind == "bar"}},
    }
    if plot.series:
        rows = [row | {"series": series} for row, series in zip(rows, plot.series)]
        encoding["color"] = {"field": "series", "type": "nominal", "title": None}
        if plot.kind == "bar":
            encoding["xOffset"] = {"field": "series"}
    return rows, encoding


def _histogram(plot: Plot) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    rows = [{"from": low, "to": high, "y": y} for low, high, y in zip(plot.x, plot.x[1:], plot.y)]
    if any(isinstance(border, str) for border in plot.x):
        rows = [{"from": f"{row['from']} – {row['to']}", "y": row["y"]} for row in rows]
        x: dict[str, Any] = {"field": "from", "type": "nominal", "sort": None, "title": plot.x_label}
        return rows, {"x": x, "y": {"field": "y", "type": "quantitative", "title": plot.y_label}}
    return rows, {
        "x": {"field": "from", "type": "quantitative", "bin": "binned", "title": plot.x_label},
        "x2": {"field": "to"},
        "y": {"field": "y", "type": "quantitative", "title": plot.y_label},
    }


def _image(plot: Plot) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    rows = [
        {"x": index % plot.width, "y": index // plot.width, "value": value}
        for index, value in enumerate(plot.values)
        if value is not None
    ]
    bare = {"labels": False, "ticks": False}
    return rows, {
        "x": {"field": "x", "type": "ordinal", "title": plot.x_label, "axis": bare},
        "y": {"field": "y", "type": "ordinal", "title": plot.y_label, "axis": bare},
        "color": {"field": "value", "type": "quantitative", "title": None},
    }


_RULES = {"hist": _histogram, "image": _image}
