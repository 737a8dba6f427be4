"""Timing two or more ways of doing the same thing, turn by turn, and telling medians and ratios."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console
from rich.table import Table

ROUNDS = 5
Way = Callable[[], object]


def seconds(way: Way) -> float:
    """How long one call takes, in seconds."""
    began = time.perf_counter()
    way()
    return time.perf_counter() - began


def load() -> str:
    """How busy the machine was in the last minute, to be told beside figures: `load 0.4 on 2 cores`."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def compare(title: str, ways: Mapping[str, Way], *, rounds: int = ROUNDS, per: int = 1) -> dict[str, float]:
    """Run the ways in turn for some rounds after a warm-up and print a table; returns the medians in seconds.

    The first way is the one that the ratios refer to. With `per`, times are also told divided by it (per job, per
    task).
    """
    for way in ways.values():
        way()
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            times[name].append(seconds(way))
    return tell(title, times, per=per)


def tell(title: str, times: Mapping[str, Sequence[float]], *, per: int = 1) -> dict[str, float]:
    """Print the seconds taken each way as medians, extremes and ratios to the first way; returns the medians."""
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    reference = next(iter(medians.values()))
    table = Table(title=title, title_justify="left", box=None, header_style="dim")
    for column in ("way", "median", "min", "max", "ratio", *(["each"] if per > 1 else [])):
        table.add_column(column, justify="left" if column == "way" else "right")
    for name, taken in times.items():
        cells = [f"{medians[name]:.3f} s", f"{min(taken):.3f}", f"{max(taken):.3f}", f"{medians[name] / reference:.2f}"]
        if per > 1:
            cells.append(f"{medians[name] / per * 1000:.2f} ms")
        table.add_row(name, *cells)
    Console(highlight=False).print(table, "")
    return medians
