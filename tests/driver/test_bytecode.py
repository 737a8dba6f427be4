"""Code without a usable source: it runs where the very same Python is, and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from tests.shipping.pythons import found_pythons, run_python, version_of

from tabswarm.errors import NoEligibleVolunteers
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.simulation.engine import SimulatedEngine

HERE = ".".join(map(str, sys.version_info[:2]))

TYPED = dedent("""
    from dataclasses import dataclass
    from operator import add
    from tabswarm import Context

    @dataclass
    class Weight:
        grams: int
        def heavier(self, by): return Weight(self.grams + by)

    def twice(n): return 2 * n

    with Context("local[2]") as sc:
        numbers = sc.parallelize(range(10), 3)
        print(sorted(numbers.map(twice).map(lambda n: (n % 3, n)).reduceByKey(lambda a, b: a + b).collect()))
        print(numbers.map(lambda n: Weight(n).heavier(1)).first().grams)
        print(sc.parallelize([twice, lambda n: n + 1]).map(lambda f: f(20)).collect())
        print(numbers.keyBy(twice).partitionBy(2, lambda key: key // 10).glom().map(len).collect())
""")


@pytest.mark.timeout(180)
@pytest.mark.parametrize("python", found_pythons(), ids=version_of)
def test_what_python_c_is_given_runs_on_workers_of_the_same_version(python: Path, tmp_path: Path) -> None:
    printed = run_python(python, "-c", TYPED, cwd=tmp_path).splitlines()
    assert printed == ["[(0, 36), (1, 30), (2, 24)]", "1", "[40, 21]", "[5, 5]"]


def typed(text: str) -> Callable[..., Any]:
    """A function that was typed where nothing keeps its text."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, "<typed>", "exec"), names)
    return names["f"]  # type: ignore[no-any-return]


def context(kind: str, python: str) -> EngineContext:
    engine = SimulatedEngine(seed=1, volunteers=0)
    for _ in range(2):
        engine.swarm.add_volunteer(python=python, kind=kind)
    context = EngineContext(engine)
    engine.swarm.run_until(lambda: len(engine.swarm.scheduler.state.volunteers.by_id) == 2)
    return context


def test_a_native_worker_with_the_same_minor_version_runs_it() -> None:
    with context("native", f"{HERE}.99") as sc:
        assert sc.parallelize([1, 2], 2).map(typed("def f(n): return n + 1")).collect() == [2, 3]


def test_where_nobody_has_that_python_the_error_names_function_line_version_and_the_way_out() -> None:
    with context("tab", "3.14.2" if HERE != "3.14" else "3.15.0") as sc:
        numbers = sc.parallelize([1, 2], 2)
        with pytest.raises(NoEligibleVolunteers) as caught:
            numbers.map(typed("\ndef f(n):\n    return n + 1")).collect()
        message = str(caught.value)
        assert f"map at {Path(__file__).relative_to(Path.cwd())}:" in message
        assert f"needs a volunteer with Python {HERE}" in message
        assert "function `f` at <typed>:2" in message
        assert "`tabswarm shell`" in message and f"`tabswarm worker LINK` of Python {HERE}" in message
        assert numbers.map(lambda n: n + 1).collect() == [2, 3]  # what has a source runs there


def test_a_reducer_without_source_is_kept_from_those_who_write_for_it() -> None:
    with context("tab", "3.99.0") as sc:
        pairs = sc.parallelize([("a", 1), ("a", 2)], 2)
        with pytest.raises(NoEligibleVolunteers, match=r"reduceByKey at .* needs a volunteer with Python"):
            pairs.reduceByKey(typed("def f(a, b): return a + b")).collect()


def test_values_with_functions_without_source_are_read_only_where_they_can_be() -> None:
    with context("tab", "3.99.0") as sc:
        functions = sc.parallelize([typed("def f(n): return n")], 1)
        with pytest.raises(NoEligibleVolunteers, match=r"parallelize at .* needs a volunteer with Python"):
            functions.map(lambda f: f(1)).collect()
