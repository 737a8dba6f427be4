"""Gets a browser where there is none: from Debian's packages where we may install them, else by telling how.

We never ask for a password and never run sudo: who is not root types the command.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

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
    """The browser of that kind, installed first where there is none and we may (root on Debian or its kin).

    `say` gets a line before something slow begins. Raises BrowserMissing, which names the command to type.
    """
    if found := find_browser(kind):
        return found
    if not may_install():
        raise BrowserMissing(f"There is no {kind.capitalize()} on this machine. To get one: {command_for(kind)}")
    package = _DEBIAN_PACKAGES[kind]
    say(f"There is no {kind.capitalize()} here: installing Debian's package {package}")
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
            failure = f"`{' '.join(command)}` ended with {done.returncode}:\n{last}"
            raise BrowserMissing(f"{failure}\nTo get {kind.capitalize()}: {command_for(kind)}")
    if found := find_browser(kind):
        return found
    raise BrowserMissing(
        f"Debian's package {package} is installed and no {kind.capitalize()} runs. To get one: {command_for(kind)}"
    )


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
