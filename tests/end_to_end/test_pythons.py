"""Drivers on each Python found, on tabs with 3.14: functions travel as source, and errors name the user's line."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
import pytest_asyncio
from tests.end_to_end.swarm import PATIENCE, Swarm

from tabswarm.browsers import Browser

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

ROOT = Path(__file__).parents[2]
PYTHONS = [Path(sys.executable), *sorted(ROOT.glob(".venv-3.*/bin/python"))]

PROGRAM = dedent("""
    import functools, sys
    from collections import namedtuple
    from dataclasses import dataclass
    from tabswarm import Context
    import shapes

    Point = namedtuple("Point", "x y")

    @dataclass
    class Weight:
        grams: int
        def heavier(self, by): return Weight(self.grams + by)

    def twice(function):
        @functools.wraps(function)
        def wrapper(*arguments):
            return function(function(*arguments))
        return wrapper

    @twice
    def increment(n):
        return n + 1

    def countdown(n):
        while n:
            yield n
            n -= 1

    def factorial(n):
        return 1 if n < 2 else n * factorial(n - 1)

    def adder(by):
        offset = by * 10
        return lambda n, *, plus=1: n + offset + plus

    class Base:
        def name(self): return "base"

    class Child(Base):
        def name(self): return "child of " + super().name()

    add, double = (lambda n: n + 1), (lambda n: n * 2)

    with Context() as sc:
        n = sc.parallelize(range(1, 6), 2)
        assert n.map(add).map(double).collect() == [4, 6, 8, 10, 12]
        assert n.map(adder(3)).collect() == [32, 33, 34, 35, 36]
        assert n.map(increment).collect() == [3, 4, 5, 6, 7]
        assert n.flatMap(countdown).count() == 15
        assert n.map(factorial).collect() == [1, 2, 6, 24, 120]
        assert n.map(lambda _: Child().name()).first() == "child of base"
        assert n.map(lambda k: shapes.Square(k).area()).collect() == [1, 4, 9, 16, 25]
        assert n.map(lambda k: [y := k * k, y + 1]).first() == [1, 2]
        assert n.map(lambda k: {i: [j for j in range(i)] for i in range(k)}).first() == {0: []}
        assert n.map(lambda k: Point(k, -k)).collect()[0] == Point(1, -1)
        assert n.map(lambda k: Weight(k).heavier(5)).collect()[0] == Weight(6)
        versions = n.map(lambda _: tuple(__import__("sys").version_info[:2])).collect()
        assert set(versions) == {(3, 14)}, versions
    print("all is well")
""")

SHAPES = dedent('''
    """A local module: it travels as source."""
    class Square:
        def __init__(self, side): self.side = side
        def area(self): return scale(self.side * self.side)

    def scale(area): return area
''')

BOOM = dedent("""
    from tabswarm import Context

    def divide(n):
        return 10 // (n - 3)

    with Context() as sc:
        sc.parallelize(range(6), 3).map(divide).collect()
""")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tab_swarm(shared_swarm: Swarm, chromium: Browser) -> Swarm:
    await shared_swarm.add_tab(chromium)
    return shared_swarm


def run_plainly(python: Path, script: Path, master: str) -> subprocess.CompletedProcess[str]:
    """Run a script the plain way: `python job.py`, with the master in the environment."""
    environment = os.environ | {"TABSWARM_MASTER": master}
    return subprocess.run(
        [str(python), script.name], cwd=script.parent, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )


@pytest.mark.parametrize("python", PYTHONS, ids=lambda path: path.parents[1].name)
async def test_every_construct_travels_from_this_python_to_a_tab(
    python: Path, tab_swarm: Swarm, tmp_path: Path
) -> None:
    (tmp_path / "shapes.py").write_text(SHAPES)
    (tmp_path / "job.py").write_text(PROGRAM)
    done = await asyncio.to_thread(run_plainly, python, tmp_path / "job.py", tab_swarm.driver_link)
    assert (done.returncode, done.stdout) == (0, "all is well\n"), done.stderr


@pytest.mark.parametrize("python", PYTHONS, ids=lambda path: path.parents[1].name)
async def test_an_exception_in_a_tab_names_the_users_file_and_line(
    python: Path, tab_swarm: Swarm, tmp_path: Path
) -> None:
    (tmp_path / "boom.py").write_text(BOOM)
    done = await asyncio.to_thread(run_plainly, python, tmp_path / "boom.py", tab_swarm.driver_link)
    assert done.returncode != 0
    line = BOOM.splitlines().index("    return 10 // (n - 3)") + 1
    assert f"boom.py:{line}" in done.stderr or f'boom.py", line {line}' in done.stderr
    assert "ZeroDivisionError" in done.stderr and "map at boom.py:" in done.stderr
