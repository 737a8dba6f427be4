"""A script that `tabswarm run --detach` started: it runs without a terminal, and says when its first job is accepted.

The command and the script share a folder, which the environment names: the script's output goes to a file in it, and
the script's context writes there which application it is. That is also how `tabswarm attach` finds the output again.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs

VARIABLE = "TABSWARM_DETACHED"
OUTPUT = "output.txt"
_KEPT = 14 * 24 * 3600
"""Seconds that a run's folder stays."""


@dataclass(frozen=True, slots=True)
class DetachedRun:
    """One run, by its folder."""

    folder: Path

    @property
    def output(self) -> Path:
        """What the script printed."""
        return self.folder / OUTPUT

    def announce(self, application: str) -> None:
        """The script's side: its first job was accepted, in this application."""
        written = self.folder / f".{application}"
        written.write_text(json.dumps({"application": application, "process": os.getpid()}), encoding="utf-8")
        written.replace(self.folder / f"{application}.json")

    def applications(self) -> list[str]:
        """The applications that the script has announced."""
        return sorted(path.stem for path in self.folder.glob("*.json"))


def this_run() -> DetachedRun | None:
    """The detached run that this very program is, or None."""
    folder = os.environ.get(VARIABLE, "")
    return DetachedRun(Path(folder)) if folder else None


def new_run() -> DetachedRun:
    """A fresh folder, readable for its owner only; those of long ago go."""
    home = _home()
    home.mkdir(parents=True, exist_ok=True)
    for run in _runs():
        if time.time() - run.folder.stat().st_mtime > _KEPT:
            shutil.rmtree(run.folder, ignore_errors=True)
    folder = home / secrets.token_hex(6)
    folder.mkdir(mode=0o700)
    return DetachedRun(folder)


def run_of(application: str) -> DetachedRun | None:
    """The run on this machine that is, or was, this application."""
    return next((run for run in _runs() if application in run.applications()), None)


def _runs() -> Iterator[DetachedRun]:
    home = _home()
    if home.is_dir():
        yield from (DetachedRun(folder) for folder in sorted(home.iterdir()) if folder.is_dir())


def _home() -> Path:
    return platformdirs.user_state_path("tabswarm") / "runs"
