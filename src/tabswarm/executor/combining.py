"""Values put together by key in a plain dict: before a shuffle (map side) and after it.

The law: keys keep the order in which they were first seen, and values are put together in the order in which they come;
so map outputs read in map-partition order give the same result each time.

Functions that are plainly `a + b`, `min` or `max` run as that expression, without a call for each record. A compiled
lambda is recognised by its bytecode, which was made by this very Python. (`d[k] = d[k] + v`, never `+=`: a list that is
the first value of its key belongs to the user.)
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Iterable
from enum import Enum
from types import FunctionType
from typing import Any

Function = Callable[..., Any]


class Known(Enum):
    """A reducer that needs no call."""

    ADD = "add"
    MIN = "min"
    MAX = "max"


_ADD: Function = lambda a, b: a + b  # noqa: E731
_MIN: Function = lambda a, b: min(a, b)  # noqa: E731
_MAX: Function = lambda a, b: max(a, b)  # noqa: E731
_TEMPLATES = ((Known.ADD, _ADD), (Known.MIN, _MIN), (Known.MAX, _MAX))


def known_reducer(function: Function) -> Known | None:
    """What a reducer plainly is, or None.

    >>> known_reducer(lambda total, n: total + n), known_reducer(lambda a, b: b + a)
    (<Known.ADD: 'add'>, None)
    """
    if function is operator.add:
        return Known.ADD
    if function is min:
        return Known.MIN
    if function is max:
        return Known.MAX
    if type(function) is not FunctionType or function.__closure__:
        return None
    code = function.__code__
    for known, template in _TEMPLATES:
        same = template.__code__
        if (
            code.co_code == same.co_code
            and code.co_names == same.co_names
            and code.co_argcount == 2
            and code.co_flags == same.co_flags
            and all(_is_built_in(name, function) for name in code.co_names)
        ):
            return known
    return None


def _is_built_in(name: str, function: FunctionType) -> bool:
    built_in = vars(builtins)[name]
    return function.__globals__.get(name, built_in) is built_in


def reduce_by_key(pairs: Iterable[Any], function: Function) -> dict[Any, Any]:
    """The values of each key, put together by one function."""
    found: dict[Any, Any] = {}
    match known_reducer(function):
        case Known.ADD:
            for key, value in pairs:
                if key in found:
                    found[key] = found[key] + value
                else:
                    found[key] = value
        case Known.MIN:
            for key, value in pairs:
                if key not in found or value < found[key]:
                    found[key] = value
        case Known.MAX:
            for key, value in pairs:
                if key not in found or value > found[key]:
                    found[key] = value
        case None:
            for key, value in pairs:
                found[key] = function(found[key], value) if key in found else value
    return found


def combine_by_key(pairs: Iterable[Any], create: Function, merge_value: Function) -> dict[Any, Any]:
    """The values of each key, put together into a combiner that `create` makes of the first."""
    found: dict[Any, Any] = {}
    for key, value in pairs:
        found[key] = merge_value(found[key], value) if key in found else create(value)
    return found


def group_by_key(pairs: Iterable[Any]) -> dict[Any, list[Any]]:
    """All values of each key.

    >>> group_by_key([("a", 1), ("b", 2), ("a", 3)])
    {'a': [1, 3], 'b': [2]}
    """
    found: dict[Any, list[Any]] = {}
    for key, value in pairs:
        if key in found:
            found[key].append(value)
        else:
            found[key] = [value]
    return found


def join_groups(pairs: Iterable[Any]) -> dict[Any, list[Any]]:
    """All values of each key, from pairs of a key and a list of its values (the lists may be changed)."""
    found: dict[Any, list[Any]] = {}
    for key, values in pairs:
        if key in found:
            found[key] += values
        else:
            found[key] = values
    return found
