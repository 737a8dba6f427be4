"""The command line: `tabswarm demo | serve | run | shell | attach | worker | jobs`.

Each command is a module of its own, imported when it is called: `tabswarm run` need not wait for a web server's import.
What goes wrong is told in one line on stderr with a non-zero exit code: 1 for what failed, 2 for how it was called, 130
for Ctrl-C.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import rich_click as click

from tabswarm.cli.terminal import complain
from tabswarm.errors import TabswarmError
from tabswarm.wire.version import tabswarm_version

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = ("demo", "serve", "run", "shell", "attach", "worker", "jobs")


class LazyGroup(click.RichGroup):
    """A group that imports a command's module when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"tabswarm.cli.{cmd_name}")
        command: click.Command = module.command
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(tabswarm_version(), prog_name="tabswarm")
def tabswarm() -> None:
    """Spark's RDDs on a swarm of browser tabs: share a link, and every tab that opens it computes."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The `tabswarm` command. Never shows a traceback for what the user can mend himself."""
    try:
        code = tabswarm(args=None if arguments is None else list(arguments), standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except TabswarmError as error:
        complain(error)
        code = 1
    except BrokenPipeError:
        sys.stderr.close()
        code = 1
    sys.exit(code if isinstance(code, int) else 0)
