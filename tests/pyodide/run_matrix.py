"""Runs inside Pyodide, as a tab's Worker has it: loads what drivers of other Pythons shipped, and says what each case
gave. `in_pyodide.mjs` calls `run`."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable

from tabswarm.worker.pyodide import close_doors
from tabswarm.worker.pyodide.event_loop import own_loops


def run(sources: Iterable[str]) -> str:
    """For each file of shipped cases what `far_end.py` says of it, as JSON."""
    spec = importlib.util.spec_from_file_location("far_end", "/far_end.py")
    assert spec is not None and spec.loader is not None
    far_end = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(far_end)
    close_doors()
    with own_loops():
        return json.dumps({source: far_end.verdicts_of(source) for source in sources})
