"""Takes from Python the ways back into JavaScript, before the first task.

No boundary: whoever looks for a way round finds one. The boundary is the sealed frame with its CSP, outside of this
process. What is taken here keeps honest code from using by mistake what a task must not rely on.
"""

from __future__ import annotations

import platform
import sys

_DOORS = ("js", "pyodide_js", "pyodide.http", "pyodide.ffi.wrappers", "pyodide.console", "micropip")


class _ShutFinder:
    """Answers for modules that a task may not have, before any other finder is asked."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Refuse the import of a door, and know nothing of other modules."""
        if any(name == door or name.startswith(door + ".") for door in _DOORS):
            raise ModuleNotFoundError(
                f"{name} cannot be imported in a task: a tab's tasks reach neither the page nor the network",
                name=name,
            )


def close_doors() -> str:
    """Take them away, and return Python's version ("3.14.2") for the page to tell."""
    for name in [*sys.modules]:
        if any(name == door or name.startswith(door + ".") for door in _DOORS):
            del sys.modules[name]
    sys.meta_path.insert(0, _ShutFinder())
    return platform.python_version()
