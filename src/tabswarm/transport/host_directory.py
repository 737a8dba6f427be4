"""The folder in which the processes of one host and user meet, and the id that they have in common.

The law: whoever shares this folder may share files, and nobody else can enter it. It lies in the temporary folder,
belongs to this user and is closed to all others; a folder of that name which is anything else is not used. The id is
random and lies in it, so it says nothing of the machine, and two users of one machine have two.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import stat
import tempfile
from pathlib import Path

_ID = "host"
DOOR = ".sock"


def host_directory(parent: Path | None = None) -> Path | None:
    """The folder, made where there is none yet, in the temporary folder (or `parent`); None where this system or that
    folder does not serve."""
    if not hasattr(socket, "AF_UNIX") or not hasattr(os, "getuid"):
        return None
    path = (parent or Path(tempfile.gettempdir())) / f"tabswarm-{os.getuid()}"
    try:
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
        status = path.lstat()
    except OSError:
        return None
    private = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not stat.S_IMODE(status.st_mode) & 0o077
    return path if private else None


def host_id(directory: Path | None) -> str:
    """The id of the host and user that the folder belongs to; empty where there is none."""
    if directory is None:
        return ""
    known, fresh = directory / _ID, directory / f"{_ID}-{secrets.token_hex(8)}"
    try:
        if not known.exists():
            fresh.write_text(secrets.token_hex(16), encoding="ascii")
            with contextlib.suppress(FileExistsError):  # another process was faster: then its id counts
                os.link(fresh, known)
            fresh.unlink()
        return known.read_text(encoding="ascii")[:32]
    except (OSError, UnicodeDecodeError):
        return ""


def door_path(directory: Path, peer: str) -> Path | None:
    """Where a peer's door is, or None where its id is none, or the path too long for a socket."""
    path = directory / f"{peer}{DOOR}"
    return path if peer.isascii() and peer.isalnum() and len(os.fsencode(path)) < 100 else None


def sweep_doors(directory: Path) -> list[Path]:
    """Remove the doors behind which nobody is any more; says which."""
    removed = []
    for path in directory.glob(f"*{DOOR}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knock:
            knock.setblocking(False)
            try:
                knock.connect(str(path))
            except ConnectionRefusedError:
                with contextlib.suppress(FileNotFoundError):
                    path.unlink()
                    removed.append(path)
            except OSError:
                pass  # somebody is there, and busy
    return removed
