"""Records of every shape become the columns that a reader expects, and whatever they hold stays text."""

from __future__ import annotations

import json
from collections import namedtuple
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from tabswarm.showing.saved_file import file_of
from tabswarm.showing.table import Table, html_table, table_of


class Reading(NamedTuple):
    place: str
    degrees: float


@dataclass
class Visit:
    address: str
    status: int


@pytest.mark.parametrize(
    ("records", "columns", "rows"),
    [
        ([("a", 1), ("b", 2)], ["key", "value"], [["a", 1], ["b", 2]]),
        ([("a", (1, 2))], ["key", "value"], [["a", "(1, 2)"]]),
        ([(1, 2, 3)], ["_1", "_2", "_3"], [[1, 2, 3]]),
        ([Reading("Turku", 1.5)], ["place", "degrees"], [["Turku", 1.5]]),
        ([Visit("/", 200)], ["address", "status"], [["/", 200]]),
        ([{"a": 1}, {"b": None, "a": True}], ["a", "b"], [[1, None], [True, None]]),
        ([{1: 2}], ["value"], [["{1: 2}"]]),
        ([1, "a", None], ["value"], [[1], ["a"], [None]]),
        ([("a", 1), ("a", 1, 2)], ["value"], [["('a', 1)"], ["('a', 1, 2)"]]),
        ([("a", 1), ["a", 1]], ["value"], [["('a', 1)"], ["['a', 1]"]]),
        ([()], ["value"], [["()"]]),
        ([], ["value"], []),
    ],
)
def test_columns_are_what_the_records_have_in_common(records: list[Any], columns: list[str], rows: list[Any]) -> None:
    table = table_of(records, 20)
    assert (table.columns, table.rows, table.more) == (columns, rows, False)


def test_what_is_behind_the_first_records_is_only_said_to_be_there() -> None:
    table = table_of([1, 2, 3], 2)
    assert (table.rows, table.more) == ([[1], [2]], True)
    assert str(table).endswith("and more")


def test_values_are_what_json_and_a_page_can_hold() -> None:
    table = table_of([2**53 + 1, float("inf"), float("nan"), b"\xff", 1 + 2j], 9)
    assert table.rows == [["9007199254740993"], ["inf"], ["nan"], ["b'\\xff'"], ["(1+2j)"]]
    json.dumps(table._repr_mimebundle_(), allow_nan=False)


def test_long_values_are_cut_where_asked() -> None:
    assert table_of(["x" * 100], 1, 10).rows == [["x" * 9 + "…"]]
    [[whole]] = table_of(["x" * 1_000_000], 1).rows
    assert isinstance(whole, str) and len(whole) == 100_000


def test_a_repr_that_fails_spoils_its_own_cell_only() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    assert table_of([1, Broken()], 2).rows == [[1], ["<Broken whose repr fails: RuntimeError>"]]


def test_nothing_in_a_table_acts_on_a_terminal_or_a_page() -> None:
    table = table_of([("\x1b[2J\u202e", "<img src=x onerror=alert(1)>")], 1)
    assert "\x1b" not in str(table) and "\u202e" not in str(table)
    html = html_table(Table(["<b>"], [*table.rows]))
    assert "<img" not in html and "<b>" not in html and "\u202e" not in html and "&lt;img" in html


def test_wide_letters_keep_the_columns_in_line() -> None:
    lines = str(table_of([("日本", 1), ("a", 2)], 2)).splitlines()
    assert lines[2:] == ["日本      1", "a         2"]


def test_a_file_of_text_has_a_line_for_each_record() -> None:
    assert file_of("a.txt", ["to be", 1, b"or"]).content == b"to be\n1\nor\n"


def test_a_file_of_json_reads_back() -> None:
    records = [Reading("Turku", 1.5), Visit("/", 200), {1: {2}}, (None, True, [1]), float("inf"), "ä"]
    expected = [
        {"place": "Turku", "degrees": 1.5},
        {"address": "/", "status": 200},
        {"1": [2]},
        [None, True, [1]],
        "inf",
        "ä",
    ]
    assert json.loads(file_of("a.json", records).content) == expected
    assert [json.loads(line) for line in file_of("a.jsonl", records).content.splitlines()] == expected
    assert json.loads(file_of("a.json", []).content) == []


def test_a_file_of_csv_has_the_columns_of_the_table() -> None:
    point = namedtuple("point", "x y")
    assert file_of("a.csv", [point("a,b", None)]).content == b'x,y\r\n"a,b",\r\n'
    assert file_of("a.tsv", [1, 2]).content == b"value\r\n1\r\n2\r\n"
