"""However a supervisor ends, its worker processes end with it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tabswarm.worker.native.block_directory import make_block_directory
from tabswarm.worker.native.worker_process import WorkerProcess

ROOT = Path(__file__).parents[3]


@contextlib.contextmanager
def supervisor(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.worker.native.supervisor_program", str(tmp_path / "pid")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
    )
    assert process.stdout is not None
    with process:
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def all_gone(pids: list[int]) -> bool:
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=10)
    return not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_kill_9_of_the_supervisor_leaves_no_process(tmp_path: Path) -> None:
    with supervisor(tmp_path) as (process, told):
        assert len(told["pids"]) == 2
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert all_gone(told["pids"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_supervisor_at_once_and_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    with supervisor(tmp_path) as (process, told):
        assert Path(told["folder"]).is_dir()
        process.send_signal(number)
        if number is signal.SIGINT:  # the first lets it finish, and its task never ends
            assert process.stdout is not None and "finishing" in process.stdout.readline()
            process.send_signal(number)
        assert process.wait(10) == 0
        assert all_gone(told["pids"])
        assert not Path(told["folder"]).exists()


async def test_a_process_leaves_when_its_supervisor_hangs_up(tmp_path: Path) -> None:
    process = WorkerProcess.start(tmp_path)
    await process.ready()
    process.hang_up()
    assert await asyncio.to_thread(psutil.Process(process.pid).wait, 10) in (0, None)
    await process.kill()


def test_the_folder_of_a_dead_owner_is_swept_by_the_next(tmp_path: Path) -> None:
    with supervisor(tmp_path) as (process, told):
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        left = Path(told["folder"])
        assert left.is_dir()
        mine = make_block_directory(0, [left.parent])
        assert not left.exists()
        again = make_block_directory(0, [left.parent])
        assert mine.is_dir() and again.is_dir()  # the owner of both is alive
        for path in (mine, again):
            (path / "owner").unlink()
            path.rmdir()


def test_only_the_owner_may_enter_the_folder_of_blocks(tmp_path: Path) -> None:
    assert make_block_directory(0, [tmp_path]).stat().st_mode & 0o777 == 0o700
