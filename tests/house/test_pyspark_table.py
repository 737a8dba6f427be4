"""docs/reference/pyspark.md says what is here: each name that it calls ours is here, and documented with an example."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import tabswarm

TABLE = Path(__file__).parents[2] / "docs" / "reference" / "pyspark.md"
ROW = re.compile(r"\| `(\w+)` \| (\S+) \| (.*) \|")


def rows() -> list[tuple[str, str, str, str]]:
    """Class, name, verdict and note of each row."""
    found: list[tuple[str, str, str, str]] = []
    title = ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            title = line[3:]
        elif row := ROW.fullmatch(line):
            found.append((title, row[1], row[2], row[3]))
    return found


ROWS = rows()


def test_the_table_has_all_of_pysparks_classes_of_the_rdd_layer() -> None:
    assert len(ROWS) > 200
    assert {"RDD", "SparkContext", "Broadcast", "Accumulator", "SparkConf", "TaskContext"} < {row[0] for row in ROWS}
    assert {row[2] for row in ROWS} == {"same", "**better**", "n/a"}


@pytest.mark.parametrize(("title", "name", "verdict"), [row[:3] for row in ROWS], ids=lambda part: part)
def test_a_name_that_the_table_lists_is_here_and_documented(title: str, name: str, verdict: str) -> None:
    kind = getattr(tabswarm, title)
    member = inspect.getattr_static(kind, name, None)
    if member is None:
        assert name in inspect.signature(kind).parameters, f"{title} has no {name}"  # a plain record's field
        return
    described = getattr(member, "__func__", None) or getattr(member, "fget", None) or member
    if not callable(described):
        return  # a constant
    text = inspect.getdoc(described) or ""
    assert text, f"{title}.{name} has no docstring"
    if title in {"RDD", "SparkContext"}:
        assert ">>>" in text, f"{title}.{name} has no example"


def test_what_is_not_applicable_says_so_and_better_says_why() -> None:
    for title, name, verdict, note in ROWS:
        assert verdict == "same" or note, f"{title}.{name} is {verdict}, and the table does not say why"


@pytest.mark.parametrize("title", ["RDD", "SparkContext"])
def test_what_is_ours_alone_is_named_as_such(title: str) -> None:
    ours = {name for name in dir(getattr(tabswarm, title)) if not name.startswith("_")}
    above = TABLE.read_text(encoding="utf-8").split("\n## ")[0]
    unnamed = ours - {row[1] for row in ROWS if row[0] == title} - set(re.findall(r"`(\w+)`", above))
    assert not unnamed, f"neither PySpark's nor named as ours: {sorted(unnamed)}"
