"""A cell's source as code: statements, and the value of the expression that stands last.

The source is known to `linecache` under the cell's name, so tracebacks show its lines, and functions of cells are
shipped by their source as those of files are. A name that is used again gets the new text; what was defined under the
old one is told from it by the comparison that every captured source stands.
"""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Coroutine
from dataclasses import dataclass
from types import CodeType
from typing import Any

_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


@dataclass(frozen=True, slots=True)
class CellCode:
    """What `run` runs: `body` first; `value` gives what the cell shows, where it shows something."""

    body: CodeType
    value: CodeType | None

    async def run(self, names: dict[str, Any]) -> Any:
        """Run it with these global names, and give the value of the last expression, or None."""
        await _run(self.body, names)
        return None if self.value is None else await _run(self.value, names)


def compile_cell(source: str, name: str) -> CellCode:
    """The code of a cell. Raises `SyntaxError`, which names the cell.

    >>> compile_cell("a = 1\\na + 1", "cell 1").value is not None, compile_cell("a + 1;", "cell 1").value
    (True, None)
    """
    remember(source, name)
    tree = compile(source, name, "exec", _FLAGS | ast.PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    value: CodeType | None = None
    if tree.body and isinstance(last := tree.body[-1], ast.Expr) and not _is_silenced(source, last):
        tree.body.pop()
        value = compile(ast.Expression(last.value), name, "eval", _FLAGS, dont_inherit=True)
    return CellCode(compile(tree, name, "exec", _FLAGS, dont_inherit=True), value)


def remember(source: str, name: str) -> None:
    """Let tracebacks and the capture of functions' sources find a cell's text."""
    lines = source.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    # Without a time of its last change an entry stays, although there is no such file.
    linecache.cache[name] = (len(source), None, lines, name)


def _is_silenced(source: str, last: ast.Expr) -> bool:
    """Whether a semicolon stands behind the last expression: its value is not to be shown."""
    lines = source.splitlines()
    rest = "\n".join(
        [lines[(last.end_lineno or 1) - 1].encode()[last.end_col_offset :].decode(), *lines[last.end_lineno :]]
    )
    return rest.lstrip().startswith(";")


async def _run(code: CodeType, names: dict[str, Any]) -> Any:
    result = eval(code, names)
    if code.co_flags & inspect.CO_COROUTINE:
        coroutine: Coroutine[Any, Any, Any] = result
        return await coroutine
    return result
