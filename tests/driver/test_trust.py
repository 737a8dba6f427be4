"""`Context(trust=[...])`: which classes may run their own methods on what volunteers send."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tabswarm import Context
from tabswarm.errors import ResultNotSerialisable
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.simulation.engine import SimulatedEngine

ROOT = Path(__file__).parents[2]


class Closing:
    """Its instances are refused as records: `__del__` would run on what a stranger wrote."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __del__(self) -> None:
        pass

    def __reduce__(self) -> tuple[Any, ...]:
        return Closing, (self.name.upper(),)


def test_a_class_that_is_trusted_travels_as_its_own_reduce_says() -> None:
    with EngineContext(SimulatedEngine(seed=1), trust=[Closing]) as sc:
        made = sc.parallelize(["a", "b"], 2).map(Closing).map(lambda each: each)
        assert [each.name for each in made.collect()] == ["A", "B"]
        # A shuffle of a function that does not mention the class, and an RDD of the driver's instances.
        pairs = sc.parallelize([Closing("c"), Closing("d")], 2).map(lambda each: (1, each))
        assert sorted(each.name for _, each in pairs.partitionBy(1).collect()) == ["C", "D"]


def test_trust_is_the_contexts_own() -> None:
    class Mine:
        pass

    with EngineContext(SimulatedEngine(seed=1), trust=[Mine]) as one, EngineContext(SimulatedEngine(seed=2)) as other:
        assert one._classes.is_trusted(Mine) and not other._classes.is_trusted(Mine)
    with pytest.raises(TypeError, match="trust is a list of classes, and 'Mine' is none"):
        EngineContext(SimulatedEngine(seed=3), trust=["Mine"])  # type: ignore[list-item]


PROGRAM = dedent("""
    import threading
    from xml.etree.ElementTree import Element
    from tabswarm import Context
    from tabswarm.errors import ResultNotSerialisable

    class Counted:
        made = 0
        def __init__(self, n): self.n = n; Counted.made += 1
        def __reduce__(self): return Counted, (self.n,)

    class Restored:
        def __init__(self): self.lock = threading.Lock(); self.n = 1
        def __getstate__(self): return {"n": self.n}
        def __setstate__(self, state): self.lock = threading.Lock(); self.n = state["n"] + 1

    with Context("local[2]", trust=[Counted, Restored, Element]) as sc:
        numbers = sc.parallelize(range(4), 2)
        assert [each.n for each in numbers.map(Counted).collect()] == [0, 1, 2, 3]
        assert Counted.made == 4
        (restored,) = numbers.map(lambda n: Restored()).take(1)
        assert restored.n == 2 and not restored.lock.locked()
        grouped = numbers.map(lambda n: (n % 2, Element("a", {"n": str(n)}))).groupByKey(2)
        found = sorted((key, [each.get("n") for each in elements]) for key, elements in grouped.collect())
        assert found == [(0, ["0", "2"]), (1, ["1", "3"])]
    with Context("local[1]") as sc:
        try:
            sc.parallelize([1], 1).map(lambda n: Element("a")).collect()
        except ResultNotSerialisable as error:
            assert "trust=[...]" in str(error), error
        else:
            raise AssertionError("an Element travelled")
    print("all is well")
""")


@pytest.mark.timeout(120)
def test_trusted_classes_of_the_program_and_of_others_travel_in_local_mode(tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, "job.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "all is well\n"), done.stderr


def test_without_trust_the_error_names_the_type_and_the_way() -> None:
    with Context("local[1]") as sc, pytest.raises(ResultNotSerialisable, match=r"Closing.*__del__.*trust="):
        sc.parallelize(["a"], 1).map(Closing).collect()
