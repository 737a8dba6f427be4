"""The console's examples run as plain scripts too, and say what a plain loop says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "web" / "src" / "console" / "examples").glob("*.py"))
CELL = re.compile(r"^# %%$", re.MULTILINE)


def run(name: str) -> str:
    """What `tabswarm run` prints of an example."""
    [script] = [path for path in EXAMPLES if path.stem == name]
    ended = subprocess.run(
        [sys.executable, "-m", "tabswarm", "run", str(script)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "TABSWARM_MASTER": "local[2]", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=150,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def rows_under(printed: str, head: str) -> list[list[str]]:
    """The rows of the table whose first column has that name."""
    lines = printed.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{head} ")) + 2
    rows = []
    for line in lines[start:]:
        if not re.fullmatch(r" *\S+( {2,}\S+)+", line):
            break
        rows.append(line.split())
    return rows


def test_the_menu_has_the_examples_that_everybody_expects() -> None:
    assert {path.stem for path in EXAMPLES} == {
        *("word_count", "pi", "pagerank", "kmeans", "sort", "log_analysis", "mandelbrot")
    }


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_opens_with_its_title_and_what_it_shows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    head, *cells = CELL.split(text)
    assert re.fullmatch(r"# [^\n]{3,40}\n# [^\n]{10,100}\.\n\n", head), "title, one line, then cells"
    assert len(cells) >= 2
    assert all(re.match(r"\n# ", cell) or len(cell.splitlines()) <= 3 for cell in cells), "a cell says what it does"
    assert len(text.splitlines()) <= 80


def test_word_count() -> None:
    printed = run("word_count")
    text = next(path for path in EXAMPLES if path.stem == "word_count").read_text(encoding="utf-8")
    [tale] = re.findall(r'"""\n(.*?)"""', text, re.DOTALL)
    counts = Counter(re.findall(r"[a-z']+", tale.lower()))
    expected = sorted(((word, 500 * count) for word, count in counts.items()), key=lambda pair: (-pair[1], pair[0]))
    assert f"{len(counts)} different words" in printed
    assert rows_under(printed, "key") == [[word, str(count)] for word, count in expected[:12]]
    assert "How often" in printed


def test_pi() -> None:
    printed = run("pi")
    assert printed.startswith("pi is about 3.141")
    assert "The estimate settles" in printed


def test_pagerank() -> None:
    ranks = {page: float(rank) for page, rank in rows_under(run("pagerank"), "key")}
    assert len(ranks) == 9
    assert sum(ranks.values()) == pytest.approx(1, abs=0.001)
    assert next(iter(ranks)) == "home"
    assert ranks["blog"] == pytest.approx(0.15 / 9, abs=0.0001), "nobody links to it"


def test_kmeans() -> None:
    printed = run("kmeans")
    found = [tuple(map(float, pair)) for pair in re.findall(r"\(([\d.]+), ([\d.]+)\)", printed.splitlines()[0])]
    for centre, place in zip(sorted(found), [(2, 2), (4, 8), (8, 3), (9, 9)], strict=True):
        assert centre == pytest.approx(place, abs=0.25)
    assert "Four groups" in printed


def test_sort() -> None:
    printed = run("sort")
    rows = rows_under(printed, "partition")
    assert sum(int(row[1]) for row in rows) == 120_000
    borders = [float(border) for row in rows for border in row[2:]]
    assert borders == sorted(borders)
    assert sum(int(line.split()[-1]) for line in printed.splitlines() if " – " in line) == 120_000


def test_log_analysis() -> None:
    printed = run("log_analysis")
    rows = {path: (int(requests), int(failed)) for path, requests, failed in rows_under(printed, "path")}
    shares = {path: failed / requests for path, (requests, failed) in rows.items()}
    assert len(rows) == 6 and max(shares, key=lambda path: shares[path]) == "/cart"
    assert "Failed requests" in printed


def test_mandelbrot() -> None:
    title, *picture = run("mandelbrot").splitlines()
    assert title == "The Mandelbrot set"
    assert len(picture) == 20 and sum(line.count("█") for line in picture) > 150
    below = picture[:10:-1]  # the set is its own mirror image, but for the row at the top, which has no counterpart
    assert below == picture[1 : 1 + len(below)]
