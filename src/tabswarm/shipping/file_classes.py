"""The classes that a file of records names, found again in the program that reads it.

A class id holds a digest of the class's text, so that a notebook's two classes of one name are told apart. Between
programs, and between Pythons, the name has to do: an instance of `__main__:Point#...` comes back as the reading
program's own `Point`, where it has one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from tabswarm.shipping.class_registry import SHIPPED
from tabswarm.shipping.modules import is_local, travels_by_value


class KnowClasses:
    """Lets through the records of a partition; where it is loaded, the classes are known by the file's ids as well."""

    def __init__(self, classes: dict[str, type]) -> None:
        self.classes = classes

    def __call__(self, records: Iterator[Any]) -> Iterator[Any]:
        return records

    def __reduce__(self) -> tuple[Any, ...]:
        return _known, (list(self.classes.items()),)


def _known(classes: Iterable[tuple[str, type]]) -> KnowClasses:
    found = dict(classes)
    for class_id, cls in found.items():
        SHIPPED.know_as(cls, class_id)
    return KnowClasses(found)


def live_classes(class_ids: Iterable[str]) -> dict[str, type]:
    """Those of the classes that this program has, by the same name, in modules of its own that it has loaded.

    >>> live_classes(["subprocess:Popen", "nowhere:Thing#12"])
    {}
    """
    found: dict[str, type] = {}
    for class_id in class_ids:
        module, _, qualname = class_id.partition("#")[0].partition(":")
        if module not in sys.modules or not (travels_by_value(module) or is_local(module)):
            continue
        value: object = sys.modules[module]
        for name in qualname.split("."):
            value = vars(value).get(name) if hasattr(value, "__dict__") else None
        if isinstance(value, type) and (value.__module__, value.__qualname__) == (module, qualname):
            found[class_id] = value
    return found
