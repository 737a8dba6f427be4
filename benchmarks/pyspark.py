"""Beside PySpark 4, in turns on the same work: a word count, tiny tasks, many small jobs, and the first result.

PySpark's context and workers are started and warm before anything is timed; so are ours.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import compare
from benchmarks.overhead import FIRST_RESULT
from benchmarks.rivals.running_spark import PySpark
from benchmarks.word_count import SIZE, count, count_plainly, write_text
from tabswarm import Context

TASKS, JOBS = 2000, 100


def run() -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder, PySpark() as spark, Context("local[2]") as two:
        path = str(Path(folder, "text.txt"))
        write_text(Path(path))
        words = sum(count_plainly(path).values())
        assert sum(number for _, number in count(two, path)) == words == spark.do("word_count", 2, path)
        with Context("local[1]") as one:
            compare(
                f"Word count over {SIZE >> 20} MB",
                {
                    "PySpark local[2]": lambda: spark.do("word_count", 2, path),
                    "tabswarm local[2]": lambda: count(two, path),
                    "tabswarm local[1]": lambda: count(one, path),
                    "a plain loop": lambda: count_plainly(path),
                },
            )
        many, single = two.parallelize(range(TASKS), TASKS), two.parallelize([1], 1)
        compare(
            f"One job of {TASKS} tiny partitions",
            {
                "PySpark local[2]": lambda: spark.do("tiny_tasks", 2, TASKS),
                "tabswarm local[2]": lambda: many.count(),
                "a plain loop": lambda: [sum(1 for _ in (x,)) for x in range(TASKS)],
            },
        )
        compare(
            f"{JOBS} jobs of one partition, one after the other",
            {
                "PySpark local[2]": lambda: spark.do("jobs", 2, JOBS),
                "tabswarm local[2]": lambda: [single.count() for _ in range(JOBS)],
                "a plain loop": lambda: [sum(1 for _ in (1,)) for _ in range(JOBS)],
            },
            per=JOBS,
        )
        compare(
            "From a program's start to its first result",
            {
                "PySpark local[2]": lambda: spark.first_result(2),
                "tabswarm local[2]": lambda: subprocess.run([sys.executable, "-c", FIRST_RESULT], check=True),
                "python -c pass": lambda: subprocess.run([sys.executable, "-c", "pass"], check=True),
            },
        )
