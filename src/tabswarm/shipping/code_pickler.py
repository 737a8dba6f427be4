"""Writes any value of the driver's, with the code in it reduced to source.

cloudpickle knows how most things are taken apart; what it would send as bytecode, or what the standard library
generated, is done here (`function_parts.py`, `class_parts.py`). While it writes it notes what the far end will need:
texts, local modules, handles.
"""

from __future__ import annotations

import functools
import importlib.util
import io
import marshal
import platform
import struct
import sys
import types
import typing
from collections.abc import Collection
from pathlib import Path
from typing import Any

import cloudpickle

from tabswarm.errors import NotShippable, NoUsableSource
from tabswarm.shipping import function_parts as parts
from tabswarm.shipping.blob import Bytecode, CodeSource, SourceText
from tabswarm.shipping.class_ids import class_id
from tabswarm.shipping.class_parts import reduce_class
from tabswarm.shipping.class_registry import SHIPPED, default_id
from tabswarm.shipping.modules import imports_of, imports_of_code, is_local, travels_by_value
from tabswarm.shipping.source_capture import Captured, capture, describe_code, shown_path

import msgspec  # isort: skip


def code_at(index: int) -> types.CodeType:
    """Stands in a payload for the code object of an index; only the code reader, which has the table, can answer."""
    raise NotShippable(f"code {index} of a shipped value can only be read by the code reader")


class CodePickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Writes one value; afterwards its attributes say what belongs to it.

    `without_source` says of the first code that goes as bytecode why it does; empty where all goes as source.
    """

    def __init__(self, file: io.BytesIO, *, root_folder: Path | None, allow_bytecode: bool) -> None:
        super().__init__(file, protocol=5)
        self.texts: list[SourceText] = []
        self.codes: list[CodeSource | Bytecode] = []
        self.modules: dict[str, None] = {}
        self.handles: dict[str, None] = {}
        self.classes: dict[str, None] = {}
        self.without_source = ""
        self._root_folder = root_folder
        self._allow_bytecode = allow_bytecode
        self._text_index: dict[SourceText, int] = {}
        self._captured: dict[types.CodeType, tuple[int, types.CodeType]] = {}
        self._globals: dict[int, Any] = {}
        self._cells_with_function: dict[int, types.CellType] = {}
        self._kept: list[object] = []  # pickle remembers by id, so what is made here must outlive the writing

    def reducer_override(self, obj: Any) -> Any:
        """Called by the C pickler for whatever is not a literal."""
        kind = type(obj)
        if kind is types.FunctionType:
            return self._function(obj)
        if isinstance(obj, type):
            return self._class(obj)
        if kind is _CodeReference:
            return code_at, (obj.index,)
        rule = _RULES.get(kind)
        if rule is not None:
            return rule(self, obj)
        if kind.__module__ == "builtins":
            return super().reducer_override(obj)
        refusal = getattr(kind, "__not_shippable__", None)
        if refusal is not None:
            raise NotShippable(str(refusal))
        handle = getattr(kind, "__shipped_handle__", None)
        if handle is not None:
            self.handles[handle(obj)] = None
        if isinstance(obj, io.IOBase) and not isinstance(obj, io.BytesIO | io.StringIO):
            return self._stream(obj)
        return super().reducer_override(obj)

    # --- functions

    def _function(self, function: types.FunctionType) -> Any:
        if self._by_reference(function):
            return NotImplemented
        if function.__code__ is parts.SINGLEDISPATCH_CODE:
            return self._singledispatch(function)
        reference, code = self._code(function)
        names = self._globals_of(function)
        cells = function.__closure__ or ()
        contents = []
        for cell in cells:
            if id(cell) not in self._cells_with_function:
                self._cells_with_function[id(cell)] = cell
                try:
                    contents.append((cell, cell.cell_contents))
                except ValueError:
                    continue  # still empty
        used: dict[str, Any] = {}
        if isinstance(names, dict):
            used = {
                name: function.__globals__[name] for name in parts.global_names(code) if name in function.__globals__
            }
            if "__file__" in used:
                used["__file__"] = shown_path(str(used["__file__"]), self._root_folder)
        state = {
            "globals": used,
            "cells": contents,
            "defaults": function.__defaults__,
            "kwdefaults": function.__kwdefaults__,
            "module": function.__module__,
            "qualname": function.__qualname__,
            "dict": function.__dict__,
            "annotations": parts.light_annotations(parts.annotations_of(function)),
            "submodules": parts.used_submodules(code, [*used.values(), *(content for _, content in contents)]),
        }
        if not (code.co_consts and code.co_consts[0] == function.__doc__):
            state["doc"] = function.__doc__
        made_from = (reference, names, function.__name__, function.__closure__)
        return parts.make_function, made_from, state, None, None, parts.set_function_state

    def _code(self, function: types.FunctionType) -> tuple[_CodeReference, types.CodeType]:
        live = function.__code__
        known = self._captured.get(live)
        if known is None:
            try:
                captured = capture(live, function.__globals__, self._root_folder)
            except NoUsableSource as error:
                if not self._allow_bytecode:
                    raise
                self.without_source = self.without_source or str(error)
                known = self._add(self._bytecode(live)), live
                for name in imports_of_code(live, function.__globals__.get("__package__") or ""):
                    self.need_module(name)
            else:
                known = self._add(self._placed(captured)), captured.code
                package = function.__globals__.get("__package__") or ""
                for name in imports_of(captured.node, package):
                    self.need_module(name)
            self._captured[live] = known
        reference = _CodeReference(known[0])
        self._kept.append(reference)
        return reference, known[1]

    def _add(self, code: CodeSource | Bytecode) -> int:
        self.codes.append(code)
        return len(self.codes) - 1

    def _placed(self, captured: Captured) -> CodeSource:
        index = self._text_index.get(captured.text)
        if index is None:
            index = self._text_index[captured.text] = len(self.texts)
            self.texts.append(captured.text)
        return msgspec.structs.replace(captured.source, text=index)

    def _bytecode(self, code: types.CodeType) -> Bytecode:
        shown = _with_filename(code, shown_path(code.co_filename, self._root_folder))
        return Bytecode(platform.python_version(), importlib.util.MAGIC_NUMBER, code.co_qualname, marshal.dumps(shown))

    def _globals_of(self, function: types.FunctionType) -> Any:
        """The dict that the function will share with its neighbours, or what stands for its module's own."""
        names = function.__globals__
        known = self._globals.get(id(names))
        if known is None:
            module = names.get("__name__")
            if isinstance(module, str) and not travels_by_value(module) and vars(sys.modules[module]) is names:
                self.need_module(module)
                known = _ModuleGlobals(module)
            else:
                known = {name: names[name] for name in ("__name__", "__package__") if name in names}
            self._globals[id(names)] = known
            self._kept.append(names)
        return known

    def _singledispatch(self, function: Any) -> Any:
        registered = [
            (kind, implementation) for kind, implementation in function.registry.items() if kind is not object
        ]
        default = function.registry[object]
        return parts.make_singledispatch, (default,), registered, None, None, parts.set_singledispatch_state

    def _singledispatchmethod(self, method: Any) -> Any:
        registry = method.dispatcher.registry
        registered = [(kind, implementation) for kind, implementation in registry.items() if kind is not object]
        state_setter = parts.set_singledispatchmethod_state
        return parts.make_singledispatchmethod, (method.func,), registered, None, None, state_setter

    def _lru_cache(self, cached: Any) -> Any:
        if self._by_reference(cached):
            return cached.__qualname__
        options = cached.cache_parameters()
        state = {name: value for name, value in vars(cached).items() if name not in _NOT_OF_A_CACHE}
        arguments = (options["maxsize"], options["typed"], cached.__wrapped__)
        return parts.make_lru_cache, arguments, state, None, None, parts.set_attributes

    def _cached_property(self, cached: Any) -> Any:
        return parts.make_cached_property, (cached.func, cached.attrname)

    def _cell(self, cell: types.CellType) -> Any:
        if id(cell) in self._cells_with_function:
            return parts.make_cell, ()
        try:
            return parts.make_cell, (), cell.cell_contents, None, None, parts.set_cell
        except ValueError:
            return parts.make_cell, ()

    # --- classes, modules, and what else is known by name

    def _class(self, cls: type) -> Any:
        if cls.__module__ == "builtins" or (cls.__module__ == "types" and not cls.__flags__ & _HEAP_TYPE):
            return super().reducer_override(cls)
        if self._by_reference(cls):
            return NotImplemented
        reduced = reduce_class(cls)
        self.classes[SHIPPED.id_of(cls) or ""] = None
        return reduced

    def _by_reference(self, obj: Any) -> bool:
        """Whether the far end finds the object by importing its module; the module is noted."""
        module_name = getattr(obj, "__module__", None)
        qualname = getattr(obj, "__qualname__", None)
        if not isinstance(module_name, str) or not isinstance(qualname, str) or travels_by_value(module_name):
            return False
        found: Any = sys.modules[module_name]
        for name in qualname.split("."):
            found = getattr(found, name, None)
        if found is not obj:
            return False
        self.need_module(module_name)
        return True

    def _builtin(self, function: types.BuiltinFunctionType) -> Any:
        owner = getattr(function, "__self__", None)
        if isinstance(owner, types.ModuleType):
            self.need_module(owner.__name__)
        return NotImplemented

    def _module(self, module: types.ModuleType) -> Any:
        name = module.__name__
        if travels_by_value(name):
            if name in sys.modules and getattr(module, "__file__", None):
                raise NotShippable(
                    f"the module {name} itself: only this process has it. Refer to the names in it instead"
                )
            return super().reducer_override(module)
        self.need_module(name)
        return parts.import_module, (name,)

    def need_module(self, name: str) -> None:
        """Note a module that the far end will import, where it is a local one."""
        if name and name not in self.modules and is_local(name):
            self.modules[name] = None

    def _stream(self, stream: io.IOBase) -> Any:
        for name in ("stdout", "stderr", "stdin"):
            if stream is getattr(sys, name) or stream is getattr(sys, f"__{name}__"):
                return parts.standard_stream, (name,)
        raise TypeError(f"an open file cannot travel ({getattr(stream, 'name', '')}): open it inside the function")

    def _type_variable(self, variable: Any) -> Any:
        module, name = str(variable.__module__), str(variable.__name__)
        if not travels_by_value(module) and vars(sys.modules[module]).get(name) is variable:
            self.need_module(module)
            return getattr, (sys.modules[module], name)
        kind = type(variable).__name__
        arguments: dict[str, Any] = {}
        constraints: tuple[Any, ...] = ()
        if kind != "TypeVarTuple":
            arguments["bound"] = parts.light_annotation(variable.__bound__)
            arguments |= {each: True for each in ("covariant", "contravariant") if getattr(variable, f"__{each}__")}
        if kind == "TypeVar":
            constraints = tuple(parts.light_annotation(each) for each in variable.__constraints__)
            if getattr(variable, "__infer_variance__", False):
                arguments["infer_variance"] = True
        return parts.make_type_variable, (kind, name, arguments, constraints)

    def _bare_code(self, code: types.CodeType) -> Any:
        """A code object that is a value of the program's, and no function's: what is round it is unknown."""
        reason = f"{describe_code(code, self._root_folder)} is a bare code object, whose source cannot be told"
        if not self._allow_bytecode:
            raise NoUsableSource(reason)
        self.without_source = self.without_source or reason
        return code_at, (self._add(self._bytecode(code)),)

    def _new_type(self, made: typing.NewType) -> Any:
        if self._by_reference(made):
            return made.__reduce__()
        return typing.NewType, (made.__name__, made.__supertype__), {"__module__": made.__module__}

    def _struct(self, compiled: struct.Struct) -> Any:
        return struct.Struct, (compiled.format,)


class Trusting:
    """A value, and classes whose own methods may run on the records of whoever loads it."""

    def __init__(self, value: object, classes: Collection[type]) -> None:
        self._value = value
        self._classes = classes

    def __reduce__(self) -> Any:
        ids, shipped = [], []
        for cls in self._classes:
            by_value = travels_by_value(cls.__module__)
            if by_value or is_local(cls.__module__):
                shipped.append(cls)
            ids.append(class_id(cls) if by_value else default_id(cls))
        return trusting, (self._value, tuple(ids), tuple(shipped))


def trusting(value: object, ids: tuple[str, ...], shipped: tuple[type, ...]) -> object:
    """What the far end calls: `shipped` are those of the classes that it could not import by themselves."""
    for ident in ids:
        SHIPPED.trust_id(ident)
    return value


class _CodeReference:
    """One code object of the table."""

    def __init__(self, index: int) -> None:
        self.index = index


class _ModuleGlobals:
    """The globals of a module that the far end imports."""

    def __init__(self, module: str) -> None:
        self.module = module

    def __reduce__(self) -> Any:
        return parts.module_globals, (self.module,)


def _with_filename(code: types.CodeType, filename: str) -> types.CodeType:
    consts = tuple(_with_filename(c, filename) if isinstance(c, types.CodeType) else c for c in code.co_consts)
    return code.replace(co_filename=filename, co_consts=consts)


_HEAP_TYPE = 1 << 9
"""Py_TPFLAGS_HEAPTYPE: made by a class statement, or like one; `make_dataclass` of 3.11 says `types` of its classes."""

# What `lru_cache` sets itself; from 3.14 on it copies the function's lazy annotations, too.
_NOT_OF_A_CACHE = ("__wrapped__", "cache_parameters", "__annotate__")

_RULES: dict[type, Any] = {
    types.CellType: CodePickler._cell,
    types.CodeType: CodePickler._bare_code,
    types.ModuleType: CodePickler._module,
    types.BuiltinFunctionType: CodePickler._builtin,
    functools.cached_property: CodePickler._cached_property,
    functools.singledispatchmethod: CodePickler._singledispatchmethod,
    type(functools.lru_cache(len)): CodePickler._lru_cache,
    struct.Struct: CodePickler._struct,
    typing.NewType: CodePickler._new_type,
    typing.TypeVar: CodePickler._type_variable,
    typing.ParamSpec: CodePickler._type_variable,
    typing.TypeVarTuple: CodePickler._type_variable,
}
