"""The shared suite in real PySpark, to be run by hand where there is one: what it gives is compared with the plain
answers, which tabswarm's are compared with.

    JAVA_HOME=... path/to/python/with/pyspark -m tests.operations.with_pyspark [a word of the case's name]
"""

from __future__ import annotations

import os
import random
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.operations.chains import NOT_PYSPARKS, STEPS, play
from tests.operations.every_case import CASES

CHAINS = 20
"""Random chains of steps that PySpark runs after the cases (alone, where the word is `chains`)."""


def main(words: list[str]) -> int:
    """Run the cases whose names hold the words; the number of those that differ."""
    if os.environ.get("PYTHONHASHSEED") != "0":  # driver and workers must hash alike, and the driver runs already
        root = str(Path(__file__).parents[2])  # from which the workers import the cases as we do
        wanted = {"PYTHONHASHSEED": "0", "PYTHONPATH": root, "PYSPARK_PYTHON": sys.executable}
        os.execve(sys.executable, [sys.executable, "-m", "tests.operations.with_pyspark", *words], os.environ | wanted)
    import pyspark

    conf = pyspark.SparkConf().set("spark.ui.enabled", "false").set("spark.ui.showConsoleProgress", "false")
    sc: Any = pyspark.SparkContext("local[2]", "operations", conf=conf)
    sc.setLogLevel("OFF")
    differ = 0
    try:
        for name, case in CASES.items():
            if case.pyspark and all(word in name for word in words):
                differ += tell(name, case.program, sc, case.plain())
        if not words or words == ["chains"]:
            for seed in range(CHAINS):
                differ += chain(sc, random.Random(seed))
    finally:
        sc.stop()
    return differ


def tell(name: str, program: Callable[[Any], Any], sc: Any, expected: Any) -> bool:
    """Run a program and say whether it differs."""
    try:
        answer = program(sc)
    except Exception:
        answer = traceback.format_exc(limit=-3)
    print(f"{name}: the same" if answer == expected else f"{name}\n    PySpark: {answer}\n    plain:   {expected}")
    return bool(answer != expected)


def chain(sc: Any, rng: random.Random) -> bool:
    """A random chain of steps, as `tests/rdd/test_chains.py` has them for tabswarm."""
    names = rng.choices([name for name in STEPS if name not in NOT_PYSPARKS], k=rng.randint(2, 4))
    numbers = [rng.randint(-50, 50) for _ in range(20)]
    rdd, expected, in_order = play(sc.parallelize(numbers, rng.randint(1, 4)), numbers, names)
    order = list if in_order else sorted
    return tell(", ".join(names), lambda _: order(rdd.collect()), sc, order(expected))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
