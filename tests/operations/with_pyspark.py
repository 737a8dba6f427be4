"""The shared suite in real PySpark, to be run by hand where there is one: what it gives is compared with the plain
answers, which tabswarm's are compared with.

    JAVA_HOME=... path/to/python/with/pyspark -m tests.operations.with_pyspark [a word of the case's name]
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Any

from tests.operations.every_case import CASES


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
            if not case.pyspark or not all(word in name for word in words):
                continue
            try:
                answer = case.program(sc)
            except Exception:
                answer = traceback.format_exc(limit=-3)
            expected = case.plain()
            if answer != expected:
                differ += 1
                print(f"{name}\n    PySpark: {answer}\n    plain:   {expected}")
            else:
                print(f"{name}: the same")
    finally:
        sc.stop()
    return differ


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
