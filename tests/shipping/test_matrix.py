"""Code that people really write, from each Python found to each of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.shipping.pythons import MATRIX, found_pythons, run_python, version_of

PYTHONS = found_pythons()
PROGRAMS = [
    *("functions_program", "classes_program", "generated_program"),
    *("unusual_functions_program", "unusual_classes_program"),
]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[Path, str], Path]:
    """The shipments of each program on each Python."""
    folder = tmp_path_factory.mktemp("shipped")
    files = {}
    for number, python in enumerate(PYTHONS):
        for program in PROGRAMS:
            files[python, program] = folder / f"{program}-{number}"
            run_python(python, str(MATRIX / f"{program}.py"), str(files[python, program]), cwd=folder)
    return files


@pytest.mark.timeout(180)
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("there", PYTHONS, ids=version_of)
@pytest.mark.parametrize("here", PYTHONS, ids=version_of)
def test_each_construct_means_the_same_on_every_python(
    here: Path, there: Path, program: str, shipped: dict[tuple[Path, str], Path], tmp_path: Path
) -> None:
    # PYTHONSAFEPATH keeps the program's folder off the far end's path: a local module must come out of the shipment.
    # What is not there cannot be found: `far_end.py` lies in the program's folder, so it is read from elsewhere.
    far_end = tmp_path / "far_end.py"
    far_end.write_text((MATRIX / "far_end.py").read_text())
    verdicts = json.loads(
        run_python(there, str(far_end), str(shipped[here, program]), cwd=tmp_path, PYTHONSAFEPATH="1")
    )
    assert len(verdicts) > 2
    assert {case: verdict for case, verdict in verdicts.items() if verdict} == {}
