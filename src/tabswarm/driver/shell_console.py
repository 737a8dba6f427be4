"""The prompt of `tabswarm shell`: Python's own, but that it keeps what is typed, so that functions travel as source.

The law: whatever was typed stays in `linecache` under a file name of its own (`<shell:3>`), so a function that is
typed here is like one of a file: it runs on tabs and on workers of any Python, and a failure there shows its line.
"""

from __future__ import annotations

import ast
import code
import linecache
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tabswarm.driver.brief_errors import tell_briefly
from tabswarm.errors import TabswarmError
from tabswarm.shipping.compile_source import FUTURE_FLAGS

if TYPE_CHECKING:
    from tabswarm.driver.context import Context


class ShellConsole(code.InteractiveConsole):
    """A prompt over the names of a module, `__main__` while it runs.

    Ctrl-C ends what runs (a job is cancelled on the swarm) or what is being typed, and keeps all names.
    """

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__(names)
        self._typed = 0

    def runsource(self, source: str, filename: str | None = None, symbol: str = "single", **_: Any) -> bool:
        """Run a piece of source that was typed, if it is complete; True where more has to come."""
        if not source.strip():
            return False
        name = f"<shell:{self._typed + 1}>"
        try:
            compiled = self.compile(source, name, symbol)
        except (OverflowError, SyntaxError, ValueError):
            compiled = self._statements(source, name)
            if compiled is None:
                self.showsyntaxerror(name)
                return False
        if compiled is None:
            return True
        self._typed += 1
        keep_text(name, source)
        self.runcode(compiled)
        return False

    def _statements(self, source: str, name: str) -> types.CodeType | None:
        """Several statements at once, as an editor that takes whole blocks hands them over."""
        try:
            tree = ast.parse(source, name)
            flags = self.compile.compiler.flags & FUTURE_FLAGS
            made: types.CodeType = compile(ast.Interactive(tree.body), name, "single", flags=flags, dont_inherit=True)
            return made
        except (OverflowError, SyntaxError, ValueError):
            return None

    def runcode(self, code: types.CodeType) -> None:
        """Run what was typed. What goes wrong on the swarm is told in a line, what goes wrong here as Python does."""
        try:
            exec(code, self.locals)
        except SystemExit:
            raise
        except KeyboardInterrupt:
            self.write("\nKeyboardInterrupt (a running job is cancelled; all names are kept)\n")
        except TabswarmError as error:
            tell_briefly(type(error), error, error.__traceback__)
        except BaseException:
            self.showtraceback()


def keep_text(name: str, source: str) -> None:
    """Let `linecache`, and through it shipping and tracebacks, find what was typed."""
    lines = [line + "\n" for line in source.split("\n")]
    linecache.cache[name] = (sum(map(len, lines)), None, lines, name)


@contextmanager
def main_module(names: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A fresh `__main__` for what is typed: the program's functions and classes are of it, as in a script."""
    module = types.ModuleType("__main__", "What was typed in `tabswarm shell`.")
    vars(module).update(names)
    previous = sys.modules["__main__"]
    sys.modules["__main__"] = module
    try:
        yield vars(module)
    finally:
        sys.modules["__main__"] = previous


def banner(sc: Context) -> str:
    """What the shell says first: who, where, with whom, and the keys."""
    slots = sc.defaultParallelism
    return (
        f"Python {sys.version.split()[0]}, master {sc.master}, application {sc.applicationId}, {slots} task slots\n"
        "`sc` is the context. Functions typed here run on tabs and on workers of any Python.\n"
        "Ctrl-C cancels the running job, Ctrl-D ends."
    )
