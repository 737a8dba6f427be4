"""Local modules: which they are, and how they travel.

A module is *local* when the far end cannot have it: not of the standard library, not in site-packages, not tabswarm. It
travels as its whole source and is imported there under its own name; what changed in it at run time stays behind. Which
ones a function needs is found through what it refers to and through the `import` statements in its body, and then
through those of the modules found.

Modules that only exist as a running program are not imported by anybody: what they hold travels by value. These are
`__main__`, modules that pytest's hook rewrote, and modules without a file.
"""

from __future__ import annotations

import ast
import dis
import importlib.util
import os
import sys
import sysconfig
import types
from collections.abc import Iterator
from importlib.machinery import SOURCE_SUFFIXES, ModuleSpec
from pathlib import Path

import msgspec

from tabswarm.errors import NotShippable, NoUsableSource
from tabswarm.shipping.code_equality import same_code
from tabswarm.shipping.shipped_modules import SHIPPED_MODULES
from tabswarm.shipping.source_capture import is_rewritten


class ModuleSource(msgspec.Struct, frozen=True):
    """A local module's whole text (of a namespace package: none), and where it stands."""

    name: str
    filename: str
    is_package: bool
    text: str


def travels_by_value(name: str) -> bool:
    """Whether a module's functions and classes travel in parts, because nobody but this process has the module."""
    if name in ("__main__", "__mp_main__"):
        return True
    module = sys.modules.get(name)
    if module is None:
        return True
    if _is_elsewhere(name):
        return False
    if is_rewritten(vars(module)):
        return True
    spec = getattr(module, "__spec__", None)
    return spec is None or (spec.origin is None and not spec.submodule_search_locations)


def is_local(name: str) -> bool:
    """Whether a module has to travel for the far end to import it."""
    if name in ("__main__", "__mp_main__"):
        return False
    if _is_elsewhere(name):
        _check_not_shadowed(name)
        return False
    spec = _spec_of(name)
    if spec is None:
        return False
    if spec.loader is SHIPPED_MODULES:
        return True  # it came here as source, and may go on as source
    places = [spec.origin] if spec.has_location and spec.origin else list(spec.submodule_search_locations or ())
    return bool(places) and not any(_in_library(place) for place in places)


def local_source(name: str) -> ModuleSource:
    """The text of a local module, checked against the live one; `NotShippable` for one that is no Python source."""
    spec = _spec_of(name)
    assert spec is not None
    if spec.loader is SHIPPED_MODULES:
        text = SHIPPED_MODULES.text_of(name)
        return ModuleSource(name, text.file, spec.submodule_search_locations is not None, text.text)
    if spec.origin is None or not spec.has_location:
        return ModuleSource(name, name.replace(".", "/"), True, "")
    if not spec.origin.endswith(tuple(SOURCE_SUFFIXES)):
        raise NotShippable(
            f"the module {name} ({Path(spec.origin).name}) is no Python source: a compiled extension cannot travel. "
            "Install it as a package where the program runs"
        )
    loader = spec.loader
    code = loader.get_source(name) if loader is not None and hasattr(loader, "get_source") else None
    if code is None:
        raise NoUsableSource(f"the source of the module {name} is not there: {Path(spec.origin).name} cannot be read")
    module = sys.modules.get(name)
    if module is not None:
        _check_unedited(module, spec.origin, code)
    return ModuleSource(name, spec.origin, spec.submodule_search_locations is not None, code)


def imports_of(tree: ast.AST, package: str) -> Iterator[str]:
    """The modules that a syntax tree imports; `from a import b` may mean the module `a.b`, so it names both."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                module = _absolute(module, node.level, package)
                if not module:
                    continue
            yield module
            for alias in node.names:
                yield f"{module}.{alias.name}"


def imports_of_code(code: types.CodeType, package: str) -> Iterator[str]:
    """The modules that code without a source imports in its body, as `imports_of` names them."""
    level: object = None
    names: object = None
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME":  # what was loaded before it are the dots and the names
            module = str(instruction.argval)
            if isinstance(level, int) and level:
                module = _absolute(module, level, package)
            if module:
                yield module
                yield from (f"{module}.{name}" for name in names) if isinstance(names, tuple) else ()
        level, names = names, instruction.argval
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from imports_of_code(const, package)


def _absolute(module: str, level: int, package: str) -> str:
    """The name that a relative import means; empty outside of a package."""
    if not package:
        return ""
    base = package.split(".")
    return ".".join([*base[: len(base) - level + 1], *([module] if module else [])])


def module_imports(source: ModuleSource) -> Iterator[str]:
    """The modules that a local module's own text imports."""
    package = source.name if source.is_package else source.name.rpartition(".")[0]
    return imports_of(ast.parse(source.text), package)


def parents_of(name: str) -> list[str]:
    """The packages that are imported before a module, outermost first."""
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def _is_elsewhere(name: str) -> bool:
    root = name.partition(".")[0]
    return root == "tabswarm" or root in sys.stdlib_module_names


def _check_not_shadowed(name: str) -> None:
    """A file of the user's that bears the name of a module of Python's own would be another module over there."""
    root = name.partition(".")[0]
    spec = getattr(sys.modules.get(root), "__spec__", None)
    if root == "tabswarm" or spec is None or not spec.has_location or not spec.origin:
        return
    if not _in_library(spec.origin) and f"python{sys.version_info[0]}{sys.version_info[1]}.zip" not in spec.origin:
        raise NotShippable(
            f"the local module {root} ({Path(spec.origin).name}) bears the name of a module of the standard library, "
            "which is what a volunteer would take for it: rename it"
        )


def _spec_of(name: str) -> ModuleSpec | None:
    module = sys.modules.get(name)
    if module is not None:
        return getattr(module, "__spec__", None)
    for parent in parents_of(name):
        if parent in sys.modules and not hasattr(sys.modules[parent], "__path__"):
            return None
        if parent not in sys.modules and not is_local(parent):
            return None  # asking for a submodule's spec imports its parents: only the user's own
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return None


def _in_library(place: str) -> bool:
    path = Path(os.path.abspath(place))
    if any(part in ("site-packages", "dist-packages") for part in path.parts):
        return True
    return any(path.is_relative_to(folder) for folder in _LIBRARIES)


_LIBRARIES = [Path(os.path.abspath(sysconfig.get_paths()[key])) for key in ("stdlib", "platstdlib")]
_LIBRARIES += [Path(os.path.dirname(os.path.abspath(os.__file__)))]  # the same, where links lead there by another name


def _check_unedited(module: types.ModuleType, filename: str, text: str) -> None:
    """The functions that the module holds must be among those that its text compiles to, and where Python keeps the
    compiled file, that must be of this text: a constant at the module's top may have been edited, too."""
    if _is_newer_than_compiled(module, filename):
        raise NoUsableSource(
            f"the module {module.__name__} is not what {Path(filename).name} says: the file was edited after its "
            "import. Start the program again, or reload the module"
        )
    try:
        written = list(_codes(compile(text, filename, "exec", dont_inherit=True)))
    except SyntaxError as error:
        raise NoUsableSource(f"the module {module.__name__} does not compile any more: {error}") from error
    by_name: dict[str, list[types.CodeType]] = {}
    for code in written:
        by_name.setdefault(code.co_qualname, []).append(code)
    for function in _live_functions(module, filename):
        code = function.__code__
        if not any(same_code(code, candidate) for candidate in by_name.get(code.co_qualname, [])):
            raise NoUsableSource(
                f"`{code.co_qualname}` in the module {module.__name__} is not what {Path(filename).name} says: the "
                "file was edited after "
                "its import, or an import hook rewrote it. Start the program again, or reload the module"
            )


def _is_newer_than_compiled(module: types.ModuleType, filename: str) -> bool:
    """Whether the compiled file that the import wrote is of an earlier text (its time and size stand at its head)."""
    cached = getattr(getattr(module, "__spec__", None), "cached", None)
    if cached is None or sys.dont_write_bytecode or not os.access(os.path.dirname(cached), os.W_OK):
        return False
    try:
        with open(cached, "rb") as file:
            head = file.read(16)
        status = os.stat(filename)
    except OSError:
        return False
    magic, flags, time, size = head[:4], head[4:8], head[8:12], head[12:16]
    if magic != importlib.util.MAGIC_NUMBER or flags != bytes(4):
        return False
    return (time, size) != tuple((int(n) & 0xFFFFFFFF).to_bytes(4, "little") for n in (status.st_mtime, status.st_size))


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield const
            yield from _codes(const)


def _live_functions(module: types.ModuleType, filename: str) -> Iterator[types.FunctionType]:
    waiting = list(vars(module).values())
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        value = getattr(value, "__func__", value) if isinstance(value, classmethod | staticmethod) else value
        if id(value) in seen or getattr(value, "__module__", None) != module.__name__:
            continue
        seen.add(id(value))
        if isinstance(value, types.FunctionType) and value.__code__.co_filename == filename:
            yield value
        elif isinstance(value, type):
            waiting.extend(vars(value).values())
