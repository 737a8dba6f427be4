"""What the demo's answer must be, told by a plain loop, and how the demo shows it."""

from __future__ import annotations

import sysconfig
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from rich.table import Table

from tabswarm.plan.report import JobReport

TOP = 20


def standard_library() -> list[Path]:
    """The `*.py` files of the running Python's standard library, in a fixed order, without what is installed into it.

    A name with a comma is left out, for `textFile` parts several paths by commas.
    """
    root = Path(sysconfig.get_paths()["stdlib"])
    return sorted(path for path in root.rglob("*.py") if "site-packages" not in path.parts and "," not in str(path))


def count_plainly(paths: Iterable[Path]) -> Counter[str]:
    """The words of the files and how often each occurs, by one loop in this process."""
    words: Counter[str] = Counter()
    for path in paths:
        words.update(path.read_bytes().decode(errors="replace").split())
    return words


def most_frequent(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The `TOP` most frequent words; equal counts stand in the order of the words."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:TOP]


def words_table(counts: Mapping[str, int]) -> Table:
    """The most frequent words, side by side in two columns of ten."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for _ in range(2):
        table.add_column("word")
        table.add_column("count", justify="right")
        table.add_column("    ")
    top = [(word, f"{count:,}") for word, count in most_frequent(counts)]
    half = -(-len(top) // 2)
    for number in range(half):
        left, right = top[number], top[number + half] if number + half < len(top) else ("", "")
        table.add_row(*left, "", *right, "")
    return table


def volunteers_table(report: JobReport) -> Table:
    """Who computed what: each volunteer's tasks, and its runs of each node."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("volunteer")
    table.add_column("kind")
    table.add_column("tasks", justify="right")
    for node in report.nodes:
        table.add_column(node.name, justify="right")
    for volunteer in report.volunteers:
        runs = [str(node.runs.get(volunteer.id, 0)) for node in report.nodes]
        table.add_row(volunteer.name or volunteer.id, volunteer.kind, str(volunteer.tasks), *runs)
    return table
