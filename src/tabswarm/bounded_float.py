"""An estimate with its bounds: PySpark's `BoundedFloat`."""

from __future__ import annotations


class BoundedFloat(float):
    """A number that an approximate action gave. With probability `confidence` the true one lies between `low` and
    `high`.

    >>> near = BoundedFloat(100.0, 0.95, 95.0, 105.0)
    >>> near == 100.0, near.confidence, near.low, near.high
    (True, 0.95, 95.0, 105.0)
    """

    confidence: float
    low: float
    high: float

    def __new__(cls, mean: float, confidence: float, low: float, high: float) -> BoundedFloat:
        made = float.__new__(cls, mean)
        made.confidence = confidence
        made.low = low
        made.high = high
        return made

    def __getnewargs__(self) -> tuple[float, float, float, float]:  # type: ignore[override]
        return float(self), self.confidence, self.low, self.high
