"""Named tuples, enums and typed dicts in parts: the standard library generated them, and generates them again at the
far end.

What the user wrote in their bodies (methods, properties, a docstring) is set on the class afterwards; neither an enum's
`__new__` nor its `__init__` runs again, as what they made of the members travels.
"""

from __future__ import annotations

import collections
import enum
import types
import typing
from functools import partial
from typing import Any

from tabswarm.shipping.class_ids import MADE_BY_PYTHON, class_id, is_own, remembered
from tabswarm.shipping.class_registry import built_in_base, plain_value
from tabswarm.shipping.function_parts import annotations_of, light_annotations

Reduced = tuple[Any, ...]
_HEAP_TYPE = 1 << 9
"""Py_TPFLAGS_HEAPTYPE: made by a class statement."""


def reduce_generated(cls: type) -> Reduced | None:
    """The reduction of a class of one of these kinds; None for all others."""
    if isinstance(cls, enum.EnumType):
        return _reduce_enum(cls)
    if type(cls).__name__ == "_TypedDictMeta" and type(cls).__module__ == "typing":
        return _reduce_typed_dict(cls)
    if cls.__bases__[:1] == (tuple,) and "_field_defaults" in vars(cls) and "_make" in vars(cls):
        return _reduce_named_tuple(cls)
    return None


def is_made_by(value: object, modules: tuple[str, ...]) -> bool:
    """Whether a function (of a classmethod, a staticmethod) is of one of the modules."""
    function = getattr(value, "__func__", value)
    return getattr(getattr(function, "__globals__", None), "get", lambda _: None)("__name__") in modules


def annotate(cls: type, annotations: dict[str, Any]) -> None:
    """Set a class's annotations."""
    type.__setattr__(cls, "__annotations__", annotations)


# --- named tuples: rebuilt from fields and defaults


def _reduce_named_tuple(cls: Any) -> Reduced:
    defaults = tuple(cls._field_defaults[name] for name in cls._fields if name in cls._field_defaults)
    plain = vars(collections.namedtuple(cls.__name__, cls._fields))
    attributes = {
        name: value
        for name, value in vars(cls).items()
        if name not in MADE_BY_PYTHON
        and (name not in plain or (isinstance(value, types.FunctionType) and not is_made_by(value, _tuple_makers(cls))))
        and name not in ("_field_defaults", "__match_args__")
        and not (name == "__class_getitem__" and is_made_by(value, ("typing",)))
    }
    state = {
        "attributes": attributes,
        "annotations": light_annotations(annotations_of(cls)),
    }
    if typing.Generic in cls.__bases__:
        state["parameters"] = cls.__parameters__
    arguments = (cls.__name__, cls._fields, defaults, cls.__module__, cls.__qualname__, cls.__doc__, class_id(cls))
    return make_named_tuple, arguments, state, None, None, set_named_tuple_state


def _tuple_makers(cls: type) -> tuple[str, ...]:
    return ("collections", f"namedtuple_{cls.__name__}")


def make_named_tuple(
    name: str, fields: tuple[str, ...], defaults: tuple[Any, ...], module: str, qualname: str, doc: str, ident: str
) -> type:
    """A named tuple of the fields, or the one that this process has under the id."""

    def make() -> type:
        made = collections.namedtuple(name, fields, defaults=defaults, module=module)  # type: ignore[misc]
        made.__qualname__ = qualname
        made.__doc__ = doc
        return made

    return remembered(ident, make)


def set_named_tuple_state(cls: Any, state: dict[str, Any]) -> None:
    """What the user wrote in the body."""
    if is_own(cls):
        return
    if "parameters" in state and typing.Generic not in cls.__bases__:
        cls.__bases__ = (tuple, typing.Generic)
        cls.__class_getitem__ = classmethod(_GENERIC_ITEM)
        cls.__parameters__ = state["parameters"]
    for name, value in state["attributes"].items():
        type.__setattr__(cls, name, value)
    annotate(cls, state["annotations"])


# From 3.12 on `Generic` gets the function from its module; `tuple` has another, which comes first.
_GENERIC_ITEM: Any = (
    getattr(typing, "_generic_class_getitem", None) or vars(typing.Generic)["__class_getitem__"].__func__
)


# --- enums: the members by value; neither the user's `__new__` nor `__init__` runs again


def _reduce_enum(cls: Any) -> Reduced:
    members = [(name, member._value_) for name, member in cls.__members__.items()]
    contents = None
    mixed_in = bool(cls._member_type_.__flags__ & _HEAP_TYPE)  # a class of the user's, whose `__init__` made the values
    if mixed_in or (isinstance(cls._new_member_, types.FunctionType) and not is_made_by(cls._new_member_, ("enum",))):
        base = built_in_base(cls)
        contents = [None if base is object else plain_value(base, member) for member in cls.__members__.values()]
    own = vars(cls)
    attributes = {
        name: value
        for name, value in own.items()
        if name not in cls.__members__ and name not in MADE_BY_PYTHON and _is_users_enum_attribute(name, value)
    }
    if "__new_member__" in own and isinstance(own["__new_member__"], types.FunctionType):
        attributes.pop("__new__", None)
    extra = {
        name: {
            key: value
            for key, value in vars(member).items()
            if key not in ("_value_", "_name_", "__objclass__", "_sort_order_", "_hashable_values_", "_inverted_")
        }
        for name, member in cls.__members__.items()
    }
    boundary = getattr(own.get("_boundary_"), "name", None)
    arguments = (
        *(type(cls), cls.__name__, cls.__bases__, cls.__module__, cls.__qualname__, cls.__doc__),
        *(members, contents, boundary, class_id(cls)),
    )
    return make_enum, arguments, {"attributes": attributes, "members": extra}, None, None, set_enum_state


def _is_users_enum_attribute(name: str, value: object) -> bool:
    if name in ("_value_repr_", "_new_member_"):  # found again where the class is made
        return False
    function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
    if isinstance(function, types.FunctionType):
        return not is_made_by(function, ("enum",))
    if (name.startswith("__") and name.endswith("__")) or (name.startswith("_") and name.endswith("_")):
        return False
    return not isinstance(value, types.DynamicClassAttribute)


def make_enum(
    metaclass: type,
    name: str,
    bases: tuple[type, ...],
    module: str,
    qualname: str,
    doc: str | None,
    members: list[tuple[str, Any]],
    contents: list[Any] | None,
    boundary: str | None,
    ident: str,
) -> type:
    """An enum with its members, or the one that this process has under the id."""

    def make() -> type:
        namespace: Any = enum.EnumType.__prepare__(name, bases)
        namespace |= {"__module__": module, "__qualname__": qualname, "__doc__": doc}
        if contents is None:
            for member, value in members:
                namespace[member] = enum.member(value)  # also a function, which else were a method
        else:
            # The user's `__new__` made these members; what it made of each value is in `contents`.
            namespace["__init__"] = _init_nothing
            namespace["__new__"] = partial(_new_member, contents, [value for _, value in members])
            for index, (member, _) in enumerate(members):
                namespace[member] = index
        new: Any = enum.EnumType.__new__
        options: dict[str, Any] = {} if boundary is None else {"boundary": enum.FlagBoundary[boundary]}
        made: type = new(metaclass, name, bases, namespace, **options)
        if contents is not None:
            type.__delattr__(made, "__init__")
        return made

    return remembered(ident, make)


def _init_nothing(self: object, *_: object) -> None:
    """In place of the user's `__init__`, whose work on the members travels."""


def _new_member(contents: list[Any], values: list[Any], cls: type, index: int) -> Any:
    base: Any = built_in_base(cls)
    member: Any = object.__new__(cls) if base is object else base.__new__(cls, contents[index])
    member._value_ = values[index]
    return member


def set_enum_state(cls: Any, state: dict[str, Any]) -> None:
    """The user's methods, and what `__init__` had set on the members."""
    if is_own(cls):
        return
    for name, value in state["attributes"].items():
        type.__setattr__(cls, name, value)
    for name, attributes in state["members"].items():
        vars(cls.__members__[name]).update(attributes)


# --- typed dicts


def _reduce_typed_dict(cls: Any) -> Reduced:
    annotations = light_annotations(annotations_of(cls))
    keys = (sorted(cls.__required_keys__), sorted(cls.__optional_keys__))
    return make_typed_dict, (
        cls.__name__,
        annotations,
        cls.__total__,
        *keys,
        cls.__module__,
        cls.__qualname__,
        class_id(cls),
    )


def make_typed_dict(
    name: str,
    annotations: dict[str, Any],
    total: bool,
    required: list[str],
    optional: list[str],
    module: str,
    qualname: str,
    ident: str,
) -> type:
    """A typed dict, or the one that this process has under the id."""

    def make() -> type:
        made: Any = typing.TypedDict(name, dict.fromkeys(annotations, object), total=total)  # type: ignore[misc]
        made.__annotations__ = annotations
        made.__required_keys__, made.__optional_keys__ = frozenset(required), frozenset(optional)
        made.__module__, made.__qualname__ = module, qualname
        cls: type = made
        return cls

    return remembered(ident, make)
