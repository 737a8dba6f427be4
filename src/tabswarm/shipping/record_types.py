"""Containers, exceptions, enum members and numpy's values in records; `record_values.py` has the plain values.

Each type is a pair: how it is reduced, and its typed reader.
"""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import fractions
from collections.abc import Callable, Iterator
from typing import Any

from tabswarm.barrier_task_info import BarrierTaskInfo
from tabswarm.bounded_float import BoundedFloat
from tabswarm.errors import RecordRefused, ResultNotSerialisable
from tabswarm.result_iterable import ResultIterable
from tabswarm.shipping.record_readers import REDUCERS, Reduced, expect, reader
from tabswarm.shipping.record_values import reduce_zone
from tabswarm.stat_counter import StatCounter

# --- collections: made empty first, filled by pickle's own opcodes, so that they may contain themselves

_FACTORIES: dict[str, Callable[[], object]] = {
    kind.__name__: kind
    for kind in (
        *(bool, int, float, complex, str, bytes, bytearray, tuple, list, dict, set, frozenset),
        *(collections.Counter, collections.OrderedDict, collections.deque, decimal.Decimal, fractions.Fraction),
    )
}


@reader
def ordered_dict_reader() -> collections.OrderedDict[object, object]:
    return collections.OrderedDict()


@reader
def counter_reader() -> collections.Counter[object]:
    return collections.Counter()


@reader
def deque_reader(maxlen: int | None) -> collections.deque[object]:
    expect(maxlen, int, type(None))
    return collections.deque(maxlen=maxlen)


@reader
def default_dict_reader(factory: str | None) -> collections.defaultdict[object, object]:
    expect(factory, str, type(None))
    return collections.defaultdict(None if factory is None else _FACTORIES[factory])


@reader
def chain_map_reader(maps: list[dict[object, object]]) -> collections.ChainMap[object, object]:
    expect(maps, list)
    return collections.ChainMap(*maps)


@reader
def user_dict_reader(data: dict[object, object]) -> collections.UserDict[object, object]:
    expect(data, dict)
    return collections.UserDict(data)


@reader
def user_list_reader(data: list[object]) -> collections.UserList[object]:
    expect(data, list)
    return collections.UserList(data)


@reader
def user_string_reader(data: str) -> collections.UserString:
    expect(data, str)
    return collections.UserString(data)


@reader
def result_iterable_reader(data: list[object]) -> ResultIterable[object]:
    """What `groupByKey` gives for a key."""
    expect(data, list)
    return ResultIterable(data)


@reader
def stat_counter_reader(n: int, mu: object, m2: object, maximum: object, minimum: object) -> StatCounter:
    """What `stats` gives."""
    expect(n, int)
    made = StatCounter()
    made.n, made.mu, made.m2, made.maxValue, made.minValue = n, mu, m2, maximum, minimum
    return made


@reader
def bounded_float_reader(mean: float, confidence: float, low: float, high: float) -> BoundedFloat:
    """What an approximate action gives."""
    for number in (mean, confidence, low, high):
        expect(number, float)
    return BoundedFloat(mean, confidence, low, high)


@reader
def barrier_task_info_reader(address: str) -> BarrierTaskInfo:
    """What a task of a barrier knows of another."""
    expect(address, str)
    return BarrierTaskInfo(address)


def _reduce_default_dict(value: collections.defaultdict[object, object]) -> Reduced:
    factory = value.default_factory
    name = getattr(factory, "__name__", None)
    if factory is not None and (name is None or _FACTORIES.get(name) is not factory):
        raise ResultNotSerialisable(
            f"a defaultdict whose factory is {getattr(factory, '__qualname__', factory)!s}: records hold data, not "
            "functions. "
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
REDUCERS[ResultIterable] = lambda value: (result_iterable_reader, (list(value.data),))
REDUCERS[StatCounter] = lambda value: (
    stat_counter_reader,
    (value.n, value.mu, value.m2, value.maxValue, value.minValue),
)
REDUCERS[BarrierTaskInfo] = lambda value: (barrier_task_info_reader, (value.address,))
REDUCERS[BoundedFloat] = lambda value: (bounded_float_reader, value.__getnewargs__())


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


def fill(base: Any, value: Any, content: Any) -> None:
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
            base.__setitem__(value, key, item)
    else:
        raise RecordRefused(f"a record fills an instance of {type(value).__qualname__}, which holds no items")


# --- numpy, which is looked for only when a record has it


@reader
def ndarray_reader(dtype: object, shape: tuple[int, ...], order: str, data: bytes) -> object:
    from tabswarm.shipping.numpy_records import read_array

    return read_array(dtype, shape, order, data)


@reader
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


def _built_in_exceptions() -> dict[str, type[Exception]]:
    import builtins

    found: dict[str, type[Exception]] = {}
    for value in vars(builtins).values():
        if isinstance(value, type) and issubclass(value, Exception) and not issubclass(value, ExceptionGroup):
            found[value.__name__] = value
    return found


BUILT_IN_EXCEPTIONS = _built_in_exceptions()


@reader
def exception_reader(name: str, args: tuple[object, ...]) -> BaseException:
    """A built-in exception of its arguments; a traceback, cause or attribute does not travel."""
    expect(name, str)
    expect(args, tuple)
    return BUILT_IN_EXCEPTIONS[name](*args)


@reader
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
    name: str | None = member._name_  # None for an unnamed combination of flags
    if name is not None and cls.__members__.get(name) is member:
        return name, None
    return None, member._value_


def reduce_foreign(value: object) -> Reduced | None:
    """Reductions of types whose modules are not worth importing for everyone: numpy's and `zoneinfo`'s."""
    kind = type(value)
    if kind.__module__ == "zoneinfo" and isinstance(value, datetime.tzinfo):
        return reduce_zone(value)
    if kind.__module__ == "numpy":
        from tabswarm.shipping.numpy_records import array_parts, scalar_parts

        parts = array_parts(value)
        if parts is not None:
            return ndarray_reader, parts
        parts = scalar_parts(value)
        return None if parts is None else (numpy_scalar_reader, parts)
    return None
