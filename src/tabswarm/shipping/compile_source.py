"""From the source of a `def` or `lambda` to a code object: the one compilation that both ends share.

The law: compile, don't re-execute. Decorators, defaults and annotations are cut off, because they ran in the driver
already; free variables become parameters of a factory that is never called; a method stands in a dummy class of its
class's name, which gives `__names` their mangling and `super()` its cell. Lines and columns are the file's own, so that
a traceback points at the user's text.
"""

from __future__ import annotations
import __future__

import ast
import platform
import types
from collections.abc import Collection

from tabswarm.errors import CannotCompile
from tabswarm.shipping.blob import CodeSource, SourceText

# None of these binds a name that the function could mean: a name of the user's that the factory bound would become a
# free variable.
_FACTORY = "__tabswarm_factory__"
_FUNCTION = "__tabswarm_function__"
_SCOPE = "_" * 12  # a class scope hides the dummy class's name; one of underscores only mangles nothing
_CLASS_CELLS = ("__class__", "__classdict__")

FUTURE_FLAGS = 0
for _feature in __future__.all_feature_names:
    FUTURE_FLAGS |= getattr(__future__, _feature).compiler_flag

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def compile_source(source: CodeSource, text: SourceText, imported: Collection[str] = ()) -> types.CodeType:
    """The code object of a function; `CannotCompile` where this Python does not know its syntax.

    `imported` are names that the function's file imports at its top level. They change nothing but which of two
    equivalent instructions the compiler picks for `name.f()`, so only who compares needs them.
    """
    return compile_node(node_of(source, text), source, text.file, imported)


def node_of(source: CodeSource, text: SourceText) -> FunctionNode:
    """The function's syntax tree, with the file's own lines and columns."""
    lines = _lines(text.text)[source.line - text.first_line : source.end_line - text.first_line + 1]
    try:
        if source.name == "<lambda>":
            return _lambda_of(lines, source)
        return _def_of(lines, source)
    except SyntaxError as error:
        line = source.line + (error.lineno or 1) - (1 if source.name == "<lambda>" or not _indented(lines) else 2)
        raise cannot_compile(error, text.file, line) from error


def cannot_compile(error: SyntaxError, file: str, line: int) -> CannotCompile:
    """The error for source that this Python does not understand; names the version and the line."""
    return CannotCompile(
        f"Python {platform.python_version()} cannot compile {file}, line {line}: {error.msg}"
        + (f": {error.text.strip()}" if error.text else "")
        + ". It uses syntax that this Python does not know: use older syntax, or volunteers with a newer Python"
    )


def _lines(text: str) -> list[str]:
    """Lines as Python's tokenizer counts them (`str.splitlines` also splits at form feeds and others)."""
    return [line + "\n" for line in text.split("\n")]


def _indented(lines: list[str]) -> bool:
    return lines[0][:1].isspace()


def _def_of(lines: list[str], source: CodeSource) -> FunctionNode:
    if _indented(lines):
        block: ast.AST = ast.parse("if 1:\n" + "".join(lines)).body[0]
        node = block.body[0]  # type: ignore[attr-defined]
        ast.increment_lineno(node, source.line - 2)
    else:
        node = ast.parse("".join(lines)).body[0]
        ast.increment_lineno(node, source.line - 1)
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return node


def _lambda_of(lines: list[str], source: CodeSource) -> FunctionNode:
    encoded = [line.encode() for line in lines]
    encoded[-1] = encoded[-1][: source.end_column]
    encoded[0] = encoded[0][source.column :]
    node = ast.parse("(" + b"".join(encoded).decode() + "\n)", mode="eval").body
    for part in ast.walk(node):
        # On the first line a bracket came before and the rest of the user's line is gone.
        if getattr(part, "lineno", 0) == 1:
            part.col_offset += source.column - 1  # type: ignore[attr-defined]
        if getattr(part, "end_lineno", 0) == 1:
            part.end_col_offset += source.column - 1  # type: ignore[attr-defined]
    ast.increment_lineno(node, source.line - 1)
    assert isinstance(node, ast.Lambda)
    return node


def compile_node(node: FunctionNode, source: CodeSource, file: str, imported: Collection[str] = ()) -> types.CodeType:
    """The code object of a function's syntax tree, which is changed on the way."""
    _strip(node)
    statement: ast.stmt
    if isinstance(node, ast.Lambda):
        inner = "<lambda>"
        statement = ast.copy_location(ast.Expr(node), node)
    else:
        inner = node.name = _FUNCTION
        statement = node
    free = [name for name in source.free if source.class_name is None or name not in _CLASS_CELLS]
    module = ast.parse(f"def {_FACTORY}({', '.join(free)}): pass")
    factory = module.body[0]
    assert isinstance(factory, ast.FunctionDef)
    factory.body = [statement]
    if source.class_name is not None:
        scope = ast.parse(f"class {_SCOPE}:\n class {source.class_name}: pass").body[0]
        assert isinstance(scope, ast.ClassDef)
        dummy = scope.body[0]
        assert isinstance(dummy, ast.ClassDef)
        dummy.body = [statement]
        factory.body = [scope]
    module.body += [ast.parse(f"import {name}").body[0] for name in imported]
    try:
        code = compile(module, file, "exec", flags=source.flags, dont_inherit=True)
    except SyntaxError as error:
        raise cannot_compile(error, file, error.lineno or source.line) from error
    code = _inner(code, _FACTORY)
    if source.class_name is not None:
        code = _inner(_inner(code, _SCOPE), source.class_name)
    code = _inner(code, inner)
    return _requalified(code, code.co_qualname, source.qualname).replace(co_name=source.name)


def _strip(node: FunctionNode) -> None:
    """Cut off what ran when the function was made."""
    node.args.defaults = []
    node.args.kw_defaults = [None] * len(node.args.kwonlyargs)
    if isinstance(node, ast.Lambda):
        return
    node.decorator_list = []
    node.returns = None
    if hasattr(node, "type_params"):
        node.type_params = []
    arguments = node.args
    optional = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *optional):
        argument.annotation = None


def _inner(code: types.CodeType, name: str) -> types.CodeType:
    return next(const for const in code.co_consts if isinstance(const, types.CodeType) and const.co_name == name)


def _requalified(code: types.CodeType, old: str, new: str) -> types.CodeType:
    """The code with the qualified names that it had in its own surroundings, in nested functions and classes too."""
    consts: list[object] = []
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            const = _requalified(const, old, new)
        elif isinstance(const, str) and const == code.co_qualname and const.startswith(f"{old}."):
            const = new + const.removeprefix(old)  # a class body sets its `__qualname__` from a constant
        consts.append(const)
    return code.replace(co_consts=tuple(consts), co_qualname=new + code.co_qualname.removeprefix(old))
