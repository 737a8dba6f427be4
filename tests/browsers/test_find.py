"""A browser is told by running it, so the tests put small programs on an empty PATH."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from tabswarm.browsers import find
from tabswarm.browsers.find import FoundBrowser, find_browser


def program(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the PATH; no browser elsewhere."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TABSWARM_CHROMIUM", raising=False)
    monkeypatch.delenv("TABSWARM_FIREFOX", raising=False)
    monkeypatch.setattr(find, "_ELSEWHERE", {"chromium": (), "firefox": ()})
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name: tmp_path / "cache" / name)
    return tmp_path


def test_an_empty_machine_has_no_browser(path: Path) -> None:
    assert find_browser("chromium") is None
    assert find_browser("firefox") is None


def test_a_browser_is_found_with_its_version(path: Path) -> None:
    executable = program(path, "firefox", 'echo "a warning"; echo "Mozilla Firefox 153.7.0esr"')
    assert find_browser("firefox") == FoundBrowser("firefox", executable, "Mozilla Firefox 153.7.0esr")
    assert find_browser("chromium") is None


@pytest.mark.parametrize("script", ["echo 'use snap' >&2; exit 1", "exit 0", "echo 'no number'", "exit 127"])
def test_a_name_that_does_not_run_as_a_browser_is_passed_over(path: Path, script: str) -> None:
    program(path, "chromium", script)
    assert find_browser("chromium") is None
    real = program(path, "google-chrome", "echo 'Google Chrome 156.0.1'")
    assert find_browser("chromium") == FoundBrowser("chromium", real, "Google Chrome 156.0.1")


def test_the_environment_names_a_browser_that_goes_before_all_others(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(path, "chromium", "echo 'Chromium 156.0.1'")
    mine = program(path, "mine", "echo 'Chromium 157.0.1 mine'")
    monkeypatch.setenv("TABSWARM_CHROMIUM", str(mine))
    assert find_browser("chromium") == FoundBrowser("chromium", mine, "Chromium 157.0.1 mine")
    monkeypatch.setenv("TABSWARM_CHROMIUM", str(tmp_path / "nowhere"))
    assert find_browser("chromium") == FoundBrowser("chromium", path / "chromium", "Chromium 156.0.1")
