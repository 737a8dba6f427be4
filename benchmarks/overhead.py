"""What a job and a task cost when they compute next to nothing."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.measure import compare
from tabswarm import Context

JOBS, TASKS = 200, 2000
FIRST_RESULT = "from tabswarm import Context\nwith Context('local[2]') as sc: sc.range(10).sum()"


def run() -> None:
    """Measure."""
    with Context("local[2]") as sc:
        one = sc.parallelize([1], 1)
        many = sc.parallelize(range(TASKS), TASKS)

        def jobs() -> None:
            for _ in range(JOBS):
                one.count()

        compare(f"{JOBS} jobs of one partition", {"local[2]": jobs}, per=JOBS)
        compare(f"One job of {TASKS} tiny partitions", {"local[2]": lambda: many.count()})
    compare(
        "From a program's start to its first result",
        {
            "python -c pass": lambda: subprocess.run([sys.executable, "-c", "pass"], check=True),
            "import tabswarm": lambda: subprocess.run([sys.executable, "-c", "import tabswarm"], check=True),
            "local[2]": lambda: subprocess.run([sys.executable, "-c", FIRST_RESULT], check=True),
        },
    )
