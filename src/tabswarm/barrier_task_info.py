"""What a task of a barrier can know of the others: PySpark's `BarrierTaskInfo`."""

from __future__ import annotations


class BarrierTaskInfo:
    """One of the tasks of a barrier. `address` is empty: volunteers don't tell each other where they are.

    >>> BarrierTaskInfo().address
    ''
    """

    def __init__(self, address: str = "") -> None:
        self.address = address

    def __repr__(self) -> str:
        return f"BarrierTaskInfo({self.address!r})"
