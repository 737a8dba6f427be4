"""The Pythons that the shipping matrix runs on, and how a program runs on one of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MATRIX = Path(__file__).parent / "matrix"


def found_pythons() -> list[Path]:
    """This Python, those that TABSWARM_TEST_PYTHONS names, and those of `make test`'s environments."""
    named = [Path(name) for name in os.environ.get("TABSWARM_TEST_PYTHONS", "").split(os.pathsep) if name]
    own = sorted(ROOT.glob(".venv-3.*/bin/python"))
    found: dict[str, Path] = {}
    for python in (Path(sys.executable), *named, *own):
        found.setdefault(version_of(python), python)
    return list(found.values())


def version_of(python: Path) -> str:
    """`3.12`, by asking it."""
    command = [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def run_python(python: Path, *arguments: str, cwd: Path, **variables: str) -> str:
    """What a program prints; its errors are the assertion's message."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": "random", **variables}
    done = subprocess.run(
        [str(python), *arguments], capture_output=True, text=True, cwd=cwd, env=environment, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
