"""Finds the source of a live code object, and proves that it is its source.

The candidates are the `def`s and `lambda`s of the file that bear its name, those on its line first. Each is compiled as
the far end will compile it and compared with the live code; only one that is the same is taken. Two lambdas on a line
differ in their code or, if they don't, are interchangeable; among candidates that are the same the instructions'
columns decide.

What pytest's import hook rewrote never is the same as its text, although the text means the same but for pytest's
messages: there the line and the columns alone decide.
"""

from __future__ import annotations

import ast
import linecache
import os
import sysconfig
import types
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from tabswarm.errors import NoUsableSource
from tabswarm.shipping.blob import CodeSource, SourceText
from tabswarm.shipping.code_equality import future_flags, same_code
from tabswarm.shipping.compile_source import FunctionNode, compile_source


class Captured(msgspec.Struct, frozen=True):
    """A code object's source; `code` is what the text compiles to here, `node` its syntax tree."""

    source: CodeSource
    text: SourceText
    code: types.CodeType
    node: FunctionNode


class _Candidate(msgspec.Struct, frozen=True):
    node: FunctionNode
    first_line: int  # with its decorators
    class_name: str | None


class _File(msgspec.Struct, frozen=True):
    lines: list[str]
    by_name: dict[str, list[_Candidate]]
    imported: frozenset[str]


_FILES: dict[str, _File] = {}


def capture(code: types.CodeType, names: Mapping[str, object], root_folder: Path | None = None) -> Captured:
    """The source of a live code object, which lives among the global `names`; `NoUsableSource` where there is none."""
    lines = _lines_of(code, names)
    if not lines:
        raise _without_source(code, root_folder)
    file = _parsed(code.co_filename, lines)
    if file is None:
        raise _edited(code, root_folder)
    candidates = file.by_name.get(code.co_name, [])
    on_line = [candidate for candidate in candidates if candidate.first_line == code.co_firstlineno]
    shown = shown_path(code.co_filename, root_folder)
    if is_rewritten(names):
        fitting = [_compiled(code, candidate, file, shown) for candidate in on_line]
        fitting = [captured for captured in fitting if captured.code.co_freevars == code.co_freevars]
    else:
        fitting = []
        for group in (on_line, candidates):
            compiled = (_compiled(code, candidate, file, shown) for candidate in group)
            fitting = [captured for captured in compiled if same_code(captured.code, code)]
            if fitting:
                break
    if not fitting:
        raise _edited(code, root_folder)
    return fitting[0] if len(fitting) == 1 else _by_position(fitting, code, root_folder)


def is_rewritten(names: Mapping[str, object]) -> bool:
    """Whether pytest's import hook rewrote the module of these globals (its `assert`s only)."""
    spec = names.get("__spec__")
    loader = names.get("__loader__") or getattr(spec, "loader", None)
    return any(kind.__name__ == "AssertionRewritingHook" for kind in type(loader).__mro__)


def describe_code(code: types.CodeType, root_folder: Path | None = None) -> str:
    """`lambda at job.py:12`, `function `f` at job.py:12`."""
    place = f"{shown_path(code.co_filename, root_folder)}:{code.co_firstlineno}"
    return f"lambda at {place}" if code.co_name == "<lambda>" else f"function `{code.co_qualname}` at {place}"


def shown_path(filename: str, root_folder: Path | None = None) -> str:
    """A path as a stranger may see it: relative to the working directory or the library, without a home folder."""
    if filename.startswith("<"):
        return filename
    path = Path(os.path.abspath(filename))
    root = Path(os.path.abspath(root_folder or Path.cwd()))
    for base in (root, *_LIBRARIES):
        if path.is_relative_to(base) and base != Path(base.anchor):
            return path.relative_to(base).as_posix()
    return path.name


_LIBRARIES = sorted(
    {Path(os.path.abspath(folder)) for key, folder in sysconfig.get_paths().items() if key.endswith("lib")},
    key=lambda folder: -len(folder.parts),
)


def _lines_of(code: types.CodeType, names: Mapping[str, object]) -> list[str]:
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename, dict(names))
    if not lines:
        # From 3.13 on what was typed at a prompt or given by `-c` is kept by its code object, or by a key made of it.
        key = getattr(linecache, "_code_key", lambda code: code)(code)
        entry = getattr(linecache, "_interactive_cache", linecache.cache).get(key, ())
        lines = entry[2] if len(entry) == 4 else []
    return list(lines)


def _parsed(filename: str, lines: list[str]) -> _File | None:
    known = _FILES.get(filename)
    if known is not None and known.lines == lines:
        return known
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:
        return None
    by_name: dict[str, list[_Candidate]] = {}
    for candidate in _functions(tree, None):
        by_name.setdefault(getattr(candidate.node, "name", "<lambda>"), []).append(candidate)
    if len(_FILES) > 256:
        _FILES.clear()
    _FILES[filename] = file = _File(lines, by_name, _imported_names(tree))
    return file


def _functions(tree: ast.AST, class_name: str | None) -> Iterator[_Candidate]:
    waiting: list[tuple[ast.AST, str | None]] = [(tree, class_name)]
    while waiting:
        node, around = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            decorators = getattr(node, "decorator_list", [])
            yield _Candidate(node, min([node.lineno, *(d.lineno for d in decorators)]), around)
        # Decorators and bases of a class stand outside of it; the mangling of names there hardly matters, as the check
        # below tells.
        inside = node.name if isinstance(node, ast.ClassDef) else around
        waiting.extend((child, inside) for child in ast.iter_child_nodes(node))


def _imported_names(tree: ast.Module) -> frozenset[str]:
    """The names that imports bind at a module's top level."""
    found: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.update((alias.asname or alias.name.partition(".")[0]) for alias in node.names if alias.name != "*")
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))
    return frozenset(found)


def _compiled(code: types.CodeType, candidate: _Candidate, file: _File, shown: str) -> Captured:
    node = candidate.node
    end_line = node.end_lineno or node.lineno
    text = SourceText(
        shown, candidate.first_line, "".join(file.lines[candidate.first_line - 1 : end_line]).rstrip("\n")
    )
    source = CodeSource(
        text=0,
        line=node.lineno,
        column=node.col_offset,
        end_line=end_line,
        end_column=node.end_col_offset or 0,
        name=code.co_name,
        qualname=code.co_qualname,
        free=code.co_freevars,
        class_name=candidate.class_name,
        flags=future_flags(code),
    )
    return Captured(source, text, compile_source(source, text, file.imported.intersection(_names_in(code))), node)


def _names_in(code: types.CodeType) -> Iterator[str]:
    """The names that a code object uses, local ones too (the compiler goes by the bare name), and those that the
    functions inside it use."""
    for names in (code.co_names, code.co_varnames, code.co_cellvars, code.co_freevars):
        yield from names
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from _names_in(const)


def _by_position(fitting: list[Captured], code: types.CodeType, root_folder: Path | None) -> Captured:
    live = {position for position in code.co_positions() if position[2] is not None}
    if not live and not all(same_code(captured.code, fitting[0].code) for captured in fitting):
        raise NoUsableSource(
            f"{describe_code(code, root_folder)}: several of its name stand on that line, and this Python keeps no "
            "columns that tell them apart (PYTHONNODEBUGRANGES, or -X no_debug_ranges): give each a line of its own"
        )

    def distance(captured: Captured) -> int:
        return len(live.symmetric_difference(captured.code.co_positions()))

    return min(fitting, key=distance)


def _without_source(code: types.CodeType, root_folder: Path | None) -> NoUsableSource:
    return NoUsableSource(
        f"{describe_code(code, root_folder)} has no source that can travel: it was typed at a prompt that keeps none, "
        "or made by exec. Put it into a file, or use `tabswarm shell` or a notebook"
    )


def _edited(code: types.CodeType, root_folder: Path | None) -> NoUsableSource:
    if code.co_filename == "<string>":  # any number of texts go by that name, and from 3.13 on `-c` keeps its own there
        return _without_source(code, root_folder)
    return NoUsableSource(
        f"{describe_code(code, root_folder)} is not what its file says any more: the file was edited after its import, "
        "or an import hook rewrote the code. Start the program again (or reload the module), so that what is shipped "
        "is what runs here"
    )
