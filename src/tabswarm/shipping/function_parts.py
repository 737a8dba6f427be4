"""Functions in parts: what a function is besides its code, and how the far end puts it together again.

Cells are shared as they are in the driver, so that two closures over one variable still see each other's changes. A
function's globals are those of its module where the far end can import that; otherwise one dict for all functions of
one shipment, with the names they use.
"""

from __future__ import annotations

import builtins
import dis
import functools
import importlib
import inspect
import sys
import types
import typing
from collections.abc import Callable
from typing import Any

from tabswarm.shipping.missing_modules import Missing

_GLOBAL_OPS = frozenset(("LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL"))


# --- what the driver asks of a function


@functools.lru_cache(maxsize=4096)
def global_names(code: types.CodeType) -> tuple[str, ...]:
    """The global names that a code object and those inside it read or write, in order."""
    found: dict[str, None] = {}
    for instruction in dis.get_instructions(code):
        if instruction.opname in _GLOBAL_OPS:
            found[instruction.argval] = None
        elif instruction.opname == "LOAD_NAME":  # a class body inside a function
            found[instruction.argval] = None
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            found.update(dict.fromkeys(global_names(const)))
    return tuple(found)


@functools.lru_cache(maxsize=4096)
def all_names(code: types.CodeType) -> frozenset[str]:
    """All names, of attributes too, that a code object and those inside it use."""
    names = set(code.co_names)
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            names |= all_names(const)
    return frozenset(names)


def used_submodules(code: types.CodeType, values: list[object]) -> list[types.ModuleType]:
    """Submodules that code reaches through a package (`concurrent.futures` after `import concurrent.futures`)."""
    names = all_names(code)
    found = []
    for value in values:
        if isinstance(value, types.ModuleType) and hasattr(value, "__path__"):
            prefix = value.__name__ + "."
            modules: list[tuple[str, Any]] = [*sys.modules.items()]
            for name, module in modules:
                if name.startswith(prefix) and module is not None and names.issuperset(name[len(prefix) :].split(".")):
                    found.append(module)
    return found


def light_annotations(annotations: dict[str, Any]) -> dict[str, Any]:
    """Annotations that need nothing imported at the far end: built-in types stay, all others become text."""
    return {name: light_annotation(value) for name, value in annotations.items()}


def light_annotation(value: Any) -> Any:
    """An annotation as itself where it is text or built in, else as its text."""
    if (
        value is None
        or isinstance(value, str)
        or (isinstance(value, type) and getattr(builtins, value.__name__, 0) is value)
    ):
        return value
    try:
        return inspect.formatannotation(value)
    except Exception:
        return "typing.Any"


def annotations_of(obj: Any) -> dict[str, Any]:
    """An object's own annotations; those that cannot be evaluated (from 3.14 on they are lazy) count as none."""
    try:
        own = obj.__annotations__ if isinstance(obj, types.FunctionType) else inspect.get_annotations(obj)
    except Exception:
        return {}
    return dict(own)


# --- what the far end calls


def make_function(
    code: types.CodeType, names: dict[str, Any], name: str, cells: tuple[types.CellType, ...] | None
) -> types.FunctionType:
    """A function without its state yet, so that it may refer to itself."""
    names.setdefault("__builtins__", builtins)
    return types.FunctionType(code, names, name, None, cells)


def set_function_state(function: types.FunctionType, state: dict[str, Any]) -> None:
    """Give a function the rest: globals, the contents of its cells, defaults and attributes."""
    function.__globals__.update(state["globals"])
    for cell, content in state["cells"]:
        cell.cell_contents = content
    function.__defaults__ = state["defaults"]
    function.__kwdefaults__ = state["kwdefaults"]
    function.__module__ = state["module"]
    function.__qualname__ = state["qualname"]
    function.__dict__.update(state["dict"])
    if state["annotations"]:
        function.__annotations__ = state["annotations"]
    if "doc" in state:
        function.__doc__ = state["doc"]


def make_cell() -> types.CellType:
    """An empty cell."""
    return types.CellType()


def set_cell(cell: types.CellType, content: object) -> None:
    """Fill a cell that no shipped function fills."""
    cell.cell_contents = content


def import_module(name: str) -> Any:
    """A module by name; where the far end lacks it, what says so when the function comes to use it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        return Missing(error, name)


def module_globals(name: str) -> dict[str, Any]:
    """The globals of a module that the far end imports."""
    return vars(importlib.import_module(name))


def standard_stream(name: str) -> object:
    """`sys.stdout` and the like, the far end's own."""
    return getattr(sys, name)


def make_lru_cache(maxsize: int | None, typed: bool, function: Callable[..., Any]) -> Any:
    """An `lru_cache` round its inner function; what the driver cached stays there."""
    return functools.lru_cache(maxsize=maxsize, typed=typed)(function)


def make_cached_property(function: Callable[[Any], Any], name: str | None) -> functools.cached_property[Any]:
    """A `cached_property` under the name that its class gave it."""
    made = functools.cached_property(function)
    made.attrname = name
    return made


def make_singledispatch(function: Callable[..., Any]) -> Any:
    """A generic function with its default implementation."""
    return functools.singledispatch(function)


def set_singledispatch_state(function: Any, registered: list[tuple[type, Callable[..., Any]]]) -> None:
    """The implementations for the types."""
    for kind, implementation in registered:
        function.register(kind, implementation)


def make_singledispatchmethod(function: Any) -> functools.singledispatchmethod[Any]:
    """A generic method with its default implementation."""
    return functools.singledispatchmethod(function)


def set_singledispatchmethod_state(method: Any, registered: list[tuple[type, Callable[..., Any]]]) -> None:
    """The implementations for the types."""
    set_singledispatch_state(method.dispatcher, registered)


def set_attributes(obj: Any, state: dict[str, Any]) -> None:
    """Attributes that the user set on something rebuilt."""
    obj.__dict__.update(state)


def make_type_variable(kind: str, name: str, arguments: dict[str, Any], constraints: tuple[Any, ...]) -> Any:
    """A `TypeVar`, `ParamSpec` or `TypeVarTuple`; variance inferred by newer Pythons is left out on older ones."""
    if sys.version_info < (3, 12):
        arguments.pop("infer_variance", None)
    return getattr(typing, kind)(name, *constraints, **arguments)


_GENERIC: Any = functools.singledispatch(lambda value: value)
SINGLEDISPATCH_CODE: types.CodeType = _GENERIC.__code__
