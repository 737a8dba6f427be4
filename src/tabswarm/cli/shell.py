"""`tabswarm shell`: a prompt with a context, `sc`, whose functions travel as source."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import rich_click as click

from tabswarm.cli.prompt import interact
from tabswarm.driver.context import Context
from tabswarm.driver.master import check_master
from tabswarm.driver.shell_console import banner, main_module


@click.command("shell")
@click.option(
    "--master",
    envvar="TABSWARM_MASTER",
    default="local[*]",
    show_default=True,
    help="A driver link, local[N] or local[*].",
)
@click.option("--plain", is_flag=True, help="Python's own prompt, also where IPython is installed.")
def command(master: str, plain: bool) -> None:
    """Type Python with a swarm at hand: `sc` is a context.

    What is typed is kept, so functions run on tabs and on workers of any Python. Ctrl-C cancels the running job and
    keeps all names; Ctrl-D ends.
    """
    check_master(master)
    history = Path(platformdirs.user_state_dir("tabswarm")) / "shell_history"
    with main_module({}) as names, Context(master, "tabswarm shell") as sc:
        names["sc"] = sc
        interact(names, banner(sc), history, plain=plain)
