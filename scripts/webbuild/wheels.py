"""The wheels from PyPI that a tab loads beside Pyodide: versions and hashes stand in web/browser-wheels.txt."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from webbuild import stamp

# What Pyodide 314 calls its platform (PEP 783), and the Python inside it.
_PLATFORM = "pyemscripten_2026_0_wasm32"
_PYTHON = "3.14"


def fetch_wheels(web: Path) -> list[Path]:
    """Downloads the listed wheels (pip checks each hash) and returns their paths, sorted by name."""
    listed = web / "browser-wheels.txt"
    folder = web / ".cache" / "wheels"
    digest = stamp.digest_of(web, [listed], _PLATFORM, _PYTHON)
    mark = folder / "stamp"
    if not stamp.is_current(mark, digest):
        print("webbuild: pip download the browser's wheels", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        command += ["--no-deps", "--only-binary=:all:", "--require-hashes"]
        command += ["--platform", _PLATFORM, "--python-version", _PYTHON, "--implementation", "cp"]
        command += ["--abi", f"cp{_PYTHON.replace('.', '')}", "--dest", str(folder), "--requirement", str(listed)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise SystemExit(f"webbuild: pip could not fetch the wheels of {listed}; what it said stands above.")
        stamp.write(mark, digest)
    return sorted(folder.glob("*.whl"))
