"""Unpacks archives that came from elsewhere: names stay inside the folder, nothing is a link, and sizes have limits.

The law: whatever the archive says, nothing is written outside of the folder, and no more than the limits allow. It is
read twice: what it declares is judged before anything is written, and what it really holds while it is.
"""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

MAX_ENTRIES = 10_000
MAX_BYTES = 1 << 30
"""Entries and unpacked bytes of one archive."""
SUFFIXES = (".zip", ".jar", ".egg", ".whl", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_CHUNK = 1 << 20


class ArchiveRefused(ValueError):
    """An archive that does harm, is over a limit, or is none. The message names the entry."""


class _Entry(NamedTuple):
    name: str
    size: int
    is_folder: bool
    open: Callable[[], IO[bytes] | None]


def unpack(data: bytes, folder: Path, name: str = "archive") -> None:
    """Unpack a zip or tar archive into a folder that does not exist yet. Raises `ArchiveRefused`, and leaves then what
    was written until then.

    >>> unpack(b"no archive", Path("somewhere"))
    Traceback (most recent call last):
        ...
    tabswarm.shipping.archive.ArchiveRefused: archive is neither a zip nor a tar archive
    """
    try:
        entries = list(_limited(_entries(data, name), name))
        _judge(entries, name)
        folder.mkdir(parents=True)
        written = 0
        for entry in entries:
            path = folder.joinpath(*PurePosixPath(entry.name).parts)
            if entry.is_folder:
                path.mkdir(parents=True, exist_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file, entry.open() or io.BytesIO() as source:
                while chunk := source.read(_CHUNK):
                    written += len(chunk)
                    if written > MAX_BYTES:
                        raise ArchiveRefused(f"{name} unpacks to more than {MAX_BYTES:,} bytes")
                    file.write(chunk)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise ArchiveRefused(f"{name} cannot be unpacked: {type(error).__name__}: {error}") from error


def _entries(data: bytes, name: str) -> Iterator[_Entry]:
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                kind = stat.S_IFMT(info.external_attr >> 16)
                if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                    raise ArchiveRefused(f"{name}: {info.filename!r} is neither a file nor a folder")
                yield _Entry(info.filename, info.file_size, info.is_dir(), _opener(data, info))
        return
    try:
        tar = tarfile.open(fileobj=io.BytesIO(data))
    except tarfile.ReadError:
        raise ArchiveRefused(f"{name} is neither a zip nor a tar archive") from None
    with tar:
        for member in tar:
            if not (member.isfile() or member.isdir()):
                raise ArchiveRefused(f"{name}: {member.name!r} is neither a file nor a folder")
            yield _Entry(member.name, member.size, member.isdir(), _extractor(data, member))


def _opener(data: bytes, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: zipfile.ZipFile(io.BytesIO(data)).open(info)


def _extractor(data: bytes, member: tarfile.TarInfo) -> Callable[[], IO[bytes] | None]:
    return lambda: tarfile.open(fileobj=io.BytesIO(data)).extractfile(member)


def _limited(entries: Iterator[_Entry], name: str) -> Iterator[_Entry]:
    total = 0
    for count, entry in enumerate(entries, 1):
        total += max(0, entry.size)
        if count > MAX_ENTRIES or total > MAX_BYTES:
            raise ArchiveRefused(f"{name} has more than {MAX_ENTRIES:,} entries or {MAX_BYTES:,} bytes")
        yield entry


def _judge(entries: list[_Entry], name: str) -> None:
    files: set[str] = set()
    for entry in entries:
        path = PurePosixPath(entry.name)
        outside = path.is_absolute() or ".." in path.parts or "\\" in entry.name or ":" in entry.name
        if outside or "\0" in entry.name or len(entry.name) > 1000:
            raise ArchiveRefused(f"{name}: the name {entry.name[:200]!r} leads out of the folder, or is none")
        plain = str(path).casefold()
        if not entry.is_folder and plain in files:
            raise ArchiveRefused(f"{name}: {entry.name!r} stands in it twice")
        files.add(plain)
