"""Writes records as pickles that the record reader can read: data types and the user's shipped classes, nothing else.

Literals (None, numbers, text, tuples, lists, dicts, sets ...) never reach the code here: the C pickler writes them
alone, which is why records cost what pickle costs. Everything else is reduced to a reader's name and plain arguments.
"""

from __future__ import annotations

import copyreg
import enum
import pickle
import types
from collections.abc import Callable
from io import BytesIO
from operator import itemgetter
from typing import Any

from tabswarm.errors import ResultNotSerialisable
from tabswarm.shipping.class_registry import (
    IMMUTABLE_BASES,
    ClassRegistry,
    built_in_base,
    dangerous_attribute,
    not_shipped,
    plain_value,
    refusal,
)
from tabswarm.shipping.record_readers import REDUCERS, Reader, Reduced, make_reader
from tabswarm.shipping.record_types import content_of, member_state, reduce_exception, reduce_foreign

PROTOCOL = 5


def _only_in_a_record(*_: object) -> object:
    raise ResultNotSerialisable("this reader works only inside the record reader")


# Their reading halves depend on the classes that were shipped, so the record reader puts its own in their place.
instance_reader = make_reader("instance", _only_in_a_record)
member_reader = make_reader("member", _only_in_a_record)
slots_reader = make_reader("slots", _only_in_a_record)
trusted_new_reader = make_reader("trusted_new", _only_in_a_record)
trusted_call_reader = make_reader("trusted_call", _only_in_a_record)
trusted_state_reader = make_reader("trusted_state", _only_in_a_record)

_HEAP_TYPE = 1 << 9  # made by a class statement
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.BuiltinMethodType, type)


class RecordPickler(pickle.Pickler):
    """One chunk's pickler. Use a new one for each chunk: it remembers all it wrote."""

    def __init__(self, file: BytesIO, classes: ClassRegistry) -> None:
        super().__init__(file, PROTOCOL)
        self._classes = classes
        self._reducers: dict[type, Callable[[Any], Reduced]] = {}

    def reducer_override(self, obj: object) -> Any:
        """Called by the C pickler for whatever is not a literal."""
        kind = type(obj)
        reduce = REDUCERS.get(kind) or self._reducers.get(kind)
        if reduce is not None:
            return reduce(obj)
        if isinstance(obj, Reader):
            return obj.__reduce__()
        reduced = reduce_foreign(obj)
        if reduced is not None:
            return reduced
        if isinstance(obj, _FUNCTIONS):
            raise ResultNotSerialisable(
                f"{_kind_of(obj)} {getattr(obj, '__qualname__', obj)!s}: records hold data only"
            )
        reduce = self._reducers[kind] = self._reducer_of(kind)
        return reduce(obj)

    def _reducer_of(self, cls: type) -> Callable[[Any], Reduced]:
        class_id = self._classes.id_of(cls)
        if class_id is None:
            if issubclass(cls, BaseException):
                return reduce_exception
            raise not_shipped(cls)
        if self._classes.is_trusted(cls):
            return _TrustedReducer(cls, class_id)
        reason = refusal(cls)
        if reason is not None:
            raise ResultNotSerialisable(
                f"an instance of {class_id}: {reason}. Return plain data, or name the class in Context(trust=[...])"
            )
        if issubclass(cls, enum.Enum):
            return lambda member: (member_reader, (class_id, *member_state(member)))
        return _instance_reducer(cls, class_id)


def _instance_reducer(cls: type, class_id: str) -> Callable[[Any], Reduced]:
    """How instances of an untrusted class travel: (class id, value of the built-in base), and their state.

    Plain state goes by pickle's own BUILD, which is fastest; the rest, and all of a guarded class, by `slots_reader`.
    """
    base = built_in_base(cls)
    state_of = _state_getter(cls)
    guarded = dangerous_attribute(cls) is not None
    empty = (class_id,)  # one tuple for all, so that pickle writes it once a chunk

    def reduced(args: tuple[object, ...], state: dict[str, object] | None, slots: dict[str, object]) -> Reduced:
        if slots or (guarded and state):
            return instance_reader, args, (state, slots or None), None, None, slots_reader
        return (instance_reader, args, state) if state else (instance_reader, args)

    def plain(obj: object) -> Reduced:
        return reduced(empty, *state_of(obj))

    def valued(obj: object) -> Reduced:
        return reduced((class_id, plain_value(base, obj)), *state_of(obj))

    def filled(obj: object) -> Reduced:
        state, slots = state_of(obj)
        return instance_reader, empty, (state, slots or None, content_of(base, obj)), None, None, slots_reader

    def raised(obj: BaseException) -> Reduced:
        state, slots = state_of(obj)
        return instance_reader, empty, (state, {**slots, "args": obj.args}), None, None, slots_reader

    if issubclass(base, BaseException):
        return raised
    if base is object:
        return plain
    return valued if base in IMMUTABLE_BASES else filled


def _state_getter(cls: type) -> Callable[[Any], tuple[dict[str, object] | None, dict[str, object]]]:
    """The user's `__getstate__`, unless a `__setstate__` belongs to it; else the raw state."""
    own = next((kind for kind in cls.__mro__ if "__getstate__" in kind.__dict__), object)
    undone = any(
        name in kind.__dict__ for kind in cls.__mro__ for name in ("__setstate__",) if kind is not BaseException
    )
    raw = object.__getstate__

    def of(obj: Any) -> tuple[dict[str, object] | None, dict[str, object]]:
        state = raw(obj) if own is object or undone else obj.__getstate__()
        slots: object = None
        if type(state) is tuple and len(state) == 2:
            state, slots = state
        if (state is not None and type(state) is not dict) or (slots is not None and type(slots) is not dict):
            raise ResultNotSerialisable(
                f"an instance of {cls.__qualname__}, whose `__getstate__` gives no dict: its `__setstate__` runs only "
                "where "
                "Context(trust=[...]) names the class"
            )
        return state, slots or {}

    return of


class _TrustedReducer:
    """A trusted class travels as its own `__reduce_ex__` says."""

    def __init__(self, cls: type, class_id: str) -> None:
        self._cls = cls
        self._id = class_id

    def __call__(self, obj: Any) -> Reduced:
        reduced = obj.__reduce_ex__(PROTOCOL)
        if not isinstance(reduced, tuple) or len(reduced) > 5:
            raise ResultNotSerialisable(
                f"an instance of {self._id}, which reduces to something that records cannot hold"
            )
        make, args, state, listed, mapped = (*reduced, None, None, None)[:5]
        if make is copyreg.__newobj__ and args[0] is self._cls:  # type: ignore[attr-defined]
            made: Reduced = (trusted_new_reader, (self._id, args[1:], {}))
        elif make is copyreg.__newobj_ex__ and args[0] is self._cls:  # type: ignore[attr-defined]
            made = (trusted_new_reader, (self._id, *args[1:]))
        elif make is self._cls:
            made = (trusted_call_reader, (self._id, args))
        else:
            raise ResultNotSerialisable(
                f"an instance of {self._id}, whose `__reduce__` asks for {make!r}: only the class itself may be asked "
                "for"
            )
        # `__setstate__` is called even for a false state, as the class may rely on it; None means no state, as in
        # pickle.
        return (*made, state, listed, mapped, trusted_state_reader)


def _kind_of(obj: object) -> str:
    return "the class" if isinstance(obj, type) else "the function"


def describe_failure(records: list[Any], classes: ClassRegistry, cause: BaseException) -> ResultNotSerialisable:
    """The error for records that could not be written, naming where in which record the offender stands.

    Runs only after a failure, so it may try the parts one by one.
    """
    for position, record in enumerate(records):
        if not _writable(record, classes):
            path, offender, reason = _descend(record, classes, f"record {position}", set())
            reason = reason or str(cause)
            return ResultNotSerialisable(f"{path} cannot be a record: {reason} (type {type(offender).__qualname__})")
    return ResultNotSerialisable(f"the records cannot be written together: {cause}")


def _failure(value: object, classes: ClassRegistry) -> str | None:
    try:
        RecordPickler(BytesIO(), classes).dump(value)
    except RecursionError:
        return "it is nested too deeply"
    except Exception as error:
        return str(error)
    return None


def _writable(value: object, classes: ClassRegistry) -> bool:
    return _failure(value, classes) is None


def _descend(value: Any, classes: ClassRegistry, path: str, seen: set[int]) -> tuple[str, object, str | None]:
    reason = _failure(value, classes)
    if id(value) not in seen and reason != "it is nested too deeply":
        seen.add(id(value))
        for step, part in _parts(value, classes):
            if not _writable(part, classes):
                return _descend(part, classes, path + step, seen)
    return path, value, reason


def _parts(value: Any, classes: ClassRegistry) -> list[tuple[str, Any]]:
    parts: list[tuple[str, Any]] = []
    if isinstance(value, enum.Enum):
        return parts
    if type(value).__module__ != "builtins" and classes.id_of(type(value)) is None and type(value) not in REDUCERS:
        return parts  # it is itself what may not be a record
    if isinstance(value, dict):
        for key, item in dict.items(value):
            parts += [(f" -> key {key!r:.80}", key), (f" -> [{key!r:.80}]", item)]
    elif isinstance(value, list | tuple):
        names = getattr(type(value), "_fields", ())
        for index, item in enumerate(value):
            parts.append((f" -> .{names[index]}" if index < len(names) else f" -> [{index}]", item))
    elif isinstance(value, set | frozenset):
        parts += [(" -> a member", item) for item in value]
    state = getattr(value, "__dict__", None)
    if type(state) is dict and not isinstance(value, type):
        parts += [(f" -> .{name}", item) for name, item in sorted(state.items(), key=itemgetter(0))]
    for kind in type(value).__mro__:
        for name, slot in vars(kind).items():
            if isinstance(slot, types.MemberDescriptorType) and kind.__flags__ & _HEAP_TYPE:
                try:
                    parts.append((f" -> .{name}", slot.__get__(value)))
                except AttributeError:
                    pass
    return parts
