"""How an RDD's functions and data travel: the one place where rdd/ meets shipping/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tabswarm.rdd.code_book import Shipped
from tabswarm.shipping.records import read_records


def ship(value: object, what: str) -> Shipped:
    """A function and all that it needs, fit to travel; files are named relative to the working directory."""
    from tabswarm.shipping.code import ship as ship_value  # cloudpickle loads with the first action, not before

    return ship_value(value, what=what, root_folder=Path.cwd())


def dump_values(values: list[Any], what: str) -> bytes:
    """One partition of `parallelize`, as the code reader will read it."""
    from tabswarm.shipping.code import ship_values

    return ship_values(values, what=what, root_folder=Path.cwd())


def read_block(block: bytes) -> list[Any]:
    """The records of a result, which a volunteer wrote: read by the restricted reader."""
    return read_records(block)
