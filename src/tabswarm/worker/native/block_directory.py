"""The folder that a volunteer's blocks lie in: private, told apart by its owner, swept when that is gone.

A process that is killed cleans nothing up, so each new owner first removes the folders of dead ones. An owner is a
process id *and* its start time: ids are used again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path

import psutil

PREFIX = "tabswarm-blocks-"
_OWNER = "owner"
_MEMORY = Path("/dev/shm")
_UNOWNED_SECONDS = 60.0


def make_block_directory(room: int, roots: list[Path] | None = None) -> Path:
    """A fresh folder that only this user may enter: in memory where twice `room` bytes are free there, else in the
    temporary folder."""
    for root in roots or _roots():
        sweep(root)
    root = next(root for root in roots or _roots() if root != _MEMORY or _free(root) >= 2 * room)
    path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    (path / _OWNER).write_text(f"{os.getpid()} {psutil.Process().create_time()}")
    return path


def sweep(root: Path) -> list[Path]:
    """Remove the block folders of this user in `root` whose owners are dead; says which."""
    removed = []
    for path in root.glob(PREFIX + "*"):
        with contextlib.suppress(OSError):
            if path.lstat().st_uid == os.getuid() and path.is_dir() and not path.is_symlink() and not _has_owner(path):
                shutil.rmtree(path)
                removed.append(path)
    return removed


def _has_owner(path: Path) -> bool:
    try:
        pid, started = (path / _OWNER).read_text().split()
        return abs(psutil.Process(int(pid)).create_time() - float(started)) < 2
    except psutil.NoSuchProcess:
        return False
    except (FileNotFoundError, ValueError):
        return time.time() - path.stat().st_mtime < _UNOWNED_SECONDS  # its owner is about to say so


def _roots() -> list[Path]:
    temporary = Path(tempfile.gettempdir())
    return [_MEMORY, temporary] if os.access(_MEMORY, os.W_OK | os.X_OK) else [temporary]


def _free(root: Path) -> int:
    return shutil.disk_usage(root).free
