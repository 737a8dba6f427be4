"""Code that people really write, from each Python found to a tab's: the same cases as between the Pythons."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.pyodide.in_pyodide import run_in_pyodide
from tests.shipping.pythons import MATRIX, found_pythons, run_python, version_of
from tests.shipping.test_matrix import PROGRAMS

PYTHONS = found_pythons()


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """What came of each case of each program of each Python, all in one Pyodide."""
    folder = tmp_path_factory.mktemp("shipped")
    names = []
    for python in PYTHONS:
        for program in PROGRAMS:
            names.append(f"{program} of {version_of(python)}")
            run_python(python, str(MATRIX / f"{program}.py"), str(folder / names[-1]), cwd=folder)
    script = Path(__file__).with_name("run_matrix.py")
    mounts = {"/shipped": folder, "/far_end.py": MATRIX / "far_end.py"}
    said = run_in_pyodide(script, tmp_path_factory.mktemp("wheel"), mounts, *(f"/shipped/{name}" for name in names))
    found: dict[str, dict[str, str]] = json.loads(said)
    return {Path(source).name: cases for source, cases in found.items()}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("python", PYTHONS, ids=version_of)
def test_each_construct_means_the_same_in_a_tab(
    python: Path, program: str, verdicts: dict[str, dict[str, str]]
) -> None:
    cases = verdicts[f"{program} of {version_of(python)}"]
    assert len(cases) > 2
    assert {case: verdict for case, verdict in cases.items() if verdict} == {}
