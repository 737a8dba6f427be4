"""The wheels from PyPI that a tab loads beside Pyodide: versions and hashes stand in web/browser-wheels.txt, and in
web/completion-wheels.txt those of the console's completion."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from webbuild import stamp

# What Pyodide 314 calls its platform (PEP 783), and the Python inside it.
_PLATFORM = "pyemscripten_2026_0_wasm32"
_PYTHON = "3.14"

TAB, COMPLETION = "browser-wheels.txt", "completion-wheels.txt"
_LEFT_OUT = ("jedi/third_party/django-stubs/", "jedi/third_party/typeshed/stubs/")
"""4,000 files about libraries that no tab has."""


def fetch_wheels(web: Path, list_name: str = TAB) -> list[Path]:
    """Downloads the listed wheels (pip checks each hash) and returns their paths, sorted by name."""
    listed = web / list_name
    folder = web / ".cache" / listed.stem
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
        for wheel in folder.glob("*.whl"):
            _trim(wheel)
        stamp.write(mark, digest)
    return sorted(folder.glob("*.whl"))


def _trim(wheel: Path) -> None:
    """Takes out of a wheel what no tab needs. Equal wheels give equal bytes."""
    with zipfile.ZipFile(wheel) as whole:
        kept = [entry for entry in whole.infolist() if not entry.filename.startswith(_LEFT_OUT)]
        if len(kept) == len(whole.infolist()):
            return
        smaller = wheel.with_suffix(".new")
        with zipfile.ZipFile(smaller, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry in kept:
                name = zipfile.ZipInfo(entry.filename, (2026, 1, 1, 0, 0, 0))
                archive.writestr(name, whole.read(entry), zipfile.ZIP_DEFLATED)
    smaller.replace(wheel)
