"""The record reader: reads what a volunteer wrote, everywhere, without running anything of the user's or of the
volunteer's.

It is one of the two files that unpickle. A subclass of the C unpickler, so reading costs what `pickle.loads` costs; its
`find_class` matches exact (module, name) pairs of a table of *readers* (`record_readers.py`) and never walks a dotted
name.

Known limit: an opcode that allocates ahead (`LONG_BINPUT` with index 2**27 takes 2 GB from nine bytes) is seen by no
subclass. In a volunteer the worker's memory limit holds; a driver that must survive strangers has to read in a process
of its own with a cap.
"""

from __future__ import annotations

import enum
import pickle
import threading
import types
from collections.abc import Callable
from io import BytesIO
from typing import Any

from tabswarm.errors import RecordError, RecordRefused
from tabswarm.shipping import record_pickler, record_types
from tabswarm.shipping.class_registry import ClassRegistry, built_in_base, is_guarded, refusal, seal, unguard
from tabswarm.shipping.record_readers import READERS, Reader, expect, make_reader

_Found = dict[tuple[str, str], Reader]


class _Loading(threading.local):
    """The guarded instances of the block that this thread reads."""

    guarded: list[object] | None = None


_LOADING = _Loading()


def read_chunk(data: bytes, classes: ClassRegistry) -> list[Any]:
    """The records of one chunk's pickle; `RecordRefused` for anything that is not a list of records."""
    guarded: list[object] = []
    _LOADING.guarded = guarded
    try:
        records = _Unpickler(BytesIO(data), _readers_for(classes)).load()
    except RecordError:
        raise
    except Exception as error:
        raise RecordRefused(f"the bytes are no records: {type(error).__name__}: {error}") from error
    finally:
        _LOADING.guarded = None
    if type(records) is not list:
        raise RecordRefused(f"a chunk holds a {type(records).__name__}, not a list of records")
    for instance in guarded:
        unguard(instance)
    return records


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BytesIO, found: _Found) -> None:
        super().__init__(file)
        self._found = found

    def find_class(self, module: str, name: str) -> Reader:
        reader = self._found.get((module, name))
        if reader is None:
            raise RecordRefused(f"a record names {module[:200]}.{name[:200]}, which records may not hold")
        return reader

    def persistent_load(self, pid: object) -> object:
        raise RecordRefused("a record refers to something outside of it")


def _readers_for(classes: ClassRegistry) -> _Found:
    found = _PREPARED.get(id(classes))
    if found is None or found[0] is not classes:
        if len(_PREPARED) > 64:
            _PREPARED.clear()
        found = _PREPARED[id(classes)] = (classes, {**READERS, **_late_readers(classes)})
    return found[1]


_PREPARED: dict[int, tuple[ClassRegistry, _Found]] = {}


def _late_readers(classes: ClassRegistry) -> _Found:
    """The readers that know the program's classes."""
    makers = classes.makers

    def instance(class_id: str, *value: object) -> object:
        make = makers.get(class_id) or classes.maker(class_id)
        made = make(*value)
        if is_guarded(made) and _LOADING.guarded is not None:
            _LOADING.guarded.append(made)
        return made

    def member(class_id: str, name: object, value: object) -> object:
        cls = classes.resolve(class_id)
        if not issubclass(cls, enum.Enum) or refusal(cls) is not None:
            raise RecordRefused(f"a record names a member of {class_id}, which is no plain enum")
        seal(cls)
        if name is not None:
            expect(name, str)
            return cls.__members__[name]  # type: ignore[index]
        if issubclass(cls, enum.Flag) and cls._missing_.__func__ is enum.Flag._missing_.__func__:  # type: ignore[attr-defined]
            expect(value, int)
            return cls(value)
        raise RecordRefused(f"a record names an unnamed member of {class_id}")

    def slots(obj: object, state: tuple[object, ...]) -> None:
        _set_state(obj, state, classes)

    def trusted(class_id: str) -> type:
        cls = classes.resolve(class_id)
        if not classes.is_trusted(cls):
            raise RecordRefused(f"a record asks to run methods of {class_id}, which Context(trust=[...]) does not name")
        return cls

    def trusted_new(class_id: str, args: tuple[object, ...], named: dict[str, object]) -> object:
        cls: Any = trusted(class_id)
        return cls.__new__(cls, *args, **named)

    def trusted_call(class_id: str, args: tuple[object, ...]) -> object:
        return trusted(class_id)(*args)

    def trusted_state(obj: Any, state: object) -> None:
        if not classes.is_trusted(type(obj)):
            raise RecordRefused("a record asks to run a method of a class that Context(trust=[...]) does not name")
        if state is None:
            return
        if hasattr(obj, "__setstate__"):
            obj.__setstate__(state)
            return
        plain, slots = state if type(state) is tuple and len(state) == 2 else (state, None)
        obj.__dict__.update(plain or {})
        for name, value in (slots or {}).items():
            setattr(obj, name, value)

    late: dict[str, Callable[..., object]] = {
        "instance": instance,
        "member": member,
        "slots": slots,
        "trusted_new": trusted_new,
        "trusted_call": trusted_call,
        "trusted_state": trusted_state,
    }
    module = record_pickler.__name__
    return {(module, f"{name}_reader"): make_reader(name, read) for name, read in late.items()}


def _set_state(obj: Any, state: tuple[object, ...], classes: ClassRegistry) -> None:
    """State that BUILD cannot set, or may not: slots, what a container holds, an exception's arguments."""
    cls = type(obj).__base__ if is_guarded(obj) else type(obj)
    if cls is None or classes.id_of(cls) is None or issubclass(cls, enum.Enum):
        raise RecordRefused("a record sets the state of something that is no instance of the program's classes")
    expect(state, tuple)
    plain, slots, content = (*state, None)[:3]
    if plain is not None:
        expect(plain, dict)
        object.__getattribute__(obj, "__dict__").update(plain)
    if slots is not None:
        expect(slots, dict)
        for name, value in slots.items():  # type: ignore[attr-defined]
            _slot(cls, name).__set__(obj, value)
    if content is not None:
        record_types.fill(built_in_base(cls), obj, content)


def _slot(cls: type, name: object) -> Any:
    expect(name, str)
    for kind in cls.__mro__:
        slot = kind.__dict__.get(name)  # type: ignore[call-overload]
        if isinstance(slot, types.MemberDescriptorType) and _is_users_slot(kind, name):
            return slot
        if name == "args" and kind is BaseException:
            return slot
    raise RecordRefused(f"a record sets {name!r:.80} of a {cls.__qualname__}, which has no such slot")


def _is_users_slot(kind: type, name: object) -> bool:
    return kind.__flags__ & (1 << 9) != 0 and name is not None  # a class made by a class statement
