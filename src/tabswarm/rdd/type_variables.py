"""The type variables of the RDD API, so that `RDD[tuple[str, int]].reduceByKey(...)` is checked where it is written."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")
K = TypeVar("K")
V = TypeVar("V")
C = TypeVar("C")
