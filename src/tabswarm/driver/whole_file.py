"""One file of the driver's, written so that it is there whole or not at all.

It is written under a hidden name beside its target, and renamed when all of it is on the disk. A process that is killed
meanwhile leaves that hidden file (`.NAME.saving-...`), and the target as it was.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def check_target(path: str) -> None:
    """Refuse, before anything is computed, a target that cannot become a file: a folder, or in a folder that is not
    there."""
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(f"save writes a file, and {path} is a folder: saveAsTextFile writes a folder")
    if not target.absolute().parent.is_dir():
        raise FileNotFoundError(f"save cannot write {path}: there is no folder {target.absolute().parent}")


def write_whole(path: str, content: bytes) -> None:
    """Write the file; one of that name is replaced."""
    target = Path(path).absolute()
    hidden = target.with_name(f".{target.name}.saving-{secrets.token_hex(6)}")
    try:
        with open(hidden, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(hidden, target)
    except BaseException:
        with suppress(OSError):
            hidden.unlink()
        raise
