"""Which of the user's classes may stand in a record, and how the reader rebuilds their instances.

The law: hostile bytes never reach the user's code. An instance travels as (class id, state) and is rebuilt by the
`__new__` of its built-in base and its state; neither `__init__` nor `__setstate__` nor `__reduce__` runs, unless the
class is *trusted*.

That alone is not enough, because pickle's opcodes call methods of what lies on the stack: BUILD calls `__setstate__`,
APPEND `append`, SETITEM `__setitem__`, REDUCE calls anything callable. So a class is one of:

- *inert*: it has none of those methods; its instances lie on the stack as they are;
- *guarded*: it has some; while a block is read its instances are of a subclass in which each such method refuses, and
  only when all is read do they become what they are (`instance.__class__ = cls`);
- *refused*: an enum with such methods (its members are shared by the whole process), or a class with `__del__`.

A class id is what `module:qualname` is in the driver, `__main__` included; for a class that travels by value, `#` and a
digest of its definition follow, because a notebook's cell may define the name again.
"""

from __future__ import annotations

import enum
import importlib
import types
from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from tabswarm.errors import RecordRefused, ResultNotSerialisable
from tabswarm.shipping.quiet_class import quiet_class

_CALLED_BY_OPCODES = (
    "__setstate__",
    "__call__",
    "append",
    "extend",
    "add",
    "__setitem__",
    "__getattr__",
    "__getattribute__",
    "__setattr__",
)

IMMUTABLE_BASES: tuple[type, ...] = (int, float, complex, str, bytes, tuple, frozenset)
"""Built-in bases whose value is given at `__new__`."""

_MUTABLE_BASES: tuple[type, ...] = (deque, list, OrderedDict, defaultdict, dict, set, bytearray)

_BUILT_IN_BASES: frozenset[type] = frozenset((object, BaseException, *IMMUTABLE_BASES, *_MUTABLE_BASES))


def built_in_base(cls: type) -> type:
    """The built-in type whose `__new__` makes the instances of a user's class."""
    return next(
        (
            base
            for base in cls.__mro__
            if base in _BUILT_IN_BASES or (issubclass(base, BaseException) and _built_in(base))
        ),
        object,
    )


def plain_value(base: type, obj: Any) -> object:
    """The value of an instance of a subclass of an immutable built-in type, by the type's own way to it."""
    if base is int:
        return int.__index__(obj)
    if base is float:
        return float.__float__(obj)
    if base is complex:
        return complex.__complex__(obj)
    if base is str:
        return str.__str__(obj)
    if base is bytes:
        return bytes.__getitem__(obj, slice(None))
    if base is frozenset:
        return frozenset(frozenset.__iter__(obj))
    return tuple(tuple.__iter__(obj))


def refusal(cls: type) -> str | None:
    """Why instances of a class may not stand in a record unless it is trusted, or None."""
    if _users(cls, "__del__") is not None:
        return "it defines `__del__`, which would run on data that a volunteer made"
    if issubclass(cls, enum.Enum):
        name = dangerous_attribute(cls)
        if name is not None:
            return f"its members are shared and it defines `{name}`, which a volunteer's bytes could call"
    base = built_in_base(cls)
    extra = next(
        (b for b in cls.__mro__ if b not in _BUILT_IN_BASES and _built_in(b) and not issubclass(base, b)), None
    )
    if extra is not None and not issubclass(cls, enum.Enum):
        return f"it is built on {extra.__module__}.{extra.__qualname__}, whose state lies outside of Python"
    return None


class ClassRegistry:
    """The user's classes by class id, for the writer (class -> id) and for the reader (id -> class).

    In the driver it holds the live classes that were shipped; in a worker those that the code reader rebuilt or
    imported.

    >>> class Point: pass
    >>> registry = ClassRegistry()
    >>> registry.add(Point, "__main__:Point")
    >>> registry.resolve("__main__:Point") is Point, registry.id_of(Point), registry.id_of(int)
    (True, '__main__:Point', None)
    """

    def __init__(self, trust: Iterable[type] = ()) -> None:
        self._by_id: dict[str, type] = {}
        self._ids: dict[type, str] = {}
        self._modules: dict[str, types.ModuleType] = {}
        self._trusted: set[type] = set()
        self._trusted_ids: set[str] = set()
        self.makers: dict[str, Callable[..., object]] = {}
        self._all_makers = [self.makers]
        for cls in trust:
            self.trust(cls)

    def trusting(self, classes: Iterable[type]) -> ClassRegistry:
        """The same classes, now and later, of which these are trusted by whoever uses the view."""
        view = ClassRegistry()
        view._by_id, view._ids, view._modules = self._by_id, self._ids, self._modules
        view._trusted, view._trusted_ids = set(self._trusted), self._trusted_ids
        self._all_makers.append(view.makers)
        view._all_makers = self._all_makers
        for cls in classes:
            view.trust(cls)
        return view

    def add(self, cls: type, class_id: str | None = None) -> None:
        """Let instances of a class stand in records. Without an id it is `module:qualname`."""
        class_id = class_id or default_id(cls)
        if self._by_id.get(class_id) is not cls:
            self._by_id[class_id] = cls
            self._forget_maker(class_id)
        self._ids[cls] = class_id

    def know_as(self, cls: type, class_id: str) -> None:
        """Read instances of a class under a further id, unless that is another's."""
        if self._by_id.setdefault(class_id, cls) is cls:
            self._ids.setdefault(cls, class_id)

    def known_ids(self) -> list[str]:
        """The ids of all classes of which there may be instances in records."""
        for module in list(self._modules):
            self._look_through(module)
        return sorted(self._by_id)

    def add_module(self, module: types.ModuleType) -> None:
        """Let instances of any class that a shipped module defines stand in records."""
        self._modules[module.__name__] = module

    @property
    def modules(self) -> frozenset[str]:
        """The names of the modules that were shipped."""
        return frozenset(self._modules)

    def trust(self, cls: type) -> None:
        """Let a class's own `__reduce__`, `__setstate__` and `__init__` run on records."""
        self._trusted.add(cls)
        self._forget_maker(self._ids.get(cls, default_id(cls)))

    def trust_id(self, class_id: str) -> None:
        """The same for a class that may be met later. One of an installed module is imported when a record has it."""
        self._trusted_ids.add(class_id)
        self._forget_maker(class_id)

    def is_trusted(self, cls: type) -> bool:
        """Whether the class's own methods may run on records."""
        return cls in self._trusted or self._ids.get(cls) in self._trusted_ids

    def _forget_maker(self, class_id: str) -> None:
        for makers in self._all_makers:
            makers.pop(class_id, None)

    def id_of(self, cls: type) -> str | None:
        """The id under which instances of the class travel, or None for a class that was not shipped."""
        class_id = self._ids.get(cls)
        if class_id is None and cls.__module__ in self._modules:
            self._look_through(cls.__module__)
            class_id = self._ids.get(cls)
        if class_id is None and (cls in self._trusted or default_id(cls) in self._trusted_ids):
            self.add(cls)
            class_id = self._ids[cls]
        return class_id

    def resolve(self, class_id: str) -> type:
        """The class of an id; `RecordRefused` where no such class was shipped."""
        if type(class_id) is not str:
            raise RecordRefused(f"a record names a class by {type(class_id).__name__}, not by its id")
        cls = self._by_id.get(class_id)
        if cls is None:
            module = class_id.partition(":")[0]
            if module in self._modules:
                self._look_through(module)
                cls = self._by_id.get(class_id)
        if cls is None:
            cls = next((trusted for trusted in self._trusted if default_id(trusted) == class_id), None)
        if cls is None and class_id in self._trusted_ids:
            cls = _imported(class_id)
            self.add(cls, class_id)
        if cls is None:
            raise RecordRefused(
                f"a record names the class {class_id[:200]!r}, which was not shipped with this program; if it is "
                "yours, refer to "
                "it in the function that makes the records, or name it in Context(trust=[...])"
            )
        return cls

    def maker(self, class_id: str) -> Callable[..., object]:
        """What makes an empty instance (for an immutable base: one of the given value) of a class for the reader."""
        cls = self.resolve(class_id)
        if not self.is_trusted(cls):
            reason = refusal(cls)
            if reason is not None or issubclass(cls, enum.Enum):
                raise RecordRefused(f"a record holds an instance of {class_id}: {reason or 'an enum has members only'}")
        base = built_in_base(cls)
        target = cls if self.is_trusted(cls) or dangerous_attribute(cls) is None else guard_of(cls)
        make: Callable[..., object] = partial(base.__new__, target)
        if base in IMMUTABLE_BASES:
            make = partial(_make_valued, base, target)
        self.makers[class_id] = make
        return make

    def _look_through(self, module_name: str) -> None:
        """Enumerates a module's classes, so that a class id is matched exactly and never walked by its dots."""
        waiting: list[object] = list(vars(self._modules[module_name]).values())
        while waiting:
            cls = waiting.pop()
            if isinstance(cls, type) and cls.__module__ == module_name and cls not in self._ids:
                self.add(cls)
                waiting.extend(vars(cls).values())


def default_id(cls: type) -> str:
    """`module:qualname`."""
    return f"{cls.__module__}:{cls.__qualname__}"


def _imported(class_id: str) -> type:
    """The class of an installed module that somebody trusts; the id is the driver's, so it may be walked."""
    module, _, qualname = class_id.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for name in qualname.split("."):
            found = getattr(found, name)
    except (ImportError, AttributeError) as error:
        raise RecordRefused(f"a record holds an instance of {class_id}, which this Python lacks: {error}") from error
    if not isinstance(found, type):
        raise RecordRefused(f"a record names {class_id} as a class, and it is none")
    return found


def not_shipped(cls: type) -> ResultNotSerialisable:
    """The writer's error for an instance of a class that the driver did not ship."""
    name = f"{cls.__module__}.{cls.__qualname__}"
    if "<locals>" in cls.__qualname__:
        return ResultNotSerialisable(
            f"an instance of {name}, a class made inside the task: the driver does not have it. "
            "Define it at the top level of the program, or return a tuple or dict"
        )
    return ResultNotSerialisable(
        f"an instance of {name}, which is not a type that records may hold. Return plain data (a tuple, a dict, "
        "a dataclass of yours); for a class that you trust with what volunteers send: Context(trust=[...])"
    )


# --- guards

_GUARDS: dict[type, type] = {}


def guard_of(cls: type) -> type:
    """A subclass of the same layout in which whatever an opcode could call refuses."""
    guard = _GUARDS.get(cls)
    if guard is None:
        refusals: dict[str, object] = {name: _refuse for name in _CALLED_BY_OPCODES if name != "__getattribute__"}
        del refusals["__getattr__"]
        refusals |= {
            "__slots__": (),
            "__module__": __name__,
            "__getattribute__": object.__getattribute__,
            "__eq__": object.__eq__,
            "__hash__": _unhashable,
            "__guards__": cls,
        }
        guard = _GUARDS[cls] = quiet_class(type(cls), f"Guarded{cls.__name__}", (cls,), refusals)
    return guard


def unguard(instance: object) -> None:
    """Give a guarded instance its own class back."""
    object.__setattr__(instance, "__class__", type.__getattribute__(type(instance), "__guards__"))


def is_guarded(instance: object) -> bool:
    """Whether the instance is of a guard."""
    return "__guards__" in type(instance).__dict__


def _refuse(self: object, *_: object) -> None:
    raise RecordRefused(f"a record's bytes call a method of {type(self).__base__.__qualname__}")  # type: ignore[union-attr]


def _unhashable(self: object) -> int:
    cls = type(self).__base__
    raise RecordRefused(
        f"a record uses an instance of {default_id(cls) if cls else ''} as a key or in a set; while records are read "
        "this class is "
        f"guarded because it defines `{dangerous_attribute(cls) if cls else ''}`: name it in Context(trust=[...]) to "
        "allow it"
    )


def _make_valued(base: type, target: type, value: object) -> Any:
    if type(value) is not base:
        raise RecordRefused(f"a record gives a {type(value).__name__} as the value of a {base.__name__}")
    make: Any = base.__new__
    return make(target, value)


def seal(cls: type) -> None:
    """An enum's members are shared by the whole process: BUILD on one must not change it."""
    if "__setstate__" not in cls.__dict__:
        type.__setattr__(cls, "__setstate__", _refuse_state)


def _refuse_state(self: object, state: object) -> None:
    raise RecordRefused(f"a record's bytes set the state of the enum member {self}")


# --- what a class defines


def _built_in(cls: type) -> bool:
    """Whether a class is written in C (and not by a user)."""
    return not cls.__flags__ & (1 << 9)  # Py_TPFLAGS_HEAPTYPE: made by a class statement


def _users(cls: type, name: str) -> object:
    """The attribute, where a class written in Python defines it and `dataclasses` did not generate it."""
    for base in cls.__mro__:
        if name in base.__dict__:
            if _built_in(base) or base in _BUILT_IN_BASES or base.__module__ in ("enum", "typing", "collections"):
                return None
            value = base.__dict__[name]
            return None if value is None or value is _refuse_state or _generated(base, name, value) else value
    return None


def _generated(base: type, name: str, value: object) -> bool:
    params = base.__dict__.get("__dataclass_params__")
    if params is None:
        return False
    if name == "__setattr__":
        return bool(params.frozen)  # dataclasses refuses a class with its own `__setattr__` then
    return name == "__setstate__" and getattr(value, "__module__", None) == "dataclasses"


def dangerous_attribute(cls: type) -> str | None:
    """The first attribute of the user's that an opcode could call on an instance, or None."""
    for name in _CALLED_BY_OPCODES:
        if _users(cls, name) is not None:
            return name
    for name, value in _attributes(cls):
        if hasattr(type(value), "__set__") and not isinstance(value, _HARMLESS_DESCRIPTORS):
            if not (isinstance(value, property | types.DynamicClassAttribute) and value.fset is None):
                return name
    return None


# A named tuple's fields are descriptors that refuse to be set.
_HARMLESS_DESCRIPTORS = (
    types.MemberDescriptorType,
    types.GetSetDescriptorType,
    type(vars(namedtuple("_Example", "field"))["field"]),
)


def _attributes(cls: type) -> Iterator[tuple[str, object]]:
    for base in cls.__mro__:
        if not _built_in(base) and base not in _BUILT_IN_BASES and base.__module__ not in ("enum", "typing"):
            yield from base.__dict__.items()


SHIPPED = ClassRegistry()
"""The registry of this process: what it shipped (a driver) or loaded (a worker, which belongs to one application)."""
