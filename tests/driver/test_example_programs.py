"""The programs in examples/ run as they stand, and say what a plain loop says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(name: str, *arguments: str) -> str:
    ended = subprocess.run(
        [sys.executable, str(ROOT / "examples" / name), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "TABSWARM_MASTER": "local[2]"},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_word_count(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("to be or not\nto be\n")
    (tmp_path / "b.txt").write_text("be\n")
    counts = Counter("to be or not to be be".split())
    assert (
        Counter({line.split()[1]: int(line.split()[0]) for line in run("word_count.py", str(tmp_path)).splitlines()})
        == counts
    )


def test_pi() -> None:
    assert run("pi.py", "0.02").startswith("pi is about 3.1")


def test_inverted_index(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("import os\nfrom re import match\n")
    (tmp_path / "two.py").write_text("import os.path\n")
    assert [line.split(maxsplit=1) for line in run("inverted_index.py", str(tmp_path)).splitlines()] == [
        ["os", "one.py, two.py"],
        ["re", "one.py"],
    ]
