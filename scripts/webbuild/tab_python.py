"""tabswarm's own wheel for tabs: the modules that a tab imports and nothing else.

A tab needs no coordinator, no command line and no server library, so they do not travel. What is listed here must
import only the standard library, msgspec and cloudpickle (tests/house/test_import_rule.py holds it to that).
"""

from __future__ import annotations

import base64
import hashlib
import tomllib
import zipfile
from pathlib import Path

# Files and folders below src/tabswarm, as design.md lists what a tab loads.
TAB_MODULES = (
    "__init__.py",
    "barrier_task_info.py",
    "bounded_float.py",
    "conf.py",
    "driver/__init__.py",
    "driver/background.py",
    "driver/brief_errors.py",
    "driver/checkpoints.py",
    "driver/console",
    "driver/console.py",
    "driver/context.py",  # a module of the user's that imports Context must load; using it there is ContextInTask
    "driver/context_manners.py",
    "driver/files_for_tasks.py",
    "driver/job_future.py",
    "driver/plain_text.py",
    "driver/reading.py",  # what it reads with, and what Saving writes with, loads only when it is used
    "driver/saving.py",
    "driver/swarm_view.py",
    "errors.py",
    "executor",
    "ids.py",
    "plan",
    "py.typed",
    "rdd",
    "result_iterable.py",
    "shipping",
    "showing",
    "stat_counter.py",
    "wire",
    "worker/__init__.py",
    "worker/pyodide",
    "worker/pyodide.py",
)


def tab_files(package: Path) -> list[Path]:
    """The files of `package` (src/tabswarm) that a tab gets, sorted; an entry that does not exist gives none."""
    found: list[Path] = []
    for name in TAB_MODULES:
        entry = package / name
        found += [entry] if entry.is_file() else sorted(entry.rglob("*.py")) if entry.is_dir() else []
    return sorted(found)


def build_tab_wheel(root: Path, folder: Path) -> Path:
    """Writes tabswarm-VERSION-py3-none-any.whl for tabs into `folder`; equal sources give equal bytes."""
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    source = root / "src"
    entries = {file.relative_to(source).as_posix(): file.read_bytes() for file in tab_files(source / "tabswarm")}
    info = f"tabswarm-{version}.dist-info"
    entries[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: tabswarm\nVersion: {version}\n".encode()
    entries[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: webbuild\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = f"{info}/RECORD"
    lines = [f"{name},sha256={_urlsafe_sha256(content)},{len(content)}" for name, content in entries.items()]
    entries[record] = ("\n".join([*lines, f"{record},,"]) + "\n").encode()

    path = folder / f"tabswarm-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return path


def _urlsafe_sha256(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
