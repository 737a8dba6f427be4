"""One hash for partitioning, equal in every process, on every platform and Python (Law 7: never `hash()`).

The law: keys that are equal have equal hashes, also across types (`1 == 1.0 == True == Decimal(1) == Fraction(1)`).

- *Numbers* are residues modulo the Mersenne prime 2^61-1, which is the rule that CPython documents for 64-bit platforms
  ("Hashing of numeric types"), without its special case for -1: a fraction p/q is p times the inverse of q. The residue
  is a ring homomorphism, so it does not matter by which type a number got here. Small non-negative integers hash to
  themselves, as in PySpark.
- *Text and bytes* are CRC-32 over UTF-8 (with lone surrogates passed) and over the bytes: the fastest that every Python
  has.
- *Composites* mix the hashes of their parts in 64 bits: tuples in order, frozensets by a commutative sum.
- `None` is 0, as in PySpark.

Types without value equality have no such hash: a `StableHashError` names them and the hook `__stable_hash__`, a method
that returns what to hash instead: an integer or any other key.
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import fractions
import ipaddress
import numbers
import pathlib
import types
import uuid
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any
from zlib import crc32

from tabswarm.errors import StableHashError

PRIME = (1 << 61) - 1
"""The modulus for numbers."""

_MASK = (1 << 64) - 1
_INFINITY = 314159  # what CPython's sys.hash_info.inf is everywhere
_IMAGINARY = 1000003  # what CPython's sys.hash_info.imag is everywhere
_CACHED_KEYS = 1 << 16


def stable_hash(key: object) -> int:
    """A non-negative hash of at most 64 bits, equal on every platform for keys that are equal.

    Raises `StableHashError` for NaN and for types whose instances are equal by identity only, or not hashable.

    >>> stable_hash("tabswarm"), stable_hash(("a", 1)) == stable_hash(("a", 1.0)), stable_hash(None)
    (171969727, True, 0)
    """
    kind = type(key)
    if kind is str:
        return crc32(key.encode("utf-8", "surrogatepass"))  # type: ignore[attr-defined]
    if kind is int:
        return key % PRIME  # type: ignore[operator]
    rule = _RULES.get(kind) or _rule_of(kind)  # type: ignore[arg-type]
    return rule(key)


def partition_of(key: object, partitions: int) -> int:
    """The partition, in 0 .. partitions-1, to which hash partitioning sends a key: `stable_hash(key) % partitions`.

    >>> partition_of(7, 4)
    3
    """
    return stable_hash(key) % partitions


class PartitionTable(dict[object, int]):
    """Looks up the partition of a key, and remembers it: the hot loop of hash partitioning.

    `table[key]` runs at the speed of a dict for a key seen before; a table keeps at most 65,536 keys. Keys that a
    dict holds equal are equal for the stable hash too, so one entry serves them all. Keys that are not hashable raise
    `TypeError`, as in a dict.

    >>> table = PartitionTable(4)
    >>> [table[key] for key in ("a", "b", "a", 5)]
    [3, 1, 3, 1]
    """

    __slots__ = ("_partitions",)

    def __init__(self, partitions: int) -> None:
        super().__init__()
        self._partitions = partitions

    def __missing__(self, key: object) -> int:
        if len(self) >= _CACHED_KEYS:
            self.clear()
        partition = self[key] = stable_hash(key) % self._partitions
        return partition


def partitions_of(keys: Iterable[object], partitions: int) -> list[int]:
    """The partition of each key.

    >>> partitions_of(["a", "b", "a", 5], 4)
    [3, 1, 3, 1]
    """
    return list(map(PartitionTable(partitions).__getitem__, keys))


# --- numbers


def _of_ratio(numerator: int, denominator: int) -> int:
    if denominator % PRIME == 0:
        return _INFINITY  # CPython's rule for a denominator without an inverse
    return numerator * pow(denominator, -1, PRIME) % PRIME


def _of_float(key: float) -> int:
    if key.is_integer():
        return int(key) % PRIME
    if key != key:
        raise StableHashError(
            "NaN is not equal to itself, so it cannot be a key: filter such records out, or map them to None"
        )
    if key in (float("inf"), float("-inf")):
        return _INFINITY if key > 0 else PRIME - _INFINITY
    return _of_ratio(*key.as_integer_ratio())


def _of_complex(key: complex) -> int:
    return (_of_float(key.real) + _IMAGINARY * _of_float(key.imag)) % PRIME


def _of_decimal(key: decimal.Decimal) -> int:
    if not key.is_finite():
        return _of_float(float(key)) if not key.is_snan() else _of_float(float("nan"))
    sign, digits, exponent = key.as_tuple()
    magnitude = int("".join(map(str, digits)) or "0") * pow(10, int(exponent), PRIME)
    return (-magnitude if sign else magnitude) % PRIME


def _of_fraction(key: fractions.Fraction) -> int:
    return _of_ratio(key.numerator, key.denominator)


# --- composites


def _mixed(tag: int, parts: Iterable[int]) -> int:
    """An order-sensitive 64-bit mix; the multiplier and the shifts are those of SplitMix64."""
    state = (tag * 0x9E3779B97F4A7C15) & _MASK
    for part in parts:
        state = ((state ^ part) * 0xBF58476D1CE4E5B9 + 0x9E3779B97F4A7C15) & _MASK
        state ^= state >> 29
    return state


def _of_tuple(key: tuple[object, ...]) -> int:
    # Written out: tuples are the commonest composite key by far.
    state = 0x9E3779B97F4A7C15
    for item in key:
        part = stable_hash(item)
        state = ((state ^ part) * 0xBF58476D1CE4E5B9 + 0x9E3779B97F4A7C15) & _MASK
        state ^= state >> 29
    return state


def _of_frozenset(key: frozenset[object]) -> int:
    return _mixed(2, (sum(_mixed(2, (stable_hash(item),)) for item in key) & _MASK, len(key)))


def _of_range(key: range) -> int:
    # Ranges are equal as sequences: what lies past the first item only matters when there are further items.
    length = len(key)
    return _mixed(3, (length, key[0] % PRIME if length else 0, key.step % PRIME if length > 1 else 0))


def _of_bytes(key: bytes) -> int:
    return crc32(key)


def _of_none(_: object) -> int:
    return 0


# --- dates and other values of the standard library


def _of_datetime(key: datetime.datetime) -> int:
    offset = key.utcoffset()
    if offset is None:
        return _mixed(4, (_microseconds(key - datetime.datetime.min),))
    # Not astimezone(): that overflows at the ends of the calendar.
    return _mixed(5, ((_microseconds(key.replace(tzinfo=None) - datetime.datetime.min - offset)) & _MASK,))


def _of_date(key: datetime.date) -> int:
    return _mixed(6, (key.toordinal(),))


def _of_time(key: datetime.time) -> int:
    since_midnight = ((key.hour * 60 + key.minute) * 60 + key.second) * 1_000_000 + key.microsecond
    offset = key.utcoffset()
    if offset is None:
        return _mixed(7, (since_midnight,))
    return _mixed(8, ((since_midnight - _microseconds(offset)) & _MASK,))


def _of_timedelta(key: datetime.timedelta) -> int:
    return _mixed(9, (_microseconds(key) & _MASK,))


def _of_timezone(key: datetime.timezone) -> int:
    return _mixed(10, (_microseconds(key.utcoffset(None)) & _MASK,))


def _microseconds(span: datetime.timedelta) -> int:
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def _of_uuid(key: uuid.UUID) -> int:
    return _mixed(11, (key.int & _MASK, key.int >> 64))


def _of_address(key: ipaddress.IPv4Address | ipaddress.IPv6Address) -> int:
    scope = getattr(key, "scope_id", None)
    return _mixed(12, (key.version, int(key) & _MASK, int(key) >> 64, stable_hash(scope)))


def _of_network(key: ipaddress.IPv4Network | ipaddress.IPv6Network) -> int:
    return _mixed(13, (_of_address(key.network_address), key.prefixlen))


def _of_posix_path(key: pathlib.PurePath) -> int:
    return _mixed(14, (stable_hash(str(key)),))


def _of_windows_path(key: pathlib.PurePath) -> int:
    return _mixed(15, (stable_hash(str(key).lower()),))


def _of_class(key: type) -> int:
    return _mixed(16, (stable_hash(key.__module__), stable_hash(key.__qualname__)))


def _of_member_name(key: enum.Enum) -> int:
    return _mixed(17, (stable_hash(type(key).__qualname__), stable_hash(key.name)))


def _of_ellipsis(_: object) -> int:
    return _mixed(18, ())


# --- which rule a type has

_Rule = Callable[..., int]

_RULES: dict[type, _Rule] = {
    type(None): _of_none,
    bool: int,
    float: _of_float,
    complex: _of_complex,
    decimal.Decimal: _of_decimal,
    fractions.Fraction: _of_fraction,
    bytes: _of_bytes,
    tuple: _of_tuple,
    frozenset: _of_frozenset,
    range: _of_range,
    datetime.datetime: _of_datetime,
    datetime.date: _of_date,
    datetime.time: _of_time,
    datetime.timedelta: _of_timedelta,
    datetime.timezone: _of_timezone,
    uuid.UUID: _of_uuid,
    ipaddress.IPv4Address: _of_address,
    ipaddress.IPv6Address: _of_address,
    ipaddress.IPv4Network: _of_network,
    ipaddress.IPv6Network: _of_network,
    pathlib.PurePosixPath: _of_posix_path,
    pathlib.PureWindowsPath: _of_windows_path,
    type(Ellipsis): _of_ellipsis,
}


def _of_int_like(key: int) -> int:
    return int(key) % PRIME


def _of_str_like(key: str) -> int:
    return crc32(str.encode(key, "utf-8", "surrogatepass"))


_LIKE: list[tuple[type, _Rule]] = [
    (int, _of_int_like),
    (str, _of_str_like),
    *(
        (kind, rule)
        for kind, rule in _RULES.items()
        if kind not in (bool, type(None), type(Ellipsis), range, datetime.timezone)
    ),
]


@lru_cache(maxsize=1024)  # bounded, so that classes can be collected
def _rule_of(kind: Any) -> _Rule:
    """The rule of a type that is not one of the plain ones."""
    if hasattr(kind, "__stable_hash__"):
        return _by_hook
    if issubclass(kind, type):
        if kind.__hash__ is type.__hash__:
            return _of_class
        raise _no_hash(kind, "the metaclass defines a hash of its own")
    hashing = kind.__hash__
    if hashing is None:
        raise StableHashError(
            f"unhashable type: {kind.__name__!r} ({_name(kind)}) cannot be a key: use a value that does not change "
            "(a tuple for a list, a frozenset for a set)"
        )
    for plain, rule in _LIKE:
        # A subclass written in C (numpy's `str_`) equals its value, whatever slot its hash has.
        if issubclass(kind, plain) and (hashing is plain.__hash__ or not isinstance(hashing, types.FunctionType)):
            return rule
    if issubclass(kind, enum.Enum) and hashing is enum.Enum.__hash__:
        return _of_member_name if kind.__eq__ is object.__eq__ else _rule_of_member(kind)
    if hashing is object.__hash__:
        raise _no_hash(kind, "its instances are equal by identity only")
    if _has_generated_hash(kind):
        fields = [f.name for f in dataclasses.fields(kind) if (f.compare if f.hash is None else f.hash)]
        return partial(_of_fields, fields)
    if issubclass(kind, numbers.Number):
        return _of_number
    function = hashing
    if isinstance(function, types.FunctionType):
        if function.__code__.co_filename.startswith("<string>") or "__hash__" in function.__code__.co_names:
            raise _no_hash(kind, "its `__hash__` calls another one, which is not equal on every platform")
        return partial(_by_hand, _rebound(function))
    raise _no_hash(kind, "its hash is built in and may differ between platforms")


def _rule_of_member(kind: type) -> _Rule:
    raise _no_hash(kind, "the enum compares its members by a rule of its own")


def _has_generated_hash(kind: type) -> bool:
    params = getattr(kind, "__dataclass_params__", None)
    owner = next(base for base in kind.__mro__ if "__hash__" in base.__dict__)
    return (
        params is not None
        and "__dataclass_fields__" in owner.__dict__
        and getattr(owner.__dict__["__hash__"], "__code__", _has_generated_hash.__code__).co_filename == "<string>"
    )


def _of_fields(names: list[str], key: object) -> int:
    return _mixed(19, (stable_hash(getattr(key, name)) for name in names))


def _by_hook(key: object) -> int:
    return stable_hash(key.__stable_hash__())  # type: ignore[attr-defined]


def _by_hand(function: Callable[[object], int], key: object) -> int:
    value = function(key)
    if not isinstance(value, int):
        raise StableHashError(f"`__hash__` of {_name(type(key))} returned {type(value).__name__}, not an integer")
    return value & _MASK


def _rebound(function: types.FunctionType) -> types.FunctionType:
    """A hand-written `__hash__` in whose body the name `hash` is our hash."""
    names = {**function.__globals__, "hash": stable_hash}
    rebound = types.FunctionType(
        function.__code__, names, function.__name__, function.__defaults__, function.__closure__
    )
    rebound.__kwdefaults__ = function.__kwdefaults__
    return rebound


def _of_number(key: numbers.Number) -> int:
    """A number of some library (numpy's scalars register with `numbers`), as the built-in number that it equals."""
    if isinstance(key, numbers.Integral):
        return int(key) % PRIME
    if isinstance(key, numbers.Rational):
        return _of_ratio(int(key.numerator), int(key.denominator))
    if isinstance(key, numbers.Real):
        return _of_float(float(key))
    if isinstance(key, numbers.Complex):
        return _of_complex(complex(key))
    raise _no_hash(type(key), "it is a number of no kind that Python names")


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _no_hash(kind: type, why: str) -> StableHashError:
    return StableHashError(
        f"{_name(kind)} cannot be a key: {why}. Give it a method `__stable_hash__` that returns what to hash instead "
        "(an integer, a string, a tuple ...), or use such a value as the key"
    )
