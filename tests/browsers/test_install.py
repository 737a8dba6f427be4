"""Getting a browser: Debian's packages for root, a command to type for everybody else."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest
from tests.browsers.test_find import program

from tabswarm.browsers import BrowserMissing, find, get_browser, install
from tabswarm.browsers.__main__ import main


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TABSWARM_CHROMIUM", raising=False)
    monkeypatch.delenv("TABSWARM_FIREFOX", raising=False)
    monkeypatch.setattr(find, "_ELSEWHERE", {"chromium": (), "firefox": ()})
    monkeypatch.setattr(install, "can_download", lambda: False)
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name: tmp_path / "cache" / name)
    return tmp_path


# An apt-get that writes down what it is asked for, and installs a Firefox that runs.
APT_GET = """
echo "$@" >> "$(dirname "$0")/asked"
case "$*" in
*install*firefox-esr) printf '#!/bin/sh\\necho Mozilla Firefox 153.7\\n' > "$(dirname "$0")/firefox-esr"
    /bin/chmod +x "$(dirname "$0")/firefox-esr" ;;
*install*) echo 'E: Unable to locate package' ; exit 100 ;;
esac
"""


def test_who_may_not_install_is_told_the_command(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "may_install", lambda: False)
    program(path, "apt-get", APT_GET)
    with pytest.raises(BrowserMissing, match=r"no Firefox .* sudo apt-get install firefox-esr"):
        get_browser("firefox")
    assert not (path / "asked").exists()


def test_root_on_debian_gets_the_package_and_hears_of_it_first(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "may_install", lambda: True)
    monkeypatch.setenv("PATH", f"{path}:/nowhere")
    program(path, "apt-get", APT_GET.replace("dirname", "/usr/bin/dirname"))
    said: list[str] = []
    found = get_browser("firefox", said.append)
    assert found.executable == path / "firefox-esr"
    assert said == ["There is no Firefox here: installing Debian's package firefox-esr"]
    assert (path / "asked").read_text().splitlines() == ["update", "install --yes --no-install-recommends firefox-esr"]


def test_a_failed_installation_says_what_failed_and_what_to_type(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "may_install", lambda: True)
    program(path, "apt-get", APT_GET.replace("dirname", "/usr/bin/dirname"))
    with pytest.raises(BrowserMissing, match=r"(?s)ended with 100.*Unable to locate.*sudo apt-get install chromium"):
        get_browser("chromium")


def test_a_browser_that_is_there_is_taken_and_nothing_installed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "may_install", lambda: True)
    program(path, "apt-get", APT_GET)
    mine = program(path, "chromium", "echo 'Chromium 156.0.1'")
    assert get_browser("chromium").executable == mine
    assert not (path / "asked").exists()


def test_the_command_ends_with_1_for_a_missing_browser_and_2_for_bad_usage(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "may_install", lambda: False)
    program(path, "firefox", "echo 'Mozilla Firefox 153.7'")
    assert main(["install", "firefox"]) == 0
    assert "Mozilla Firefox 153.7" in capsys.readouterr().out
    assert main(["install", "firefox", "chromium"]) == 1
    assert "There is no Chromium on this machine" in capsys.readouterr().err
    assert main(["install", "netscape"]) == 2
    assert main([]) == 2
