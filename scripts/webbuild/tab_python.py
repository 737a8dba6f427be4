"""tabswarm's own wheels for tabs: the modules that a tab imports and nothing else. One is for all tabs, the other has
what a console's Python needs besides.

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
    "pyodide_doors.py",
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

CONSOLE_MODULES = (
    "console",
    "driver/failures.py",
    "driver/file_ranges.py",
    "driver/inheritable_thread.py",
    "driver/job_listing.py",
    "driver/record_files.py",
    "driver/result_fetcher.py",
    "driver/running_jobs.py",
    "driver/save_folder.py",
    "driver/submission.py",
    "driver/swarm_job.py",
    "driver/task_output.py",
    "driver/text_files.py",
    "driver/text_paths.py",
    "driver/waiting.py",
    "driver/whole_file.py",
    "driver/whole_files.py",
    "transport/__init__.py",
    "transport/connection.py",
    "transport/entrance.py",
    "transport/exchange.py",
    "transport/host_directory.py",
    "transport/neighbours.py",
    "transport/passes.py",
    "transport/threads.py",
    "transport/transfers.py",
)


def tab_files(package: Path, modules: tuple[str, ...] = TAB_MODULES) -> list[Path]:
    """The files of `package` (src/tabswarm) that a tab gets, sorted; an entry that does not exist gives none."""
    found: list[Path] = []
    for name in modules:
        entry = package / name
        found += [entry] if entry.is_file() else sorted(entry.rglob("*.py")) if entry.is_dir() else []
    return sorted(found)


def build_tab_wheel(root: Path, folder: Path) -> Path:
    """Writes tabswarm-VERSION-py3-none-any.whl for tabs into `folder`; equal sources give equal bytes."""
    return _build(root, folder, "tabswarm", TAB_MODULES)


def build_console_wheel(root: Path, folder: Path) -> Path:
    """The same for what a console's Python needs besides: tabswarm_console-VERSION-py3-none-any.whl."""
    return _build(root, folder, "tabswarm_console", CONSOLE_MODULES)


def _build(root: Path, folder: Path, name: str, modules: tuple[str, ...]) -> Path:
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    source = root / "src"
    entries = {
        file.relative_to(source).as_posix(): file.read_bytes() for file in tab_files(source / "tabswarm", modules)
    }
    info = f"{name}-{version}.dist-info"
    entries[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    entries[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: webbuild\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = f"{info}/RECORD"
    lines = [f"{path},sha256={_urlsafe_sha256(content)},{len(content)}" for path, content in entries.items()]
    entries[record] = ("\n".join([*lines, f"{record},,"]) + "\n").encode()

    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in entries.items():
            archive.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return wheel


def _urlsafe_sha256(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
