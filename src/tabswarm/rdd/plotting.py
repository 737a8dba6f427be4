"""`rdd.plot`: draws the records of an RDD, again and again while its partitions come.

Records are points, `(x, y)`, `(x, y, series)` or y alone, or rows of an image; a histogram counts where the records
are, and only its counts come here. A plot is shown, not returned: it would be shown twice at the end of a cell.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, Literal

from tabswarm.plan.operators import MapPartitions, Take
from tabswarm.rdd.answers import AS_LIST, Answer
from tabswarm.rdd.partition_functions import CountInBuckets
from tabswarm.rdd.statistics import borders_between, check_borders, even_width, extremes
from tabswarm.rdd.structure import Structure
from tabswarm.rdd.summaries import AsHistogram
from tabswarm.showing.grid import grid_of
from tabswarm.showing.plot import Plot
from tabswarm.showing.points import Point, is_plain, number_of, points_of
from tabswarm.showing.screen import display, new_id, replaces

UPDATES = 40
"""How often a plot is drawn before it is whole, at most about: what grows must not keep the page busy."""

Seen = dict[int, list[Any]]
"""The records of the partitions that have come."""


class Plots:
    """The plots of one RDD. In a terminal a plot is drawn once, of characters."""

    def __init__(self, rdd: Structure[Any]) -> None:
        self._rdd = rdd

    def line(self, *, title: str = "", x: str = "", y: str = "", limit: int = 5_000) -> None:
        """Lines through the records `(x, y)`, or `(x, y, series)` with a line for each series, in the order of x. Of y
        alone, x is the record's place in the RDD.

        `title`, `x` and `y` are written at the plot. More than `limit` records are not drawn; a warning says so.

        >>> sc.parallelize([1, 4, 9]).plot.line(y="squares")  # doctest: +ELLIPSIS
        9 ┤...
        """
        self._points(Plot("line", title, x, y), limit)

    def bar(self, *, title: str = "", x: str = "", y: str = "", limit: int = 500) -> None:
        """A bar for each record `(x, y)`, with `(x, y, series)` one in the colour of each series.

        >>> sc.parallelize([("to", 4), ("be", 2)]).plot.bar(title="words")
        words
        to  ████████████████████████████████████████████████████████████ 4
        be  ██████████████████████████████ 2
        """
        self._points(Plot("bar", title, x, y), limit)

    def scatter(self, *, title: str = "", x: str = "", y: str = "", limit: int = 5_000) -> None:
        """A dot for each record `(x, y)`, in the colour of its series where records are `(x, y, series)`.

        >>> sc.parallelize([(0, 0), (1, 1)]).plot.scatter()  # doctest: +ELLIPSIS
        1 ┤...
        """
        self._points(Plot("scatter", title, x, y), limit)

    def hist(
        self, bins: int | Sequence[Any] = 20, *, title: str = "", x: str = "", y: str = "records", limit: int = 1_000
    ) -> None:
        """How many records lie in each of `bins` even bins, or between borders that you name. None, NaN and what lies
        outside are not counted.

        The swarm counts, and only counts come to the driver. To find the smallest and the largest record takes a job
        of its own, as `histogram` does it: `cache()` what is dear, or name the borders.

        >>> sc.range(51).plot.hist([0, 25, 50])
        0 – 25   █████████████████████████████████████████████████████████▊ 25
        25 – 50  ████████████████████████████████████████████████████████████ 26
        y: records
        """
        plot = Plot("hist", title, x, y)
        wanted = bins if isinstance(bins, int) else len(bins) - 1
        if wanted > limit:
            raise ValueError(f"plot.hist() was asked for {wanted:,} bins, and its limit is {limit:,}")
        if not isinstance(bins, int):
            check_borders(bins)
            borders, bin_width = bins, even_width(bins)
        elif (found := extremes(self._rdd, bins)) is None:
            display(plot)
            return
        else:
            borders, bin_width = _around(*found[:2], bins)
        counted = self._rdd._apply(MapPartitions, CountInBuckets(borders, bin_width))
        answer = AsHistogram(borders)

        def draw(seen: Seen, growing: bool) -> Plot:
            _, counts = answer.make(seen.values())
            edges: list[Any] = [border if isinstance(border, str) else number_of(border) for border in borders]
            return replace(plot, x=edges, y=[float(count) for count in counts], growing=growing)

        self._grow(counted, answer, draw)

    def image(
        self,
        *,
        title: str = "",
        x: str = "",
        y: str = "",
        width: int = 0,
        height: int = 0,
        limit: int = 100_000,
    ) -> None:
        """A picture of a grid of numbers: records are `(row, [values])`, or `(column, row, value)`; row 0 is at the
        top.

        Rows appear as their partitions come. Where you tell `width` and `height`, they stand at their place from the
        beginning. More than `limit` values are an error.

        >>> sc.parallelize([(0, [0, 4, 0, 4]), (1, [0, 4, 0, 4])]).plot.image()
         █ █
        """
        plot = Plot("image", title, x, y)

        def draw(seen: Seen, growing: bool) -> Plot:
            records = (record for partition in sorted(seen) for record in seen[partition])
            values, columns = grid_of(records, width, height, limit)
            return replace(plot, values=values, width=columns, growing=growing)

        self._grow(self._rdd, AS_LIST, draw)

    # --- what they are made of

    def _points(self, plot: Plot, limit: int) -> None:
        if limit < 1:
            raise ValueError(f"plot.{plot.kind}() needs a positive limit, not {limit}")

        def draw(seen: Seen, growing: bool) -> Plot:
            points = _points_in_order(seen, growing, plot.kind)
            return plot.of_points(_by_x(points[:limit]) if plot.kind == "line" else points[:limit], growing)

        seen = self._grow(self._rdd._plain(Take(limit + 1)), AS_LIST, draw)
        if sum(map(len, seen.values())) > limit:
            warnings.warn(
                f"plot.{plot.kind}() draws the first {limit:,} records, and there are more: take a sample() of them, "
                "put them together on the swarm, or raise limit",
                stacklevel=3,
            )

    def _grow(self, rdd: Structure[Any], answer: Answer, draw: Callable[[Seen, bool], Plot]) -> Seen:
        """Run the job and draw what is there, now and then, and at its end."""
        total, id = rdd.getNumPartitions(), new_id()
        each = max(1, total // UPDATES)

        def came(seen: Seen) -> None:
            if len(seen) < total and len(seen) % each == 0 and replaces():
                display(draw(seen, True), id)

        seen = rdd.ctx._as_they_come(rdd, answer, came)
        display(draw(seen, False), id)
        return seen


def _around(least: Any, most: Any, bins: int) -> tuple[Sequence[Any], Any]:
    """Borders of even bins, and their width; one bin round the only value that there is."""
    return borders_between(least, most, bins) if least != most else ([least - 0.5, most + 0.5], 1)


def _points_in_order(
    seen: Seen, growing: bool, kind: Literal["line", "bar", "scatter", "hist", "image"]
) -> list[Point]:
    """The points of all partitions that are there. Where x is a record's place, those behind a gap have to wait: nobody
    knows their place yet."""
    some = next((records[0] for records in seen.values() if records), None)
    order: Sequence[int] = sorted(seen)
    if growing and is_plain(some):
        gap = next(number for number in count() if number not in seen)
        order = range(gap)
    points: list[Point] = []
    first = 0
    for partition in order:
        points += points_of(seen[partition], first, kind)
        first += len(seen[partition])
    return points


def _by_x(points: list[Point]) -> list[Point]:
    if any(isinstance(point.x, str) for point in points):
        return points
    return sorted(points, key=lambda point: (point.x, 0))
