"""Reads the project's sources for the rules of the house: which files there are, and what each one imports."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "tabswarm"


def package_files() -> list[Path]:
    """Every Python file of tabswarm, without what the build puts into src/tabswarm/web."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path.relative_to(PACKAGE).parts[0] != "web"]


def module_of(path: Path) -> str:
    """The dotted name below tabswarm: `plan/cut.py` is `plan.cut`, `plan/__init__.py` is `plan`, the root is empty."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@dataclass(frozen=True)
class Import:
    """One imported name: `module` is absolute (`tabswarm.plan.cut`), `at_load` tells if loading the file runs it."""

    module: str
    line: int
    at_load: bool


def imports_of(source: str, module: str, is_package: bool) -> list[Import]:
    """All imports of a file, those in functions and for type checkers too.

    `from tabswarm import plan` and `from tabswarm.plan import cut` give the deeper name, so that a submodule counts as
    itself. What only another Python than a tab's 3.14 runs, or only a type checker, is not `at_load`.
    """
    package = module if is_package else module.rpartition(".")[0]
    found: list[Import] = []

    def take(node: ast.Import | ast.ImportFrom, at_load: bool) -> None:
        if isinstance(node, ast.Import):
            found.extend(Import(name.name, node.lineno, at_load) for name in node.names)
            return
        start = node.module or ""
        if node.level:
            parts = f"tabswarm.{package}".rstrip(".").split(".")
            start = ".".join([*parts[: len(parts) - node.level + 1], *([start] if start else [])])
        inner = start.split(".")[0] == "tabswarm"
        found.extend(Import(f"{start}.{name.name}" if inner else start, node.lineno, at_load) for name in node.names)

    def walk(nodes: Iterable[ast.AST], at_load: bool) -> None:
        for node in nodes:
            match node:
                case ast.Import() | ast.ImportFrom():
                    take(node, at_load)
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                    walk(ast.iter_child_nodes(node), False)
                case ast.If(test=test, body=body, orelse=orelse):
                    runs_body, runs_else = _branches_in_a_tab(ast.unparse(test))
                    walk(body, at_load and runs_body)
                    walk(orelse, at_load and runs_else)
                case ast.Try(body=body, handlers=handlers) if any(_catches_import_error(one) for one in handlers):
                    walk(body, False)
                    walk([*handlers, *node.orelse, *node.finalbody], at_load)
                case _:
                    walk(ast.iter_child_nodes(node), at_load)

    walk(ast.parse(source).body, True)
    return found


def _branches_in_a_tab(test: str) -> tuple[bool, bool]:
    if test in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
        return False, True
    if test.startswith("sys.version_info >= (3, "):
        newer = int(test.removeprefix("sys.version_info >= (3, ").rstrip(")")) <= 14
        return newer, not newer
    if test.startswith("sys.version_info < (3, "):
        older = int(test.removeprefix("sys.version_info < (3, ").rstrip(")")) > 14
        return older, not older
    if test in ("sys.platform == 'emscripten'", "sys.platform != 'emscripten'"):
        return "==" in test, "!=" in test
    return True, True


def _catches_import_error(handler: ast.ExceptHandler) -> bool:
    return handler.type is not None and "ImportError" in ast.unparse(handler.type)


def imports_of_file(path: Path) -> list[Import]:
    """All imports of one of the package's files."""
    return imports_of(path.read_text(encoding="utf-8"), module_of(path), path.name == "__init__.py")


def own_files(*suffixes: str) -> Iterator[Path]:
    """The files that people write: sources, scripts, tests, pages; nothing installed, built or generated."""
    for folder in ("src", "scripts", "tests", "web", "examples", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*")):
            parts = path.relative_to(ROOT).parts
            if {"node_modules", "dist", ".cache", "__pycache__"}.intersection(parts) or parts[:3] == (
                "src",
                "tabswarm",
                "web",
            ):
                continue
            if path.is_file() and path.suffix in suffixes:
                yield path
