"""Ctrl-C during an action: it raises KeyboardInterrupt, and the job ends on the swarm within two seconds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.driver.loop_swarm import loop_swarm

from tabswarm.rdd.engine_context import EngineContext

SOURCE = Path(__file__).parents[2] / "src"

PROGRAM = """
    import sys, time
    from pathlib import Path
    from tabswarm import Context

    folder = Path(sys.argv[1])

    def endless(n):
        while True:
            (folder / f"beat-{n}").write_text(str(time.time()))
            time.sleep(0.02)

    def action(sc):
        slow = sc.range(2, numSlices=2).map(lambda n: (n, n)).groupByKey(2).keys().map(endless)
        ACTION

    with Context("local[2]") as sc:
        try:
            action(sc)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        while any(report.state == "running" for report in sc._engine.list_jobs()):
            time.sleep(0.01)
        print(*{report.state for report in sc._engine.list_jobs()}, flush=True)
        beats = sorted(folder.glob("beat-*"))
        before = None
        while before != (before := [beat.read_text() for beat in beats]):
            time.sleep(0.2)
        print(sc.range(10).sum(), len(sc.statusTracker().getActiveJobsIds()), flush=True)
    print("stopped", flush=True)
"""

ACTIONS = {
    "collect": "slow.collect()",
    "reduce": "slow.reduce(lambda a, b: a + b)",
    "take": "slow.take(2)",
    "toLocalIterator": "next(slow.toLocalIterator(prefetchPartitions=True))",
}


@contextmanager
def running(tmp_path: Path, action: str) -> Iterator[subprocess.Popen[str]]:
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(PROGRAM).replace("ACTION", ACTIONS[action]))
    process = subprocess.Popen(
        [sys.executable, str(program), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("action", ACTIONS)
def test_ctrl_c_in_a_terminal_ends_the_action_and_nothing_else(tmp_path: Path, action: str) -> None:
    with running(tmp_path, action) as process:
        while not list(tmp_path.glob("beat-*")):
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of the group
        out, err = process.communicate(timeout=60)
    assert out.splitlines() == ["interrupted", "cancelled", "45 0", "stopped"], err
    assert process.returncode == 0


def test_an_interrupted_program_that_catches_nothing_ends_like_any_other(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent(f"""
            import time
            from pathlib import Path
            from tabswarm import Context

            def endless(n):
                Path({str(tmp_path / "beat")!r}).touch()
                time.sleep(600)

            Context("local[2]").range(2).foreach(endless)
        """)
    )
    process = subprocess.Popen(
        [sys.executable, str(program)],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (tmp_path / "beat").exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    try:
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert process.returncode == -signal.SIGINT


def test_an_interrupt_while_the_driver_puts_records_together_ends_the_job() -> None:
    def interrupted(a: int, b: int) -> int:
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt
        return a

    with loop_swarm(1) as swarm, EngineContext(swarm.engine()) as sc:
        with pytest.raises(KeyboardInterrupt):
            sc.parallelize([1, 2], 2).reduce(interrupted)
        assert sc.statusTracker().getActiveJobsIds() == []
        assert sc.range(3).count() == 3
