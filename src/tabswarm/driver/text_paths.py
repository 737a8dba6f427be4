"""Which files a name given to `textFile` and its kin means: a path, a glob, a folder, a comma list of these, with or
without `file:`.

As in Hadoop, a folder means the files right in it but for those whose names begin with `_` or `.`; a glob that ends in
`*` passes over these too, and a glob may have alternatives (`{a,b}`). One that says how names end (`*.py`) takes
`__init__.py`, which Hadoop would not (decision 0041). A path that exists as it is written is taken as such, whatever
characters are in it.
"""

from __future__ import annotations

import glob
import os
import re
import stat
from urllib.parse import unquote

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(//[^/]*)?")
_WILD = re.compile(r"[*?\[{]")


def files_of(name: str | os.PathLike[str], call: str) -> list[str]:
    """The files, in the order of the list and sorted within each of its parts. `call` is who asks, for errors.

    Raises `FileNotFoundError` for a part that means no file, `OSError` for what cannot be read as a file, `ValueError`
    for a scheme that only a later version reads.
    """
    if not isinstance(name, str | os.PathLike):
        raise TypeError(f"{call} needs a path as a str, not {type(name).__name__}")
    name = os.fspath(name)
    if os.path.isfile(name):
        return [_readable(name)]
    files = [file for part in split_list(name) for file in _files_of_part(part, call)]
    if not files:
        raise FileNotFoundError(f"{call} was given no path: {name!r}")
    return files


def local_path(path: str, call: str) -> str:
    """A path of this disk, without `file:` before it.

    >>> local_path("file:///tmp/a%20b", "saveAsTextFile")
    '/tmp/a b'
    """
    scheme = _SCHEME.match(path)
    if scheme is None or os.path.lexists(path):
        return path
    if scheme[1].lower() != "file":
        raise ValueError(f"{call} uses the driver's own disk; {scheme[1]}: is not supported yet ({path})")
    bare = path[scheme.end() :]
    return bare if os.path.lexists(bare) else unquote(bare)


def split_list(name: str) -> list[str]:
    """The parts between commas, but for commas within braces.

    >>> split_list("a.txt,logs/{jan,feb}.log")
    ['a.txt', 'logs/{jan,feb}.log']
    """
    parts, depth, start = [], 0, 0
    for index, letter in enumerate(name):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "," and depth <= 0:
            parts.append(name[start:index])
            start = index + 1
    parts.append(name[start:])
    return [part.strip() for part in parts if part.strip()]


def _files_of_part(part: str, call: str) -> list[str]:
    path = local_path(part, call)
    if os.path.lexists(path):
        return _files_at(path, part, call)
    if _WILD.search(path):
        found = sorted({match for pattern in alternatives(path) for match in glob.glob(pattern)})
        shown = [match for match in found if not (path.endswith("*") and _is_hidden(match))]
        files = [file for match in shown for file in _files_at(match, part, call)]
        if not files:
            raise FileNotFoundError(f"Input Pattern {part} matches 0 files (looked from {os.getcwd()})")
        return files
    raise FileNotFoundError(f"Input path does not exist: {part} (looked from {os.getcwd()})")


def _files_at(path: str, part: str, call: str) -> list[str]:
    if not os.path.isdir(path):
        return [_readable(path)]
    entries = [os.path.join(path, entry) for entry in sorted(os.listdir(path)) if not _is_hidden(entry)]
    folders = [entry for entry in entries if os.path.isdir(entry)]
    if folders:
        raise IsADirectoryError(
            f"Not a file: {folders[0]}. {call} reads the files right in a folder; for those below it, write "
            f"{os.path.join(part, '*')!r}"
        )
    return [_readable(entry) for entry in entries]


def _readable(path: str) -> str:
    """The path, if it is a regular file that may be read. (Reading a pipe would wait, and only work once.)"""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(f"{path} is no regular file")
    if not os.access(path, os.R_OK):
        raise PermissionError(f"{path} may not be read by this user")
    return os.path.abspath(path)


def _is_hidden(path: str) -> bool:
    return os.path.basename(path).startswith(("_", "."))


def alternatives(pattern: str) -> list[str]:
    """A glob's `{a,b}` written out.

    >>> alternatives("{a,b{1,2}}.txt")
    ['a.txt', 'b1.txt', 'b2.txt']
    """
    done: list[str] = []
    waiting = [pattern]
    while waiting:
        text = waiting.pop(0)
        inner = re.search(r"\{([^{}]*)\}", text)
        if inner is None:
            done.append(text)
        else:
            waiting[:0] = [text[: inner.start()] + choice + text[inner.end() :] for choice in inner[1].split(",")]
    return list(dict.fromkeys(done))
