"""`tabswarm run`: a driver script as a subprocess, with its master in the environment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import rich_click as click

from tabswarm.driver.master import check_master


@click.command("run", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": True})
@click.argument("script", type=click.Path(path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--master",
    envvar="TABSWARM_MASTER",
    default="local[*]",
    show_default=True,
    help="A driver link, local[N] or local[*].",
)
def command(script: Path, arguments: tuple[str, ...], master: str) -> None:
    """Run a driver SCRIPT; what follows `--` are its own arguments.

    The script's `Context()` finds the master in the environment, so the same file runs here, in local[N] and on a
    swarm.
    """
    if not script.is_file():
        raise click.UsageError(f"there is no script {str(script)!r}")
    check_master(master)
    sys.exit(run_script(script, arguments, master))


def run_script(script: Path, arguments: tuple[str, ...], master: str) -> int:
    """Run the script to its end and return its exit code. Signals that we get are passed on to it."""
    environment = os.environ | {"TABSWARM_MASTER": master, "TABSWARM_BRIEF_ERRORS": "1"}
    child = subprocess.Popen([sys.executable, str(script), *arguments], env=environment)

    def pass_on(number: int, frame: object) -> None:
        if child.poll() is None:
            child.send_signal(number)

    # A terminal sends Ctrl-C to the child as well; twice is harmless, and not at all would leave it running.
    previous = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = child.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 128 - code if code < 0 else code
