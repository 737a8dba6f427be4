"""Values in records that one call with plain arguments rebuilds: numbers, dates, paths, patterns."""

from __future__ import annotations

import datetime
import decimal
import fractions
import ipaddress
import pathlib
import re
import uuid

from tabswarm.errors import RecordRefused, ResultNotSerialisable
from tabswarm.shipping.record_readers import REDUCERS, Reduced, expect, reader


@reader
def complex_reader(real: float, imag: float) -> complex:
    expect(real, float)
    expect(imag, float)
    return complex(real, imag)


@reader
def range_reader(start: int, stop: int, step: int) -> range:
    for bound in (start, stop, step):
        expect(bound, int)
    return range(start, stop, step)


@reader
def slice_reader(start: object, stop: object, step: object) -> slice:
    return slice(start, stop, step)


@reader
def ellipsis_reader() -> object:
    return ...


@reader
def decimal_reader(text: str) -> decimal.Decimal:
    expect(text, str)
    return decimal.Decimal(text)


@reader
def fraction_reader(numerator: int, denominator: int) -> fractions.Fraction:
    expect(numerator, int)
    expect(denominator, int)
    return fractions.Fraction(numerator, denominator)


@reader
def uuid_reader(number: int) -> uuid.UUID:
    expect(number, int)
    return uuid.UUID(int=number)


@reader
def pattern_reader(source: str | bytes, flags: int) -> re.Pattern[str] | re.Pattern[bytes]:
    expect(source, str, bytes)
    expect(flags, int)
    if isinstance(source, bytes):
        return re.compile(source, flags)
    return re.compile(source, flags)


_ADDRESSES: tuple[type, ...] = (
    ipaddress.IPv4Address,
    ipaddress.IPv6Address,
    ipaddress.IPv4Network,
    ipaddress.IPv6Network,
    ipaddress.IPv4Interface,
    ipaddress.IPv6Interface,
)


@reader
def address_reader(kind: str, text: str) -> object:
    expect(kind, str)
    expect(text, str)
    return {cls.__name__: cls for cls in _ADDRESSES}[kind](text)


_PATHS: tuple[type[pathlib.PurePath], ...] = (
    pathlib.PurePosixPath,
    pathlib.PureWindowsPath,
    pathlib.PosixPath,
    pathlib.WindowsPath,
)


@reader
def path_reader(kind: str, text: str) -> pathlib.PurePath:
    expect(kind, str)
    expect(text, str)
    return {cls.__name__: cls for cls in _PATHS}[kind](text)


REDUCERS[complex] = lambda value: (complex_reader, (value.real, value.imag))
REDUCERS[range] = lambda value: (range_reader, (value.start, value.stop, value.step))
REDUCERS[slice] = lambda value: (slice_reader, (value.start, value.stop, value.step))
REDUCERS[type(...)] = lambda value: (ellipsis_reader, ())
REDUCERS[decimal.Decimal] = lambda value: (decimal_reader, (str(value),))
REDUCERS[fractions.Fraction] = lambda value: (fraction_reader, (value.numerator, value.denominator))
REDUCERS[uuid.UUID] = lambda value: (uuid_reader, (value.int,))
REDUCERS[re.Pattern] = lambda value: (pattern_reader, (value.pattern, int(value.flags & ~re.DEBUG)))
for _address in _ADDRESSES:
    REDUCERS[_address] = lambda value: (address_reader, (type(value).__name__, str(value)))
for _path in _PATHS:
    REDUCERS[_path] = lambda value: (path_reader, (type(value).__name__, str(value)))


# --- dates


@reader
def date_reader(year: int, month: int, day: int) -> datetime.date:
    return datetime.date(year, month, day)


@reader
def datetime_reader(
    year: int, month: int, day: int, hour: int, minute: int, second: int, microsecond: int, fold: int, zone: object
) -> datetime.datetime:
    return datetime.datetime(year, month, day, hour, minute, second, microsecond, _zone(zone), fold=fold)


@reader
def time_reader(hour: int, minute: int, second: int, microsecond: int, fold: int, zone: object) -> datetime.time:
    return datetime.time(hour, minute, second, microsecond, _zone(zone), fold=fold)


@reader
def timedelta_reader(days: int, seconds: int, microseconds: int) -> datetime.timedelta:
    for part in (days, seconds, microseconds):
        expect(part, int)
    return datetime.timedelta(days, seconds, microseconds)


@reader
def timezone_reader(offset: datetime.timedelta, name: str | None) -> datetime.timezone:
    expect(offset, datetime.timedelta)
    if name is None:
        return datetime.timezone(offset)
    expect(name, str)
    return datetime.timezone(offset, name)


@reader
def zone_reader(key: str) -> datetime.tzinfo:
    import zoneinfo

    expect(key, str)
    # The pure-Python ZoneInfo of some builds has a `__dict__` that BUILD could write to: there a cached one must not be
    # shared.
    return zoneinfo.ZoneInfo(key) if not zoneinfo.ZoneInfo.__dictoffset__ else zoneinfo.ZoneInfo.no_cache(key)


def _zone(zone: object) -> datetime.tzinfo | None:
    if zone is None or type(zone) is datetime.timezone:
        return zone
    if isinstance(zone, datetime.tzinfo) and type(zone).__module__ == "zoneinfo":
        return zone
    raise RecordRefused(f"a record gives a {type(zone).__name__} as a time zone")


def reduce_zone(zone: datetime.tzinfo) -> Reduced:
    """A zone of `zoneinfo`, by its key."""
    key = getattr(zone, "key", None)
    if key is None:
        raise ResultNotSerialisable("a ZoneInfo without a key (made from a file)")
    return zone_reader, (key,)


def _reduce_timezone(zone: datetime.timezone) -> Reduced:
    offset = zone.utcoffset(None)
    name = zone.tzname(None)
    return timezone_reader, (offset, None if name == datetime.timezone(offset).tzname(None) else name)


REDUCERS[datetime.date] = lambda value: (date_reader, (value.year, value.month, value.day))
REDUCERS[datetime.datetime] = lambda value: (
    datetime_reader,
    (
        *(value.year, value.month, value.day, value.hour, value.minute, value.second),
        *(value.microsecond, value.fold, value.tzinfo),
    ),
)
REDUCERS[datetime.time] = lambda value: (
    time_reader,
    (value.hour, value.minute, value.second, value.microsecond, value.fold, value.tzinfo),
)
REDUCERS[datetime.timedelta] = lambda value: (timedelta_reader, (value.days, value.seconds, value.microseconds))
REDUCERS[datetime.timezone] = _reduce_timezone
