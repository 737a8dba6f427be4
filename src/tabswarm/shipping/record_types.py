"""The types that a record may hold besides Python's own literals, each as a pair: how it is reduced, and its typed reader.

The law: what `find_class` gives is never a class or a function but one of the *readers* here, an object with no attributes
(empty `__slots__`) that refuses BUILD and checks what it is called with. With a class at hand the BUILD opcode could replace its
methods, with `bytearray` a call could allocate 10**12 bytes.

A reader stands in a record under its name in `READERS`; these names are part of the format.
"""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import fractions
import ipaddress
import pathlib
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from tabswarm.errors import RecordRefused, ResultNotSerialisable

Reduced = tuple[object, ...]


class Reader:
    """What the record reader hands to pickle's machine in place of a class."""

    __slots__ = ()

    def __call__(self, *args: object) -> object:
        """Rebuild a value. Each reader has its own."""
        raise RecordRefused("a reader without a type")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: this is what BUILD would do."""
        raise RecordRefused("a record's bytes set an attribute of what reads them")

    def __setstate__(self, state: object) -> NoReturn:
        """Refuse: this is what BUILD would do."""
        raise RecordRefused("a record's bytes set the state of what reads them")

    def __reduce__(self) -> str:
        """A reader is pickled by its name in this module."""
        return f"{type(self).__name__}_reader"


def make_reader(name: str, read: Callable[..., object]) -> Reader:
    """A reader of the name that calls the function."""
    namespace = {"__slots__": (), "__module__": __name__, "__call__": staticmethod(read), "__doc__": read.__doc__}
    made: Reader = type(name, (Reader,), namespace)()
    return made


READERS: dict[str, Reader] = {}
REDUCERS: dict[type, Callable[..., Reduced]] = {}


def _reader(read: Callable[..., object]) -> Reader:
    name = read.__name__.removesuffix("_reader")
    made = READERS[f"{name}_reader"] = make_reader(name, read)
    return made


def expect(value: object, *kinds: type) -> None:
    """Refuse a value that is not exactly of one of the types (a subclass could be the user's)."""
    if type(value) not in kinds:
        names = " or ".join(kind.__name__ for kind in kinds)
        raise RecordRefused(f"a record gives a {type(value).__name__} where a {names} belongs")


# --- numbers, slices, patterns, paths: rebuilt by a call with plain arguments


@_reader
def complex_reader(real: float, imag: float) -> complex:
    expect(real, float)
    expect(imag, float)
    return complex(real, imag)


@_reader
def range_reader(start: int, stop: int, step: int) -> range:
    for bound in (start, stop, step):
        expect(bound, int)
    return range(start, stop, step)


@_reader
def slice_reader(start: object, stop: object, step: object) -> slice:
    return slice(start, stop, step)


@_reader
def ellipsis_reader() -> object:
    return ...


@_reader
def decimal_reader(text: str) -> decimal.Decimal:
    expect(text, str)
    return decimal.Decimal(text)


@_reader
def fraction_reader(numerator: int, denominator: int) -> fractions.Fraction:
    expect(numerator, int)
    expect(denominator, int)
    return fractions.Fraction(numerator, denominator)


@_reader
def uuid_reader(number: int) -> uuid.UUID:
    expect(number, int)
    return uuid.UUID(int=number)


@_reader
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


@_reader
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


@_reader
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
REDUCERS[re.Pattern] = lambda value: (pattern_reader, (value.pattern, value.flags & ~re.DEBUG))
for _address in _ADDRESSES:
    REDUCERS[_address] = lambda value: (address_reader, (type(value).__name__, str(value)))
for _path in _PATHS:
    REDUCERS[_path] = lambda value: (path_reader, (type(value).__name__, str(value)))


# --- dates


@_reader
def date_reader(year: int, month: int, day: int) -> datetime.date:
    return datetime.date(year, month, day)


@_reader
def datetime_reader(*fields: int) -> datetime.datetime:
    *parts, fold, zone = fields
    return datetime.datetime(*parts, tzinfo=_zone(zone), fold=fold)


@_reader
def time_reader(*fields: int) -> datetime.time:
    *parts, fold, zone = fields
    return datetime.time(*parts, tzinfo=_zone(zone), fold=fold)


@_reader
def timedelta_reader(days: int, seconds: int, microseconds: int) -> datetime.timedelta:
    for part in (days, seconds, microseconds):
        expect(part, int)
    return datetime.timedelta(days, seconds, microseconds)


@_reader
def timezone_reader(offset: datetime.timedelta, name: str | None) -> datetime.timezone:
    expect(offset, datetime.timedelta)
    if name is None:
        return datetime.timezone(offset)
    expect(name, str)
    return datetime.timezone(offset, name)


@_reader
def zone_reader(key: str) -> datetime.tzinfo:
    import zoneinfo

    expect(key, str)
    # The pure-Python ZoneInfo of some builds has a `__dict__` that BUILD could write to: there a cached one must not be shared.
    return zoneinfo.ZoneInfo(key) if not zoneinfo.ZoneInfo.__dictoffset__ else zoneinfo.ZoneInfo.no_cache(key)


def _zone(zone: object) -> datetime.tzinfo | None:
    if zone is None or type(zone) is datetime.timezone:
        return zone
    if isinstance(zone, datetime.tzinfo) and type(zone).__module__ == "zoneinfo":
        return zone
    raise RecordRefused(f"a record gives a {type(zone).__name__} as a time zone")


def _reduce_zone(zone: datetime.tzinfo) -> Reduced:
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


# --- collections: made empty first, filled by pickle's own opcodes, so that they may contain themselves

_FACTORIES: dict[str, Callable[[], object]] = {
    kind.__name__: kind
    for kind in (
        *(bool, int, float, complex, str, bytes, bytearray, tuple, list, dict, set, frozenset),
        *(collections.Counter, collections.OrderedDict, collections.deque, decimal.Decimal, fractions.Fraction),
    )
}


@_reader
def ordered_dict_reader() -> collections.OrderedDict[object, object]:
    return collections.OrderedDict()


@_reader
def counter_reader() -> collections.Counter[object]:
    return collections.Counter()


@_reader
def deque_reader(maxlen: int | None) -> collections.deque[object]:
    expect(maxlen, int, type(None))
    return collections.deque(maxlen=maxlen)


@_reader
def default_dict_reader(factory: str | None) -> collections.defaultdict[object, object]:
    expect(factory, str, type(None))
    return collections.defaultdict(None if factory is None else _FACTORIES[factory])


@_reader
def chain_map_reader(maps: list[dict[object, object]]) -> collections.ChainMap[object, object]:
    expect(maps, list)
    return collections.ChainMap(*maps)


@_reader
def user_dict_reader(data: dict[object, object]) -> collections.UserDict[object, object]:
    expect(data, dict)
    return collections.UserDict(data)


@_reader
def user_list_reader(data: list[object]) -> collections.UserList[object]:
    expect(data, list)
    return collections.UserList(data)


@_reader
def user_string_reader(data: str) -> collections.UserString:
    expect(data, str)
    return collections.UserString(data)


def _reduce_default_dict(value: collections.defaultdict[object, object]) -> Reduced:
    factory = value.default_factory
    name = getattr(factory, "__name__", None)
    if factory is not None and (name is None or _FACTORIES.get(name) is not factory):
        raise ResultNotSerialisable(
            f"a defaultdict whose factory is {getattr(factory, '__qualname__', factory)!s}: records hold data, not functions. "
            "Return dict(...) of it, or use a built-in type as the factory"
        )
    return default_dict_reader, (name if factory is not None else None,), None, None, iter(value.items())


def _items(value: collections.abc.Mapping[object, object]) -> Iterator[tuple[object, object]]:
    return iter(value.items())


REDUCERS[collections.OrderedDict] = lambda value: (ordered_dict_reader, (), None, None, _items(value))
REDUCERS[collections.Counter] = lambda value: (counter_reader, (), None, None, _items(value))
REDUCERS[collections.deque] = lambda value: (deque_reader, (value.maxlen,), None, iter(value))
REDUCERS[collections.defaultdict] = _reduce_default_dict
REDUCERS[collections.ChainMap] = lambda value: (chain_map_reader, (value.maps,))
REDUCERS[collections.UserDict] = lambda value: (user_dict_reader, (value.data,))
REDUCERS[collections.UserList] = lambda value: (user_list_reader, (value.data,))
REDUCERS[collections.UserString] = lambda value: (user_string_reader, (value.data,))


# --- what a user's subclass of a built-in container holds; the base's own methods get it out and put it back


def content_of(base: type, value: Any) -> object:
    """The items of an instance of a subclass of `base`, without asking the subclass."""
    if base is bytearray:
        return bytes(memoryview(value))
    if base is collections.defaultdict:
        factory = _reduce_default_dict(value)[1]
        return [*dict.items(value)], factory[0]  # type: ignore[index]
    if base is collections.OrderedDict:
        return [*collections.OrderedDict.items(value)]
    if base is dict:
        return [*dict.items(value)]
    if base is collections.deque:
        return [*collections.deque.__iter__(value)], value.maxlen
    return [*base.__iter__(value)]  # type: ignore[attr-defined]


def fill(base: type, value: Any, content: Any) -> None:
    """Give a new instance of a subclass of `base` its items."""
    if base is bytearray:
        expect(content, bytes)
        bytearray.extend(value, content)
        return
    extra = None
    if base in (collections.defaultdict, collections.deque):
        expect(content, tuple)
        content, extra = content
    expect(content, list)
    if base is collections.deque:
        expect(extra, int, type(None))
        collections.deque.__init__(value, content, extra)
    elif base is list:
        list.extend(value, content)
    elif base is set:
        set.update(value, content)
    elif issubclass(base, dict):
        if base is collections.defaultdict:
            expect(extra, str, type(None))
            collections.defaultdict.__init__(value, None if extra is None else _FACTORIES[extra])
        for key, item in content:
            base.__setitem__(value, key, item)  # type: ignore[index]
    else:
        raise RecordRefused(f"a record fills an instance of {type(value).__qualname__}, which holds no items")


# --- numpy, which is looked for only when a record has it


@_reader
def ndarray_reader(dtype: object, shape: tuple[int, ...], order: str, data: bytes) -> object:
    from tabswarm.shipping.numpy_records import read_array

    return read_array(dtype, shape, order, data)


@_reader
def numpy_scalar_reader(dtype: object, data: bytes) -> object:
    from tabswarm.shipping.numpy_records import read_scalar

    return read_scalar(dtype, data)


# --- exceptions


class RecordedException(Exception):
    """An exception in a record whose class is neither built in nor the program's own: its type's name and message.

    `type_name` is `module.qualname`; `args` are (type_name, message).
    """

    def __init__(self, type_name: str, message: str) -> None:
        super().__init__(type_name, message)
        self.type_name = type_name

    def __str__(self) -> str:
        """`module.Type: message`."""
        return f"{self.type_name}: {self.args[1]}"


def _built_in_exceptions() -> dict[str, type[BaseException]]:
    import builtins

    found = {}
    for value in vars(builtins).values():
        if isinstance(value, type) and issubclass(value, Exception) and not issubclass(value, ExceptionGroup):
            found[value.__name__] = value
    return found


BUILT_IN_EXCEPTIONS = _built_in_exceptions()


@_reader
def exception_reader(name: str, args: tuple[object, ...]) -> BaseException:
    """A built-in exception of its arguments; a traceback, cause or attribute does not travel."""
    expect(name, str)
    expect(args, tuple)
    return BUILT_IN_EXCEPTIONS[name](*args)


@_reader
def recorded_exception_reader(type_name: str, message: str) -> RecordedException:
    expect(type_name, str)
    expect(message, str)
    return RecordedException(type_name, message)


def reduce_exception(value: BaseException) -> Reduced:
    """An exception as data: a built-in one by name and arguments, any other by its type's name and its message."""
    kind = type(value)
    if BUILT_IN_EXCEPTIONS.get(kind.__name__) is kind:
        return exception_reader, (kind.__name__, value.args)
    if isinstance(value, RecordedException):
        return recorded_exception_reader, value.args
    return recorded_exception_reader, (f"{kind.__module__}.{kind.__qualname__}", str(value))


def member_state(member: enum.Enum) -> tuple[str | None, object]:
    """What names a member of an enum: its name, or for an unnamed combination of flags its value."""
    cls = type(member)
    if member._name_ is not None and cls.__members__.get(member._name_) is member:
        return member._name_, None
    return None, member._value_


def reduce_foreign(value: object) -> Reduced | None:
    """Reductions of types whose modules are not worth importing for everyone: numpy's and `zoneinfo`'s."""
    kind = type(value)
    if kind.__module__ == "zoneinfo" and isinstance(value, datetime.tzinfo):
        return _reduce_zone(value)
    if kind.__module__ == "numpy":
        from tabswarm.shipping.numpy_records import array_parts, scalar_parts

        parts = array_parts(value)
        if parts is not None:
            return ndarray_reader, parts
        parts = scalar_parts(value)
        return None if parts is None else (numpy_scalar_reader, parts)
    return None
