"""The cases of a program, and how it ships them to a file. A local module, so it is no part of what travels by value.

Each case is a function without parameters, written the way a user writes it; it must give the same plain data at the far end.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

CASES: dict[str, Any] = {}


def case(function: Any) -> Any:
    """Marks a case."""
    CASES[function.__name__] = function
    return function


def ship_all(target: str) -> None:
    """Writes, for each case: the root's hash, the blobs, and what the case gives here."""
    from tabswarm.shipping.code import ship

    shipped = {}
    for name, function in CASES.items():
        shipment = ship(function)
        assert shipment.python is None, name
        shipped[name] = (shipment.root, shipment.blobs, repr(function()))
    Path(target).write_bytes(msgspec.msgpack.encode(shipped))
