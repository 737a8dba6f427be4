"""Runs inside Pyodide: pytest over the mounted tests, and what came of each. `pytest_in_pyodide.mjs` calls `run`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable

import pytest


class Outcomes:
    """Collects how each test ended, and how long its slowest phase took."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.others: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Pytest tells of each phase of a test."""
        if report.when == "call" and report.passed:
            self.passed.append(report.nodeid)
        elif not report.passed:
            self.others.append(f"{report.nodeid}: {report.outcome} in {report.when}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Pytest tells of each file that it collected."""
        if not report.passed:
            self.others.append(f"{report.nodeid}: not collected")


def run(tests: Iterable[str]) -> str:
    """The outcomes of `tests` as JSON."""
    outcomes = Outcomes()
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--import-mode=importlib"]
    options += ["--rootdir=/tests", "-c", "/dev/null", "--capture=sys", "--disable-warnings"]
    code = pytest.main([*options, *tests], plugins=[outcomes])
    return json.dumps(
        {"code": int(code), "python": sys.version.split()[0], "passed": outcomes.passed, "others": outcomes.others}
    )
