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
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil

PREFIX = "tabswarm-blocks-"
_OWNER = "owner"
_MEMORY = Path("/dev/shm")
_MEMORY_KINDS = ("tmpfs", "ramfs")
_UNOWNED_SECONDS = 60.0


def make_block_directory(room: int, roots: list[Path] | None = None) -> Path:
    """A fresh folder that only this user may enter: in memory where twice `room` bytes are free there, else in the
    temporary folder."""
    for root in roots or _roots():
        sweep(root)
    return _make_in(next(root for root in roots or _roots() if root != _MEMORY or _free(root) >= 2 * room))


def overflow_of(directory: Path) -> Callable[[], Path] | None:
    """What makes the folder on disk for blocks that a folder in memory should not take; None where `directory` is on
    disk itself, or the machine has no other place. A temporary folder that lies in memory too is none."""
    kinds = {Path(mount.mountpoint): mount.fstype for mount in psutil.disk_partitions(all=True)}

    def in_memory(path: Path) -> bool:
        path = path.resolve()
        return next((kinds[above] for above in (path, *path.parents) if above in kinds), "") in _MEMORY_KINDS

    if not in_memory(directory):
        return None
    for root in (Path(tempfile.gettempdir()), Path("/var/tmp")):
        if root.is_dir() and os.access(root, os.W_OK | os.X_OK) and not in_memory(root):
            return partial(make_block_directory, 0, [root])
    return None


def _make_in(root: Path) -> Path:
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
