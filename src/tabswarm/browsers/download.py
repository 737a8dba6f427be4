"""A Chromium without anybody's permission: from npm, into the user's cache folder.

The package @sparticuz/chromium carries a headless Chromium with the libraries that small machines lack, for Linux on
x86-64. It is taken at one version and held to its hash. Nothing of the package runs but that Chromium.
"""

from __future__ import annotations

import base64
import hashlib
import io
import platform
import shutil
import sys
import tarfile
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from tabswarm.browsers.errors import BrowserMissing


@dataclass(frozen=True)
class Archive:
    """A package of npm: where it lies, and the SHA-512 (base64, as npm writes it) of its bytes."""

    version: str
    url: str
    sha512: str


CHROMIUM = Archive(
    "153.0.0",
    "https://registry.npmjs.org/@sparticuz/chromium/-/chromium-153.0.0.tgz",
    "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==",
)

_LARGEST = 200 << 20

# Chromium finds its libraries beside it.
_START = """#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$here/chromium" "$@"
"""


def can_download() -> bool:
    """True where the downloaded Chromium runs: Linux on x86-64."""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def downloaded_chromium(archive: Archive = CHROMIUM) -> Path:
    """The program of a downloaded Chromium, whether it is there or not."""
    return platformdirs.user_cache_path("tabswarm") / f"chromium-{archive.version}" / "start"


def download_chromium(archive: Archive = CHROMIUM) -> Path:
    """Fetches Chromium (65 MB) and returns its program. Raises BrowserMissing when it cannot be had as promised."""
    import brotli

    program = downloaded_chromium(archive)
    program.parent.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="chromium-", dir=program.parent.parent))
    try:
        with tarfile.open(fileobj=io.BytesIO(_fetch(archive))) as package:
            packed = {
                name: _member(package, f"package/bin/{name}.br")
                for name in ("chromium", "al2023.tar", "swiftshader.tar")
            }
        (fresh / "chromium").write_bytes(brotli.decompress(packed["chromium"]))
        for name in ("al2023.tar", "swiftshader.tar"):
            with tarfile.open(fileobj=io.BytesIO(brotli.decompress(packed[name]))) as libraries:
                _unpack(libraries, fresh)
        (fresh / "start").write_text(_START)
        for name in ("chromium", "start"):
            (fresh / name).chmod(0o755)
        shutil.rmtree(program.parent, ignore_errors=True)
        fresh.rename(program.parent)
    except (OSError, tarfile.TarError, brotli.error) as error:
        raise BrowserMissing(f"Chromium could not be downloaded from {archive.url}: {error}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return program


def _fetch(archive: Archive) -> bytes:
    with urllib.request.urlopen(archive.url, timeout=60) as answer:
        content: bytes = answer.read(_LARGEST)
    if base64.b64encode(hashlib.sha512(content).digest()).decode() != archive.sha512:
        raise BrowserMissing(
            f"What {archive.url} answered is not the Chromium that tabswarm knows; it was thrown away."
        )
    return content


def _unpack(package: tarfile.TarFile, folder: Path) -> None:
    """Unpack plain files and links that stay inside the folder. (Python 3.11 knows `filter="data"` from 3.11.4 on.)"""
    if hasattr(tarfile, "data_filter"):
        package.extractall(folder, filter="data")
        return
    root = folder.resolve()
    for member in package.getmembers():
        target = (root / member.name).resolve()
        aim = (target.parent / member.linkname).resolve() if member.issym() else target
        if not (member.isfile() or member.isdir() or member.issym()):
            raise tarfile.TarError(f"{member.name} is no plain file")
        if not (target.is_relative_to(root) and aim.is_relative_to(root)):
            raise tarfile.TarError(f"{member.name} leads out of the package")
        package.extract(member, root)


def _member(package: tarfile.TarFile, name: str) -> bytes:
    found = package.extractfile(name) if name in package.getnames() else None
    if found is None:
        raise tarfile.TarError(f"{name} is not in it")
    return found.read()
