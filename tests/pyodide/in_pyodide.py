"""Runs a script in Pyodide, as a tab's Worker has it: in Node, with the wheels that a tab loads."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from webbuild.node import environment_with_node, node_command
from webbuild.tab_python import build_tab_wheel
from webbuild.wheels import fetch_wheels

ROOT = Path(__file__).resolve().parents[2]


def run_in_pyodide(script: Path, scratch: Path, mounts: Mapping[str, Path], *arguments: str) -> str:
    """What the script's `run(arguments)` returns, as a line of text. `mounts` are files and folders to have there."""
    pyodide = ROOT / "web" / "node_modules" / "pyodide"
    assert pyodide.is_dir(), f"{pyodide} is missing: run `make web`"
    wheels = [*fetch_wheels(ROOT / "web"), build_tab_wheel(ROOT, scratch)]
    setup = {
        "script": str(script),
        "mounts": {at: str(path) for at, path in mounts.items()},
        "wheels": [str(wheel) for wheel in wheels],
    }
    starter = str(Path(__file__).with_name("in_pyodide.mjs"))
    done = subprocess.run(
        [*node_command(), starter, str(pyodide), json.dumps(setup), *arguments],
        env=environment_with_node(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stderr)
    return done.stdout.splitlines()[-1]
