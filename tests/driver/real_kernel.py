"""A real Jupyter kernel of this Python, for tests that look at what notebooks show."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

SOURCES = Path(__file__).parents[2] / "src"


def run_cells(cells: Sequence[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Run cells one after the other; gives the outputs of each. What Jupyter keeps on disk goes to `tmp_path`."""
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")  # versions before 6 warn otherwise
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(SOURCES), os.environ.get("PYTHONPATH", "")]))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return [cell.outputs for cell in notebook.cells]


def having(outputs: Sequence[Any], kind: str, words: str = "") -> list[Any]:
    """What of a cell's outputs came with that media type, and with those words in it. On a busy machine there is the
    progress of a job beside it, or what that left."""
    found = [output.data[kind] for output in outputs if kind in output.get("data", {})]
    return [data for data in found if words in str(data)]
