"""The ids of classes that travel in parts, by which the far end knows a class again in a later shipment.

An id is `module:qualname#digest`. The digest tells two definitions of one name apart (a notebook's cell that ran twice
with other text); a number after it tells classes of one text (a class statement in a function that was called twice).
"""

from __future__ import annotations

import hashlib
import threading
import types
import weakref
from collections.abc import Callable

from tabswarm.shipping.class_registry import SHIPPED

_LOCK = threading.RLock()
_IDS: weakref.WeakKeyDictionary[type, str] = weakref.WeakKeyDictionary()
_CLASSES: weakref.WeakValueDictionary[str, type] = weakref.WeakValueDictionary()
_OWN: weakref.WeakSet[type] = weakref.WeakSet()

MADE_BY_PYTHON = frozenset(
    (
        *(
            "__dict__",
            "__weakref__",
            "__module__",
            "__qualname__",
            "__doc__",
            "__slots__",
            "__orig_bases__",
            "_abc_impl",
        ),
        *("__annotations__", "__annotate__", "__annotate_func__", "__annotations_cache__", "__classdictcell__"),
        *("__static_attributes__", "__firstlineno__", "__protocol_attrs__", "__callable_proto_members_only__"),
        *("__non_callable_proto_members__", "__parameters__"),
    )
)
"""Attributes that a class gets when it is made; some differ between Pythons."""


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
    text = repr([(name, _sketch(value)) for name, value in sorted(vars(cls).items()) if name not in MADE_BY_PYTHON])
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()


def _sketch(value: object) -> object:
    if isinstance(value, classmethod | staticmethod):
        value = value.__func__
    if isinstance(value, types.FunctionType):
        return _code_sketch(value.__code__)
    return value if type(value) in (int, str, float, bool, bytes) else type(value).__qualname__


def _code_sketch(code: types.CodeType) -> object:
    consts = [
        _code_sketch(c) if isinstance(c, types.CodeType) else repr(c)
        for c in code.co_consts
        if type(c) is not frozenset
    ]
    return code.co_code, code.co_names, consts


def remembered(ident: str, make: Callable[[], type]) -> type:
    """The class of an id, made where this process does not have it."""
    with _LOCK:
        cls = _CLASSES.get(ident)
        if cls is None:
            cls = make()
            _CLASSES[ident] = cls
            _IDS[cls] = ident
        SHIPPED.add(cls, ident)
        return cls


def is_own(cls: type) -> bool:
    """Whether the class was shipped from this process: then it needs no filling (driver and worker are one process)."""
    return cls in _OWN
