"""How many distinct values there are, from a sketch that is the same wherever it is made: HyperLogLog.

A value's 64 hash bits choose one of 2^p registers by their first p bits; the register keeps the longest run of zeros
that the rest began with. Sketches merge by the larger of each register, so partitions and their order do not matter.
Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog" (2007). The estimate is Ertl's ("New cardinality estimation algorithms
for HyperLogLog sketches", 2017, section 2): without bias from one value to billions, and without the tables that
HyperLogLog++ needs for that. Its relative standard deviation is 1.04 / sqrt(2^p).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tabswarm.shipping.stable_hash import stable_hash

LEAST = 0.000017
"""The smallest relative standard deviation that PySpark takes."""
_BITS = 64
_MASK = (1 << _BITS) - 1


def precision_for(relative_sd: float) -> int:
    """How many bits choose the register, for an estimate of that relative standard deviation; at least 4.

    >>> precision_for(0.05), precision_for(0.01), precision_for(0.9)
    (9, 14, 4)
    """
    if not relative_sd >= LEAST:
        raise ValueError(f"relativeSD should be greater than {LEAST:f}")
    return max(4, math.ceil(2 * math.log2(1.054 / relative_sd)))


class Sketch:
    """A partition's registers: `(register, rank)` for each that is not empty."""

    def __init__(self, precision: int) -> None:
        self.precision = precision

    def __call__(self, records: Iterator[Any]) -> Iterable[tuple[int, int]]:
        registers: dict[int, int] = {}
        rest = _BITS - self.precision
        low = (1 << rest) - 1
        for record in records:
            bits = _scattered(stable_hash(record))
            register, rank = bits >> rest, rest + 1 - (bits & low).bit_length()
            if registers.get(register, 0) < rank:
                registers[register] = rank
        return registers.items()


def merged(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The registers of several sketches, put together."""
    registers: dict[int, int] = {}
    for register, rank in pairs:
        if registers.get(register, 0) < rank:
            registers[register] = rank
    return registers


def estimate(registers: Mapping[int, int], precision: int) -> int:
    """How many distinct values these registers have seen.

    >>> estimate(merged(Sketch(9)(iter(["a", "b", "a"]))), 9)
    2
    """
    count = 1 << precision
    ranks = Counter(registers.values())
    last = _BITS - precision + 1
    z = count * _tau(1 - ranks[last] / count)
    for rank in range(last - 1, 0, -1):
        z = 0.5 * (z + ranks[rank])
    z += count * _sigma(1 - len(registers) / count)
    return round(count * count / (2 * math.log(2) * z))


def _scattered(bits: int) -> int:
    """64 bits in which each bit of `bits` counts: small numbers hash to themselves, and look alike (Steele, Lea,
    Flood, "Fast splittable pseudorandom number generators", 2014)."""
    bits = (bits + 0x9E3779B97F4A7C15) & _MASK
    bits = ((bits ^ bits >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    bits = ((bits ^ bits >> 27) * 0x94D049BB133111EB) & _MASK
    return bits ^ bits >> 31


def _sigma(x: float) -> float:
    """Ertl's series for the empty registers: x + sum over k of x^(2^k) 2^(k-1)."""
    if x == 1:
        return math.inf
    weight, total, before = 1.0, x, -1.0
    while total != before:
        x *= x
        before = total
        total += x * weight
        weight += weight
    return total


def _tau(x: float) -> float:
    """Ertl's series for the full registers."""
    if x in (0, 1):
        return 0.0
    weight, total, before = 1.0, 1 - x, -1.0
    while total != before:
        x = math.sqrt(x)
        before = total
        weight *= 0.5
        total -= (1 - x) ** 2 * weight
    return total / 3
