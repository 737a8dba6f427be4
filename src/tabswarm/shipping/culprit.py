"""Names what cannot travel: the way from the function that was given to the lock, socket or file inside it.

Runs only after a shipment failed, so it may try each part on its own: `lambda at job.py:12 -> closure variable `guard`
-> lock`.
"""

from __future__ import annotations

import functools
import io
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tabswarm.errors import NotShippable, NoUsableSource, TabswarmError
from tabswarm.shipping.code_pickler import CodePickler
from tabswarm.shipping.function_parts import global_names
from tabswarm.shipping.modules import travels_by_value
from tabswarm.shipping.source_capture import describe_code

_DEEPEST = 30
_HEAP_TYPE = 1 << 9
"""Py_TPFLAGS_HEAPTYPE: made by a class statement; what a type of C has inside tells nobody anything."""


def name_culprit(
    value: object, what: str, error: Exception, root_folder: Path | None, allow_bytecode: bool
) -> NotShippable:
    """The error for a value that could not be written."""

    def failure(part: object) -> Exception | None:
        try:
            CodePickler(io.BytesIO(), root_folder=root_folder, allow_bytecode=allow_bytecode).dump(part)
        except Exception as problem:
            return problem
        return None

    steps = [_describe(value, root_folder)]
    seen: set[int] = set()
    offender, reason = value, error
    while len(steps) < _DEEPEST and id(offender) not in seen:
        seen.add(id(offender))
        for step, part in _parts(offender):
            problem = failure(part)
            if problem is not None and id(part) not in seen:
                steps.append(step)
                offender, reason = part, problem
                break
        else:
            break
    if isinstance(reason, NoUsableSource):
        return NoUsableSource(str(reason) if len(steps) == 1 else f"{' -> '.join(steps)}: {reason}")
    if len(steps) > 1 or not isinstance(offender, types.FunctionType):
        steps.append(type(offender).__name__)
    path = " -> ".join(steps)
    text = str(reason) if isinstance(reason, TabswarmError) else f"{reason} ({type(reason).__name__})"
    if isinstance(reason, RecursionError):
        text = "it is nested too deeply"
    kind = type(reason) if isinstance(reason, NotShippable) else NotShippable
    return kind(
        f"the {what} cannot travel to a volunteer: {path}: {text}. Make it inside the function, or pass plain data"
    )


def name_heaviest(value: object, root_folder: Path | None) -> str:
    """Which variable makes a function heavy: ``closure variable `table` (a list of 3.0 MB)``; empty where none does."""

    def weight(part: object) -> int:
        file = io.BytesIO()
        try:
            CodePickler(file, root_folder=root_folder, allow_bytecode=True).dump(part)
        except Exception:
            return 0  # it travels as a part of the whole only
        return file.tell()

    steps: list[str] = []
    whole, heaviest, part_weight = weight(value), value, 0
    while len(steps) < _DEEPEST and isinstance(heaviest, _CARRIERS):
        weighed = [(weight(part), step, part) for step, part in _parts(heaviest)]
        part_weight, step, part = max(weighed, key=lambda each: each[0], default=(0, "", None))
        if part_weight < whole / 2:
            break
        steps.append(step)
        heaviest = part
    return f"{' -> '.join(steps)} (a {type(heaviest).__name__} of {part_weight / 1e6:.1f} MB)" if steps else ""


_CARRIERS = (types.FunctionType, types.MethodType, functools.partial, types.CellType)
"""What a variable is looked for in; in data it is the data as a whole that is heavy."""


def _describe(value: object, root_folder: Path | None) -> str:
    value = getattr(value, "__func__", value)
    if isinstance(value, types.FunctionType):
        return describe_code(value.__code__, root_folder)
    if isinstance(value, type):
        return f"class `{value.__qualname__}`"
    return f"a value of type {type(value).__qualname__}"


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, io.IOBase | types.ModuleType):
        return  # it is itself what cannot travel, whatever it is made of
    if isinstance(value, types.FunctionType):
        yield from _parts_of_function(value)
    elif isinstance(value, types.MethodType):
        yield "its instance", value.__self__
        yield f"method `{value.__func__.__qualname__}`", value.__func__
    elif isinstance(value, functools.partial):
        yield "the function of a partial", value.func
        yield from ((f"argument {index} of a partial", item) for index, item in enumerate(value.args))
        yield from ((f"argument `{name}` of a partial", item) for name, item in value.keywords.items())
    elif isinstance(value, types.CellType):
        try:
            yield "content", value.cell_contents
        except ValueError:
            return
    elif isinstance(value, type):
        if travels_by_value(value.__module__):
            yield from ((f"attribute `{name}`", item) for name, item in vars(value).items() if name[:2] != "__")
            yield from ((f"attribute `{name}`", item) for name, item in vars(value).items() if callable(item))
            yield from ((f"base `{base.__qualname__}`", base) for base in value.__bases__)
    elif isinstance(value, dict):
        yield from ((f"[{key!r:.60}]", item) for key, item in value.items())
        yield from ((f"key {key!r:.60}", key) for key in value)
    elif isinstance(value, list | tuple):
        yield from ((f"[{index}]", item) for index, item in enumerate(value))
    elif isinstance(value, set | frozenset):
        yield from (("a member", item) for item in value)
    else:
        yield from _parts_of_instance(value)


def _parts_of_function(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield f"closure variable `{name}`", cell.cell_contents
        except ValueError:
            continue
    if travels_by_value(str(function.__globals__.get("__name__"))):
        for name in global_names(function.__code__):
            if name in function.__globals__:
                yield f"global `{name}`", function.__globals__[name]
    for index, default in enumerate(function.__defaults__ or ()):
        yield f"default of argument {index}", default
    for name, default in (function.__kwdefaults__ or {}).items():
        yield f"default of argument `{name}`", default
    for name, value in function.__dict__.items():
        yield f"attribute `{name}`", value


def _parts_of_instance(value: Any) -> Iterator[tuple[str, Any]]:
    state = getattr(value, "__dict__", None)
    if isinstance(state, dict):
        yield from ((f"attribute `{name}`", item) for name, item in state.items())
    for kind in type(value).__mro__:
        for name, slot in vars(kind).items():
            if isinstance(slot, types.MemberDescriptorType) and kind.__flags__ & _HEAP_TYPE and name[:2] != "__":
                try:
                    yield f"attribute `{name}`", slot.__get__(value)
                except AttributeError:
                    continue
    yield f"class `{type(value).__qualname__}`", type(value)
