"""Plots are plain data of strict types, drawn of characters where there is no page."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tabswarm.showing.grid import grid_of
from tabswarm.showing.plot import Kind, Plot
from tabswarm.showing.points import Point, points_of
from tabswarm.showing.summary import summary
from tabswarm.showing.text_chart import MOST_BARS
from tabswarm.showing.vega import vega_lite


def test_points_come_of_pairs_triples_and_plain_numbers() -> None:
    records: list[Any] = [(1, 2), [1.5, Decimal("2.5"), "a"], 7, (date(2026, 1, 2), True), ((1, 2), 3)]
    assert points_of(records, 0, "line") == [
        Point(1, 2),
        Point(1.5, 2.5, "a"),
        Point(2, 7),
        Point("2026-01-02", 1),
        Point("(1, 2)", 3),
    ]


def test_points_without_a_place_are_left_out() -> None:
    assert points_of([(1, None), (2, float("nan")), (3, float("inf")), (4, 10**400), (5, 5)], 0, "line") == [
        Point(5, 5)
    ]


def test_what_is_no_point_is_named() -> None:
    with pytest.raises(TypeError, match=r"plot.bar\(\) needs a number for y, and record 11 is \('a', 'b'\)"):
        points_of([1, ("a", "b")], 10, "bar")


def test_a_plot_is_json_of_numbers_and_texts() -> None:
    plot = Plot("line", "t", "a", "b").of_points([Point(1, 2), Point("x", 3.5, "s")], growing=True)
    data = plot._repr_mimebundle_()["application/vnd.tabswarm.plot+json"]
    assert json.loads(json.dumps(data)) == {
        "kind": "line",
        "x": [1, "x"],
        "y": [2, 3.5],
        "series": ["", "s"],
        "title": "t",
        "xLabel": "a",
        "yLabel": "b",
        "growing": True,
    }


def test_an_image_tells_its_width_and_what_has_not_come() -> None:
    values, width = grid_of([(2, (1, 2.123456789))], 3, 0, 100)
    data = Plot("image", values=values, width=width)._repr_mimebundle_()["application/vnd.tabswarm.plot+json"]
    assert (data["width"], data["values"]) == (3, [None] * 6 + [1, 2.12346, None])


@pytest.mark.parametrize("record", [5, (0, 5), ("a", [1]), (-1, [1]), (0, ["a"]), (0, 0, "a"), (1, 2, 3, 4)])
def test_what_is_no_part_of_an_image_is_named(record: object) -> None:
    with pytest.raises(TypeError, match=r"needs records \(row, \[numbers\]\) or \(column, row, number\)"):
        grid_of([record], 0, 0, 100)


def test_an_image_past_its_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="would draw 1 by 1,000,001 values, and its limit is 100"):
        grid_of([(1_000_000, [1])], 0, 0, 100)


@pytest.mark.parametrize("kind", ["line", "bar", "scatter", "hist", "image"])
def test_every_kind_can_be_drawn_empty(kind: Kind) -> None:
    assert str(Plot(kind, "title", width=1)).startswith("title\n(no")
    assert vega_lite(Plot(kind, width=1))["data"]["values"] == []
    assert summary(Plot(kind, width=1))


@pytest.mark.parametrize("kind", ["line", "bar", "scatter"])
def test_every_kind_can_be_drawn_of_one_point_and_of_words(kind: Kind) -> None:
    for points in ([Point(3, 3)], [Point("a", 0), Point("b", -1, "s")]):
        plot = Plot(kind).of_points(points, growing=False)
        assert str(plot)
        assert len(vega_lite(plot)["data"]["values"]) == len(points)


def test_bars_past_what_a_terminal_shows_are_counted() -> None:
    plot = Plot("bar").of_points([Point(x, x) for x in range(MOST_BARS + 5)], growing=False)
    assert str(plot).splitlines()[-1] == "and 5 more"


def test_titles_and_labels_act_on_no_terminal() -> None:
    plot = Plot("bar", "\x1b[2J", "\u202e", "y\n").of_points([Point("\x1b]0;a\x07", 1, "\x9b")], growing=False)
    assert all(line.isprintable() for line in str(plot).splitlines())


def test_a_histogram_lies_between_its_borders() -> None:
    plot = Plot("hist", x=[0, 10, 20], y=[4, 1])
    assert [row[:7] for row in str(plot).splitlines()] == ["0 – 10 ", "10 – 20"]
    assert vega_lite(plot)["data"]["values"] == [{"from": 0, "to": 10, "y": 4}, {"from": 10, "to": 20, "y": 1}]
