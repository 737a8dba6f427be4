"""Imports point one way. The table below is the rule; a package that is not in it fails until it is.

errors, ids <- plan <- {rdd, scheduler, executor}, these three never import one another
shipping    <- {rdd, executor, driver}, never the coordinator
wire, transport <- {coordinator, worker, driver}
only simulation, driver.local and cli see all
"""

from __future__ import annotations

import sys

import pytest
from tests.house.sources import PACKAGE, Import, imports_of, imports_of_file, module_of, package_files

from webbuild.tab_python import CONSOLE_MODULES, tab_files

ALL = {
    "barrier_task_info",
    "bounded_float",
    "browsers",
    "conf",
    "coordinator",
    "driver",
    "console",
    "driver.local",
    "errors",
    "executor",
    "ids",
    "plan",
    "rdd",
    "result_iterable",
    "scheduler",
    "shipping",
    "showing",
    "simulation",
    "stat_counter",
    "transport",
    "wire",
    "worker",
    "worker.pyodide",
}

# Room -> the rooms that it may import. A room is a package or module right below tabswarm, or a named part of one.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "pyodide_doors": set(),
    "ids": {"errors"},
    "barrier_task_info": set(),
    "bounded_float": set(),
    "result_iterable": set(),
    "stat_counter": set(),
    "showing": set(),
    "plan": {"errors", "ids"},
    "rdd": {"bounded_float", "errors", "ids", "plan", "result_iterable", "shipping", "showing", "stat_counter"},
    "scheduler": {"errors", "ids", "plan"},
    "executor": {"barrier_task_info", "errors", "ids", "plan", "result_iterable", "shipping"},
    "shipping": {"barrier_task_info", "bounded_float", "errors", "ids", "result_iterable", "stat_counter"},
    "wire": {"errors", "ids", "plan"},
    "transport": {"errors", "ids", "plan", "wire"},
    "coordinator": {"errors", "ids", "plan", "scheduler", "transport", "wire"},
    "worker": {"errors", "executor", "ids", "plan", "shipping", "transport", "wire"},
    "worker.pyodide": {"errors", "executor", "ids", "plan", "pyodide_doors", "shipping", "wire"},
    # Context("local[N]") loads driver.local when it is asked for.
    "driver": {
        "conf",
        "driver.local",
        "errors",
        "ids",
        "plan",
        "rdd",
        "result_iterable",
        "shipping",
        "showing",
        "transport",
        "wire",
    },
    # The console's Python: a driver that leaves sockets to the page.
    "console": {
        *("driver", "errors", "ids", "plan", "pyodide_doors", "rdd", "shipping", "showing", "transport", "wire"),
    },
    "driver.local": ALL,
    "browsers": {"errors"},
    "simulation": ALL,
    "cli": ALL | {""},
    "conf": set(),
    # tabswarm/__init__.py, the public names
    "": {
        "barrier_task_info",
        "bounded_float",
        "conf",
        "driver",
        "errors",
        "executor",
        "plan",
        "rdd",
        "result_iterable",
        "shipping",
        "showing",
        "stat_counter",
    },
    "__main__": {"cli"},
}

# Libraries from PyPI, room by room; who is not named here needs none of them.
LIBRARIES: dict[str, set[str]] = {
    "ids": {"msgspec"},
    "plan": {"msgspec"},
    "stat_counter": {"numpy"},
    "rdd": {"cloudpickle"},
    "scheduler": {"msgspec"},
    "executor": {"msgspec", "cloudpickle"},
    "shipping": {"msgspec", "cloudpickle", "backports", "numpy"},
    "wire": {"msgspec"},
    "transport": {"msgspec", "websockets", "structlog", "cryptography", "aiortc"},
    "coordinator": {
        *("msgspec", "starlette", "uvicorn", "limits", "structlog", "platformdirs", "prometheus_client", "websockets"),
    },
    "worker": {"msgspec", "cloudpickle", "psutil", "structlog", "platformdirs"},
    "worker.pyodide": {"msgspec", "cloudpickle"},
    "driver": {
        *("msgspec", "cloudpickle", "structlog", "platformdirs", "rich", "websockets", "segno"),
        *("IPython", "anywidget", "traitlets"),
    },
    "console": {"msgspec", "jedi"},
    "driver.local": {"msgspec", "cloudpickle", "structlog", "platformdirs", "psutil"},
    "browsers": {"brotli", "platformdirs", "websockets"},
    "simulation": {"msgspec"},
    # IPython and the editor of 3.13 are used where they happen to be there.
    "cli": {
        *("msgspec", "rich", "rich_click", "segno", "psutil", "structlog", "platformdirs", "uvicorn"),
        *("IPython", "_pyrepl"),
    },
}

# What Pyodide has beside the standard library, and what of the standard library it has not.
TAB_LIBRARIES = {"msgspec", "cloudpickle", "js", "pyodide", "pyodide_js"}
NOT_IN_A_TAB = {
    *("curses", "fcntl", "grp", "lzma", "msvcrt", "multiprocessing", "pwd", "readline", "resource", "sqlite3", "ssl"),
    *("termios", "tkinter", "tty", "winreg"),
}


def room_of(module: str) -> str | None:
    """The room that a module (`driver.local.pool`, without `tabswarm.`) belongs to: the longest name in the table."""
    parts = module.split(".") if module else []
    for length in range(len(parts), 0, -1):
        if (name := ".".join(parts[:length])) in MAY_IMPORT:
            return name
    return "" if not parts else None


def is_module(module: str) -> bool:
    path = PACKAGE.joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()


def target_of(imported: Import) -> str | None:
    """The module below tabswarm that an import names (`plan.cut`), or None for a library."""
    root, _, rest = imported.module.partition(".")
    if root != "tabswarm":
        return None
    # The last name may be a thing inside a module rather than a module.
    return rest if not rest or is_module(rest) else rest.rpartition(".")[0]


def breaches_of(module: str, imports: list[Import]) -> list[str]:
    """What in a module's imports is against the table, a line each."""
    room = room_of(module)
    if room is None:
        return [f"tabswarm.{module}: its package is not in MAY_IMPORT; say there what it may import"]
    found = []
    for imported in imports:
        if imported.module == "tabswarm":  # the package itself, say for its folder: it is loaded anyway
            continue
        target = target_of(imported)
        if target is None:
            library = imported.module.split(".")[0]
            known = library in sys.stdlib_module_names or library in {"compression", "_typeshed"}
            if room_of(module) in ("worker.pyodide", "console") and library in TAB_LIBRARIES:
                continue
            if not known and library not in LIBRARIES.get(room, set()):
                found.append(
                    f"tabswarm.{module}:{imported.line} imports {library}, which LIBRARIES does not grant to {room}"
                )
            continue
        other = room_of(target)
        if other is None:
            found.append(f"tabswarm.{module}:{imported.line} imports tabswarm.{target}, which is not in MAY_IMPORT")
        elif other != room and not room.startswith(f"{other}.") and other not in MAY_IMPORT[room]:
            found.append(
                f"tabswarm.{module}:{imported.line} imports tabswarm.{target}, and {room} may not import {other}"
            )
    return found


def test_imports_point_one_way() -> None:
    assert [breach for path in package_files() for breach in breaches_of(module_of(path), imports_of_file(path))] == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("plan.cut", "from tabswarm.scheduler import events"),
        ("plan.cut", "def later():\n    import tabswarm.rdd.rdd"),
        ("scheduler.jobs", "from ..executor.operators import run"),
        ("scheduler.jobs", "from tabswarm import rdd"),
        ("coordinator.app", "from tabswarm.shipping.record_reader import read"),
        ("rdd.rdd", "import websockets"),
        ("worker.pyodide.main", "from tabswarm.transport.links import Link"),
        ("brandnew.thing", "import json"),
    ],
)
def test_the_rule_bites(module: str, source: str) -> None:
    assert len(breaches_of(module, imports_of(source, module, is_package=False))) == 1


def test_what_the_table_allows_passes() -> None:
    source = "import json\nfrom tabswarm.errors import TabswarmError\nfrom . import lineage\nimport msgspec"
    assert breaches_of("plan.cut", imports_of(source, "plan.cut", is_package=False)) == []


def breaches_in_a_tab(module: str, imports: list[Import], in_tab: set[str]) -> list[str]:
    """What a module would miss when it is loaded in a tab, where only `in_tab` of tabswarm is there."""
    found = []
    for imported in imports:
        if not imported.at_load:
            continue
        target = target_of(imported)
        library = imported.module.split(".")[0]
        if target is not None and target not in in_tab:
            found.append(f"tabswarm.{module}:{imported.line} loads tabswarm.{target}, which no tab has (TAB_MODULES)")
        elif target is None and (
            library in NOT_IN_A_TAB or library not in sys.stdlib_module_names | TAB_LIBRARIES | {"compression"}
        ):
            found.append(f"tabswarm.{module}:{imported.line} loads {library}, which no tab has")
    return found


def test_what_a_tab_loads_needs_nothing_that_a_tab_has_not() -> None:
    files = [path for path in tab_files(PACKAGE) if path.suffix == ".py"]
    in_tab = {module_of(path) for path in files}
    assert {"plan", "executor", "shipping", "wire"} <= in_tab, "the control: the tab's wheel is not empty"
    assert [line for path in files for line in breaches_in_a_tab(module_of(path), imports_of_file(path), in_tab)] == []


def test_what_a_console_loads_needs_nothing_that_its_python_has_not() -> None:
    own = [path for path in tab_files(PACKAGE, CONSOLE_MODULES) if path.suffix == ".py"]
    here = {module_of(path) for path in [*own, *tab_files(PACKAGE)] if path.suffix == ".py"}
    assert "console.room" in here, "the control: the console's wheel is not empty"
    assert [line for path in own for line in breaches_in_a_tab(module_of(path), imports_of_file(path), here)] == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("import psutil", 1),
        ("import ssl", 1),
        ("from tabswarm.coordinator import app", 1),
        ("try:\n    import numpy\nexcept ImportError:\n    numpy = None", 0),
        ("def later():\n    import psutil", 0),
        (
            "if sys.version_info >= (3, 14):\n    from compression import zstd\nelse:\n    from backports import zstd",
            0,
        ),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from tabswarm.driver import remote", 0),
    ],
)
def test_the_tabs_rule_bites_where_loading_would_fail(source: str, count: int) -> None:
    imports = imports_of(source, "executor.thing", is_package=False)
    assert len(breaches_in_a_tab("executor.thing", imports, {"executor", "plan"})) == count
