"""Making a class without running the user's code that watches classes being made.

A class that is rebuilt from its parts was made once already, in the driver: what its metaclass, its bases'
`__init_subclass__` and its descriptors' `__set_name__` did then is in its parts. Running them again, on a class that is
not filled yet, would do it twice or fail (an `__init_subclass__` with required arguments).
"""

from __future__ import annotations

import sys
import threading
from typing import Any

_LOCK = threading.Lock()


def quiet_class(metaclass: type, name: str, bases: tuple[type, ...], namespace: dict[str, object]) -> type:
    """A new class of the metaclass; only the standard library's own `__new__` and `__init_subclass__` run.

    >>> class Noisy:
    ...     def __init_subclass__(cls, *, level): raise AssertionError("ran")
    >>> quiet_class(type, "Silent", (Noisy,), {}).__bases__ == (Noisy,)
    True
    """
    maker = _standard_definer(metaclass, "__new__")
    initialiser = _standard_definer(metaclass, "__init__")
    with _LOCK:
        muted = _users_hooks(bases)
        hooks = [base.__dict__["__init_subclass__"] for base in muted]
        for base in muted:
            type.__setattr__(base, "__init_subclass__", classmethod(_standard_init_subclass))
        try:
            made: type = maker.__new__(metaclass, name, bases, namespace)
            initialiser.__init__(made, name, bases, namespace)
        finally:
            for base, hook in zip(muted, hooks, strict=True):
                type.__setattr__(base, "__init_subclass__", hook)
    return made


def _standard_definer(metaclass: type, method: str) -> Any:
    return next(kind for kind in metaclass.__mro__ if method in kind.__dict__ and _is_standard(kind))


def _users_hooks(bases: tuple[type, ...]) -> list[type]:
    seen: dict[type, None] = {}
    for base in bases:
        for kind in base.__mro__:
            if "__init_subclass__" in kind.__dict__ and not _is_standard(kind):
                seen[kind] = None
    return list(seen)


def _standard_init_subclass(cls: type) -> None:
    """Stands in for the users' hooks: goes on to the first one of the standard library (`Generic`, `Protocol`)."""
    for kind in cls.__mro__[1:]:
        if "__init_subclass__" in kind.__dict__ and _is_standard(kind):
            kind.__dict__["__init_subclass__"].__get__(None, cls)()
            return


def _is_standard(kind: type) -> bool:
    return kind.__module__.partition(".")[0] in sys.stdlib_module_names and kind.__module__ != "__main__"
