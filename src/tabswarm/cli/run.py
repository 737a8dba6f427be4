"""`tabswarm run`: a driver script as a subprocess, with its master in the environment.

With `--detach` the script goes on without this terminal: the command returns as soon as the script's first job is
accepted, and says which application it is. What the script prints is kept in a file, its results on the swarm.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import rich_click as click

from tabswarm.cli.terminal import err
from tabswarm.driver.detached_run import VARIABLE, DetachedRun, new_run
from tabswarm.driver.master import Local, check_master
from tabswarm.driver.plain_text import harmless
from tabswarm.errors import BadLink, TabswarmError

LOOK_EVERY = 0.05
"""Seconds between two looks whether a detached script has announced itself."""
TAIL = 40
"""Lines of a detached script's output that are shown when it ends too early."""


class EndedTooEarly(TabswarmError):
    """A detached script ended before it submitted anything."""


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
@click.option(
    "--detach",
    is_flag=True,
    help="Return once the first job is accepted and print the application's id; the script goes on without a terminal.",
)
def command(script: Path, arguments: tuple[str, ...], master: str, detach: bool) -> None:
    """Run a driver SCRIPT; what follows `--` are its own arguments.

    The script's `Context()` finds the master in the environment, so the same file runs here, in local[N] and on a
    swarm. With --detach it runs on in the background: `tabswarm attach` shows its output, its jobs and their results.
    """
    if not script.is_file():
        raise click.UsageError(f"there is no script {str(script)!r}")
    meant = check_master(master)
    if detach:
        if isinstance(meant, Local):
            raise BadLink("--detach needs a swarm to leave the job with: give its driver link as --master")
        click.echo(detach_script(script, arguments, master))
        return
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


def detach_script(script: Path, arguments: tuple[str, ...], master: str) -> str:
    """Start the script without a terminal, wait for its first job, and return its application's id.

    Raises EndedTooEarly where the script ends before it has one.
    """
    run = new_run()
    environment = os.environ | {
        "TABSWARM_MASTER": master,
        "TABSWARM_BRIEF_ERRORS": "1",
        "PYTHONUNBUFFERED": "1",
        VARIABLE: str(run.folder),
    }
    with run.output.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, str(script), *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that neither Ctrl-C nor the terminal's end reaches it
            creationflags=getattr(subprocess, "DETACHED_PROCESS", 0),
        )
    try:
        application = _first_application(run, child)
    except KeyboardInterrupt:
        child.terminate()
        raise
    child.returncode = child.returncode or 0  # it is nobody's child from here on
    err.print(f"process {child.pid}; what it prints goes to {run.output}", style="dim", markup=False)
    err.print(f"tabswarm attach {application}   shows that, its jobs and their results", style="dim", markup=False)
    return application


def _first_application(run: DetachedRun, child: subprocess.Popen[bytes]) -> str:
    while True:
        ended = child.poll()
        if announced := run.applications():
            return announced[0]
        if ended is not None:
            said = harmless(run.output.read_text(encoding="utf-8", errors="replace")).rstrip().splitlines()
            err.print("\n".join(said[-TAIL:]), markup=False)
            raise EndedTooEarly(f"the script ended (exit code {ended}) before any job of it was accepted")
        time.sleep(LOOK_EVERY)
