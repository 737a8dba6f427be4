"""Gets a browser where there is none: Debian's package where we may install it, else a Chromium from npm, else the
command to type.

We never ask for a password and never run sudo: who is not root types the command.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tabswarm.browsers.download import can_download, download_chromium
from tabswarm.browsers.errors import BrowserMissing
from tabswarm.browsers.find import FoundBrowser, Kind, find_browser

_DEBIAN_PACKAGES: dict[Kind, str] = {"chromium": "chromium", "firefox": "firefox-esr"}

# The first program that is there decides how the user gets a browser.
_COMMANDS: tuple[tuple[str, dict[Kind, str]], ...] = (
    ("apt-get", {"chromium": "sudo apt-get install chromium", "firefox": "sudo apt-get install firefox-esr"}),
    ("dnf", {"chromium": "sudo dnf install chromium", "firefox": "sudo dnf install firefox"}),
    ("pacman", {"chromium": "sudo pacman -S chromium", "firefox": "sudo pacman -S firefox"}),
    ("zypper", {"chromium": "sudo zypper install chromium", "firefox": "sudo zypper install MozillaFirefox"}),
    ("apk", {"chromium": "sudo apk add chromium", "firefox": "sudo apk add firefox"}),
    ("brew", {"chromium": "brew install --cask google-chrome", "firefox": "brew install --cask firefox"}),
)


def get_browser(kind: Kind, say: Callable[[str], None] = lambda line: None) -> FoundBrowser:
    """The browser of that kind, which is got first where there is none: installed by root on Debian or its kin,
    downloaded by others (Chromium, on Linux and x86-64).

    `say` gets a line before something slow begins. Raises BrowserMissing, which names the command to type.
    """
    if found := find_browser(kind):
        return found
    name = kind.capitalize()
    failure = f"There is no {name} on this machine."
    try:
        if may_install():
            say(f"There is no {name} here: installing Debian's package {_DEBIAN_PACKAGES[kind]}")
            _install_package(_DEBIAN_PACKAGES[kind])
        elif kind == "chromium" and can_download():
            say("There is no Chromium here: downloading one from npm (65 MB)")
            download_chromium()
    except BrowserMissing as error:
        failure = str(error)
    if found := find_browser(kind):
        return found
    raise BrowserMissing(f"{failure} To get one: {command_for(kind)}")


def _install_package(package: str) -> None:
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", package]):
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if done.returncode != 0:
            last = "\n".join(done.stdout.splitlines()[-8:])
            raise BrowserMissing(f"`{' '.join(command)}` ended with {done.returncode}:\n{last}\n")


def may_install() -> bool:
    """True where Debian's packages can be installed without asking anybody: root, on Debian or its kin."""
    return (
        sys.platform == "linux"
        and os.geteuid() == 0
        and Path("/etc/debian_version").exists()
        and shutil.which("apt-get") is not None
    )


def command_for(kind: Kind) -> str:
    """The command that gets such a browser on this machine, or the address to get it from."""
    for program, commands in _COMMANDS:
        if shutil.which(program):
            return commands[kind]
    return {
        "chromium": "install Google Chrome from https://www.google.com/chrome/",
        "firefox": "install Firefox from https://www.mozilla.org/firefox/",
    }[kind]
