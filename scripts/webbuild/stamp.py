"""Has anything changed? A stamp is the hash of the bytes and names of what a step reads, kept beside what it wrote.

Times are not trusted: a checkout, an unpacked sdist and a copied folder all change them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

_IGNORED = {"node_modules", "dist", "__pycache__"}
"""Beside these, whatever begins with a dot: what linters and browsers leave changes no page."""


def files_below(*paths: Path) -> list[Path]:
    """The files in the given folders (and the given files themselves), sorted, without what a build leaves there."""
    found: set[Path] = set()
    for path in paths:
        if path.is_file():
            found.add(path)
        elif path.is_dir():
            for inner in path.rglob("*"):
                if inner.is_file() and not any(map(_is_ignored, inner.relative_to(path).parts)):
                    found.add(inner)
    return sorted(found)


def _is_ignored(part: str) -> bool:
    return part in _IGNORED or part.startswith(".")


def digest_of(root: Path, files: Iterable[Path], *further: str) -> str:
    """The hash (hex) of the files' names below `root` and of their bytes, and of further words."""
    state = hashlib.blake2b(digest_size=16)
    for word in further:
        state.update(b"\0w" + word.encode())
    for file in files:
        content = file.read_bytes()
        state.update(f"\0f{file.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        state.update(content)
    return state.hexdigest()


def is_current(stamp: Path, digest: str) -> bool:
    """True if `stamp` was written for this digest."""
    return stamp.is_file() and stamp.read_text().strip() == digest


def write(stamp: Path, digest: str) -> None:
    """Remembers that the step is done for this digest."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest + "\n")
