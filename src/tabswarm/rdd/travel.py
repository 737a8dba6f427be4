"""How an RDD's functions and data travel: the one place where rdd/ meets shipping/."""

from __future__ import annotations

import os
from typing import Any

from tabswarm.rdd.code_book import Shipped
from tabswarm.shipping.records import read_records


def ship(value: object, what: str) -> Shipped:
    """A function and all that it needs, fit to travel; files are named relative to the working directory."""
    from tabswarm.shipping.ship import ship as ship_value  # cloudpickle loads with the first action, not before

    shipped: Shipped = ship_value(value, what=what, root_folder=os.getcwd())
    return shipped


def dump_values(values: list[Any], what: str) -> bytes:
    """One partition of `parallelize`, as the code reader will read it."""
    from tabswarm.shipping.ship import dump_values as dump

    data: bytes = dump(values, what=what)
    return data


def read_block(block: bytes) -> list[Any]:
    """The records of a result, which a volunteer wrote: read by the restricted reader."""
    return read_records(block)
