"""The executor's files are the same in a tab, so its tests pass there too: in Pyodide's Python, 32 bits wide."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import msgspec
import pytest
from tests.pyodide.in_pyodide import ROOT, run_in_pyodide

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
    mounts = {"/tests": ROOT / "tests"}
    for name in PYTEST:
        spec = importlib.util.find_spec(name)
        assert spec is not None and spec.origin is not None, f"{name} is not installed"
        path = Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)
        mounts[f"/lib/python3.14/site-packages/{path.name}"] = path
    script = Path(__file__).with_name("run_pytest.py")
    said = run_in_pyodide(script, tmp_path_factory.mktemp("wheel"), mounts, *(f"/tests/{suite}" for suite in SUITES))
    return msgspec.json.decode(said, type=Outcome)


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
