"""Classes in parts: how a class that the far end cannot import is taken apart here and put together there.

The far end makes an empty class of the same metaclass and bases, quietly (`quiet_class.py`), and then sets its attributes. What the
standard library *generated* on a class is no source of the user's; it is generated again there: dataclasses, named tuples, enums, typed
dicts and protocols each have their own two functions.

A class has an id (`module:qualname#digest`), by which the far end knows it again in a later shipment: instances of one are instances
of the other. The digest tells two definitions of a name (a notebook's cell that ran twice) apart.
"""

from __future__ import annotations

import abc
import collections
import dataclasses
import enum
import hashlib
import threading
import types
import typing
import weakref
from functools import partial
from typing import Any

from tabswarm.shipping.class_registry import SHIPPED, built_in_base, plain_value
from tabswarm.shipping.function_parts import annotations_of, light_annotation, light_annotations
from tabswarm.shipping.quiet_class import quiet_class

Reduced = tuple[Any, ...]

_LOCK = threading.RLock()
_IDS: weakref.WeakKeyDictionary[type, str] = weakref.WeakKeyDictionary()
_CLASSES: weakref.WeakValueDictionary[str, type] = weakref.WeakValueDictionary()
_OWN: weakref.WeakSet[type] = weakref.WeakSet()

_REMADE = frozenset(
    (
        *("__dict__", "__weakref__", "__module__", "__qualname__", "__doc__", "__slots__", "__orig_bases__", "_abc_impl"),
        *("__annotations__", "__annotate__", "__annotate_func__", "__annotations_cache__", "__classdictcell__"),
        *("__static_attributes__", "__firstlineno__", "__protocol_attrs__", "__callable_proto_members_only__"),
        *("__non_callable_proto_members__", "__parameters__"),
    )
)
_STANDARD_MAKERS = ("typing", "dataclasses", "enum", "collections", "abc", "functools", "reprlib")


# --- ids


def class_id(cls: type) -> str:
    """The id of a class of this process, given when it is first shipped."""
    with _LOCK:
        known = _IDS.get(cls)
        if known is None:
            stem = f"{cls.__module__}:{cls.__qualname__}#{_digest(cls)}"
            known, twins = stem, 1
            while known in _CLASSES:  # the same text made several classes, perhaps over different closures
                twins += 1
                known = f"{stem}.{twins}"
            _IDS[cls] = known
            _CLASSES[known] = cls
            _OWN.add(cls)
        SHIPPED.add(cls, known)
        return known


def _digest(cls: type) -> str:
    text = repr([(name, _sketch(value)) for name, value in sorted(vars(cls).items()) if name not in _REMADE])
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()


def _sketch(value: object) -> object:
    if isinstance(value, classmethod | staticmethod):
        value = value.__func__
    if isinstance(value, types.FunctionType):
        return _code_sketch(value.__code__)
    return value if type(value) in (int, str, float, bool, bytes) else type(value).__qualname__


def _code_sketch(code: types.CodeType) -> object:
    consts = [_code_sketch(c) if isinstance(c, types.CodeType) else repr(c) for c in code.co_consts if type(c) is not frozenset]
    return code.co_code, code.co_names, consts


def _remembered(ident: str, make: Any) -> type:
    """The class of an id, made where this process does not have it."""
    with _LOCK:
        cls = _CLASSES.get(ident)
        if cls is None:
            cls = make()
            assert cls is not None
            _CLASSES[ident] = cls
            _IDS[cls] = ident
        SHIPPED.add(cls, ident)
        return cls


# --- any class


def reduce_class(cls: type) -> Reduced:
    """A class as pickle's six-part reduction."""
    special = _SPECIAL.get(_kind(cls))
    if special is not None:
        return special(cls)
    namespace: dict[str, Any] = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
    own = vars(cls)
    if "__slots__" in own:
        slots = own["__slots__"]
        namespace["__slots__"] = slots if isinstance(slots, str) else tuple(slots)
    if "__orig_bases__" in own:
        namespace["__orig_bases__"] = own["__orig_bases__"]
    protocol = bool(own.get("_is_protocol"))
    if protocol:
        # The metaclass notes the names of a protocol's members when the class is made.
        namespace |= {name: None for name in own if not name.startswith("_abc_") and name not in _REMADE}
        for name in ("_is_protocol", "__init__", "__subclasshook__", "_is_runtime_protocol", "__abstractmethods__"):
            namespace.pop(name, None)
    state: dict[str, Any] = {
        "attributes": {name: value for name, value in own.items() if _travels(cls, name, value)},
        "annotations": light_annotations(annotations_of(cls)),
        "registered": _registered(cls),
        "runtime_protocol": bool(protocol and own.get("_is_runtime_protocol")),
    }
    if dataclasses.is_dataclass(cls) and "__dataclass_fields__" in own:
        _describe_dataclass(cls, state)
    if protocol:
        namespace["__annotations__"] = state["annotations"]
    return make_class, (type(cls), cls.__name__, cls.__bases__, namespace, class_id(cls)), state, None, None, set_class_state


def _kind(cls: type) -> str:
    if isinstance(cls, enum.EnumType):
        return "enum"
    if type(cls).__name__ == "_TypedDictMeta" and type(cls).__module__ == "typing":
        return "typed dict"
    if cls.__bases__ == (tuple,) and "_field_defaults" in vars(cls) and "_make" in vars(cls):
        return "named tuple"
    return "class"


def _travels(cls: type, name: str, value: object) -> bool:
    if name in _REMADE or isinstance(value, types.MemberDescriptorType | types.GetSetDescriptorType):
        return False
    if "_is_protocol" in vars(cls) and name in ("__init__", "__subclasshook__") and _is_made_by(value, ("typing",)):
        return False
    if vars(cls).get("_is_protocol") and name in ("_is_protocol", "_is_runtime_protocol"):
        return False
    if "__dataclass_fields__" in vars(cls):
        if name in ("__dataclass_fields__", "__dataclass_params__", "__match_args__") or name in _own_fields(cls):
            return False
        return not (_is_generated(value) or name == "__hash__" and value is None)
    return True


def _function_of(value: object) -> object:
    value = getattr(value, "__func__", value)
    return getattr(value, "__wrapped__", value)


def _is_made_by(value: object, modules: tuple[str, ...]) -> bool:
    function = getattr(value, "__func__", value)
    return getattr(getattr(function, "__globals__", None), "get", lambda _: None)("__name__") in modules


def _is_generated(value: object) -> bool:
    """Whether `dataclasses` made the function, from text of its own."""
    function = _function_of(value)
    if not isinstance(function, types.FunctionType):
        return False
    return function.__code__.co_filename == "<string>" or _is_made_by(function, ("dataclasses",))


def _registered(cls: type) -> list[type]:
    if not isinstance(cls, abc.ABCMeta):
        return []
    references = abc._get_dump(cls)[0]  # type: ignore[attr-defined]
    return [found for reference in references if (found := reference()) is not None]


def make_class(metaclass: type, name: str, bases: tuple[type, ...], namespace: dict[str, Any], ident: str) -> type:
    """The empty class, or the one that this process has under the id."""
    return _remembered(ident, lambda: quiet_class(metaclass, name, bases, namespace))


def set_class_state(cls: Any, state: dict[str, Any]) -> None:
    """Fill a class. One that was loaded before is filled again: its attributes may have changed in the driver since."""
    if cls in _OWN:
        return
    for name, value in state["attributes"].items():
        type.__setattr__(cls, name, value)
    if state["annotations"] and "dataclass" not in state:
        _annotate(cls, state["annotations"])
    for registered in state["registered"]:
        cls.register(registered)
    if state["runtime_protocol"]:
        typing.runtime_checkable(cls)
    if "dataclass" in state:
        _decorate_dataclass(cls, state["dataclass"])
        _annotate(cls, state["annotations"])


def _annotate(cls: type, annotations: dict[str, Any]) -> None:
    type.__setattr__(cls, "__annotations__", annotations)


# --- dataclasses: the undecorated class and its fields; decorated again


def _own_fields(cls: type) -> list[str]:
    annotated = set(annotations_of(cls))
    fields: dict[str, Any] = cls.__dict__["__dataclass_fields__"]
    inherited = [getattr(base, "__dataclass_fields__", {}) for base in cls.__mro__[1:]]
    return [name for name in fields if name in annotated or not any(name in base for base in inherited)]


def _describe_dataclass(cls: type, state: dict[str, Any]) -> None:
    params = cls.__dict__["__dataclass_params__"]
    fields: dict[str, dataclasses.Field[Any]] = cls.__dict__["__dataclass_fields__"]
    described = []
    for name in _own_fields(cls):
        field = fields[name]
        options: dict[str, Any] = {}
        for option in ("default", "default_factory", "init", "repr", "hash", "compare", "kw_only"):
            value = getattr(field, option)
            if value is not dataclasses.MISSING:
                options[option] = value
        if field.metadata:
            options["metadata"] = dict(field.metadata)
        described.append((name, field._field_type.name, light_annotation(field.type), options))  # type: ignore[attr-defined]
    state["dataclass"] = {
        "params": {name: getattr(params, name) for name in ("init", "repr", "eq", "order", "unsafe_hash", "frozen")},
        "fields": described,
        "match_args": cls.__dict__.get("__match_args__"),
        "no_hash": cls.__dict__.get("__hash__", 0) is None,
    }


def _decorate_dataclass(cls: type, described: dict[str, Any]) -> None:
    if "__dataclass_fields__" in vars(cls):
        return
    # The descriptors of __slots__ would hide the defaults of fields from `dataclass`, so they step aside meanwhile.
    slots = {name: value for name, value in vars(cls).items() if isinstance(value, types.MemberDescriptorType)}
    for name in slots:
        type.__delattr__(cls, name)
    annotations: dict[str, Any] = {}
    for name, kind, annotation, options in described["fields"]:
        if kind == "_FIELD_CLASSVAR":
            annotations[name] = typing.ClassVar
            if "default" in options:
                type.__setattr__(cls, name, options["default"])
            continue
        annotations[name] = dataclasses.InitVar if kind == "_FIELD_INITVAR" else object
        type.__setattr__(cls, name, dataclasses.field(**options))
    _annotate(cls, annotations)
    dataclasses.dataclass(**described["params"], match_args=described["match_args"] is not None)(cls)
    for name, value in slots.items():
        type.__setattr__(cls, name, value)
    for name, kind, annotation, _ in described["fields"]:
        if kind == "_FIELD":
            cls.__dict__["__dataclass_fields__"][name].type = annotation
    if described["match_args"] is not None:
        type.__setattr__(cls, "__match_args__", described["match_args"])
    if described["no_hash"]:
        type.__setattr__(cls, "__hash__", None)


# --- named tuples: rebuilt from fields and defaults


def _reduce_named_tuple(cls: Any) -> Reduced:
    defaults = tuple(cls._field_defaults[name] for name in cls._fields if name in cls._field_defaults)
    plain = vars(collections.namedtuple(cls.__name__, cls._fields))
    attributes = {
        name: value
        for name, value in vars(cls).items()
        if name not in _REMADE
        and (name not in plain or isinstance(value, types.FunctionType) and not _is_made_by(value, _tuple_makers(cls)))
        and name not in ("_field_defaults", "__match_args__")
    }
    state = {
        "attributes": attributes,
        "annotations": light_annotations(annotations_of(cls)),
        "registered": [],
        "runtime_protocol": False,
    }
    arguments = (cls.__name__, cls._fields, defaults, cls.__module__, cls.__qualname__, cls.__doc__, class_id(cls))
    return make_named_tuple, arguments, state, None, None, set_class_state


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

    return _remembered(ident, make)


# --- enums: the members by value; neither the user's `__new__` nor `__init__` runs again


def _reduce_enum(cls: Any) -> Reduced:
    members = [(name, member._value_) for name, member in cls.__members__.items()]
    contents = None
    if isinstance(cls._new_member_, types.FunctionType) and not _is_made_by(cls._new_member_, ("enum",)):
        base = built_in_base(cls)
        contents = [None if base is object else plain_value(base, member) for member in cls.__members__.values()]
    own = vars(cls)
    attributes = {
        name: value
        for name, value in own.items()
        if name not in cls.__members__ and name not in _REMADE and _is_users_enum_attribute(name, value)
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
    function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
    if isinstance(function, types.FunctionType):
        return not _is_made_by(function, ("enum",))
    if name.startswith("__") and name.endswith("__") or name.startswith("_") and name.endswith("_"):
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
                namespace[member] = value
        else:
            # The user's `__new__` made these members; what it made of each value is in `contents`.
            namespace["__new__"] = partial(_new_member, contents, [value for _, value in members])
            for index, (member, _) in enumerate(members):
                namespace[member] = index
        options = {} if boundary is None else {"boundary": enum.FlagBoundary[boundary]}
        made: type = enum.EnumType.__new__(metaclass, name, bases, namespace, **options)  # type: ignore[type-var]
        return made

    return _remembered(ident, make)


def _new_member(contents: list[Any], values: list[Any], cls: type, index: int) -> Any:
    base = built_in_base(cls)
    member: Any = object.__new__(cls) if base is object else base.__new__(cls, contents[index])  # type: ignore[call-overload]
    member._value_ = values[index]
    return member


def set_enum_state(cls: Any, state: dict[str, Any]) -> None:
    """The user's methods, and what `__init__` had set on the members."""
    if cls in _OWN:
        return
    for name, value in state["attributes"].items():
        type.__setattr__(cls, name, value)
    for name, attributes in state["members"].items():
        vars(cls.__members__[name]).update(attributes)


# --- typed dicts


def _reduce_typed_dict(cls: Any) -> Reduced:
    annotations = light_annotations(annotations_of(cls))
    keys = (sorted(cls.__required_keys__), sorted(cls.__optional_keys__))
    return make_typed_dict, (cls.__name__, annotations, cls.__total__, *keys, cls.__module__, cls.__qualname__, class_id(cls))


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
        made: Any = typing.TypedDict(name, {key: object for key in annotations}, total=total)  # type: ignore[operator,misc]
        made.__annotations__ = annotations
        made.__required_keys__, made.__optional_keys__ = frozenset(required), frozenset(optional)
        made.__module__, made.__qualname__ = module, qualname
        cls: type = made
        return cls

    return _remembered(ident, make)


_SPECIAL = {"enum": _reduce_enum, "typed dict": _reduce_typed_dict, "named tuple": _reduce_named_tuple}
