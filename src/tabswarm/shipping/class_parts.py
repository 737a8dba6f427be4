"""Classes in parts: how a class that the far end cannot import is taken apart here and put together there.

The far end makes an empty class of the same metaclass and bases, quietly (`quiet_class.py`), and then sets its
attributes. What the standard library *generated* on a class is no source of the user's; it is generated again there:
dataclasses, named tuples, enums, typed dicts and protocols each have their own two functions.

Here are plain classes, ABCs, generics, protocols and dataclasses; `generated_classes.py` has the others.
"""

from __future__ import annotations

import abc
import dataclasses
import types
import typing
from typing import Any

from tabswarm.shipping.class_ids import MADE_BY_PYTHON, class_id, is_own, remembered
from tabswarm.shipping.function_parts import annotations_of, light_annotation, light_annotations
from tabswarm.shipping.generated_classes import annotate, is_made_by, reduce_generated
from tabswarm.shipping.quiet_class import quiet_class

Reduced = tuple[Any, ...]


def reduce_class(cls: type) -> Reduced:
    """A class as pickle's six-part reduction."""
    special = reduce_generated(cls)
    if special is not None:
        return special
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
        namespace |= {name: None for name in own if not name.startswith("_abc_") and name not in MADE_BY_PYTHON}
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
    return (
        make_class,
        (type(cls), cls.__name__, cls.__bases__, namespace, class_id(cls)),
        state,
        None,
        None,
        set_class_state,
    )


def _travels(cls: type, name: str, value: object) -> bool:
    if name in MADE_BY_PYTHON or isinstance(value, types.MemberDescriptorType | types.GetSetDescriptorType):
        return False
    if name in getattr(cls, "__driver_only__", ()):  # a CustomRDD's methods that build the RDD may name other RDDs
        return False
    if "_is_protocol" in vars(cls) and name in ("__init__", "__subclasshook__") and is_made_by(value, ("typing",)):
        return False
    if vars(cls).get("_is_protocol") and name in ("_is_protocol", "_is_runtime_protocol"):
        return False
    if "__dataclass_fields__" in vars(cls):
        if name in ("__dataclass_fields__", "__dataclass_params__", "__match_args__") or name in _own_fields(cls):
            return False
        return not (_is_generated(value) or (name == "__hash__" and value is None))
    return True


def _function_of(value: object) -> object:
    value = getattr(value, "__func__", value)
    return getattr(value, "__wrapped__", value)


def _is_generated(value: object) -> bool:
    """Whether `dataclasses` made the function, from text of its own."""
    function = _function_of(value)
    if not isinstance(function, types.FunctionType):
        return False
    # `<string>` is also what `python -c` and `exec` call the user's own text.
    made = function.__code__.co_filename == "<string>" and function.__code__.co_qualname.startswith("__create_fn__.")
    return made or is_made_by(function, ("dataclasses",))


def _registered(cls: type) -> list[type]:
    if not isinstance(cls, abc.ABCMeta):
        return []
    references = abc._get_dump(cls)[0]  # type: ignore[attr-defined]
    return [found for reference in references if (found := reference()) is not None]


def make_class(metaclass: type, name: str, bases: tuple[type, ...], namespace: dict[str, Any], ident: str) -> type:
    """The empty class, or the one that this process has under the id."""
    return remembered(ident, lambda: quiet_class(metaclass, name, bases, namespace))


def set_class_state(cls: Any, state: dict[str, Any]) -> None:
    """Fill a class. One that was loaded before is filled again: its attributes may have changed in the driver since."""
    if is_own(cls):
        return
    for name, value in state["attributes"].items():
        type.__setattr__(cls, name, value)
    if state["annotations"] and "dataclass" not in state:
        annotate(cls, state["annotations"])
    for registered in state["registered"]:
        cls.register(registered)
    if state["runtime_protocol"]:
        typing.runtime_checkable(cls)
    if "dataclass" in state:
        _decorate_dataclass(cls, state["dataclass"])
        annotate(cls, state["annotations"])


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
    for name, kind, _, options in described["fields"]:
        if kind == "_FIELD_CLASSVAR":
            annotations[name] = typing.ClassVar
            if "default" in options:
                type.__setattr__(cls, name, options["default"])
            continue
        annotations[name] = dataclasses.InitVar if kind == "_FIELD_INITVAR" else object
        type.__setattr__(cls, name, dataclasses.field(**options))
    annotate(cls, annotations)
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
