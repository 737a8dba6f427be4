"""PySpark in a process of its own, which does pieces of work on demand."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import TracebackType

from benchmarks.rivals.environment import pyspark_environment

PROGRAM = Path(__file__).with_name("pyspark_process.py")


class PySpark:
    """A running PySpark.

    with PySpark() as spark:
        spark.do("word_count", 2, "text.txt")
    """

    def __init__(self) -> None:
        self._python, self._environment = pyspark_environment()
        self._process = subprocess.Popen(
            [self._python, PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self._environment,
        )

    def do(self, work: str, cores: int, argument: object) -> int:
        """Have it do the work, and return the number that it answers with."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{work} {cores} {argument}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer.startswith("done "):
            raise RuntimeError(f"PySpark ended in {work}; run {PROGRAM.name} with {self._python} to see why")
        return int(answer.split()[1])

    def first_result(self, cores: int) -> None:
        """A new process, from its start to its first result."""
        program = f"from pyspark import SparkContext; SparkContext('local[{cores}]').range(10).sum()"
        subprocess.run([self._python, "-c", program], env=self._environment, check=True, stderr=subprocess.DEVNULL)

    def __enter__(self) -> PySpark:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
