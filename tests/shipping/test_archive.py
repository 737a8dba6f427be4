"""Archives of strangers: nothing is written outside of the folder, and nothing without end."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tabswarm.shipping import archive
from tabswarm.shipping.archive import ArchiveRefused, unpack


def zipped(*entries: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries:
            made.writestr(name, data)
    return file.getvalue()


def tarred(*members: tarfile.TarInfo, data: bytes = b"x", mode: str = "w:gz") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as made:  # type: ignore[call-overload]
        for member in members:
            made.addfile(member, io.BytesIO(data) if member.isfile() else None)
    return file.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 1) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size if kind == tarfile.REGTYPE else 0
    return info


def test_a_zip_is_unpacked(tmp_path: Path) -> None:
    unpack(zipped(("a/b.txt", b"one"), ("c.txt", b"two")), tmp_path / "out")
    assert (tmp_path / "out/a/b.txt").read_bytes() == b"one" and (tmp_path / "out/c.txt").read_bytes() == b"two"


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2"])
def test_a_tar_is_unpacked(tmp_path: Path, mode: str) -> None:
    unpack(tarred(member("a", tarfile.DIRTYPE), member("a/b"), mode=mode), tmp_path / "out")
    assert (tmp_path / "out/a/b").read_bytes() == b"x"


@pytest.mark.parametrize("name", ["../out.txt", "/etc/out.txt", "a/../../out.txt", "..\\out.txt", "C:\\out.txt"])
@pytest.mark.parametrize("make", [lambda name: zipped((name, b"x")), lambda name: tarred(member(name))])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str, make: Callable[[str], bytes]) -> None:
    with pytest.raises(ArchiveRefused):
        unpack(make(name), tmp_path / "folder" / "out")
    assert list(tmp_path.rglob("*.txt")) == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_a_link_or_device_in_a_tar_is_refused(tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(ArchiveRefused, match="neither a file nor a folder"):
        unpack(tarred(member("a", kind, "/etc/passwd"), member("a/b")), tmp_path / "out")


def test_a_symlink_in_a_zip_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(info, "/etc/passwd")
    with pytest.raises(ArchiveRefused, match="neither a file nor a folder"):
        unpack(file.getvalue(), tmp_path / "out")


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 1000)
    with pytest.raises(ArchiveRefused, match=r"1,000 bytes"):
        unpack(zipped(("zeros", bytes(2000))), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_ENTRIES", 3)
    with pytest.raises(ArchiveRefused, match="3 entries"):
        unpack(zipped(*((f"{n}", b"") for n in range(4))), tmp_path / "out")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_entry_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveRefused, match="twice"):
        unpack(zipped(("a", b"1"), ("A", b"2")), tmp_path / "out")


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    whole = tarred(member("a", size=1))
    with pytest.raises(ArchiveRefused):
        unpack(whole[: len(whole) // 2], tmp_path / "out")
