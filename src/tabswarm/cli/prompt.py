"""How `tabswarm shell` prompts: by IPython where it is installed, by the block editor that Python 3.13 brought, or line
by line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tabswarm.driver.shell_console import ShellConsole

HISTORY_LINES = 10_000


def interact(names: dict[str, Any], first: str, history: Path, *, plain: bool = False) -> None:
    """Prompt until the end of the input: IPython's prompt where it is installed (unless `plain`), else Python's."""
    if not plain and sys.stdin.isatty() and _interact_in_ipython(names, first):
        return
    console = ShellConsole(names)
    with _line_editing(names, history):
        if sys.stdin.isatty() and not os.environ.get("PYTHON_BASIC_REPL") and _interact_by_blocks(console, first):
            return
        console.interact(banner=first, exitmsg="")


def _interact_in_ipython(names: dict[str, Any], first: str) -> bool:
    try:
        import IPython  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return False
    print(first)
    module = sys.modules["__main__"]
    IPython.start_ipython(argv=["--no-banner"], user_module=module, user_ns=vars(module))  # type: ignore[no-untyped-call, unused-ignore]
    return True


def _interact_by_blocks(console: ShellConsole, first: str) -> bool:
    """The editor of whole blocks that Python 3.13 brought, where there is one."""
    try:
        from _pyrepl.main import CAN_USE_PYREPL  # type: ignore[import-not-found, unused-ignore]
        from _pyrepl.simple_interact import (  # type: ignore[import-not-found, unused-ignore]
            run_multiline_interactive_console,
        )
    except ImportError:
        return False
    if not CAN_USE_PYREPL:
        return False
    print(first)
    run_multiline_interactive_console(console)
    return True


@contextmanager
def _line_editing(names: dict[str, Any], history: Path) -> Iterator[None]:
    """Arrow keys, completion of the names there are, and a history that outlives the shell."""
    try:
        import readline
        import rlcompleter
    except ImportError:  # Windows
        yield
        return
    readline.set_completer(rlcompleter.Completer(names).complete)
    readline.parse_and_bind("tab: complete")
    with suppress(OSError):
        readline.read_history_file(history)
    readline.set_history_length(HISTORY_LINES)
    try:
        yield
    finally:
        with suppress(OSError):
            history.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(history)
