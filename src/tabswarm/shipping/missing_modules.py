"""Modules that the far end lacks: their import is put off until somebody uses them.

A program's module imports what its driver has (`import psutil` at the top), though the function that was shipped may
not use it, and a tab has no psutil. So in shipped modules an import that nothing guards binds a *placeholder* where it
fails, which raises the same error on its first use, at the user's line. The law: an import inside a `try` with handlers
is left alone, for the program says itself what to do there; and a placeholder does nothing but raise.

>>> placeholder = Missing(ImportError("No module named 'psutil'", name="psutil"), "psutil")
>>> placeholder.cpu_count()
Traceback (most recent call last):
    ...
ModuleNotFoundError: No module named 'psutil' ...
"""

from __future__ import annotations

import ast
import platform
import sys
from typing import Any, NoReturn

_BIND = "__tabswarm_missing__"
_ERROR = "__tabswarm_import_error__"

_USES = (
    *("__call__", "__iter__", "__next__", "__len__", "__contains__", "__getitem__", "__setitem__", "__delitem__"),
    *("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__bool__", "__str__", "__format__"),
    *("__int__", "__float__", "__complex__", "__index__", "__bytes__", "__abs__", "__neg__", "__pos__", "__invert__"),
    *(f"__{side}{name}__" for side in ("", "r") for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")),
    *(f"__{side}{name}__" for side in ("", "r") for name in ("and", "or", "xor", "lshift", "rshift", "matmul")),
    *("__enter__", "__exit__", "__aenter__", "__aexit__", "__await__", "__aiter__", "__anext__"),
    *("__instancecheck__", "__subclasscheck__", "__mro_entries__", "__reduce_ex__", "__delattr__", "__dir__"),
)


class Missing:
    """Stands for a module or a name in one that could not be imported; whatever is done with it raises."""

    __slots__ = ("_error", "_name")

    def __init__(self, error: ImportError, name: str) -> None:
        object.__setattr__(self, "_error", error)
        object.__setattr__(self, "_name", name)

    def __getattribute__(self, name: str) -> Any:
        if name in ("__class__", "__doc__"):
            return object.__getattribute__(self, name)
        raise_missing(self)

    def __setattr__(self, name: str, value: object) -> None:
        raise_missing(self)

    def __repr__(self) -> str:
        """`<psutil, which is missing here>`."""
        return f"<{object.__getattribute__(self, '_name')}, which is missing here>"


def raise_missing(placeholder: Missing, *_: object, **__: object) -> NoReturn:
    """The error that the import gave, with what it means."""
    error: ImportError = object.__getattribute__(placeholder, "_error")
    text = error.msg or str(error)
    module = error.name or object.__getattribute__(placeholder, "_name")
    kind = type(error) if isinstance(error, ModuleNotFoundError) else ModuleNotFoundError
    raise kind(
        f"{text} (this worker's Python {platform.python_version()} does not have it: install it where the worker runs, "
        "or do without it; tabs have the standard library only)",
        name=module,
    )


for _use in _USES:
    setattr(Missing, _use, raise_missing)


def bind(error: ImportError, name: str, root: str = "") -> object:
    """What a failed import binds: the package itself where only its submodule (of `root`) is missing, else a
    placeholder."""
    return sys.modules.get(root) or Missing(error, name)


def put_off_imports(tree: ast.Module) -> dict[str, object]:
    """Change a module's tree so that an unguarded import that fails binds a placeholder. Returns the names that its
    code needs while it runs; they are to be removed afterwards."""
    tree.body = _changed(tree.body)
    ast.fix_missing_locations(tree)
    return {_BIND: bind, _ERROR: ImportError}


def _changed(body: list[ast.stmt]) -> list[ast.stmt]:
    return [_put_off(statement) for statement in body]


def _put_off(statement: ast.stmt) -> ast.stmt:
    if isinstance(statement, ast.Import):
        # One statement may import several; what comes first stays where the second fails.
        return _guarded(statement, [_binding(alias, "") for alias in statement.names])
    if isinstance(statement, ast.ImportFrom):
        if statement.module == "__future__" or any(alias.name == "*" for alias in statement.names):
            return statement
        return _guarded(statement, [_binding(alias, statement.module or "") for alias in statement.names])
    if isinstance(statement, ast.If | ast.For | ast.While):
        statement.body, statement.orelse = _changed(statement.body), _changed(statement.orelse)
    elif isinstance(statement, ast.With):
        statement.body = _changed(statement.body)
    elif isinstance(statement, ast.Try):
        if not statement.handlers:
            statement.body = _changed(statement.body)
        for handler in statement.handlers:
            handler.body = _changed(handler.body)
        statement.orelse, statement.finalbody = _changed(statement.orelse), _changed(statement.finalbody)
    return statement


def _binding(alias: ast.alias, module: str) -> tuple[str, str, str]:
    """The name that an import binds, what it means, and the package it may have bound all the same."""
    if module:
        return alias.asname or alias.name, f"{module}.{alias.name}", ""
    root = alias.name.partition(".")[0]
    return (alias.asname, alias.name, "") if alias.asname else (root, alias.name, root)


def _guarded(statement: ast.Import | ast.ImportFrom, bindings: list[tuple[str, str, str]]) -> ast.Try:
    statements: list[ast.stmt] = []
    for name, meaning, root in bindings:
        call = f"{name} = {_BIND}({_ERROR}_, {meaning!r}, {root!r})"
        statements.append(ast.parse(call).body[0])
    handler = ast.ExceptHandler(ast.Name(_ERROR, ast.Load()), f"{_ERROR}_", statements)
    guarded = ast.Try([statement], [handler], [], [])
    for node in ast.walk(handler):
        ast.copy_location(node, statement)
    return ast.copy_location(guarded, statement)
