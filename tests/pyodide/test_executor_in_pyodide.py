"""The executor's files are the same in a tab, so its tests pass there too: in Pyodide's Python, 32 bits wide."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path

import msgspec
import pytest

from webbuild.node import environment_with_node, node_command
from webbuild.tab_python import build_tab_wheel
from webbuild.wheels import fetch_wheels

ROOT = Path(__file__).resolve().parents[2]
SUITES = ("executor", "worker/pyodide")
"""Folders below tests/ that run in Pyodide as well."""
PYTEST = ("pytest", "_pytest", "py", "pluggy", "iniconfig", "packaging", "pygments")
"""pytest and what it imports: pure Python, so the installed files serve Pyodide too."""


class Outcome(msgspec.Struct):
    """What `run_pytest.py` says."""

    code: int
    python: str
    passed: list[str]
    others: list[str]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """One run of the suites in Pyodide."""
    pyodide = ROOT / "web" / "node_modules" / "pyodide"
    assert pyodide.is_dir(), f"{pyodide} is missing: run `make web`"
    wheels = [*fetch_wheels(ROOT / "web"), build_tab_wheel(ROOT, tmp_path_factory.mktemp("wheel"))]
    mounts = {"/tests": str(ROOT / "tests")}
    for name in PYTEST:
        spec = importlib.util.find_spec(name)
        assert spec is not None and spec.origin is not None, f"{name} is not installed"
        path = Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)
        mounts[f"/lib/python3.14/site-packages/{path.name}"] = str(path)
    setup = json.dumps({"mounts": mounts, "wheels": [str(wheel) for wheel in wheels]})
    script = str(Path(__file__).with_name("pytest_in_pyodide.mjs"))
    done = subprocess.run(
        [*node_command(), script, str(pyodide), setup, *(f"/tests/{suite}" for suite in SUITES)],
        env=environment_with_node(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stderr)
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Outcome)


@pytest.mark.timeout(240)
def test_every_test_of_the_executor_passes_in_pyodide(outcome: Outcome) -> None:
    assert outcome.others == []
    assert outcome.code == 0
    assert outcome.python.startswith("3.14.")


@pytest.mark.timeout(240)
def test_no_file_of_tests_was_left_out_in_pyodide(outcome: Outcome) -> None:
    ran = {name.partition("::")[0] for name in outcome.passed}
    files = (file for suite in SUITES for file in (ROOT / "tests" / suite).rglob("test_*.py"))
    written = {file.relative_to(ROOT / "tests").as_posix() for file in files}
    assert written <= ran, f"without a passing test in Pyodide: {sorted(written - ran)}"
