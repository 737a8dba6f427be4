"""Is there a browser on this machine? A name on the PATH proves nothing (some are scripts that only advise to install
a package), so each candidate is asked for its version, and the first that answers is taken."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tabswarm.browsers.download import downloaded_chromium

Kind = Literal["chromium", "firefox"]

KINDS: tuple[Kind, ...] = ("chromium", "firefox")

_NAMES: dict[Kind, tuple[str, ...]] = {
    "chromium": (
        "chromium",
        "google-chrome-stable",
        "google-chrome",
        "chromium-browser",
        "microsoft-edge",
        "brave-browser",
    ),
    "firefox": ("firefox-esr", "firefox"),
}
_ELSEWHERE: dict[Kind, tuple[str, ...]] = {
    "chromium": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ),
    "firefox": ("/Applications/Firefox.app/Contents/MacOS/firefox",),
}


@dataclass(frozen=True)
class FoundBrowser:
    """A browser that runs: its kind, its program, and its version as it tells it (`Chromium 156.0.8078.79 ...`)."""

    kind: Kind
    executable: Path
    version: str


def find_browser(kind: Kind) -> FoundBrowser | None:
    """The browser of that kind to use, or None.

    The environment variables TABSWARM_CHROMIUM and TABSWARM_FIREFOX name a program that is asked before all others.

    >>> find_browser("chromium")  # doctest: +SKIP
    FoundBrowser(kind='chromium', executable=PosixPath('/usr/bin/chromium'), version='Chromium 156.0.8078.79')
    """
    for candidate in _candidates(kind):
        if version := version_of(candidate):
            return FoundBrowser(kind, candidate, version)
    return None


def version_of(executable: Path) -> str | None:
    """What the program says to `--version`, or None if it does not run or does not speak of a browser's version."""
    try:
        said = subprocess.run(
            [executable, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            text=True,
            errors="replace",
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = [line.strip() for line in said.stdout.splitlines() if re.search(r"\d+\.\d+", line)]
    return lines[0] if said.returncode == 0 and lines else None


def _candidates(kind: Kind) -> Iterator[Path]:
    if chosen := os.environ.get(f"TABSWARM_{kind.upper()}"):
        yield Path(chosen)
    for name in _NAMES[kind]:
        if found := shutil.which(name):
            yield Path(found)
    for place in _ELSEWHERE[kind]:
        if Path(place).is_file():
            yield Path(place)
    if kind == "chromium" and downloaded_chromium().is_file():
        yield downloaded_chromium()
