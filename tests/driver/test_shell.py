"""`tabswarm shell`: what is typed runs anywhere, Ctrl-C keeps the names, Ctrl-D ends."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tabswarm.driver.shell_console import ShellConsole, main_module
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.simulation.engine import SimulatedEngine

ROOT = Path(__file__).parents[2]

SESSION = """
from dataclasses import dataclass

def twice(n):
    return 2 * n

@dataclass
class Point:
    x: int
    def up(self):
        return Point(self.x + 1)

shift = lambda n: (lambda m: m + n)(1); other = 5
print(sc.parallelize([1, 2], 2).map(twice).map(shift).collect())
print([p.x for p in sc.parallelize([Point(1)], 1).map(lambda p: p.up()).collect()])
try:
    sc.parallelize([0], 1).map(lambda n: 1 // n).collect()
except Exception as error:
    print(type(error).__name__, '<shell:7>:2' in str(error))

sc.parallelize([0], 1).map(lambda n: [][n]).collect()
1 +
other
"""


def test_what_is_typed_travels_as_source_to_any_python(capsys: pytest.CaptureFixture[str]) -> None:
    engine = SimulatedEngine(seed=1, volunteers=0)
    engine.swarm.add_volunteer(python="3.99.0")  # where bytecode could not go
    with main_module({}) as names, EngineContext(engine) as sc:
        names["sc"] = sc
        console = ShellConsole(names)
        for line in SESSION.splitlines():
            console.push(line)
    said = capsys.readouterr()
    assert said.out.splitlines() == ["[3, 5]", "[2]", "TaskError True", "5"]
    assert "IndexError: list index out of range at <shell:8>:1" in said.err
    assert "SyntaxError" in said.err
    assert sys.modules["__main__"].__dict__ is not names


def test_a_block_of_several_statements_is_run_whole(capsys: pytest.CaptureFixture[str]) -> None:
    with main_module({}) as names:
        console = ShellConsole(names)
        assert not console.runsource("x = 1\nfor i in range(2):\n    x += i\nx\n'shown'\n")
        assert console.runsource("def f():")
    assert capsys.readouterr().out == "2\n'shown'\n"


class Terminal:
    """A shell behind a terminal of its own."""

    def __init__(self, tmp_path: Path, *arguments: str) -> None:
        self.master, child = pty.openpty()
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "HOME": str(tmp_path),
            "XDG_STATE_HOME": str(tmp_path),
            "TERM": "dumb",
            "PYTHON_BASIC_REPL": "1",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tabswarm", "shell", "--plain", "--master", "local[1]", *arguments],
            stdin=child,
            stdout=child,
            stderr=child,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: os.set_inheritable(0, True),
        )
        os.close(child)
        self.said = ""

    def wait_for(self, text: str) -> None:
        """Read until the text was said."""
        while text not in self.said:
            self.said += os.read(self.master, 4096).decode(errors="replace")
        self.said = self.said.split(text, 1)[1]

    def type(self, text: str) -> None:
        """Type something, with its Enter."""
        os.write(self.master, text.encode() + b"\n")


@pytest.mark.timeout(120)
def test_ctrl_c_cancels_the_job_and_keeps_the_names_and_ctrl_d_ends(tmp_path: Path) -> None:
    shell = Terminal(tmp_path)
    shell.wait_for("Ctrl-D ends.")
    shell.wait_for(">>> ")
    shell.type("kept = 41")
    shell.wait_for(">>> ")
    shell.type("sc.range(1).map(lambda n: [print('be' + 'gun'), __import__('time').sleep(600)]).collect()")
    shell.wait_for("begun")
    shell.process.send_signal(2)
    shell.wait_for("all names are kept")
    shell.wait_for(">>> ")
    shell.type("print('still', sc.range(1).map(lambda n: kept + 1).collect())")
    shell.wait_for("still [42]")
    shell.wait_for(">>> ")
    os.write(shell.master, b"\x04")
    began = time.monotonic()
    try:
        while os.read(shell.master, 4096):
            pass
    except OSError:
        pass  # the terminal is closed
    assert shell.process.wait(60) == 0, time.monotonic() - began
    os.close(shell.master)
    assert "kept = 41" in (tmp_path / "tabswarm" / "shell_history").read_text()
