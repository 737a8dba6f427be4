"""`tabswarm demo`, as a newcomer runs it."""

from __future__ import annotations

import subprocess

import psutil
import pytest
from tests.end_to_end.swarm import TABSWARM


@pytest.mark.timeout(240)
def test_the_demo_counts_the_standard_librarys_words_on_a_native_worker_and_two_tabs() -> None:
    done = subprocess.run([*TABSWARM, "demo", "--require-tabs"], capture_output=True, text=True, timeout=220)
    assert done.returncode == 0, done.stderr
    assert "The same as a plain loop" in done.stdout
    assert done.stdout.count(" tab ") >= 2 and " native " in done.stdout
    assert "/join#" in done.stdout
    left = [process for process in psutil.Process().children(recursive=True) if process.is_running()]
    assert not left
