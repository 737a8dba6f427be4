"""What the how-tos say can be typed, and works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.driver.real_kernel import having, run_cells

ROOT = Path(__file__).parents[2]


def blocks(name: str) -> list[str]:
    """The Python that a how-to shows."""
    text = (ROOT / "docs" / "howto" / name).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_showing_plotting_and_saving(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("\n".join(blocks("show-and-plot.md")), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "TABSWARM_MASTER": "local[2]", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=150,
    )
    assert ended.returncode == 0, ended.stderr
    assert "Turku     3" in ended.stdout and "12 cups after 3 orders" in ended.stdout
    for title in ("Cups sold", "Two waves", "Squares modulo 1,000", "Rings"):
        assert title in ended.stdout
    assert sorted((tmp_path / "cups.csv").read_text().split()) == ["Turku,7", "Vaasa,5", "key,value"]
    assert (tmp_path / "cups.json").read_text().startswith("[\n[")


def test_driving_a_swarm_from_jupyter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, swarm, drawn, printed = run_cells(blocks("jupyter.md"), tmp_path, monkeypatch)
    assert len(having(swarm, "application/vnd.jupyter.widget-view+json")) == 1
    assert len(having(drawn, "text/html", "<table>")) == 1
    assert len(having(drawn, "application/vnd.vegalite.v5+json")) == 1
    text = "".join(output.text for output in printed if output.get("name") == "stdout")
    assert text == "[('be', 2), ('not', 1), ('or', 1), ('to', 2)]\n"
