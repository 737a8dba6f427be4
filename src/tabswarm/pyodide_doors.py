"""Takes from Pyodide's Python the ways back into JavaScript, before the first task or cell.

No boundary: whoever looks for a way round finds one. The boundary is the sealed frame with its CSP, outside of this
process. What is taken here keeps honest code from using by mistake what it must not rely on. `pyodide.ffi` stays:
`run_sync` is in it.
"""

from __future__ import annotations

import platform
import sys

_DOORS = ("js", "pyodide_js", "pyodide.http", "pyodide.ffi.wrappers", "pyodide.console", "micropip")


class _ShutFinder:
    """Answers for modules that nobody may have here, before any other finder is asked."""

    def __init__(self, why_not: str) -> None:
        self._why_not = why_not

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Refuse the import of a door, and know nothing of other modules."""
        if _is_door(name):
            raise ModuleNotFoundError(f"{name} cannot be imported in {self._why_not}", name=name)


def close_doors(why_not: str) -> str:
    """Take them away, and return Python's version ("3.14.2") for the page to tell. `why_not` ends the error: where the
    doors are shut, and why."""
    for name in [*sys.modules]:
        if _is_door(name):
            del sys.modules[name]
    sys.meta_path.insert(0, _ShutFinder(why_not))
    return platform.python_version()


def _is_door(name: str) -> bool:
    return any(name == door or name.startswith(door + ".") for door in _DOORS)
