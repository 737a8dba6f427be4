"""The downloaded Chromium, in miniature: a package of the same shape whose Chromium is a shell script."""

from __future__ import annotations

import base64
import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

import brotli
import platformdirs
import pytest
from tests.browsers.test_install import path

from tabswarm.browsers import BrowserMissing, find_browser, get_browser, install
from tabswarm.browsers.download import Archive, download_chromium, downloaded_chromium

__all__ = ["path"]  # the fixture: an empty machine


def tar_of(files: dict[str, bytes], mode: str) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:  # type: ignore[call-overload]  # mode is one of its words
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name: tmp_path / "cache" / name)
    script = b'#!/bin/sh\necho "Chromium 153.0.1 with $LD_LIBRARY_PATH" "$@"\n'
    files = {
        "package/bin/chromium.br": brotli.compress(script),
        "package/bin/al2023.tar.br": brotli.compress(tar_of({"lib/libnss3.so": b"library"}, "w")),
        "package/bin/swiftshader.tar.br": brotli.compress(tar_of({"libEGL.so": b"library"}, "w")),
    }
    content = tar_of(files, "w:gz")
    (tmp_path / "chromium.tgz").write_bytes(content)
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    return Archive("153.0.0", (tmp_path / "chromium.tgz").as_uri(), digest)


def test_a_downloaded_chromium_runs_with_its_libraries(archive: Archive) -> None:
    program = download_chromium(archive)
    assert program == downloaded_chromium(archive)
    said = subprocess.run(["/bin/sh", program, "--headless"], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"Chromium 153.0.1 with {program.parent / 'lib'}")
    assert (program.parent / "lib" / "libnss3.so").read_bytes() == b"library"
    assert [folder.name for folder in program.parent.parent.iterdir()] == ["chromium-153.0.0"]


def test_other_bytes_than_promised_are_thrown_away(archive: Archive) -> None:
    wrong = Archive(archive.version, archive.url, base64.b64encode(bytes(64)).decode())
    with pytest.raises(BrowserMissing, match="not the Chromium that tabswarm knows"):
        download_chromium(wrong)
    assert list(downloaded_chromium(archive).parent.parent.iterdir()) == []


def test_an_address_that_does_not_answer_is_one_clear_error(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(BrowserMissing, match="could not be downloaded from file:"):
        download_chromium(Archive("1", (tmp_path / "nowhere.tgz").as_uri(), archive.sha512))


def test_who_is_not_root_gets_the_download_and_finds_it_again(
    path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{path}:/usr/bin:/bin")
    monkeypatch.setattr("tabswarm.browsers.find._NAMES", {"chromium": (), "firefox": ()})
    monkeypatch.setattr(install, "may_install", lambda: False)
    monkeypatch.setattr(install, "can_download", lambda: True)
    monkeypatch.setattr(install, "download_chromium", lambda: download_chromium(archive))
    assert find_browser("chromium") is None
    said: list[str] = []
    found = get_browser("chromium", said.append)
    assert found.executable == downloaded_chromium(archive)
    assert said == ["There is no Chromium here: downloading one from npm (65 MB)"]
    assert find_browser("chromium") == found
    with pytest.raises(BrowserMissing, match="There is no Firefox"):
        get_browser("firefox")
