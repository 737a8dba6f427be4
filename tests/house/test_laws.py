"""The Laws that a machine can hold us to, read off the syntax tree.

Law 4   no clock, socket, thread, random source, logging or asyncio inside plan, rdd and scheduler
Law 5   two readers, and no other unpickling or running of texts: each place stands in an allow-list, by name
Law 7   never hash(): it differs between processes, platforms and Pythons
"""

from __future__ import annotations

import ast

import pytest
from tests.house.sources import PACKAGE, imports_of, imports_of_file, module_of, package_files

# Who may unpickle, unmarshal, or run a text, and why. An entry that no longer does so fails as well.
READERS_AND_COMPILERS: dict[str, str] = {
    "shipping/code_reader.py": "the code reader: bytes whose hash the driver put in the plan",
    "shipping/compile_source.py": "compiles shipped source to take the code object out of it",
    "shipping/modules.py": "compiles a module's text to compare it with the live module; runs nothing",
    "shipping/shipped_modules.py": "runs the driver's local modules in a task's worker: a part of the code reader",
    "shipping/record_reader.py": "the record reader, whose find_class gives typed readers only",
    "driver/shell_console.py": "the driver's own prompt runs what its user types",
    "console/cell_code.py": "the driver's own notebook runs what its user writes in cells",
}

_DESERIALISERS = {"pickle", "_pickle", "cloudpickle", "marshal", "shelve", "dill", "joblib", "copyreg"}
_READING = {"load", "loads", "Unpickler", "_Unpickler", "_loads", "_load"}
_RUNNING = {"eval", "exec", "compile", "__import__"}

_NOT_IN_THE_CORE = {
    *(
        "asyncio",
        "concurrent",
        "datetime",
        "logging",
        "multiprocessing",
        "queue",
        "random",
        "sched",
        "secrets",
        "select",
    ),
    *(
        "selectors",
        "signal",
        "socket",
        "ssl",
        "structlog",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
    ),
}
_CORE = ("plan", "rdd", "scheduler")

# What may stay all the same, and why.
_EXCEPTIONS = {
    ("rdd/draws.py", "random"): "no chance: the generators of samples, which run inside tasks and are given their seed",
    ("rdd/fetching.py", "urllib.parse"): "takes URLs apart and fetches none",
    ("rdd/pipe_process.py", "queue"): "runs inside tasks of native workers, never where RDDs are made",
    ("rdd/pipe_process.py", "subprocess"): "the same",
    ("rdd/pipe_process.py", "threading"): "the same",
    ("rdd/running.py", "threading"): "a lock alone: users run actions from several threads of theirs",
    ("rdd/job_register.py", "threading"): "a lock alone: jobs start and end in several threads of the user's",
    ("rdd/local_properties.py", "threading"): "thread-local values alone: what each of the user's threads said",
    ("rdd/take_sample.py", "random"): "the user asks for a sample by chance; with a seed it is the same each time",
}


def readings_in(source: str) -> list[int]:
    """The lines that unpickle, unmarshal, or run a text."""
    tree = ast.parse(source)
    names: set[str] = set()
    lines: list[int] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(name.asname or name.name for name in node.names if name.name.split(".")[0] in _DESERIALISERS)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in _DESERIALISERS:
            lines += [node.lineno for name in node.names if name.name in _READING | {"*"}]
            names.update(name.asname or name.name for name in node.names)  # from cloudpickle import cloudpickle
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in _READING and ast.unparse(node.value).split(".")[0] in names:
            lines.append(node.lineno)
        elif isinstance(node, ast.Name) and node.id in _RUNNING:
            lines.append(node.lineno)
        elif isinstance(node, ast.Attribute) and node.attr in _RUNNING and ast.unparse(node.value) == "builtins":
            lines.append(node.lineno)
    return sorted(set(lines))


def hashings_in(source: str) -> list[int]:
    """The lines that call hash(), save inside a `__hash__`: that serves dictionaries of one process."""
    lines: list[int] = []

    def walk(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef) and child.name == "__hash__":
                continue
            if isinstance(child, ast.Name) and child.id == "hash" and isinstance(child.ctx, ast.Load):
                lines.append(child.lineno)
            walk(child)

    walk(ast.parse(source))
    return lines


def test_nothing_but_the_two_readers_unpickles_or_runs_a_text() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): lines
        for path in package_files()
        if (lines := readings_in(path.read_text(encoding="utf-8")))
    }
    assert {file: lines for file, lines in found.items() if file not in READERS_AND_COMPILERS} == {}
    stale = [file for file in READERS_AND_COMPILERS if (PACKAGE / file).is_file() and file not in found]
    assert stale == [], "these no longer read or compile anything: take them off the list"


def test_nobody_calls_hash() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in package_files()
        for line in hashings_in(path.read_text(encoding="utf-8"))
    ]
    assert found == [], "hash() differs between processes; use tabswarm.shipping.stable_hash"


def test_the_core_has_no_clock_no_socket_no_thread_and_no_chance() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{imported.line} imports {imported.module}"
        for path in package_files()
        if module_of(path).split(".")[0] in _CORE
        for imported in imports_of_file(path)
        if imported.module.split(".")[0] in _NOT_IN_THE_CORE
        and (path.relative_to(PACKAGE).as_posix(), imported.module) not in _EXCEPTIONS
    ]
    assert found == [], "the core takes time and all else as events"


@pytest.mark.parametrize(
    "source",
    [
        "import pickle\npickle.loads(b'')",
        "import pickle as p\nclass R(p.Unpickler): pass",
        "from pickle import loads",
        "from pickle import *",
        "import cloudpickle\nread = cloudpickle.loads",
        "from cloudpickle import cloudpickle\ncloudpickle.pickle.loads(b'')",
        "import marshal\nmarshal.loads(b'')",
        "eval('1')",
        "run = exec",
        "import builtins\nbuiltins.compile('', '', 'exec')",
    ],
)
def test_the_readers_rule_bites(source: str) -> None:
    assert readings_in(source) != []


def test_the_readers_rule_lets_harmless_code_pass() -> None:
    source = "import pickle, re, json\npickle.dumps(1)\nre.compile('x')\njson.loads('1')\nself.compile(1)"
    assert readings_in(source) == []


def test_the_hash_rule_bites_outside_of_a_hash_method_only() -> None:
    assert hashings_in("def place(key, n):\n    return hash(key) % n") == [2]
    assert hashings_in("places = map(hash, keys)") == [1]
    assert hashings_in("class K:\n    def __hash__(self):\n        return hash(self.name)") == []


def test_the_cores_rule_sees_imports_in_functions_too() -> None:
    [imported] = imports_of("def now():\n    from time import monotonic", "plan.cut", is_package=False)
    assert imported.module == "time"
    assert imported.module in _NOT_IN_THE_CORE
