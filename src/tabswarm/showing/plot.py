"""A plot as plain data, as the console's page draws it.

line, bar, scatter   point i is (x[i], y[i]), of series[i] where there are several
hist                 y[i] records lie between x[i] and x[i + 1]: there is one border more than there are counts
image                `values` are the rows of a grid one after the other, the top one first, `width` values each; None
                     where none has come yet. x and y are empty
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tabswarm.showing.points import Point
from tabswarm.showing.screen import in_ipython, on_page
from tabswarm.showing.summary import summary
from tabswarm.showing.text_chart import text_chart
from tabswarm.showing.vega import VEGA_LITE, vega_lite

MEDIA_TYPE = "application/vnd.tabswarm.plot+json"

Kind = Literal["line", "bar", "scatter", "hist", "image"]


@dataclass(frozen=True)
class Plot:
    """What a plot shows; `growing` while partitions are still to come."""

    kind: Kind
    title: str = ""
    x_label: str = ""
    y_label: str = ""
    x: list[float | str] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    series: list[str] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)
    width: int = 0
    growing: bool = False

    def of_points(self, points: Sequence[Point], growing: bool) -> Plot:
        """This plot with these points in it."""
        named = any(point.series for point in points)
        return replace(
            self,
            x=[point.x for point in points],
            y=[point.y for point in points],
            series=[point.series for point in points] if named else [],
            growing=growing,
        )

    def __str__(self) -> str:
        return text_chart(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        data: dict[str, Any] = {
            "kind": self.kind,
            "x": self.x,
            "y": self.y,
            "title": self.title,
            "xLabel": self.x_label,
            "yLabel": self.y_label,
            "growing": self.growing,
        }
        if self.series:
            data["series"] = self.series
        if self.kind == "image":
            data |= {"values": self.values, "width": self.width}
        # A page draws it, and reads the sentence to who cannot see the drawing.
        bundle = {MEDIA_TYPE: data, "text/plain": summary(self) if on_page() else str(self)}
        return bundle | {VEGA_LITE: vega_lite(self)} if in_ipython() else bundle
