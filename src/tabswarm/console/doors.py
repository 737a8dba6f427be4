"""Takes from a cell's Python the ways back into JavaScript, before the first cell.

No boundary: the sealed frame with its CSP is. A cell's code is the user's own; what is taken here keeps it from using
by mistake what the frame does not have anyway. `pyodide.ffi` stays: `run_sync` is in it.
"""

from __future__ import annotations

import platform
import sys

_DOORS = ("js", "pyodide_js", "pyodide.http", "pyodide.ffi.wrappers", "pyodide.console", "micropip")


class _ShutFinder:
    """Answers for modules that a cell may not have, before any other finder is asked."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Refuse the import of a door, and know nothing of other modules."""
        if any(name == door or name.startswith(door + ".") for door in _DOORS):
            raise ModuleNotFoundError(
                f"{name} cannot be imported in a cell: the console's Python reaches neither the page nor the network",
                name=name,
            )


def close_doors() -> str:
    """Take them away, and return Python's version ("3.14.2") for the page to tell."""
    for name in [*sys.modules]:
        if any(name == door or name.startswith(door + ".") for door in _DOORS):
            del sys.modules[name]
    sys.meta_path.insert(0, _ShutFinder())
    return platform.python_version()
